/**
 * Opening hours: which queues are open now, and when that changes next. The library computes in the machine's own zone;
 * here it is given wall-clock digits while that zone is UTC, so that no summer time of the machine gets in between, and
 * the explicit zone of the rules is applied before and after by wall-time.ts.
 */
import OpeningHours from "opening_hours";
import type { Clock } from "../adapter.ts";
import type { HoursChange } from "../core/analysis/shift.ts";
import { type Hours, PLAIN_ROUTING, periodHours, siteHours } from "../core/queue-rules.ts";
import type { Rules } from "../core/rules.ts";
import type { DeskEvent } from "../core/step.ts";
import { instantOf, wallAt } from "./wall-time.ts";

/** The hours are looked at anew at least this often, so that a clock that was set is noticed. Milliseconds. */
export const LOOK_AGAIN_MS = 15 * 60_000;
/** Changes that are followed when a text is checked. */
const CHECKED_CHANGES = 100;
/** How far ahead a change is looked for. The library seeks for ever, without end, in some texts that never change. */
const HORIZON_MS = 400 * 86_400_000;

export interface HoursNow {
  readonly open: Readonly<Record<string, boolean>>;
  /** For closed queues: when they open next, in words ("Monday 09:00"); absent when they never do. */
  readonly opens: Readonly<Record<string, string>>;
  /** The next instant at which a queue opens or closes, or null when none ever does. */
  readonly nextChange: number | null;
}

/** What is wrong with an opening hours text, or null. The message continues the name of its key. */
export function hoursFault(text: string): string | null {
  const bare = text.replace(/"[^"]*"/g, "");
  if (/\b[PS]H\b/.test(bare)) {
    return "names public or school holidays (PH, SH), which are not known here; write the days: Dec 25-26 off";
  }
  if (/\b(sunrise|sunset|dawn|dusk)\b/i.test(bare)) {
    return "depends on the sun, whose place is not known here; write times of the clock";
  }
  try {
    return inUtc(() => {
      const hours = new OpeningHours(text, null);
      return leavesOpen(hours)
        ? "leaves undecided when it is open (a + or a comment in quotes does that); write an end, or off"
        : null;
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `is no opening hours text (such as Mo-Fr 08:00-18:00; Dec 25 off): ${message.trim()}`;
  }
}

/** What the library advises about a text that it understands, one sentence each. */
export function hoursAdvice(text: string): readonly string[] {
  return inUtc(() => {
    const hours = new OpeningHours(text, null);
    const now = Date.now();
    const never =
      !hours.getState(new Date(now)) && hours.getNextChange(new Date(now), new Date(now + HORIZON_MS)) === undefined;
    return [...hours.getWarnings(), ...(never ? ["is not open once in the coming year"] : [])];
  });
}

function leavesOpen(hours: OpeningHours): boolean {
  const start = Date.now();
  const iterator = hours.getIterator(new Date(start));
  for (let change = 0; change < CHECKED_CHANGES; change += 1) {
    if (iterator.getUnknown()) {
      return true;
    }
    if (!iterator.advance(new Date(start + HORIZON_MS))) {
      return false;
    }
  }
  return false;
}

/** What hours are computed from. */
export type HoursRules = Pick<Rules, "queues" | "languages" | "routing">;

/** Everything that is open at times, by the name under which it is told: queues, periods, sites. */
function* schedules({ queues, routing }: HoursRules): Iterable<readonly [name: string, hours: Hours | null]> {
  for (const queue of queues.values()) yield [queue.id, queue.hours];
  for (const [id, period] of routing?.periods ?? []) yield [periodHours(id), period];
  for (const [id, { hours }] of routing?.sites ?? []) yield [siteHours(id), hours];
}

/** Which queues, periods and sites are open at `now`. What has no hours always is. */
export function hoursAt(rules: HoursRules, now: number): HoursNow {
  const open: Record<string, boolean> = {};
  const opens: Record<string, string> = {};
  let nextChange: number | null = null;
  for (const [name, schedule] of schedules(rules)) {
    if (schedule === null) {
      open[name] = true;
      continue;
    }
    const { text, timeZone } = schedule;
    const wall = wallAt(timeZone, now);
    const { state, change } = inUtc(() => {
      const hours = parsed(text);
      return {
        state: hours.getState(new Date(wall)),
        change: hours.getNextChange(new Date(wall), new Date(wall + HORIZON_MS)),
      };
    });
    open[name] = state;
    if (change !== undefined) {
      const instant = instantOf(timeZone, change.getTime(), now);
      nextChange = nextChange === null ? instant : Math.min(nextChange, instant);
      if (!state) {
        opens[name] = inWords(change.getTime(), wall, rules.languages[0] ?? "en");
      }
    }
  }
  return { open, opens, nextChange };
}

const DAY_MS = 86_400_000;

/** Whether anything goes by what was done today. */
function countsDays({ queues }: HoursRules): boolean {
  return [...queues.values()].some(({ strategies, rings }) =>
    [strategies, ...(rings ?? []).map((ring) => ring.strategies ?? [])].some((all) => all.includes("fewest-today")),
  );
}

/** The day it is in that zone ("2026-11-21"), and when it ends. */
function dayAt(timeZone: string, now: number): { readonly day: string; readonly endsAt: number } {
  const wall = wallAt(timeZone, now);
  const midnight = (Math.floor(wall / DAY_MS) + 1) * DAY_MS;
  return { day: new Date(wall).toISOString().slice(0, 10), endsAt: instantOf(timeZone, midnight, now) };
}

const WEEK_MS = 7 * DAY_MS;

/** A wall time as people say it: the weekday within a week, else the date; and the time of day. */
function inWords(wall: number, now: number, language: string): string {
  const day: Intl.DateTimeFormatOptions =
    wall - now < WEEK_MS ? { weekday: "long" } : { day: "numeric", month: "long" };
  const date = new Intl.DateTimeFormat(language, { ...day, timeZone: "UTC" }).format(wall);
  const time = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
  }).format(wall);
  return `${date} ${time}`;
}

