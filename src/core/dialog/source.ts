/** dialogs.yaml as it is written, once its form was checked (src/config/schema-dialogs.ts): what `compileDialogs` reads. */
import type { ANSWER_KINDS, Condition, Text } from "./script.ts";

export interface AttemptsSource {
  readonly say?: Text | readonly Text[] | undefined;
  readonly do?: readonly StepSource[] | undefined;
}
export interface NoInputSource extends AttemptsSource {
  /** Seconds of silence; 0: wait for ever. */
  readonly afterSeconds?: number | undefined;
}

export interface ChoiceSource {
  readonly value: string;
  /** May be left out where the value is an intent: then it is the intent's label. */
  readonly label?: Text | undefined;
  readonly synonyms?: readonly string[] | Readonly<Record<string, readonly string[]>> | undefined;
  /** Left out: the intent of the same name, where there is one. */
  readonly intents?: readonly string[] | undefined;
  readonly do?: readonly StepSource[] | undefined;
}

export interface IdentifySource {
  /** Said to a customer recognised by address; false: nothing. */
  readonly greet?: Text | false | undefined;
  /**
   * Whether to ask for the account number. "optional" (the default): the customer may go on as a guest. "or-name": one
   * question takes either the name or the account number.
   */
  readonly account?: boolean | "optional" | "or-name" | undefined;
  readonly askAccount?: Text | undefined;
  /** How often a wrong account number is asked again. */
  readonly tries?: number | undefined;
  readonly name?: boolean | undefined;
  readonly askName?: Text | undefined;
}

export interface RouteSource {
  readonly queue: string;
  readonly priority?: number | undefined;
  readonly skills?: Readonly<Record<string, number>> | undefined;
  readonly say?: Text | undefined;
}

export interface BranchSource {
  readonly when?: Condition | undefined;
  readonly do?: readonly StepSource[] | undefined;
  readonly else?: readonly StepSource[] | undefined;
}

/** One step: exactly one of the keys of STEP_KINDS, and the keys that go with it. */
export interface StepSource {
  readonly id?: string | undefined;
  readonly when?: Condition | undefined;
  readonly say?: Text | undefined;
  readonly ask?: Text | undefined;
  readonly confirm?: Text | undefined;
  readonly identify?: true | IdentifySource | undefined;
  readonly language?: true | { readonly ask?: Text | undefined; readonly always?: boolean | undefined } | undefined;
  readonly set?: Readonly<Record<string, string | number | boolean | Readonly<Record<string, string>>>> | undefined;
  readonly branch?: readonly BranchSource[] | undefined;
  readonly route?: string | RouteSource | undefined;
  readonly close?: true | Text | undefined;
  readonly goto?: string | { readonly dialog: string; readonly step?: string | undefined } | undefined;
  readonly call?: string | undefined;
  readonly type?: (typeof ANSWER_KINDS)[number] | undefined;
  readonly as?: string | undefined;
  readonly reason?: boolean | undefined;
  readonly choices?: readonly ChoiceSource[] | undefined;
  readonly intents?: boolean | undefined;
  readonly optional?: boolean | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly integer?: boolean | undefined;
  readonly country?: string | undefined;
  readonly help?: Text | undefined;
  readonly noInput?: NoInputSource | undefined;
  readonly noMatch?: AttemptsSource | undefined;
  readonly yes?: readonly StepSource[] | undefined;
  readonly no?: readonly StepSource[] | undefined;
}

export interface DialogSource {
  readonly person?: string | undefined;
  readonly steps: readonly StepSource[];
}

export interface IntentSource {
  readonly label: Text;
  readonly examples: Readonly<Record<string, readonly string[]>>;
}

export interface DialogsSource {
  /** The queue behind "a person, please" and every way out that is not written. */
  readonly person: string;
  readonly defaults?:
    | {
        readonly noInput?:
          | {
              readonly afterSeconds?: number | undefined;
              readonly say?: Text | readonly Text[] | undefined;
              readonly do?: readonly StepSource[] | undefined;
            }
          | undefined;
        readonly noMatch?: AttemptsSource | undefined;
        readonly help?: Text | undefined;
      }
    | undefined;
  readonly dialogs: Readonly<Record<string, DialogSource>>;
  readonly intents?: Readonly<Record<string, IntentSource>> | undefined;
  /** Own wording, over the built-in phrases: key, then text. */
  readonly phrases?: Readonly<Record<string, Text>> | undefined;
}

/** The keys that say what a step is, and the other keys each of them takes (besides `id` and `when`). */
const QUESTION = ["help", "noInput", "noMatch"] as const;
export const STEP_KINDS: Readonly<Record<string, readonly string[]>> = {
  say: [],
  ask: [...QUESTION, "as", "reason", "optional", "type", "choices", "intents", "min", "max", "integer", "country"],
  confirm: [...QUESTION, "as", "yes", "no"],
  identify: QUESTION,
  language: QUESTION,
  set: [],
  branch: [],
  route: [],
  close: [],
  goto: [],
  call: [],
};
