/** Whether what an admin wrote under `when` of a queue holds for a conversation now. */
import { type ConditionSurroundings, holds } from "./dialog.ts";
import { originNames } from "./gateways.ts";
import { customerOf } from "./legs.ts";
import { periodHours, type Range, type Situation } from "./queue-rules.ts";
import type { ConversationRow } from "./state.ts";
import { languageOf, type Turn } from "./turn.ts";

/** What a dialog's conditions look at. */
export function surroundingsOf(turn: Turn, row: ConversationRow): ConditionSurroundings {
  const { address } = customerOf(row);
  return {
    directory: turn.rules.directory,
    address,
    software: row.software,
    origin: originNames(turn.rules, { address, software: row.software }),
    isOpen: (queue) => turn.memory.open.get(queue) ?? true,
  };
}

function isWithin(number: number, { min, max }: Range): boolean {
  return number >= min && number <= max;
}

/** Seconds that the next one in that queue has waited; 0 when nobody waits. */
function longestWait(turn: Turn, queue: string): number {
  const first = turn.routing.first(queue);
  const since = first === null ? null : (turn.tables.conversation.get(first)?.waitingSince ?? null);
  return since === null ? 0 : (turn.world.now - since) / 1000;
}

/** `staffed` tells how many CSRs at work meet what is asked for at present; only asked where a rule wants to know. */
export function isSituation(
  turn: Turn,
  row: ConversationRow,
  situation: Situation | null,
  staffed: () => number,
): boolean {
  if (situation === null) return true;
  const { customer, handles, during, waiting, longestWait: wait, staffed: staff } = situation;
  const queue = row.queue ?? "";
  if (handles !== null && !handles.includes(row.handle)) return false;
  if (during !== null && !during.some((period) => turn.memory.open.get(periodHours(period)) === true)) return false;
  if (waiting !== null && !isWithin(turn.routing.waitingIn(queue), waiting)) return false;
  if (wait !== null && !isWithin(longestWait(turn, queue), wait)) return false;
  if (staff !== null && !isWithin(staffed(), staff)) return false;
  if (customer === null) return true;
  const language = languageOf(turn, row, customerOf(row)) ?? "";
  return holds(customer, language, row.facts, surroundingsOf(turn, row));
}
