/** Those whom a queue does not take, or keeps no longer: whether it is open, has room, what they are told, and where they go. */
import { wording } from "./dialog.ts";
import { customerOf } from "./legs.ts";
import { limitOf } from "./limits.ts";
import type { Overflow, OverflowTarget } from "./queue-rules.ts";
import type { Queue } from "./rules.ts";
import { isSituation } from "./situation.ts";
import type { ConversationRow } from "./state.ts";
import { tell, tellText } from "./transcript.ts";
import { languageOf, type Turn } from "./turn.ts";

/** Why that queue takes nobody now; null when it does. */
export function obstacleAt(turn: Turn, queue: Queue): Overflow["why"] | null {
  if (!(turn.memory.open.get(queue.id) ?? true)) return "closed";
  return turn.routing.waitingIn(queue.id) >= queue.maxWaiting ? "full" : null;
}

/** Tells the customer, and where they are to go instead; null: nowhere. */
export function sendAway(turn: Turn, row: ConversationRow, queue: Queue, why: Overflow["why"]): OverflowTarget | null {
  const customer = customerOf(row);
  const rule = (queue.overflow ?? []).find((one) => one.why === why && isSituation(turn, row, one.when, () => 0));
  const to = rule?.to ?? null;
  const goesOn = to !== null && mayGoOn(turn, row);
  const language = languageOf(turn, row, customer) ?? "";
  if (rule?.text != null) tellText(turn, row, customer, wording(rule.text, language, turn.rules.languages));
  else if (goesOn) return to;
  else if (why === "full") tell(turn, row, customer, "queue.full", { queue: queue.name });
  else tell(turn, row, customer, "hours.closed", { queue: queue.name, opens: turn.memory.opens.get(queue.id) ?? "" });
  return goesOn ? to : null;
}

export function mayGoOn(turn: Turn, row: ConversationRow): boolean {
  return (row.overflows ?? 0) < limitOf(turn, "overflows");
}
