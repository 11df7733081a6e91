/**
 * What customers are told of how long it will take. Once as soon as it is known; and again only when what was said turns out wrong, for a
 * number that changes all the time is worse than none. On asking they are always told what is known now.
 */
import { customerOf } from "../legs.ts";
import { limitOf } from "../limits.ts";
import type { ConversationRow } from "../state.ts";
import type { DeskEvent } from "../step.ts";
import { tell } from "../transcript.ts";
import { languageOf, putConversation, say, type Turn } from "../turn.ts";
import { type Estimate, inMinutes, type Minutes } from "./range.ts";
import { showEstimate } from "./showing.ts";

/** An estimate that is older is not told any more. */
const STALE_MS = 3 * 60_000;

/** As it was made for a conversation that waits. */
export interface MadeEstimate extends Estimate {
  readonly at: number;
}

/** New estimates: remembered for those who ask, told to those who were not told yet, or were told something else. */
export function estimatesCame(turn: Turn, { of, at }: Extract<DeskEvent, { kind: "estimates" }>): void {
  const { estimates } = turn.memory;
  const tellSeconds = limitOf(turn, "estimateTellSeconds");
  for (const id of estimates.keys()) if (waitingRow(turn, id) === null) estimates.delete(id);
  for (const { conversation, low, mean, high } of of) {
    const row = waitingRow(turn, conversation);
    if (row === null) continue;
    estimates.set(conversation, { low, mean, high, at });
    if (row.state === "waiting" && tellSeconds > 0) tellIfNew(turn, row, { low, mean, high, at });
    showEstimate(turn, conversation);
  }
}

function waitingRow(turn: Turn, id: string): ConversationRow | null {
  const row = turn.tables.conversation.get(id);
  return row === null || (row.state !== "waiting" && row.state !== "offered") ? null : row;
}

function tellIfNew(turn: Turn, row: ConversationRow, estimate: MadeEstimate): void {
  const left = fresh(estimate, turn.world.now);
  if (left === null) return;
  const minutes = inMinutes(left);
  const before = row.toldEstimate;
  if (before === undefined ? minutes.to === 1 : !isNews(turn, before, estimate)) return;
  const customer = customerOf(row);
  const words = estimateWords(turn, minutes, languageOf(turn, row, customer));
  tell(turn, row, customer, before === undefined ? "waiting.estimate" : "waiting.estimate-changed", {
    estimate: words,
  });
  const { from, to } = minutes;
  putConversation(turn, row, { toldEstimate: { from, to, at: turn.world.now, times: (before?.times ?? 0) + 1 } });
}

/** Whether it would now be over at another time than was said, and they may be told again. */
function isNews(turn: Turn, told: NonNullable<ConversationRow["toldEstimate"]>, { mean, at }: MadeEstimate): boolean {
  const tellSeconds = limitOf(turn, "estimateTellSeconds");
  if (turn.world.now - told.at < tellSeconds * 1_000 || told.times >= limitOf(turn, "estimateTellTimes")) return false;
  const minutesAfter = (at + mean - told.at) / 60_000;
  return minutesAfter < told.from || (told.to !== null && minutesAfter > told.to);
}

/** What is left of it; null when too much time has passed since it was made. */
function fresh({ low, mean, high, at }: MadeEstimate, now: number): Estimate | null {
  const passed = Math.max(0, now - at);
  if (passed > STALE_MS) return null;
  const left = (ms: number): number => Math.max(0, ms - passed);
  return { low: left(low), mean: left(mean), high: high === null ? null : left(high) };
}

/** "3 to 7 min", for whoever asks; null where nothing is known. */
export function estimateFor(turn: Turn, row: ConversationRow): string | null {
  const made = turn.memory.estimates.get(row.id);
  const left = made === undefined ? null : fresh(made, turn.world.now);
  return left === null ? null : estimateWords(turn, inMinutes(left), languageOf(turn, row, customerOf(row)));
}

function estimateWords(turn: Turn, { from, to }: Minutes, language: string | null): string {
  if (to === null) return say(turn, "estimate.over", language, { from });
  if (to === 1) return say(turn, "less-than-a-minute", language);
  return say(turn, from === 0 ? "estimate.up-to" : "estimate.range", language, { from, to });
}
