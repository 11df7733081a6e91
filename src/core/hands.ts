/** What a CSR has in hand: conversations offered to them and held by them, and the wrap-up after one ends. */
import { reachableAt } from "./availability.ts";
import type { WrapUpReason } from "./queue-rules.ts";
import type { ConversationRow, CsrRow, Leg } from "./state.ts";
import { tell } from "./transcript.ts";
import { csrRow, putCsr, setTimer, type Turn } from "./turn.ts";

/** They accepted: one more today, and no longer idle. */
export function takeOn(turn: Turn, id: string): void {
  const row = csrRow(turn, id);
  const { day } = turn.memory;
  const count = row.took?.day === day ? row.took.count : 0;
  putCsr(turn, row, { missed: 0, took: { day, count: count + 1 }, idleSince: turn.world.now });
}

/** One conversation or offer less; who was not at work on it has been idle as long as before. */
export function letGo(turn: Turn, csr: CsrRow, conversation: string, change: Partial<CsrRow>): CsrRow {
  const hands = csr.hands.filter((id) => id !== conversation);
  return putCsr(turn, csr, { ...change, hands });
}

/** One conversation less, and some time to write down what is to be written down. */
export function wrapUp(turn: Turn, row: ConversationRow, leg: Leg, reason: WrapUpReason): void {
  const queue = turn.rules.queues.get(row.queue ?? "");
  const seconds = queue?.wrapUp?.[reason] ?? queue?.wrapUpSeconds ?? 0;
  const csr = csrRow(turn, leg.csr ?? "");
  const until = turn.world.now + seconds * 1000;
  const wrapUpUntil = seconds > 0 ? Math.max(csr.wrapUpUntil, until) : csr.wrapUpUntil;
  letGo(turn, csr, row.id, { wrapUpUntil, idleSince: turn.world.now });
  // The timer must be the row's own time: an earlier one would ring while wrap-up still lasts, and nothing would ring after.
  if (seconds === 0) return;
  setTimer(turn, { id: `wrap-up ${csr.id}`, at: wrapUpUntil, generation: 0, conversation: null, name: "wrap-up" });
  if (csr.away === null && reachableAt(turn, csr, leg.address)) tell(turn, row, leg, "csr.wrap-up", { seconds });
}
