/**
 * Recorded traffic: who came to the desk, how long talks took, who gave up and who was at work, read from its facts, so that the same
 * customers can come once more to a desk with other rules. What nobody can know of them is drawn, from what was learned of the others.
 */
import { chanceFrom } from "../estimate/chance.ts";
import { drawRest, ratesOf } from "../estimate/durations.ts";
import { aloneMs, type EndedTalk, Learner } from "../estimate/learning.ts";
import { GUESSED_PATIENCE_MS, GUESSED_TALK_MS, queueRates, type Rates, slowness } from "../estimate/rates.ts";
import type { Rules } from "../rules.ts";
import type { Fact } from "../step.ts";
import { type RecordedVisit, recordedVisit } from "../visit.ts";
import type { Answers, Attendance, Visit, VisitTalk } from "./shift.ts";
import { type ShiftReport, Tally } from "./shift-report.ts";

/** The facts that say anything of traffic; others need not be read. */
export const TRAFFIC_EVENTS = [
  "queue.entered",
  "queue.refused",
  "queue.overflow",
  "offer.made",
  "offer.accepted",
  "offer.declined",
  "offer.missed",
  "conversation.transfer",
  "conversation.absent",
  "conversation.reload",
  "conversation.closed",
  "csr.state",
  "desk.took-up",
  "rules.adopted",
] as const;

/** Customers who are looked at, at most; later ones are left out. */
export const VISITS_KEPT = 200_000;

/** Milliseconds: who comes from `from` on and before `to` is counted. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Traffic {
  /** Oldest first; those of before and after the span, too, since they are in the way. */
  readonly visits: readonly Visit[];
  readonly attendance: readonly Attendance[];
  /** What became of them then. */
  readonly recorded: ShiftReport;
  /** The last that is known; from then on nobody knows what happened. */
  readonly until: number;
  readonly answers: Answers;
  readonly slowness: number;
  readonly rates: Rates;
  readonly unknown: Unknown;
}

/** Of what came in the span, what the records do not tell. */
export interface Unknown {
  /** Customers without a record of who they were: of an older version of the desk, or beyond `VISITS_KEPT`. */
  readonly leftOut: number;
  /** Served, so that nobody knows how much longer they would have waited: drawn. */
  readonly patience: number;
  /** Gone before anybody talked with them, or still talking at the end: how long the talk would have been is drawn. */
  readonly talks: number;
  /** Back to a queue after the bot had them once more: only the first time is played again. */
  readonly returned: number;
  /** Reloads in the span, so that not all of it went by the same rules. */
  readonly reloads: number;
}

type End = "open" | "served" | "left" | "sent-away";

interface Stay {
  readonly conversation: string;
  readonly queue: string;
  readonly who: RecordedVisit;
  readonly at: number;
  acceptedAt: number | null;
  endedAt: number | null;
  end: End;
  /** Talks that ended, each with where the CSR handed them on to. */
  readonly talks: { readonly talk: EndedTalk; readonly then: VisitTalk["then"] }[];
  returned: boolean;
  /** By CSR, when they were asked last. */
  readonly asked: Map<string, number>;
}

/** Reads facts in the order in which they were recorded; `take` as many as there are, then `traffic`. */
export class TrafficReader {
  readonly #span: Span;
  readonly #tally: Tally;
  readonly #learner: Learner;
  readonly #stays = new Map<string, Stay>();
  readonly #attendance: Attendance[] = [];
  /** By CSR: at work, as far as is known. */
  readonly #states = new Map<string, Attendance["state"]>();
  /** By conversation, who has it. */
  readonly #talking = new Map<string, string>();
  /** Who was at work before was told when the desk began. */
  #isTold = false;
  readonly #accepted = { count: 0, ms: 0 };
  readonly #refused = { count: 0, ms: 0 };
  #first: number | null = null;
  #last: number;
  #leftOut = 0;
  #reloads = 0;

  /** `rules`: the present ones; the promises that waits are measured by are theirs. */
  constructor(rules: Rules, span: Span) {
    this.#span = span;
    this.#tally = new Tally(rules, span);
    this.#learner = new Learner(span.from);
    this.#last = span.from;
  }

