/** What one person may send in an hour: so many files, so many bytes. Told in the words of a refusal. */
import { LRUCache } from "lru-cache";
import type { Clock } from "../adapter.ts";

export interface AllowanceLimits {
  readonly filesPerHour: number;
  readonly fileMegabytesPerHour: number;
}

/** People remembered; of more, whoever sent least lately begins anew. */
const PEOPLE = 10_000;
const HOUR_MS = 3_600_000;
const MEGABYTE = 1_000_000;

interface Hour {
  readonly since: number;
  files: number;
  bytes: number;
}

export class Allowance {
  readonly #limits: AllowanceLimits;
  readonly #clock: Clock;
  readonly #hours = new LRUCache<string, Hour>({ max: PEOPLE });

  constructor(limits: AllowanceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts one file begun; null when it may be, else what its sender is told. */
  begin(person: string): string | null {
    const hour = this.#of(person);
    const { filesPerHour, fileMegabytesPerHour } = this.#limits;
    if (hour.files >= filesPerHour) return this.#words(hour, `at most ${filesPerHour} files an hour`);
    if (hour.bytes >= fileMegabytesPerHour * MEGABYTE)
      return this.#words(hour, `at most ${fileMegabytesPerHour} MB an hour`);
    hour.files += 1;
    return null;
  }

  /** Counts what was read of it, taken or not. */
  spend(person: string, bytes: number): void {
    this.#of(person).bytes += bytes;
  }

  #of(person: string): Hour {
    const now = this.#clock.now();
    const known = this.#hours.get(person);
    // A clock that was set back begins a new hour.
    if (known !== undefined && now >= known.since && now - known.since < HOUR_MS) return known;
    const hour = { since: now, files: 0, bytes: 0 };
    this.#hours.set(person, hour);
    return hour;
  }

  #words({ since }: Hour, limit: string): string {
    const minutes = Math.max(1, Math.ceil((since + HOUR_MS - this.#clock.now()) / 60_000));
    return `You have sent many files, so this one was not taken: ${limit}. Please send it again in ${minutes} min.`;
  }
}
