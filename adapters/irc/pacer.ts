/**
 * Lines leave no faster than the network allows (RFC 2813 §5.8: a few at once, then one in two seconds, else it ends the
 * link for flooding). Messages wait in order; the desk's own chatter (answers, questions) only leaves when none waits.
 */
import type { Clock } from "../../src/adapter.ts";

/** How fast lines may leave. */
export interface Pace {
  /** Lines at once. */
  readonly burst: number;
  /** Milliseconds for each further line; 0 for a link without such a limit. */
  readonly lineMs: number;
  /** How long a message may wait for that. */
  readonly waitMs: number;
}

/** A message needs two lines: itself, and the PING behind it. */
const LINES_EACH = 2;

/** What a network is asked to bear after it called the pace a flood, and how slow it gets at most. */
const SLOWED_LEAST_MS = 500;
const SLOWED_MOST_MS = 8_000;

/** Half as fast, with nothing at once but a message and its fence. */
export function slower({ lineMs, waitMs }: Pace): Pace {
  const slowed = Math.min(Math.max(SLOWED_LEAST_MS, lineMs * 2), SLOWED_MOST_MS);
  return { burst: LINES_EACH, lineMs: Math.max(lineMs, slowed), waitMs };
}

export interface PacerOptions extends Pick<Pace, "burst" | "lineMs"> {
  readonly clock: Clock;
  /** Lines of chatter that may wait. */
  readonly chatter: number;
  write(line: string): void;
}

/** A message that waits for its pace. */
export interface Paced {
  readonly line: string;
  /** Lines that have to be written before it; they count for what it needs. */
  before(): number;
  /** It is written next. */
  writing(): void;
}

export class Pacer {
  readonly #options: PacerOptions;
  readonly #messages = new Set<Paced>();
  readonly #chatter: string[] = [];
  #credit: number;
  #countedAt: number;
  #cancelAlarm: (() => void) | null = null;
  #isOver = false;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#credit = options.burst;
    this.#countedAt = options.clock.now();
  }

  /** How long one more message would wait, in milliseconds. */
  get waitMs(): number {
    if (this.#options.lineMs === 0) return 0;
    this.#count();
    const lines = this.#messages.size * LINES_EACH + this.#linesFirst(null) - this.#credit;
    return Math.max(0, lines * this.#options.lineMs);
  }

  /** Writes at once whatever the pace: answers to PING, and the fence behind what was just written. */
  urgent(line: string): void {
    if (this.#isOver) {
      return;
    }
    this.#count();
    this.#credit -= 1;
    this.#options.write(line);
  }

  /** Writes when it may. */
  message(message: Paced): void {
    if (this.#options.lineMs === 0 && !this.#isOver) {
      // No pace: nothing can wait before it.
      message.writing();
      this.#options.write(message.line);
      return;
    }
    this.#messages.add(message);
    this.#work();
  }

  /** It is not to be written any more; does nothing once it is. */
  takeBack(message: Paced): void {
    this.#messages.delete(message);
  }

  /** Writes when nothing else waits. False: too much waits already, and this is left out. */
  chat(line: string): boolean {
    if (this.#isOver || this.#chatter.length >= this.#options.chatter) {
      return false;
    }
    this.#chatter.push(line);
    this.#work();
    return true;
  }

  /** Whether chatter waits. */
  get isChatting(): boolean {
    return this.#chatter.length > 0;
  }

  /** The connection is over: nothing is written any more. */
  cut(): void {
    this.#isOver = true;
    this.#cancelAlarm?.();
    this.#messages.clear();
    this.#chatter.length = 0;
  }

  #count(): void {
    const { clock, burst, lineMs } = this.#options;
    if (lineMs === 0) return;
    const now = clock.now();
    // A clock that jumps back gives nothing and takes nothing.
    const earned = Math.max(0, now - this.#countedAt) / lineMs;
    this.#credit = Math.min(burst, this.#credit + earned);
    this.#countedAt = now;
  }

  #work(): void {
    this.#count();
    while (this.#isFree()) {
      const [message] = this.#messages;
      if (message !== undefined) {
        if (!this.#hasCredit(this.#linesFirst(message))) {
          break;
        }
        this.#messages.delete(message);
        message.writing();
        this.#put(message.line);
        continue;
      }
      const line = this.#chatter.shift();
      if (line === undefined) {
        return;
      }
      this.#put(line);
    }
    this.#alarm();
  }

  #isFree(): boolean {
    return !this.#isOver && this.#hasCredit(1);
  }

  #hasCredit(lines: number): boolean {
    return this.#options.lineMs === 0 || this.#credit >= lines;
  }

  /** Credit a message begins with: for itself, its fence and what comes before. A burst of one is all there can be. */
  #linesFirst(message: Paced | null): number {
    return Math.min(LINES_EACH + (message?.before() ?? 0), this.#options.burst);
  }

  #put(line: string): void {
    this.#credit -= 1;
    this.#options.write(line);
  }

  #alarm(): void {
    if (this.#isOver || this.#messages.size + this.#chatter.length === 0) {
      return;
    }
    const [message] = this.#messages;
    const lines = message === undefined ? 1 : this.#linesFirst(message);
    const delayMs = Math.ceil((lines - this.#credit) * this.#options.lineMs);
    this.#cancelAlarm ??= this.#options.clock.after(delayMs, () => {
      this.#cancelAlarm = null;
      this.#work();
    });
  }
}
