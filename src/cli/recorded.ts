/** What commands share that look back on recorded traffic: the rules, the span of time, the records of the store. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { adapters } from "../../adapters/index.ts";
import { FILES } from "../config/compile.ts";
import { findDataFolder } from "../config/find-data-folder.ts";
import { findKeys } from "../config/find-keys.ts";
import { loadConfiguration } from "../config/load.ts";
import { formatProblem, hasErrors } from "../config/problem.ts";
import { readMoment, wallAt } from "../config/wall-time.ts";
import { type Span, TRAFFIC_EVENTS, type Traffic, TrafficReader } from "../core/analysis/traffic.ts";
import { PLAIN_ROUTING } from "../core/queue-rules.ts";
import type { Rules } from "../core/rules.ts";
import { readFacts } from "../store/sqlite-facts.ts";
import { StoreFault } from "../store/store.ts";
import { STORE_FILE } from "../store/store-file.ts";
import type { DeskOptions, PlaceOptions } from "./desk-command.ts";
import { runShown } from "./progress.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

/** Something that was asked for and cannot be done; its message is for the person at the terminal. */
export class Refusal extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.exitCode = exitCode;
  }
}

/** Does it, and says what was refused; everything else is a defect. */
export function refusing(terminal: Terminal, options: DeskOptions, act: () => void): void {
  try {
    terminal.exitCode = EXIT_CODES.ok;
    act();
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof StoreFault)) throw error;
    terminal.exitCode = error instanceof Refusal ? error.exitCode : EXIT_CODES.failed;
    terminal.err(options.json === true ? JSON.stringify({ kind: "refused", text: error.message }) : error.message);
  }
}

/** The rules of the configuration; `over`: with the files of that folder in the place of theirs. Throws Refusal. */
export function readRules({ config, data }: PlaceOptions, over?: string): Rules {
  if (over !== undefined && !FILES.some((name) => existsSync(join(over, name)))) {
    throw new Refusal(EXIT_CODES.usage, `There is no rule file in ${resolve(over)}: one of ${FILES.join(", ")}.`);
  }
  const { rules, problems } = loadConfiguration(config, adapters, { dataFolder: data, over });
  if (rules !== null && !hasErrors(problems)) return rules;
  throw new Refusal(EXIT_CODES.failed, problems.map(formatProblem).join("\n"));
}

export function timeZoneOf({ routing }: Rules): string {
  return (routing ?? PLAIN_ROUTING).timeZone;
}

const DAY_MS = 86_400_000;

/** Throws Refusal. */
export function readSpan(rules: Rules, fromText: string, toText: string | undefined): Span {
  const zone = timeZoneOf(rules);
  const moment = (text: string): number => {
    const at = readMoment(zone, text);
    if (at !== null) return at;
    throw new Refusal(
      EXIT_CODES.usage,
      `${JSON.stringify(text)} is no time; write "2026-11-02" or "2026-11-02 09:00".`,
    );
  };
  const from = moment(fromText);
  const last = toText ?? fromText.slice(0, "2026-11-02".length);
  const to = moment(last.includes(":") ? last : dayAfter(last));
  if (to <= from) throw new Refusal(EXIT_CODES.usage, `${fromText} is not before ${last}.`);
  return { from, to };
}

/** The date after that one; what is no date is given back. */
function dayAfter(date: string): string {
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) ? date : new Date(at + DAY_MS).toISOString().slice(0, 10);
}

/** Who came so long before is still in the way; who came shortly before the end is followed for so long. */
const AROUND_MS = 4 * 3_600_000;

/** What the store of that desk recorded. `rules`: the present ones. Throws Refusal where nobody came, and StoreFault. */
export function readTraffic(options: PlaceOptions, rules: Rules, span: Span, seed: number): Traffic {
  const path = join(findDataFolder(options.config, options.data), STORE_FILE);
  const wanted = { from: span.from - AROUND_MS, to: span.to + AROUND_MS, events: TRAFFIC_EVENTS };
  const reader = new TrafficReader(rules, span);
  runShown("Reading records", shares(readFacts(path, findKeys(options.config), wanted), reader));
  const traffic = reader.traffic(seed);
  if (traffic.recorded.total.came > 0) return traffic;
  const older =
    traffic.unknown.leftOut === 0
      ? ""
      : ` ${traffic.unknown.leftOut} came, but an older Frontdesk recorded too little of them.`;
  throw new Refusal(
    EXIT_CODES.failed,
    `No customer is recorded from ${shownTime(rules, span.from)} to ${shownTime(rules, span.to)}.${older} Records are kept for retentionDays.`,
  );
}

function* shares(facts: ReturnType<typeof readFacts>, reader: TrafficReader): Generator<number, void> {
  for (const [fact, share] of facts) {
    reader.take(fact);
    yield share;
  }
}

/** "2026-11-02 09:00" by the time zone of the rules. */
export function shownTime(rules: Rules, at: number): string {
  return new Date(wallAt(timeZoneOf(rules), at)).toISOString().slice(0, 16).replace("T", " ");
}

/** A whole number from the command line. Throws Refusal. */
export function readWhole(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Refusal(
    EXIT_CODES.usage,
    `--${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`,
  );
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const ONE_DATE = /^\d{4}-\d{2}-\d{2}$/u;

/** A day that is imagined, from midnight to midnight; which day of the week it is, from 0 for Sunday; and where to look for others like it. */
export interface DayWanted {
  readonly day: Span;
  readonly like: number;
  readonly records: Span;
}

/** `text`: a day of the week (the next one) or a date; `until`: up to when records count, now when left out. Throws Refusal. */
export function dayOf(rules: Rules, text: string, weeks: number, until: string | undefined): DayWanted {
  const zone = timeZoneOf(rules);
  const end = until === undefined ? Date.now() : readMoment(zone, until);
  if (end === null)
    throw new Refusal(EXIT_CODES.usage, `--until must be a date such as "2026-11-02", not ${JSON.stringify(until)}.`);
  const records = { from: end - weeks * 7 * DAY_MS, to: end };
  const today = shownTime(rules, end).slice(0, 10);
  const wanted = text.toLowerCase();
  const weekday = WEEKDAYS.findIndex((name) => name === wanted || name.slice(0, 3) === wanted);
  const date = weekday >= 0 ? datesFrom(dayAfter(today), 7).find((one) => weekdayOf(one) === weekday) : text;
  const from = date !== undefined && ONE_DATE.test(date) ? readMoment(zone, date) : null;
  const to = readMoment(zone, dayAfter(date ?? ""));
  if (date === undefined || from === null || to === null) {
    throw new Refusal(EXIT_CODES.usage, `${JSON.stringify(text)} is no day; write "monday" or "2026-12-24".`);
  }
  return { day: { from, to }, like: weekdayOf(date), records };
}

/** The days of that kind that lie wholly in that time. */
export function daysLike(rules: Rules, weekday: number, { from, to }: Span): readonly Span[] {
  const zone = timeZoneOf(rules);
  const dates = datesFrom(shownTime(rules, from).slice(0, 10), Math.ceil((to - from) / DAY_MS) + 1);
  return dates.flatMap((date) => {
    const [begin, end] = [readMoment(zone, date), readMoment(zone, dayAfter(date))];
    const isWhole = begin !== null && end !== null && begin >= from && end <= to;
    return isWhole && weekdayOf(date) === weekday ? [{ from: begin, to: end }] : [];
  });
}

function datesFrom(date: string, count: number): readonly string[] {
  const dates = [date];
  while (dates.length < count) dates.push(dayAfter(dates.at(-1) ?? date));
  return dates;
}

function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}
