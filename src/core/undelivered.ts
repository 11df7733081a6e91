/** What becomes of messages that did not arrive. */
import { close, refuse } from "./conversation.ts";
import type { Condition } from "./model.ts";
import { excerpt } from "./rendering.ts";
import type { LineReference } from "./step.ts";
import { tell } from "./transcript.ts";
import { fact, type Turn } from "./turn.ts";

const GONE: ReadonlySet<Condition> = new Set(["gone", "item-not-found", "jid-malformed", "remote-server-not-found"]);

/**
 * A send failed for good. Its author is told in words; the desk's own notices are told to nobody (no answer to an error
 * ever goes back to the side that failed), but an offer that cannot arrive goes to the next CSR.
 */
export function undelivered(turn: Turn, reference: LineReference | null, reason: Condition, text: string | null): void {
  const row = reference === null ? null : turn.tables.conversation.get(reference.conversation);
  fact(turn, "message.undelivered", row === null ? {} : { conversation: row.id }, { reason, text });
  if (reference === null || row === null || reference.viewer === null) return;
  const viewer = row.legs[reference.viewer];
  if (viewer === undefined) return;
  if (reference.author !== null) {
    const author = row.legs[reference.author];
    if (author?.state !== "active" || reference.content.kind !== "message") return;
    tell(turn, row, author, "undelivered", { text: excerpt(reference.content.text) });
    return;
  }
  if (row.offered === viewer.index) refuse(turn, row, viewer, "missed");
  else if (viewer.role === "customer" && row.state !== "talking" && GONE.has(reason)) close(turn, row, "unreachable");
}
