/** What the pages say, and the CSR's words that stand behind the console's buttons. */
import type { LinkState } from "./link.ts";
import type { Contact } from "./protocol.ts";
import type { LineState } from "./thread.ts";

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

export const LINE_STATES: Readonly<Record<LineState, string>> = {
  sending: "Sending",
  received: "Received",
  delivered: "Delivered",
  read: "Read",
  refused: "Not sent",
};

export const LINK_STATES: Readonly<Record<LinkState, string>> = {
  connecting: "Connecting…",
  online: "",
  waiting: "No connection. What you write is sent as soon as it is back.",
  "signed-out": "You are signed out.",
  outdated: "This page is out of date.",
  elsewhere: "The chat is open in too many windows. This one is asleep.",
  stopped: "",
};

/** The contact at which a CSR talks to the desk itself. */
export const DESK_NAME = "Desk";

export const TOO_MUCH_WAITS = "Too many messages are waiting to be sent. Please wait for the connection.";

export const PRESENCE: Readonly<Record<Contact["state"], string>> = {
  chat: "Online",
  available: "Online",
  away: "Away",
  xa: "Away",
  dnd: "Busy",
  offline: "Offline",
};
