/**
 * What does not survive between the two sides of a conversation: what the software and network of one side can do and those of
 * the other cannot. Routing keeps it small, and the offer tells the CSR what is left of it.
 */
import { customerOf } from "./legs.ts";
import type { Feature } from "./model.ts";
import { featuresOf } from "./rendering.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { languageOf, say, type Turn } from "./turn.ts";

/** What people say or send; each is shown in other words, and so told of, where it cannot be shown as it is. */
const CONTENT = ["formatting", "edit", "retraction", "reaction", "reply", "file"] as const satisfies readonly Feature[];
type ContentFeature = (typeof CONTENT)[number];
/** What passes between the two sides at all. Presence, buttons and the form of a line are between each of them and the desk. */
const RELAYED: ReadonlySet<Feature> = new Set<Feature>([...CONTENT, "typing", "delivered", "read"]);

/** Of a customer's features those that a CSR's side can lose. */
export function losable(features: readonly Feature[]): readonly Feature[] {
  return features.filter((feature) => RELAYED.has(feature));
}

/** What one of the two can do and the other cannot, in the order of `FEATURES`. */
function lostBetween(turn: Turn, row: ConversationRow, leg: Leg): readonly ContentFeature[] {
  const customer = featuresOf(turn, row, customerOf(row));
  const csr = featuresOf(turn, row, leg);
  return CONTENT.filter((feature) => customer.includes(feature) !== csr.includes(feature));
}

/** What the CSR of that leg is to know: "What will not come across as it is: reactions (said in words)". Null: all survives. */
export function lossesInWords(turn: Turn, row: ConversationRow, leg: Leg): string | null {
  const lost = lostBetween(turn, row, leg);
  if (lost.length === 0) return null;
  const language = languageOf(turn, row, leg);
  const losses = lost.map((feature) => say(turn, `loss.${feature}`, language)).join(", ");
  return say(turn, "csr.offer.losses", language, { losses });
}