/** Parsed texts, at most as many as the rules ever held since the start. Parsing takes longer than asking. */
const texts = new Map<string, OpeningHours>();
const MAX_TEXTS = 10_000;

function parsed(text: string): OpeningHours {
  const known = texts.get(text);
  if (known !== undefined) {
    return known;
  }
  if (texts.size >= MAX_TEXTS) {
    texts.clear();
  }
  const made = new OpeningHours(text, null);
  texts.set(text, made);
  return made;
}

/** Runs something synchronous while this process's zone is UTC. */
function inUtc<T>(compute: () => T): T {
  const zone = process.env.TZ;
  process.env.TZ = "UTC";
  try {
    return compute();
  } finally {
    if (zone === undefined) {
      delete process.env.TZ;
    } else {
      process.env.TZ = zone;
    }
  }
}

/** What is open at `from`, and each change up to `to`: what a desk of those rules is told in that time. */
export function hoursBetween(rules: HoursRules, from: number, to: number): readonly HoursChange[] {
  const { timeZone } = rules.routing ?? PLAIN_ROUTING;
  const isByDay = countsDays(rules);
  const changes: HoursChange[] = [];
  for (let at = from; at <= to; ) {
    const { open, nextChange } = hoursAt(rules, at);
    const { day, endsAt } = isByDay ? dayAt(timeZone, at) : { day: "", endsAt: Number.POSITIVE_INFINITY };
    changes.push({ at, open, day });
    at = Math.max(at + 1, Math.min(nextChange ?? Number.POSITIVE_INFINITY, endsAt));
  }
  return changes;
}

export type HoursEvent = Extract<DeskEvent, { kind: "hours" }>;

export interface HoursWatch {
  /** The hours of new rules count from now on. Tells the desk at once. */
  follow(rules: HoursRules): void;
  stop(): void;
}

/** Tells the desk the hours now and at every change by the clock. `submit` must not throw. */
export function watchHours(rules: HoursRules, clock: Clock, submit: (event: HoursEvent) => void): HoursWatch {
  let current = rules;
  let told = "";
  let cancel = (): void => {};
  const look = (): void => {
    const now = clock.now();
    const { open, opens, nextChange } = hoursAt(current, now);
    const { day, endsAt } = countsDays(current)
      ? dayAt((current.routing ?? PLAIN_ROUTING).timeZone, now)
      : { day: "", endsAt: now + LOOK_AGAIN_MS };
    const text = JSON.stringify([open, opens, day]);
    if (text !== told) {
      told = text;
      submit({ kind: "hours", open, opens, day });
    }
    const delay = Math.min(LOOK_AGAIN_MS, Math.max(1, Math.min(nextChange ?? endsAt, endsAt) - now));
    cancel = clock.after(delay, look);
  };
  look();
  return {
    follow: (next) => {
      cancel();
      current = next;
      told = "";
      look();
    },
    stop: () => cancel(),
  };
}
