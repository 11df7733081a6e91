/** What becomes of messages that did not arrive. */
import { sayAside } from "./aside.ts";
import { close } from "./conversation.ts";
import { offerTo } from "./legs.ts";
import { limitOf } from "./limits.ts";
import { type Address, addressKey, type Condition } from "./model.ts";
import { refuse } from "./offering.ts";
import { excerpt } from "./rendering.ts";
import type { ConversationRow } from "./state.ts";
import type { LineReference } from "./step.ts";
import { listeners, nickOf, tell } from "./transcript.ts";
import { csrLanguage, fact, type PhraseValues, putConversation, remember, type Turn } from "./turn.ts";

const GONE: ReadonlySet<Condition> = new Set(["gone", "item-not-found", "jid-malformed", "remote-server-not-found"]);

/**
 * A send failed for good. Its author is told in words; the desk's own notices are told to nobody (no answer to an error
 * ever goes back to the side that failed), but an offer that cannot arrive goes to the next CSR.
 */
export function undelivered(
  turn: Turn,
  to: Address,
  reference: LineReference | null,
  reason: Condition,
  text: string | null,
): void {
  const row = reference === null ? null : turn.tables.conversation.get(reference.conversation);
  fact(turn, "message.undelivered", row === null ? {} : { conversation: row.id }, { reason, text });
  if (reference === null || reference.viewer === null) return;
  // That somebody listens is not to be learned from what does not reach them. What was sent to them alone was said to them as the CSR they were.
  const isAlone = reference.viewers.every((viewer) => viewer === reference.viewer);
  if (row?.legs[reference.viewer]?.role === "supervisor" && !isAlone) return;
  if (reference.author !== null) {
    tellAuthor(turn, row, reference);
    return;
  }
  const viewer = row?.legs[reference.viewer];
  // An address that the customer has left may well be gone.
  if (row === null || viewer === undefined || addressKey(viewer.address) !== addressKey(to)) return;
  if (offerTo(row, viewer) !== null) refuse(turn, row, viewer, "missed");
  else if (viewer.role === "customer" && row.state !== "talking" && GONE.has(reason)) close(turn, row, "unreachable");
}

/**
 * What is said takes long to reach somebody, or reaches them again: whoever talks with them is told, each once. `over`: nothing
 * waits any more, and what came back was said to be undelivered.
 */
export function deliveryChanged(turn: Turn, id: string, to: Address, state: "late" | "through" | "over"): void {
  const row = turn.tables.conversation.get(id);
  const person = addressKey(to);
  const viewer = row?.legs.find((leg) => leg.state === "active" && addressKey(leg.address) === person);
  if (row === null || viewer === undefined || row.state !== "talking") return;
  const late = row.late ?? [];
  const isLate = state === "late";
  if (late.includes(viewer.index) === isLate) return;
  const others = late.filter((index) => index !== viewer.index);
  const changed = putConversation(turn, row, { late: isLate ? [...others, viewer.index] : others });
  fact(turn, `message.${state}`, { conversation: id }, { leg: viewer.index });
  if (state === "over") return;
  const name = nickOf(turn, changed, viewer);
  for (const leg of listeners(changed, viewer)) tell(turn, changed, leg, `delivery.${state}`, { name });
}

/** What is said of a line that did not arrive; null: nothing, for it is a sign that stands for nothing by itself. */
function complaint({ content }: LineReference): { readonly key: string; readonly values: PhraseValues } | null {
  switch (content.kind) {
    case "message":
    case "edit":
      return { key: "undelivered", values: { text: excerpt(content.text) } };
    case "retraction":
      return { key: "undelivered.retraction", values: {} };
    case "reaction": {
      const reactions = content.reactions.join(" ");
      return reactions === "" ? null : { key: "undelivered.reaction", values: { reactions } };
    }
    case "receipt":
    case "note":
      return null;
  }
}

/** In the conversation where they still take part in it; else from the address they wrote to. */
function tellAuthor(turn: Turn, row: ConversationRow | null, reference: LineReference): void {
  const complained = complaint(reference);
  if (complained === null) return;
  const { key, values } = complained;
  // Of a text sent in parts each may come back; its author is told once.
  const copy = `${reference.line} ${reference.viewer}`;
  if (turn.memory.undelivered.has(copy)) return;
  remember(turn.memory.undelivered, copy, true, limitOf(turn, "rememberedCopies"));
  const author = row?.legs[reference.author ?? 0];
  if (row !== null && author?.state === "active") {
    tell(turn, row, author, key, values);
    return;
  }
  if (reference.from === null || reference.desk === null) return;
  const csr = turn.memory.csrOf.get(addressKey(reference.from)) ?? null;
  sayAside(turn, { to: reference.from, from: reference.desk, language: csrLanguage(turn, csr) }, key, values);
}
