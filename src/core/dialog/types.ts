/** The words of the bot's door: what `advance` is given and what it answers. All of it plain data. */
import type { Directory } from "../directory.ts";
import type { Intents } from "../intents.ts";
import type { Address, Choice, Software } from "../model.ts";
import type { Step } from "./script.ts";

/**
 * A compiled dialog of dialogs.yaml: plain JSON, so that the version a conversation began with can be stored beside it.
 * Its inside belongs to src/core/dialog alone.
 */
export interface DialogScript {
  readonly id: string;
  /** Hash of the source: a conversation keeps the version it began with until it ends or reaches a step the new one shares. */
  readonly version: string;
  /** The step it begins with; null in an empty dialog. */
  readonly start: string | null;
  /** The queue behind "a person, please", and the way out of everything that has none of its own. */
  readonly person: string;
  readonly steps: Readonly<Record<string, Step>>;
}

/** Where `call` returns to. */
export interface DialogCall {
  readonly dialog: string;
  readonly version: string;
  /** The step to go on with; null at the end of that dialog. */
  readonly step: string | null;
}

/** A question that was answered, and what was known before: "back" returns here and forgets what came after. */
export interface DialogCheckpoint {
  readonly dialog: string;
  readonly version: string;
  readonly step: string;
  readonly calls: readonly DialogCall[];
  readonly facts: DialogFacts;
}

/** Where a conversation stands in its dialog: plain data, stored with it. */
export interface DialogPosition {
  readonly dialog: string;
  readonly version: string;
  readonly step: string;
  readonly noInput: number;
  readonly noMatch: number;
  /** The questions that were answered before, oldest first, for "back". At most MAX_TRAIL. */
  readonly trail: readonly DialogCheckpoint[];
  /** The value ("did you mean …?") or the values, joined by spaces ("which of these?"), that the last question offered; or null. */
  readonly pending: string | null;
  /** The dialogs that called this one, outermost first. At most MAX_CALLS. */
  readonly calls: readonly DialogCall[];
  /** The customer's own words that no question has used yet: the first message, or what "did you mean" was said to. */
  readonly words: string | null;
}

/** What the bot has learned; goes with the conversation to the CSR. */
export interface DialogFacts {
  readonly name: string | null;
  readonly account: string | null;
  /** Entry of the directory once recognised by address or by account number. */
  readonly customer: string | null;
  readonly language: string | null;
  readonly reason: string | null;
  /** Everything asked or set, by name, as text. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Nothing learned yet. */
export const NO_FACTS: DialogFacts = {
  name: null,
  account: null,
  customer: null,
  language: null,
  reason: null,
  answers: {},
};

export type DialogInput =
  | { readonly kind: "open" }
  | { readonly kind: "text"; readonly text: string; readonly choice: string | null }
  | { readonly kind: "silence" };

export interface DialogSurroundings {
  /** The script the conversation began with, as long as the caller still has it; else the one of that name now. */
  readonly script: DialogScript;
  /** All scripts as they are now, for `call`/`goto` of another dialog. */
  readonly scripts: ReadonlyMap<string, DialogScript>;
  readonly intents: Intents;
  readonly directory: Directory;
  readonly phrase: (key: string, language: string | null, values?: Readonly<Record<string, string | number>>) => string;
  /** The languages the desk offers, the first being the fallback. */
  readonly languages: readonly string[];
  readonly address: Address;
  readonly software: Software | null;
  /** Further names of the network and gateway they come through, by the admins' table; see gateways.ts. */
  readonly origin?: { readonly networks: readonly string[]; readonly gateways: readonly string[] };
  /** The language the protocol or browser told, if any. */
  readonly languageHint: string | null;
  /** True for a queue that is open now. */
  readonly isOpen: (queue: string) => boolean;
  /** The company's name, for `{company}`. */
  readonly company?: string;
  /** Names no customer may go by: those of the desk's handles and CSRs. */
  readonly reservedNames?: readonly string[];
}

export interface Say {
  /** Everything in words: where there are choices, the numbered list is part of it (law 7). */
  readonly text: string;
  readonly choices: readonly Choice[];
  /** The text without the numbered list, for software that is certain to show the choices as buttons. */
  readonly prompt: string;
}

export type DialogEnd =
  | {
      readonly kind: "route";
      readonly queue: string;
      readonly priority: number | null;
      readonly skills: Readonly<Record<string, number>>;
    }
  | { readonly kind: "close" };

export interface DialogTurn {
  readonly says: readonly Say[];
  /** Null once it has ended; then `end` says how. */
  readonly position: DialogPosition | null;
  readonly facts: DialogFacts;
  readonly end: DialogEnd | null;
  /** Milliseconds after which silence is to be fed in, or null when the dialog does not wait for an answer. */
  readonly silenceMs: number | null;
}
