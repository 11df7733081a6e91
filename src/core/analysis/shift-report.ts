/** What a stretch of time at a desk came to: waits and service level by queue, work by CSR, waits by the hour. */
import { PLAIN_ROUTING } from "../queue-rules.ts";
import type { Rules } from "../rules.ts";

export interface QueueFigures {
  readonly queue: string;
  readonly came: number;
  readonly served: number;
  /** Left while they waited. */
  readonly left: number;
  /** Told that it is closed, full or served by nobody, or given back to the bot. */
  readonly sentAway: number;
  /** Still waited at the end. */
  readonly waiting: number;
  /** Of those who came, the share that was with a CSR within `targetSeconds`; from 0 to 1, null when nobody came. */
  readonly serviceLevel: number | null;
  /** Null of all queues together, which have no promise of their own. */
  readonly targetSeconds: number | null;
  /** Seconds, of those who were served; null when nobody was. */
  readonly meanWait: number | null;
  readonly medianWait: number | null;
  readonly p90Wait: number | null;
}
export interface CsrFigures {
  readonly csr: string;
  readonly served: number;
  /** Hours in which they could be asked or had somebody. */
  readonly hours: number;
  /** Of what they could have had in hand in those hours, the share that they had; from 0 to 1, null when they were not there. */
  readonly load: number | null;
}
/** Those who came in one hour and were served. */
export interface HourFigures {
  readonly served: number;
  /** Seconds; null when nobody was. */
  readonly meanWait: number | null;
}
export interface ShiftReport {
  readonly total: QueueFigures;
  readonly queues: readonly QueueFigures[];
  readonly csrs: readonly CsrFigures[];
  /** By hour since the beginning, for at most a month. */
  readonly hours: readonly HourFigures[];
}

interface Stay {
  readonly queue: string;
  readonly at: number;
  acceptedAt: number | null;
  end: "waiting" | "served" | "left" | "sent-away";
}
interface Work {
  served: number;
  talkMs: number;
  thereMs: number;
  /** Since when they can be asked; null: they cannot. */
  since: number | null;
  /** Begin of each talk in hand. */
  readonly talks: Map<string, number>;
  /** Since when they can be asked or have somebody; null: neither. */
  there: number | null;
}

const HOUR_MS = 3_600_000;
/** Hours that are told of one by one. */
const MOST_HOURS = 24 * 31;

/** Counts who comes from `from` on and before `to`, and the work in that time; all it is told of others it leaves out. Milliseconds. */
export class Tally {
  readonly #from: number;
  readonly #to: number;
  readonly #capacities: ReadonlyMap<string, number>;
  readonly #targets: (queue: string) => number;
  readonly #queues: readonly string[];
  readonly #stays = new Map<string, Stay>();
  readonly #work = new Map<string, Work>();

  /** `targets`: the promise of each queue in seconds, the same for all that are compared. */
  constructor(rules: Rules, span: { readonly from: number; readonly to: number }, targets = targetsOf(rules)) {
    this.#from = span.from;
    this.#to = span.to;
    this.#targets = targets;
    this.#queues = [...rules.queues.keys()];
    this.#capacities = new Map([...rules.csrs.values()].map(({ id, capacity }) => [id, capacity]));
  }