  take(fact: Fact): void {
    this.#first ??= fact.at;
    this.#last = Math.max(this.#last, fact.at);
    const talk = this.#learner.hear(fact);
    if (fact.event === "rules.adopted" && this.#isCounted(fact.at)) this.#reloads += 1;
    else if (fact.event === "desk.took-up") this.#everybodyOff(fact.at);
    else if (fact.event === "csr.state") this.#attends(fact);
    else if (fact.conversation !== null) this.#ofConversation(fact, fact.conversation, talk);
  }

  /** `seed`: of what is drawn. */
  traffic(seed: number): Traffic {
    const { rates } = this.#learner;
    const slow = slowness(rates.load);
    const stays = [...this.#stays.values()].sort((left, right) => left.at - right.at);
    const counted = stays.filter(({ at }) => this.#isCounted(at));
    const { count, ms } = this.#accepted;
    const refused = this.#refused;
    return {
      visits: stays.map((stay, index) => this.#visit(stay, slow, seed + index * 15_485_863)),
      attendance: this.#attendance,
      recorded: this.#tally.report(this.#last),
      until: this.#last,
      answers: {
        acceptMs: count === 0 ? 0 : ms / count,
        refuseMs: refused.count === 0 ? 0 : refused.ms / refused.count,
        refused: Math.min(MOST_REFUSED, refused.count / Math.max(1, count + refused.count)),
      },
      slowness: slow,
      rates,
      unknown: {
        leftOut: this.#leftOut,
        patience: counted.filter(({ end }) => end !== "left").length,
        talks: counted.filter(({ talks }) => talks.every(({ talk }) => !talk.isEnd)).length,
        returned: counted.filter(({ returned }) => returned).length,
        reloads: this.#reloads,
      },
    };
  }

  #isCounted(at: number): boolean {
    return at >= this.#span.from && at < this.#span.to;
  }

  /** What is not known of them is drawn by that seed. */
  #visit(stay: Stay, slow: number, seed: number): Visit {
    const { conversation, at, queue, who, acceptedAt, endedAt, end } = stay;
    const chance = chanceFrom(seed);
    const learned = queueRates(this.#learner.rates, queue, this.#last);
    const waited = (acceptedAt ?? endedAt ?? this.#last) - at;
    const longer = drawRest(ratesOf(learned.patience, GUESSED_PATIENCE_MS), waited, 1, chance);
    const { talks, openMs } = talksOf(stay, slow);
    if (openMs !== null) {
      const lasts = openMs + Math.max(0, this.#last - (this.#learner.startedAt(conversation) ?? this.#last));
      const rest = drawRest(ratesOf(learned.talks, GUESSED_TALK_MS), lasts, 1, chance);
      talks.push({ aloneMs: lasts + rest, then: null });
    }
    return { at, queue, who, patienceMs: end === "left" ? waited : waited + longer, talks };
  }

  // --- CSRs -----------------------------------------------------------------------------------------------------------

  #attends({ at, csr, detail }: Fact): void {
    if (csr === null) return;
    const state = detail.state === "ready" || detail.state === "away" ? detail.state : "off";
    this.#note({ at, csr, state, networks: String(detail.at ?? "").split(" ") });
  }

  #everybodyOff(at: number): void {
    this.#isTold = true;
    for (const [csr, state] of this.#states) if (state !== "off") this.#note({ at, csr, state: "off", networks: [] });
  }

  /** Who is first heard of when they are asked, or when they leave, was there from the beginning. */
  #wasThere(csr: string): void {
    if (this.#states.has(csr) || this.#isTold || this.#first === null) return;
    this.#attendance.unshift({ at: this.#first, csr, state: "ready", networks: [] });
    this.#states.set(csr, "ready");
    this.#tally.attends(csr, this.#first, true);
  }

  #note(attendance: Attendance): void {
    const { csr, state, at } = attendance;
    if (state !== "ready") this.#wasThere(csr);
    this.#states.set(csr, state);
    this.#attendance.push(attendance);
    this.#tally.attends(csr, at, state === "ready");
  }

  // --- conversations --------------------------------------------------------------------------------------------------

  #ofConversation(fact: Fact, conversation: string, talk: EndedTalk | null): void {
    const stay = this.#stays.get(conversation);
    if (stay === undefined) {
      if (fact.event === "queue.entered" || fact.event === "queue.refused") this.#comes(fact, conversation);
      return;
    }
    if (talk !== null) this.#talkEnded(stay, talk, fact);
    switch (fact.event) {
      case "queue.entered":
        if (stay.end === "sent-away") stay.returned = true;
        return;
      case "queue.overflow":
        if (isToBot(fact) && stay.end === "open") this.#gone(stay, fact.at, "sent-away");
        return;
      case "offer.made":
        this.#wasThere(fact.csr ?? "");
        stay.asked.set(fact.csr ?? "", fact.at);
        return;
      case "offer.accepted":
        this.#wasAccepted(stay, fact);
        return;
      case "offer.declined":
      case "offer.missed":
        this.#answered(stay, fact, this.#refused);
        return;
      case "conversation.closed":
        if (stay.end === "open") this.#gone(stay, fact.at, LEFT.has(String(fact.detail.why)) ? "left" : "sent-away");
    }
  }

  #comes(fact: Fact, conversation: string): void {
    const { at, detail } = fact;
    const who = recordedVisit(fact);
    if (who === null || this.#stays.size >= VISITS_KEPT) {
      if (fact.event === "queue.entered" && this.#isCounted(at)) this.#leftOut += 1;
      return;
    }
    const queue = String(detail.queue);
    const came: Pick<Stay, "acceptedAt" | "endedAt" | "end" | "returned"> = {
      acceptedAt: null,
      endedAt: null,
      end: "open",
      returned: false,
    };
    this.#stays.set(conversation, { conversation, queue, who, at, ...came, talks: [], asked: new Map() });
    this.#tally.came(conversation, queue, at);
  }

  #wasAccepted(stay: Stay, fact: Fact): void {
    const { at, csr } = fact;
    this.#answered(stay, fact, this.#accepted);
    if (stay.end === "sent-away" || stay.end === "left") return;
    stay.acceptedAt ??= at;
    stay.end = "served";
    this.#talking.set(stay.conversation, csr ?? "");
    this.#tally.accepted(stay.conversation, csr ?? "", at);
  }

  /** Machines, which take everything at once, say nothing of how long people take. */
  #answered(stay: Stay, { at, csr }: Fact, sum: { count: number; ms: number }): void {
    const askedAt = stay.asked.get(csr ?? "");
    stay.asked.delete(csr ?? "");
    if (askedAt === undefined || askedAt === at) return;
    sum.count += 1;
    sum.ms += at - askedAt;
  }

