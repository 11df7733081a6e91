/**
 * What became of each message. IRC acknowledges nothing, so a PING goes behind every message or group of messages, and its
 * PONG proves that the server has taken what stands before it. A numeric in between (401, 404 …) names the nick that could
 * not be reached. Several messages to one nick may be under way, each in a group of its own: since the server answers in
 * order, a numeric is about the first group whose PONG has not come.
 *
 * Nothing overtakes: when one could not be brought and is to be tried again, those behind it are, too. If one of those
 * arrived nevertheless, because its recipient was back just then, the earlier one is not said after it but comes back.
 */
import { randomBytes } from "node:crypto";
import type { Clock, Outcome } from "../../src/adapter.ts";
import type { Paced, Pacer } from "./pacer.ts";

export interface SendsOptions {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly answerMs: number;
  /** Longest wait for the pace, in milliseconds. */
  readonly waitMs: number;
  /** How long a PING waits for more messages to stand behind. */
  readonly fenceMs: number;
  /** The line that asks for a PONG with that token. */
  ping(token: string): string;
  /** Whether nothing is read just now, so that no PONG can come. */
  isPaused(): boolean;
  /** No PONG came: the link is dead. */
  silent(): void;
}

/** Where lines are not counted, a PING waits so long for more messages to stand behind. */
export const FENCE_MS = 10;
/** Messages to one nick that may be under way at once. */
export const WINDOW = 16;

interface Sending extends Paced {
  readonly nick: string;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: Outcome) => void;
  isWritten: boolean;
  /** The server could not bring it. Where it may be tried again, that is told once it is known of those behind it as well. */
  failure: Outcome | null;
  /** Whoever sent it knows. What was given up stays until its PONG: a numeric may still be about it. */
  isSettled: boolean;
}

/** Messages to different nicks with one PING behind them. */
interface Group {
  readonly token: string;
  readonly covers: Map<string, Sending>;
}

const ACCEPTED: Outcome = { kind: "accepted", id: null };
/** The link took it along: it may have arrived, so it goes again. */
const CUT: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
/** The outbox keeps to the window; whoever does not is asked to wait for answers. */
const BUSY: Outcome = { kind: "deferred", reason: "resource-constraint", retryAfterMs: 50 };
const OVERTAKEN: Outcome = {
  kind: "rejected",
  reason: "recipient-unavailable",
  text: "Its recipient was away for a moment, and has since got what was said after it.",
};

export class Sends {
  readonly #options: SendsOptions;
  readonly #prefix = `fd-${randomBytes(6).toString("hex")}-`;
  /** By folded nick, in order: waiting for their pace or for their PONG. */
  readonly #underWay = new Map<string, Sending[]>();
  /** Written, and no PING behind it yet. */
  #open: Group;
  /** Whose PONG is waited for, in order. */
  #asked: Group[] = [];
  #cancelSilence: (() => void) | null = null;
  /** When the server last answered, or was asked after it had answered all. */
  #answeredAt = 0;
  #latestSignal: AbortSignal | null = null;
  #cancelFence: (() => void) | null = null;
  #count = 0;
  #isOver = false;

  constructor(options: SendsOptions) {
    this.#options = options;
    this.#open = this.#group();
  }

