/** Learns rates from the facts of the desk, in the order in which they happened. */
import type { Fact } from "../step.ts";
import { learn } from "./durations.ts";
import { again, aged, noRates, QUEUES_KEPT, type QueueRates, queueRates, type Rates, slowness } from "./rates.ts";

/** A talk under way: as JSON, so that it outlives a restart. */
export interface OpenTalk {
  readonly queue: string;
  readonly csr: string;
  readonly startedAt: number;
  /** Up to here, the log of how many the CSR had at a time, times milliseconds, is summed up. */
  readonly at: number;
  readonly crowded: number;
}
/** A talk that is over, or that was cut off. */
export interface EndedTalk {
  readonly conversation: string;
  readonly lengthMs: number;
  /** The mean log of how many the CSR had at a time while it lasted. */
  readonly crowd: number;
  /** False: cut off; it was not over. */
  readonly isEnd: boolean;
}
interface OpenWait {
  readonly queue: string;
  readonly since: number;
  readonly offeredAt: number | null;
}

/** All that must be kept to go on learning after a restart. */
export interface Learned {
  readonly rates: Rates;
  readonly talks: readonly (readonly [string, OpenTalk])[];
}

/** How long it would have taken had the CSR had nothing else in hand. */
export function aloneMs({ lengthMs, crowd }: EndedTalk, slow: number): number {
  return lengthMs * Math.exp(-slow * crowd);
}

/** Talks and waits that are followed at once; of those beyond it nothing is learned. */
const FOLLOWED = 20_000;

export class Learner {
  #rates: Rates;
  readonly #talks: Map<string, OpenTalk>;
  readonly #waits = new Map<string, OpenWait>();
  /** By CSR: the talks they have. */
  readonly #hands = new Map<string, Set<string>>();

  constructor(now: number, learned?: Learned) {
    this.#rates = learned?.rates ?? noRates(now);
    this.#talks = new Map(learned?.talks ?? []);
    for (const [conversation, { csr }] of this.#talks) this.#handsOf(csr).add(conversation);
  }

  get rates(): Rates {
    return this.#rates;
  }

  learned(): Learned {
    return { rates: this.#rates, talks: [...this.#talks] };
  }

  /** When that talk began; null when it is not known. */
  startedAt(conversation: string): number | null {
    return this.#talks.get(conversation)?.startedAt ?? null;
  }

  /**
   * Facts of before it was told of their conversation say less, and none is taken for what it is not. Returns the talk that the fact
   * ended, if any.
   */
  hear(fact: Fact): EndedTalk | null {
    const { conversation, csr, at } = fact;
    if (conversation === null) return null;
    const queue = typeof fact.detail.queue === "string" ? fact.detail.queue : null;
    switch (fact.event) {
      case "queue.entered":
        if (queue !== null) this.#enters(conversation, queue, at);
        return null;
      case "offer.made": {
        const wait = this.#waits.get(conversation);
        if (wait !== undefined && wait.offeredAt === null) this.#waits.set(conversation, { ...wait, offeredAt: at });
        return null;
      }
      case "offer.accepted":
        this.#accepted(conversation, csr ?? "", at);
        return null;
      case "conversation.transfer":
      case "conversation.absent":
      case "conversation.reload": {
        // To whoever was cut off for want of a CSR, the talk was not over.
        const ended = this.#talkEnds(conversation, at, fact.event === "conversation.transfer");
        if (queue !== null) this.#follow(conversation, { queue, since: at, offeredAt: null });
        return ended;
      }
      case "conversation.closed":
        return this.#closed(conversation, at, fact.detail.why);
    }
    return null;
  }

  #enters(conversation: string, queue: string, at: number): void {
    this.#change(queue, at, (rates) => ({ ...rates, arrivals: again(rates.arrivals, at) }));
    const before = this.#waits.get(conversation);
    // From one queue to another by a rule: they did not leave the first by their own wish.
    if (before !== undefined) this.#waitEnds(conversation, before, at, false);
    this.#follow(conversation, { queue, since: at, offeredAt: null });
  }

  #accepted(conversation: string, csr: string, at: number): void {
    const wait = this.#waits.get(conversation);
    if (wait === undefined) return;
    this.#waitEnds(conversation, wait, at, false);
    this.#change(wait.queue, at, (rates) => ({ ...rates, starts: again(rates.starts, at) }));
    if (wait.offeredAt !== null) {
      const { count, ms } = this.#rates.answers;
      this.#rates = { ...this.#rates, answers: { count: count + 1, ms: ms + Math.max(0, at - wait.offeredAt) } };
    }
    if (this.#talks.size >= FOLLOWED) return;
    const hands = this.#handsOf(csr);
    this.#countHands(hands, at);
    hands.add(conversation);
    this.#talks.set(conversation, { queue: wait.queue, csr, startedAt: at, at, crowded: 0 });
  }

  #closed(conversation: string, at: number, why: unknown): EndedTalk | null {
    const wait = this.#waits.get(conversation);
    if (wait !== undefined) this.#waitEnds(conversation, wait, at, why === "customer");
    return this.#talkEnds(conversation, at, true);
  }

