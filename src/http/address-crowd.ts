/**
 * How many connections each address has open: else one machine could take all that the server has room for, by nothing but connecting, and nobody
 * else would get in.
 */
import { within } from "../address-ranges.ts";
import { placeOf } from "./rate-limit.ts";

export class AddressCrowd {
  readonly #most: number;
  readonly #isProxy: (address: string) => boolean;
  readonly #open = new Map<string, number>();

  /** `trustProxy` as in `HttpConfig`: connections of reverse proxies are many people's, and are not counted. */
  constructor(most: number, trustProxy: boolean | number | readonly string[]) {
    this.#most = most;
    this.#isProxy = typeof trustProxy === "object" ? within(trustProxy) : () => Number(trustProxy) > 0;
  }

  /** One more connection; false: there are enough of them, and it does not count. */
  enter(address: string): boolean {
    if (this.#isProxy(address)) return true;
    const place = placeOf(address);
    const open = this.#open.get(place) ?? 0;
    if (open >= this.#most) return false;
    this.#open.set(place, open + 1);
    return true;
  }

  /** One that was let in has ended. */
  leave(address: string): void {
    const place = placeOf(address);
    const open = this.#open.get(place) ?? 0;
    if (open > 1) this.#open.set(place, open - 1);
    else this.#open.delete(place);
  }
}
