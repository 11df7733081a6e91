/**
 * What a dialog is compiled to: a flat table of steps by id, each naming the step after it. Nothing is nested, so a place
 * in a dialog is one id, "back" is a jump, and a step budget bounds every turn. Plain JSON throughout.
 */

/** One text, or one for each language tag. */
export type Text = string | Readonly<Record<string, string>>;

/** All that is given must hold. Lists mean "any of these". */
export interface Condition {
  /** By name: equals one of these; or was given at all (true) or not (false); or is a number in a range. */
  readonly answers?: Readonly<Record<string, string | readonly string[] | boolean | NumberRange>>;
  /** Whether the directory knows the customer. */
  readonly customer?: boolean;
  readonly name?: boolean;
  readonly account?: boolean;
  /** What the directory keeps of the customer. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly language?: string | readonly string[];
  /** The network the desk is attached to, or the id of the gateway they come through. */
  readonly network?: string | readonly string[];
  readonly protocol?: string | readonly string[];
  /** Name of the software, `*` standing for anything, capitals ignored: "Conversations*". */
  readonly software?: string | readonly string[];
  /** Type of the gateway the customer comes through, as it reports itself, or its id in `gateways:`. */
  readonly gateway?: string | readonly string[];
  /** Features that the customer's software announced, all of them. */
  readonly features?: string | readonly string[];
  /** Queues of which at least one is open now. */
  readonly open?: string | readonly string[];
  /** Queues of which at least one is closed now. */
  readonly closed?: string | readonly string[];
  readonly not?: Condition;
  readonly any?: readonly Condition[];
}
export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * What kind of answer a question takes. The others come from `confirm`, `language` and
 * `identify`; `who` takes a name or an account number.
 */
export const ANSWER_KINDS = ["choice", "text", "number", "email", "phone", "date"] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number] | "confirm" | "language" | "name" | "account" | "who";

/** What is said, one after the other, each time nothing (or nothing that fits) came; then the way out. */
export interface Attempts {
  /** Null: the built-in phrases. */
  readonly say: readonly Text[] | null;
  /** How often the built-in phrases are said. */
  readonly tries: number;
  /** The step to leave by when all was said; null: the built-in way out. */
  readonly to: string | null;
  /** True when written at this very question, so that it goes before the built-in sentence for the fault at hand. */
  readonly own: boolean;
}

export interface ScriptChoice {
  readonly value: string;
  readonly label: Text;
  /** Other words for it, by language. */
  readonly synonyms: Readonly<Record<string, readonly string[]>>;
  /** The intents that mean this choice. */
  readonly intents: readonly string[];
  /** Where this choice leads; null: to the step after the question. */
  readonly to: string | null;
}

interface StepBase {
  readonly id: string;
  /** The step is passed over unless this holds. */
  readonly when: Condition | null;
  /** The step after this one; null at the end of the dialog. */
  readonly next: string | null;
}

export interface AskStep extends StepBase {
  readonly kind: "ask";
  readonly answer: AnswerKind;
  /** Null: the built-in question of that kind. */
  readonly text: Text | null;
  /** The name under which the answer is kept. */
  readonly as: string;
  /** True when the customer's own words here are the reason for contact. */
  readonly reason: boolean;
  readonly choices: readonly ScriptChoice[];
  /** True when free text is matched to the choices' intents. */
  readonly informal: boolean;
  /** True when the question may be skipped. */
  readonly optional: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly integer: boolean;
  /** ISO 3166 country in which a telephone number without country code is meant. */
  readonly country: string | null;
  /** `language`: asked even where the language is known. */
  readonly always: boolean;
  /** `confirm`: where no leads; null: on. (`yes` is `next` or a choice's own way.) */
  readonly yes: string | null;
  readonly no: string | null;
  readonly help: Text | null;
  readonly noInput: Attempts;
  readonly noMatch: Attempts;
  /** Milliseconds of silence that count as no input; null: never. */
  readonly silenceMs: number | null;
}

export type Step =
  | AskStep
  | (StepBase & { readonly kind: "say"; readonly text: Text })
  /** Looks the address up in the directory; known customers go on at `known`. */
  | (StepBase & {
      readonly kind: "recognise";
      readonly known: string | null;
      readonly greet: Text | null;
      readonly silent: boolean;
    })
  | (StepBase & { readonly kind: "set"; readonly answers: Readonly<Record<string, Text>> })
  | (StepBase & {
      readonly kind: "branch";
      readonly cases: readonly { readonly when: Condition; readonly to: string | null }[];
      readonly otherwise: string | null;
    })
  | (StepBase & {
      readonly kind: "route";
      readonly queue: string;
      readonly priority: number | null;
      readonly skills: Readonly<Record<string, number>>;
      readonly text: Text | null;
    })
  | (StepBase & { readonly kind: "close"; readonly text: Text | null })
  /** `dialog` null: this one. `step` null: from its start. */
  | (StepBase & { readonly kind: "goto"; readonly dialog: string | null; readonly step: string | null })
  | (StepBase & { readonly kind: "call"; readonly dialog: string });