  #talkEnded(stay: Stay, talk: EndedTalk, { at, event, detail }: Fact): void {
    const queue = typeof detail.queue === "string" ? detail.queue : stay.queue;
    const only = typeof detail.only === "string" ? detail.only : null;
    stay.talks.push({ talk, then: event === "conversation.transfer" ? { queue, only } : null });
    stay.endedAt = at;
    this.#tally.talkEnded(stay.conversation, this.#talking.get(stay.conversation) ?? "", at);
  }

  #gone(stay: Stay, at: number, end: "left" | "sent-away"): void {
    stay.endedAt = at;
    stay.end = end;
    this.#tally.gone(stay.conversation, end === "left");
  }
}

/** However often offers were refused, somebody takes one some time. */
const MOST_REFUSED = 0.9;
/** Endings by which somebody who waits gives up. */
const LEFT: ReadonlySet<string> = new Set(["customer", "unreachable", "idle"]);

function isToBot({ detail }: Fact): boolean {
  return !String(detail.to).startsWith('{"kind":"queue"');
}

/** Talks that were over, or handed on; and how long the last one had lasted that was neither, null where there is none such. */
function talksOf({ talks: ended }: Stay, slow: number): { talks: VisitTalk[]; openMs: number | null } {
  const talks: VisitTalk[] = [];
  let openMs: number | null = 0;
  for (const { talk, then } of ended) {
    const soFar: number = (openMs ?? 0) + aloneMs(talk, slow);
    // What was cut off for want of a CSR went on with the next one.
    if (talk.isEnd) talks.push({ aloneMs: soFar, then });
    openMs = talk.isEnd ? (then === null ? null : 0) : soFar;
  }
  return { talks, openMs };
}
