/** The CSR's words that stand behind the console's buttons. */

/** A word with `more` waits in the composer for what follows it; the others are sent as they are. */
export interface WordButton {
  readonly label: string;
  readonly word: string;
  readonly more: boolean;
}

/** Before the CSR has said anything in a conversation … */
export const WORDS_AT_FIRST: readonly WordButton[] = [
  { label: "Accept", word: "/accept", more: false },
  { label: "Decline", word: "/decline", more: false },
  { label: "Who?", word: "/who", more: false },
];
/** … and from then on. */
export const WORDS_IN_CONVERSATION: readonly WordButton[] = [
  { label: "Close", word: "/close", more: false },
  { label: "Transfer…", word: "/transfer ", more: true },
  { label: "Note…", word: "/note ", more: true },
  { label: "Who?", word: "/who", more: false },
];
/** To the desk itself. */
export const WORDS_TO_DESK: readonly WordButton[] = [
  { label: "Away", word: "/away", more: false },
  { label: "Back", word: "/back", more: false },
  { label: "Status", word: "/status", more: false },
  { label: "Help", word: "/help", more: false },
];

/** The contact at which a CSR talks to the desk itself. */
export const DESK_NAME = "Desk";
