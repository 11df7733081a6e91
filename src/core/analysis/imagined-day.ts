/**
 * A day that has not been: customers as they came on recorded days of its kind, with talks and patience drawn from what was learned, and
 * CSRs as they were there on one of those days. Another chance, another day.
 */
import { type Chance, exponential } from "../estimate/chance.ts";
import { drawRest, ratesOf } from "../estimate/durations.ts";
import { GUESSED_PATIENCE_MS, GUESSED_TALK_MS, queueRates } from "../estimate/rates.ts";
import type { Attendance, Visit } from "./shift.ts";
import type { Span, Traffic } from "./traffic.ts";

/** What days are made from. */
export interface DaySource {
  /** Customers of all recorded days, each with how long after the day's beginning they came. */
  readonly customers: readonly { readonly afterMs: number; readonly visit: Visit }[];
  /** By recorded day: who was there, likewise. */
  readonly staff: readonly (readonly { readonly afterMs: number; readonly attendance: Attendance }[])[];
  readonly rates: Traffic["rates"];
  /** As of when the rates are asked. */
  readonly now: number;
}

/** `days`: those of the kind that is wanted, from midnight to midnight; those on which nobody came are no guide and left out. */
export function daySource(traffic: Traffic, days: readonly Span[]): DaySource {
  const used = days.flatMap((day) => {
    const came = traffic.visits.filter(({ at }) => at >= day.from && at < day.to);
    return came.length === 0 ? [] : [{ day, came }];
  });
  const attendance = [...traffic.attendance].sort((left, right) => left.at - right.at);
  return {
    customers: used.flatMap(({ day, came }) => came.map((visit) => ({ afterMs: visit.at - day.from, visit }))),
    staff: used.map(({ day }) => staffOf(attendance, day)),
    rates: traffic.rates,
    now: traffic.until,
  };
}

/** What changed that day, after what was so at its beginning. */
function staffOf(attendance: readonly Attendance[], { from, to }: Span): DaySource["staff"][number] {
  const before = new Map<string, Attendance>();
  for (const one of attendance) if (one.at < from) before.set(one.csr, one);
  const atFirst = [...before.values()].map((one) => ({ afterMs: 0, attendance: one }));
  const changes = attendance.filter(({ at }) => at >= from && at < to);
  return [...atFirst, ...changes.map((one) => ({ afterMs: one.at - from, attendance: one }))];
}

/** Somebody who comes like a recorded customer comes within the same quarter of an hour: opening hours begin and end with one. */
const QUARTER_MS = 15 * 60_000;

export interface ImaginedDay {
  readonly visits: readonly Visit[];
  readonly attendance: readonly Attendance[];
}

/** `start`: its midnight. `arrivals`: how many come, 1 being as many as on recorded days. */
export function imagineDay(source: DaySource, start: number, arrivals: number, chance: Chance): ImaginedDay {
  const { customers, staff } = source;
  // First of all, so that it does not depend on how many come.
  const day = staff[Math.floor(chance() * staff.length)] ?? [];
  const visits: Visit[] = [];
  for (const { afterMs, visit } of customers) {
    // Each recorded customer stands for a stream of such customers, so many a day.
    const perDay = arrivals / Math.max(1, staff.length);
    for (let left = exponential(chance); left < perDay; left += exponential(chance)) {
      const at = start + (Math.floor(afterMs / QUARTER_MS) + chance()) * QUARTER_MS;
      visits.push(drawn(source, visit, at, chance));
    }
  }
  return {
    visits: visits.sort((left, right) => left.at - right.at),
    attendance: day.map(({ afterMs, attendance }) => ({ ...attendance, at: start + afterMs })),
  };
}

function drawn({ rates, now }: DaySource, visit: Visit, at: number, chance: Chance): Visit {
  const { patience, talks } = queueRates(rates, visit.queue, now);
  const perTalk = ratesOf(talks, GUESSED_TALK_MS);
  return {
    ...visit,
    at,
    patienceMs: drawRest(ratesOf(patience, GUESSED_PATIENCE_MS), 0, 1, chance),
    talks: visit.talks.map(({ then }) => ({ aloneMs: drawRest(perTalk, 0, 1, chance), then })),
  };
}
