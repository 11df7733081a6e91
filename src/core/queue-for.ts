/** Which queue a conversation goes to, when the one it was meant for may have gone from the rules meanwhile. */
import type { Queue } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * The queue of that id; where there is none any more, the one behind "a person, please" in the conversation's dialog, and at
 * last the first there is. Null only in a desk without queues.
 */
export function queueFor(turn: Turn, row: ConversationRow, wanted: string | null): Queue | null {
  const { queues, dialogs } = turn.rules;
  const person = dialogs.get(row.dialog)?.person;
  return queues.get(wanted ?? "") ?? queues.get(person ?? "") ?? queues.values().next().value ?? null;
}

/** Of a conversation that just entered a queue: no ring yet. */
export function atStart(turn: Turn): Pick<ConversationRow, "queuedAt" | "rings" | "ringAt"> {
  return { queuedAt: turn.world.now, rings: [], ringAt: turn.world.now };
}
