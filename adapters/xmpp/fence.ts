/**
 * Acknowledgement where the protocol has none (XEP-0114): a request is sent behind the messages, and its answer proves that
 * the server has taken everything before it. One request is on its way at a time; whatever is sent meanwhile shares the
 * next one, so the cost for each message falls as the load rises. An error in answer is an answer too.
 */
import { randomBytes } from "node:crypto";
import type { Clock, Outcome } from "../../src/adapter.ts";
import { isTemporary, type StanzaError } from "./conditions.ts";
import type { Unconfirmed } from "./sent-before.ts";

export interface FenceOptions {
  readonly clock: Clock;
  /** How long an answer may take. */
  readonly answerMs: number;
  /** Sends that may await an answer at once. */
  readonly unanswered: number;
  /** Stanzas written to this stream so far. */
  written(): number;
  /** Writes the request with that id. */
  ask(id: string): void;
  /** No answer came: the link is dead. */
  silent(): void;
}

interface Waiting extends Unconfirmed {
  /** Bare address it was sent to: nobody else can send it back. */
  readonly to: string;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: Outcome) => void;
  isOver: boolean;
}

/** Pause between two requests: each goes through the server twice, as a message does, so one for every message would double its work. */
const PAUSE_MS = 5;
/** How long after a request the next one waits for something to be sent that it can go with: by itself it is one write more for both sides. */
const COMPANY_MS = 10;
/** So many sends do not wait for the end of the pause: a request is little beside them. */
const CROWD = 64;

const ACCEPTED: Outcome = { kind: "accepted", id: null };
/** What a send gets whose fate the link took along: it may have arrived, so it goes again with the same id. */
const CUT: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
const FULL: Outcome = { kind: "deferred", reason: "resource-constraint", retryAfterMs: 100 };

export class Fence {
  readonly #options: FenceOptions;
  readonly #prefix = `fence-${randomBytes(9).toString("base64url")}-`;
  /** Sends that are not over: those that were asked about, and #next. */
  #open = 0;
  /** Those by key: made when something comes back, which hardly anything does, and kept until the next answer. */
  #byKey: Map<string, Waiting> | null = null;
  #latestSignal: AbortSignal | null = null;
  #next: Waiting[] = [];
  #asked: { readonly id: string; readonly covers: readonly Waiting[]; readonly cancel: () => void } | null = null;
  #scheduled = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Ends the pause though nothing was sent; null while nobody waits for that. */
  #cancelPause: (() => void) | null = null;
  #count = 0;

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** Whether one more send fits; when not, `full` is its outcome and nothing may be written. */
  get isFull(): boolean {
    return this.#open >= this.#options.unanswered;
  }

  get full(): Outcome {
    return FULL;
  }

  /** Call right after writing a stanza to the bare address `to`; resolves with what became of it. `signal` gives up waiting. */
  track(key: string, to: string, signal: AbortSignal): Promise<Outcome> {
    this.#heed(signal);
    const number = this.#options.written();
    return new Promise((resolve) => {
      const waiting: Waiting = { key, number, to, signal, resolve, isOver: false };
      this.#open += 1;
      this.#next.push(waiting);
      this.#byKey?.set(key, waiting);
      this.#schedule();
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
    for (const waiting of this.#unsettled()) {
      if (waiting.signal.aborted) this.#settle(waiting, CUT);
    }
  };

  #unsettled(): readonly Waiting[] {
    return [...(this.#asked?.covers ?? []), ...this.#next].filter(({ isOver }) => !isOver);
  }

  #settle(waiting: Waiting, outcome: Outcome): void {
    if (!waiting.isOver) {
      waiting.isOver = true;
      this.#open -= 1;
      waiting.resolve(outcome);
    }
  }

  /** Asks even though nothing waits: a sign of life. */
  probe(): void {
    if (this.#asked === null) {
      this.#raise();
    }
  }

  /** True when that id was this fence's: an IQ with it is no business of anybody else. */
  answered(id: string): boolean {
    if (!id.startsWith(this.#prefix)) {
      return false;
    }
    const asked = this.#asked;
    if (asked?.id === id) {
      this.#asked = null;
      this.#byKey = null;
      asked.cancel();
      for (const waiting of asked.covers) {
        this.#settle(waiting, ACCEPTED);
      }
      this.#schedule();
    }
    return true;
  }

  /**
   * A stanza that still waits came back from the bare address `from`: true, and its send has the outcome. False: it was
   * answered for before, or it was never sent to them. Keys can be guessed, so anybody could claim somebody else's.
   */
  bounced(key: string, from: string, error: StanzaError): boolean {
    this.#byKey ??= new Map(this.#unsettled().map((waiting) => [waiting.key, waiting]));
    const waiting = this.#byKey.get(key);
    if (waiting === undefined || waiting.isOver || waiting.to !== from) {
      return false;
    }
    const { condition, text } = error;
    this.#settle(
      waiting,
      isTemporary(error)
        ? { kind: "deferred", reason: condition }
        : { kind: "rejected", reason: condition, ...(text === null ? {} : { text }) },
    );
    return true;
  }

  /** The link is gone: whatever waits is deferred. Returns it. */
  cut(): readonly Unconfirmed[] {
    const unconfirmed = this.#unsettled();
    this.#asked?.cancel();
    this.#asked = null;
    this.#next = [];
    this.#byKey = null;
    this.#endPause();
    for (const waiting of unconfirmed) {
      this.#settle(waiting, CUT);
    }
    return unconfirmed;
  }

  /** After everything that is sent in this turn of the event loop, so that one fence stands behind all of it. */
  #schedule(): void {
    if (this.#asked !== null || this.#scheduled || this.#next.length === 0) {
      return;
    }
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      if (this.#asked === null && this.#next.length > 0) {
        this.#raiseInTime();
      }
    });
  }

  #raiseInTime(): void {
    const { clock } = this.#options;
    const sinceMs = clock.now() - this.#askedAt;
    if (sinceMs >= PAUSE_MS || this.#next.length >= CROWD) {
      this.#raise();
    } else {
      this.#cancelPause ??= clock.after(COMPANY_MS - sinceMs, () => {
        this.#cancelPause = null;
        if (this.#asked === null && this.#next.length > 0) this.#raise();
      });
    }
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = null;
  }

  #raise(): void {
    this.#endPause();
    this.#askedAt = this.#options.clock.now();
    this.#count += 1;
    const id = `${this.#prefix}${this.#count}`;
    const cancel = this.#options.clock.after(this.#options.answerMs, () => this.#options.silent());
    this.#asked = { id, covers: this.#next, cancel };
    this.#next = [];
    this.#options.ask(id);
  }
}
