/** Who was told a speaker's name lately, so that it does not go with every message (XEP-0172 §4.2): it costs the server as much as its words. */
import type { Clock } from "../../src/adapter.ts";

/** Whoever has put another client in place of theirs reads the name after this time at the latest. */
const AGAIN_MS = 600_000;

interface Told {
  readonly to: string;
  readonly nick: string;
  readonly at: number;
}
/** What one speaker told: to one hearer, as nearly all do, or by hearer. An address of the desk is looked up as it is; two put together would be made and read through each time. */
type Hearers = Told | Map<string, Told>;

export class ToldNames {
  readonly #clock: Pick<Clock, "now">;
  readonly #most: number;
  /** By speaker. When the young ones are half of what is remembered they become the old ones, and what was old and not said again is forgotten. */
  #young = new Map<string, Hearers>();
  #old = new Map<string, Hearers>();
  #pairs = 0;

  /** `pairs`: of speaker and hearer that are remembered; those that were longest silent are told again. */
  constructor(clock: Pick<Clock, "now">, pairs: number) {
    this.#clock = clock;
    this.#most = Math.max(1, Math.ceil(pairs / 2));
  }

  /** Whether that name goes without saying, from that address to that one; if it does not, it counts as said from now on. */
  knows(from: string, to: string, nick: string): boolean {
    const young = told(this.#young.get(from), to);
    const known = young ?? told(this.#old.get(from), to);
    const now = this.#clock.now();
    const goesWithoutSaying = known !== undefined && known.nick === nick && now - known.at < AGAIN_MS;
    if (young === undefined || !goesWithoutSaying) {
      this.#keep(from, goesWithoutSaying ? known : { to, nick, at: now }, young === undefined);
    }
    return goesWithoutSaying;
  }

  /** The link was cut: what was on its way may never have arrived. */
  forget(): void {
    this.#young.clear();
    this.#old.clear();
    this.#pairs = 0;
  }

  #keep(from: string, one: Told, isNew: boolean): void {
    if (isNew && this.#pairs >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#pairs = 0;
    }
    this.#pairs += isNew ? 1 : 0;
    const hearers = this.#young.get(from);
    if (hearers instanceof Map) hearers.set(one.to, one);
    else if (hearers === undefined || hearers.to === one.to) this.#young.set(from, one);
    else this.#young.set(from, new Map([hearers, one].map((each) => [each.to, each])));
  }
}

function told(hearers: Hearers | undefined, to: string): Told | undefined {
  if (hearers instanceof Map) return hearers.get(to);
  return hearers?.to === to ? hearers : undefined;
}