  #waitEnds(conversation: string, { queue, since }: OpenWait, at: number, isGivenUp: boolean): void {
    this.#waits.delete(conversation);
    this.#change(queue, at, (rates) => {
      learn(rates.patience, at - since, isGivenUp);
      return rates;
    });
  }

  #talkEnds(conversation: string, at: number, isEnd: boolean): EndedTalk | null {
    const talk = this.#talks.get(conversation);
    if (talk === undefined) return null;
    const hands = this.#handsOf(talk.csr);
    this.#countHands(hands, at);
    const { queue, startedAt, crowded } = this.#talks.get(conversation) ?? talk;
    this.#talks.delete(conversation);
    hands.delete(conversation);
    if (hands.size === 0) this.#hands.delete(talk.csr);
    const length = Math.max(1, at - startedAt);
    const crowd = crowded / length;
    const ended: EndedTalk = { conversation, lengthMs: length, crowd, isEnd };
    const alone = aloneMs(ended, slowness(this.#rates.load));
    this.#change(queue, at, (rates) => {
      learn(rates.talks, alone, isEnd);
      return rates;
    });
    if (!isEnd) return ended;
    const { count, x, y, xx, xy } = this.#rates.load;
    const log = Math.log(length);
    const load = { count: count + 1, x: x + crowd, y: y + log, xx: xx + crowd * crowd, xy: xy + crowd * log };
    this.#rates = { ...this.#rates, load };
    return ended;
  }

  /** Brings the sums of all talks of a CSR up to now: their number is about to change. */
  #countHands(hands: ReadonlySet<string>, at: number): void {
    for (const conversation of hands) {
      const talk = this.#talks.get(conversation);
      if (talk === undefined) continue;
      const crowded = talk.crowded + Math.max(0, at - talk.at) * Math.log(hands.size);
      this.#talks.set(conversation, { ...talk, at, crowded });
    }
  }

  #handsOf(csr: string): Set<string> {
    let hands = this.#hands.get(csr);
    if (hands === undefined) {
      hands = new Set();
      this.#hands.set(csr, hands);
    }
    return hands;
  }

  #follow(conversation: string, wait: OpenWait): void {
    if (this.#waits.size < FOLLOWED) this.#waits.set(conversation, wait);
  }

  #change(queue: string, at: number, change: (rates: QueueRates) => QueueRates): void {
    this.#rates = aged(this.#rates, at);
    const isNew = this.#rates.queues[queue] === undefined;
    if (isNew && Object.keys(this.#rates.queues).length >= QUEUES_KEPT) return;
    const queues = { ...this.#rates.queues, [queue]: change(queueRates(this.#rates, queue, at)) };
    this.#rates = { ...this.#rates, queues };
  }
}
