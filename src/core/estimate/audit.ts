/** The desk audits itself: what was estimated of a wait, against how long it was. By queue, fading as all that is learned. Plain JSON. */

import type { Estimate } from "./range.ts";
import { HALF_LIFE_MS } from "./rates.ts";

/** Sums of one queue; of the newest they count in full. */
export interface QueueAudit {
  readonly at: number;
  /** Waits of which there was an estimate. */
  readonly count: number;
  /** Of those, how many were within the range. */
  readonly within: number;
  /** Milliseconds: how far off, either way; how much longer than estimated; how long they were. */
  readonly missedBy: number;
  readonly longerBy: number;
  readonly waited: number;
}

/** What people read of it. Milliseconds; null where nothing was estimated yet. */
export interface AuditView {
  readonly queue: string;
  readonly estimates: number;
  /** From 0 to 1; about 0.8 is meant. */
  readonly coverage: number | null;
  /** How far off on average, and of that how much longer than estimated (less than 0: shorter). */
  readonly meanErrorMs: number | null;
  readonly biasMs: number | null;
  readonly meanWaitMs: number | null;
}

/** What was learned of a queue and how good its estimates were; milliseconds. */
export interface QueueReport extends AuditView {
  readonly talkMs: number;
  readonly patienceMs: number;
  readonly arrivalsPerHour: number;
}

const NOTHING: QueueAudit = { at: 0, count: 0, within: 0, missedBy: 0, longerBy: 0, waited: 0 };

export function audited(before: QueueAudit | undefined, estimate: Estimate, waitedMs: number, now: number): QueueAudit {
  const old = before ?? NOTHING;
  const factor = 2 ** (-Math.max(0, now - old.at) / HALF_LIFE_MS);
  const longer = waitedMs - estimate.mean;
  const isWithin = waitedMs >= estimate.low && (estimate.high === null || waitedMs <= estimate.high);
  return {
    at: now,
    count: old.count * factor + 1,
    within: old.within * factor + (isWithin ? 1 : 0),
    missedBy: old.missedBy * factor + Math.abs(longer),
    longerBy: old.longerBy * factor + longer,
    waited: old.waited * factor + waitedMs,
  };
}

export function auditView(queue: string, audit: QueueAudit | undefined): AuditView {
  const { count, within, missedBy, longerBy, waited } = audit ?? NOTHING;
  const each = (sum: number): number | null => (count === 0 ? null : sum / count);
  return {
    queue,
    estimates: Math.round(count),
    coverage: each(within),
    meanErrorMs: each(missedBy),
    biasMs: each(longerBy),
    meanWaitMs: each(waited),
  };
}