  came(conversation: string, queue: string, at: number): void {
    if (at >= this.#from && at < this.#to)
      this.#stays.set(conversation, { queue, at, acceptedAt: null, end: "waiting" });
  }

  /** Somebody has them, for the first time or once more. */
  accepted(conversation: string, csr: string, at: number): void {
    const work = this.#workOf(csr);
    work.talks.set(conversation, at);
    this.#there(work, at);
    const stay = this.#stays.get(conversation);
    if (stay === undefined) return;
    work.served += 1;
    if (stay.acceptedAt === null) stay.acceptedAt = at;
    stay.end = "served";
  }

  talkEnded(conversation: string, csr: string, at: number): void {
    const work = this.#workOf(csr);
    const since = work.talks.get(conversation);
    if (since === undefined) return;
    work.talks.delete(conversation);
    work.talkMs += this.#within(since, at);
    this.#there(work, at);
  }

  /** They wait no longer and nobody had them: by their own wish, or not. */
  gone(conversation: string, byCustomer: boolean): void {
    const stay = this.#stays.get(conversation);
    if (stay !== undefined && stay.acceptedAt === null) stay.end = byCustomer ? "left" : "sent-away";
  }

  attends(csr: string, at: number, isReady: boolean): void {
    const work = this.#workOf(csr);
    if (isReady === (work.since !== null)) return;
    work.since = isReady ? at : null;
    this.#there(work, at);
  }

  /** `until`: what is still going on is counted up to then. */
  report(until: number): ShiftReport {
    for (const [csr, work] of this.#work) {
      for (const conversation of [...work.talks.keys()]) this.talkEnded(conversation, csr, until);
      this.attends(csr, until, false);
    }
    const stays = [...this.#stays.values()];
    const byQueue = Map.groupBy(stays, ({ queue }) => queue);
    const queues = new Set([...this.#queues, ...byQueue.keys()]);
    const csrs = new Set([...this.#capacities.keys(), ...this.#work.keys()]);
    return {
      total: this.#figures("", stays, null),
      queues: [...queues].map((id) => this.#figures(id, byQueue.get(id) ?? [], this.#targets(id))),
      csrs: [...csrs].map((id) => this.#csr(id)),
      hours: this.#byHour(stays),
    };
  }

  #workOf(csr: string): Work {
    let work = this.#work.get(csr);
    if (work === undefined) {
      work = { served: 0, talkMs: 0, thereMs: 0, since: null, talks: new Map(), there: null };
      this.#work.set(csr, work);
    }
    return work;
  }

  /** Notes whether they are there, being ready or having somebody. */
  #there(work: Work, at: number): void {
    const isThere = work.since !== null || work.talks.size > 0;
    if (isThere === (work.there !== null)) return;
    if (work.there !== null) work.thereMs += this.#within(work.there, at);
    work.there = isThere ? at : null;
  }

  #within(from: number, to: number): number {
    return Math.max(0, Math.min(to, this.#to) - Math.max(from, this.#from));
  }

  #csr(csr: string): CsrFigures {
    const { served, talkMs, thereMs } = this.#workOf(csr);
    const could = thereMs * (this.#capacities.get(csr) ?? 1);
    return { csr, served, hours: thereMs / HOUR_MS, load: could === 0 ? null : Math.min(1, talkMs / could) };
  }

  #figures(queue: string, stays: readonly Stay[], targetSeconds: number | null): QueueFigures {
    const waits = stays.flatMap(waitOf).sort((left, right) => left - right);
    const count = (end: Stay["end"]): number => stays.filter((stay) => stay.end === end).length;
    const inTime = stays.filter((stay) => waitOf(stay).some((wait) => wait <= this.#targets(stay.queue)));
    return {
      queue,
      came: stays.length,
      served: waits.length,
      left: count("left"),
      sentAway: count("sent-away"),
      waiting: count("waiting"),
      serviceLevel: stays.length === 0 ? null : inTime.length / stays.length,
      targetSeconds,
      meanWait: mean(waits),
      medianWait: atShare(waits, 0.5),
      p90Wait: atShare(waits, 0.9),
    };
  }

  #byHour(stays: readonly Stay[]): readonly HourFigures[] {
    const hours = Math.min(MOST_HOURS, Math.ceil((this.#to - this.#from) / HOUR_MS));
    const waits = Array.from({ length: hours }, (): number[] => []);
    for (const stay of stays) waits[Math.floor((stay.at - this.#from) / HOUR_MS)]?.push(...waitOf(stay));
    return waits.map((each) => ({ served: each.length, meanWait: mean(each) }));
  }
}

/** The promise of each queue by those rules; what they do not have gets that of the desk. */
export function targetsOf({ queues, routing }: Rules): (queue: string) => number {
  const { targetSeconds } = routing ?? PLAIN_ROUTING;
  return (queue) => queues.get(queue)?.serviceLevel?.seconds ?? targetSeconds;
}

/** Seconds; nothing of those who were not served. */
function waitOf({ at, acceptedAt }: Stay): readonly number[] {
  return acceptedAt === null ? [] : [(acceptedAt - at) / 1000];
}

/** The smallest of the sorted numbers that at least that share of them do not exceed; null of none. */
export function atShare(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
