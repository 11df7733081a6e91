/** Types only so far: see DialogScript below. */
import type { Address, Choice, Software } from "./model.ts";
import type { Directory } from "./directory.ts";
import type { Intents } from "./intents.ts";

/** A compiled dialog of dialogs.yaml. Its inside belongs to this file and dialog compilation alone. */
export interface DialogScript {
  readonly id: string;
  /** Hash of the source: a conversation keeps the version it began with until it ends or reaches a step the new one shares. */
  readonly version: string;
  readonly steps: unknown;
}

/** Where a conversation stands in its dialog: plain data, stored with it. */
export interface DialogPosition {
  readonly dialog: string;
  readonly version: string;
  readonly step: string;
  readonly noInput: number;
  readonly noMatch: number;
  /** The steps that were asked before, for "back". */
  readonly trail: readonly string[];
  /** What the last question is waiting to hear confirmed ("did you mean"), or null. */
  readonly pending: string | null;
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

export type DialogInput =
  | { readonly kind: "open" }
  | { readonly kind: "text"; readonly text: string; readonly choice: string | null }
  | { readonly kind: "silence" };

export interface DialogSurroundings {
  readonly script: DialogScript;
  /** All scripts as they are now, for `call`/`goto` of another dialog. */
  readonly scripts: ReadonlyMap<string, DialogScript>;
  readonly intents: Intents;
  readonly directory: Directory;
  readonly phrase: (key: string, language: string | null, values?: Readonly<Record<string, string | number>>) => string;
  readonly languages: readonly string[];
  readonly address: Address;
  readonly software: Software | null;
  /** The language the protocol or browser told, if any. */
  readonly languageHint: string | null;
  /** True for a queue that is open now. */
  readonly isOpen: (queue: string) => boolean;
}

export interface Say {
  readonly text: string;
  readonly choices: readonly Choice[];
}

export type DialogEnd =
  | { readonly kind: "route"; readonly queue: string; readonly priority: number | null; readonly skills: Readonly<Record<string, number>> }
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
