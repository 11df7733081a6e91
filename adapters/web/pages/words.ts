/** The CSR's words that stand behind the console's buttons. */

import type { ConsoleWords } from "./console-words.ts";

/** A word with `more` waits in the composer for what follows it; the others are sent as they are. */
export interface WordButton {
  /** What stands on it, in console-words.ts. */
  readonly label: keyof ConsoleWords["words"];
  readonly word: string;
  readonly more: boolean;
}

/** Before the CSR has said anything in a conversation … */
export const WORDS_AT_FIRST: readonly WordButton[] = [
  { label: "accept", word: "/accept", more: false },
  { label: "decline", word: "/decline", more: false },
  { label: "who", word: "/who", more: false },
];
/** … and from then on. */
export const WORDS_IN_CONVERSATION: readonly WordButton[] = [
  { label: "close", word: "/close", more: false },
  { label: "transfer", word: "/transfer ", more: true },
  { label: "note", word: "/note ", more: true },
  { label: "who", word: "/who", more: false },
];
/** To the desk itself. */
export const WORDS_TO_DESK: readonly WordButton[] = [
  { label: "away", word: "/away", more: false },
  { label: "back", word: "/back", more: false },
  { label: "status", word: "/status", more: false },
  { label: "help", word: "/help", more: false },
];

/** The contact at which a CSR talks to the desk itself. */
export const DESK_NAME = "Desk";
