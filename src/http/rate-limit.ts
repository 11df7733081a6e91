/** Token buckets: so many at once, so many in a time, by key; memory is bounded by forgetting who was quiet longest. */

export interface Rate {
  /** So many at once … */
  readonly burst: number;
  /** … and then one each so many milliseconds. */
  readonly everyMs: number;
}

/** One bucket. `now` is milliseconds of any clock that does not matter to anybody else. */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes one if there is one; else says how many milliseconds until there is. */
  take(now: number): { readonly taken: true } | { readonly taken: false; readonly waitMs: number } {
    // A clock that jumps back gives nothing and takes nothing.
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + elapsed / this.#rate.everyMs);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return { taken: true };
    }
    return { taken: false, waitMs: Math.ceil((1 - this.#tokens) * this.#rate.everyMs) };
  }
}

/**
 * The place an IP address stands for when people are counted by it: IPv6 gives every household 2^64 addresses (RFC 6177), so
 * there it is the network's first 64 bits; an IPv4 address written as IPv6 is that IPv4 address.
 */
export function placeOf(ip: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(ip)?.[1];
  if (mapped !== undefined || !ip.includes(":")) {
    return mapped ?? ip;
  }
  const [head = "", tail] = (ip.split("%", 1)[0] ?? "").toLowerCase().split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(zeros).fill("0"), ...rest].map((group) => group.replace(/^0+(?=.)/, ""));
  return `${all.slice(0, 4).join(":")}::/64`;
}

/** Buckets by key (an IP address, a login), at most `keys` of them. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #keys: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, keys: number) {
    this.#rate = rate;
    this.#keys = keys;
  }

  take(key: string, now: number): ReturnType<Bucket["take"]> {
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#rate, now);
    // Map order is insertion order: whoever asked last goes to the end, the one quiet longest is forgotten.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#keys) {
      const [oldest] = this.#buckets.keys();
      this.#buckets.delete(oldest ?? key);
    }
    return bucket.take(now);
  }
}
