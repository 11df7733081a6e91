/**
 * What became of each message. IRC acknowledges nothing, so a PING goes behind every message or group of messages, and its
 * PONG proves that the server has taken what stands before it. A numeric in between (401, 404 …) names the nick that could
 * not be reached; because one message to a nick is on its way at a time, it is known which one that was.
 */
import { randomBytes } from "node:crypto";
import type { Clock, Outcome } from "../../src/adapter.ts";
import type { Pacer } from "./pacer.ts";

export interface SendsOptions {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly answerMs: number;
  /** Longest wait for the pace, in milliseconds. */
  readonly waitMs: number;
  /** The line that asks for a PONG with that token. */
  ping(token: string): string;
  /** Whether nothing is read just now, so that no PONG can come. */
  isPaused(): boolean;
  /** No PONG came: the link is dead. */
  silent(): void;
}

interface Sending {
  readonly nick: string;
  settle(outcome: Outcome): void;
}

/** The link took it along: it may have arrived, so it goes again. */
const CUT: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
/** The outbox keeps to the window of one; whoever does not is asked to wait for the answer. */
const BUSY: Outcome = { kind: "deferred", reason: "resource-constraint", retryAfterMs: 50 };

export class Sends {
  readonly #options: SendsOptions;
  readonly #prefix = `fd-${randomBytes(6).toString("hex")}-`;
  /** By folded nick; waiting for its pace or for its PONG. */
  readonly #underWay = new Map<string, Sending>();
  #written: Sending[] = [];
  #asked: { readonly token: string; readonly covers: readonly Sending[]; cancel: () => void } | null = null;
  #isScheduled = false;
  #count = 0;
  #isOver = false;

  constructor(options: SendsOptions) {
    this.#options = options;
  }

  /** `nick` is folded. The line is written when the pace allows, and not at all when `signal` aborts before. */
  send(nick: string, line: string, signal: AbortSignal): Promise<Outcome> | Outcome {
    if (this.#isOver || signal.aborted) {
      return CUT;
    }
    if (this.#underWay.has(nick)) {
      return BUSY;
    }
    const { pacer, waitMs } = this.#options;
    const wait = pacer.waitMs;
    if (wait > waitMs) {
      return { kind: "deferred", reason: "resource-constraint", retryAfterMs: wait - waitMs };
    }
    return new Promise((resolve) => {
      let takeBack = () => {};
      const abort = () => sending.settle(CUT);
      const sending: Sending = {
        nick,
        settle: (outcome) => {
          takeBack();
          signal.removeEventListener("abort", abort);
          if (this.#underWay.get(nick) === sending) {
            this.#underWay.delete(nick);
          }
          resolve(outcome);
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#underWay.set(nick, sending);
      takeBack = pacer.message(line, () => {
        this.#written.push(sending);
        this.#schedule();
      });
    });
  }

  /** True when that PONG was the one waited for. */
  pong(token: string): boolean {
    const asked = this.#asked;
    if (asked === null || asked.token !== token) {
      return token.startsWith(this.#prefix);
    }
    this.#asked = null;
    asked.cancel();
    for (const sending of asked.covers) {
      sending.settle({ kind: "accepted", id: null });
    }
    if (this.#written.length > 0) {
      this.#raise();
    }
    return true;
  }

  /** The server could not bring a message to that (folded) nick. False when none is under way. */
  failed(nick: string, outcome: Outcome): boolean {
    const sending = this.#underWay.get(nick);
    sending?.settle(outcome);
    return sending !== undefined;
  }

  /** Asks for a sign of life, unless one is asked for. */
  probe(): void {
    if (this.#asked === null && !this.#isOver) {
      this.#raise();
    }
  }

  /** The link is gone: whatever is under way is deferred. */
  cut(): void {
    this.#isOver = true;
    this.#asked?.cancel();
    this.#asked = null;
    this.#written = [];
    for (const sending of [...this.#underWay.values()]) {
      sending.settle(CUT);
    }
  }

  /** Behind all that is written in this turn of the event loop. */
  #schedule(): void {
    if (this.#asked !== null || this.#isScheduled) {
      return;
    }
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      if (this.#asked === null && this.#written.length > 0 && !this.#isOver) {
        this.#raise();
      }
    });
  }

  #raise(): void {
    const { pacer, ping } = this.#options;
    this.#count += 1;
    const token = `${this.#prefix}${this.#count}`;
    this.#asked = { token, covers: this.#written, cancel: () => {} };
    this.#written = [];
    this.#await();
    pacer.urgent(ping(token));
  }

  /** A link that is not read, because the desk cannot take more, is not dead: cutting it would lose what waits on it. */
  #await(): void {
    const { clock, answerMs, isPaused, silent } = this.#options;
    const asked = this.#asked;
    if (asked !== null) {
      asked.cancel = clock.after(answerMs, () => (isPaused() ? this.#await() : silent()));
    }
  }
}