  /** `nick` is folded. The line is written when the pace allows, and not at all when `signal` aborts before. */
  send(nick: string, line: string, signal: AbortSignal): Promise<Outcome> | Outcome {
    if (this.#isOver || signal.aborted) {
      return CUT;
    }
    const before = this.#underWay.get(nick);
    const failed = before?.find(({ failure }) => failure !== null);
    if (failed !== undefined || (before !== undefined && before.length >= WINDOW)) {
      return failed?.failure ?? BUSY;
    }
    const { pacer, waitMs } = this.#options;
    const wait = pacer.waitMs;
    if (wait > waitMs) {
      return { kind: "deferred", reason: "resource-constraint", retryAfterMs: wait - waitMs };
    }
    this.#heed(signal);
    return new Promise((resolve) => {
      const sending: Sending = {
        nick,
        line,
        signal,
        resolve,
        isWritten: false,
        failure: null,
        isSettled: false,
        before: () => (this.#open.covers.has(nick) ? 1 : 0),
        writing: () => this.#writing(sending),
      };
      if (before === undefined) this.#underWay.set(nick, [sending]);
      else before.push(sending);
      pacer.message(sending);
    });
  }

  /** One listener for all sends under one signal: adding one costs more than all the rest here. They come one signal after the other. */
  #heed(signal: AbortSignal): void {
    if (signal !== this.#latestSignal) {
      this.#latestSignal = signal;
      signal.addEventListener("abort", this.#gaveUp, { once: true });
    }
  }

  readonly #gaveUp = (): void => {
    for (const sending of [...this.#underWay.values()].flat()) {
      if (sending.signal.aborted) this.#settle(sending, CUT);
    }
  };

  /** True when that PONG was one waited for. */
  pong(token: string): boolean {
    const place = this.#asked.findIndex((group) => group.token === token);
    if (place < 0) {
      return token.startsWith(this.#prefix);
    }
    for (const group of this.#asked.splice(0, place + 1)) {
      for (const sending of group.covers.values()) this.#answered(sending);
    }
    this.#answeredAt = this.#options.clock.now();
    if (this.#asked.length === 0 && this.#open.covers.size > 0) {
      this.#schedule();
    }
    return true;
  }

  /** The server could not bring a message to that (folded) nick. False when it is about none that is under way. */
  failed(nick: string, outcome: Outcome): boolean {
    const sending = (this.#asked[0] ?? this.#open).covers.get(nick);
    if (sending === undefined || sending.failure !== null) {
      return false;
    }
    sending.failure = outcome;
    if (outcome.kind === "deferred") {
      for (const behind of [...(this.#underWay.get(nick) ?? [])]) {
        if (!behind.isWritten) this.#settle(behind, outcome);
      }
      this.#review(nick);
    } else {
      this.#settle(sending, outcome);
      this.#forget(sending);
    }
    return true;
  }

  /** Asks for a sign of life, unless one is asked for. */
  probe(): void {
    if (this.#asked.length === 0 && !this.#isOver) {
      this.#raise();
    }
  }

  /** The link is gone: whatever is under way is deferred. */
  cut(): void {
    this.#isOver = true;
    this.#cancelSilence?.();
    this.#cancelFence?.();
    this.#asked = [];
    this.#open = this.#group();
    for (const sending of [...this.#underWay.values()].flat()) this.#settle(sending, CUT);
    this.#underWay.clear();
  }

  /** It is about to be written; what was written to that nick before gets its PING in between. */
  #writing(sending: Sending): void {
    if (this.#open.covers.has(sending.nick)) {
      this.#raise();
    }
    sending.isWritten = true;
    this.#open.covers.set(sending.nick, sending);
    this.#schedule();
  }

  /** Its PONG came. */
  #answered(sending: Sending): void {
    if (sending.failure === null) {
      const all = this.#underWay.get(sending.nick) ?? [];
      if (all[0] !== sending) {
        for (const earlier of all.slice(0, all.indexOf(sending))) {
          this.#settle(earlier, OVERTAKEN);
          this.#forget(earlier);
        }
      }
      this.#settle(sending, ACCEPTED);
      this.#forget(sending);
    }
    this.#review(sending.nick);
  }

  /** Those that could not be brought go back into their lane once nothing behind them can arrive any more. */
  #review(nick: string): void {
    const all = this.#underWay.get(nick) ?? [];
    if (all.some(({ isWritten, failure }) => isWritten && failure === null)) {
      return;
    }
    for (const sending of [...all]) {
      if (sending.failure !== null) {
        this.#settle(sending, sending.failure);
        this.#forget(sending);
      }
    }
  }

  #settle(sending: Sending, outcome: Outcome): void {
    if (sending.isSettled) return;
    sending.isSettled = true;
    if (!sending.isWritten) {
      this.#options.pacer.takeBack(sending);
      this.#forget(sending);
    }
    sending.resolve(outcome);
  }

  #forget(sending: Sending): void {
    const { nick } = sending;
    const all = this.#underWay.get(nick) ?? [];
    const place = all.indexOf(sending);
    if (place >= 0) all.splice(place, 1);
    if (all.length === 0) this.#underWay.delete(nick);
  }

  #group(): Group {
    this.#count += 1;
    return { token: `${this.#prefix}${this.#count}`, covers: new Map() };
  }

  /** Behind all that is written until then. */
  #schedule(): void {
    if (this.#asked.length > 0 || this.#cancelFence !== null) {
      return;
    }
    const { clock, fenceMs } = this.#options;
    this.#cancelFence = clock.after(fenceMs, () => {
      this.#cancelFence = null;
      if (this.#asked.length === 0 && this.#open.covers.size > 0) {
        this.#raise();
      }
    });
  }

  #raise(): void {
    const { pacer, ping } = this.#options;
    const group = this.#open;
    this.#open = this.#group();
    this.#cancelFence?.();
    this.#cancelFence = null;
    this.#asked.push(group);
    if (this.#asked.length === 1) {
      this.#answeredAt = this.#options.clock.now();
      this.#cancelSilence ??= this.#await(this.#options.answerMs);
    }
    pacer.urgent(ping(group.token));
  }

  /**
   * Looks in that time whether the server answers; one timer for many answers, since each PONG would have to begin it anew. A link that is
   * not read, because the desk cannot take more, is not dead: cutting it would lose what waits on it.
   */
  #await(delayMs: number): () => void {
    const { clock, answerMs, isPaused, silent } = this.#options;
    return clock.after(delayMs, () => {
      this.#cancelSilence = null;
      if (this.#asked.length === 0) return;
      const leftMs = this.#answeredAt + answerMs - clock.now();
      if (leftMs > 0 || isPaused()) this.#cancelSilence = this.#await(leftMs > 0 ? leftMs : answerMs);
      else silent();
    });
  }
}
