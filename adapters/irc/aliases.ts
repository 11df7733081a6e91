/**
 * The desk's names as nicks of a linked server. A handle is a nick as it is; an alias is made one that fits the network:
 * as much of its unguessable part as there is room for, and of its readable front what is left. Which nick stands for which
 * alias is kept on disk, so that a CSR's window goes on after a restart.
 */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Address } from "../../src/core/model.ts";
import { isNick, type People } from "./nicks.ts";

const PREFIX = "alias/";
const VARIANTS = 100;

interface Alias {
  readonly desk: string;
  readonly nick: string;
  /** Whose alias it is. */
  readonly viewer: string;
}

export class Aliases {
  readonly #context: AdapterContext;
  readonly #people: People;
  readonly #nickLength: number;
  readonly #byDesk = new Map<string, Alias>();
  /** By folded nick: the desk's name. */
  readonly #byNick = new Map<string, string>();
  #isLoaded = false;

  constructor(context: AdapterContext, people: People, nickLength: number) {
    this.#context = context;
    this.#people = people;
    this.#nickLength = nickLength;
  }

  /** Reads what was kept; the people's folding must be known. */
  async load(): Promise<void> {
    if (this.#isLoaded) {
      return;
    }
    this.#isLoaded = true;
    for (const key of await this.#context.state.keys(PREFIX)) {
      const kept = (await this.#context.state.get(key)) as { nick?: unknown; viewer?: unknown } | undefined;
      if (typeof kept?.nick === "string" && typeof kept.viewer === "string" && isNick(kept.nick)) {
        this.#put({ desk: key.slice(PREFIX.length), nick: kept.nick, viewer: kept.viewer });
      }
    }
  }

  /** The name of the desk that bears that nick, or null. */
  deskOf(nick: string): string | null {
    return this.#byNick.get(this.#people.fold(nick)) ?? null;
  }

  nickOf(desk: string): string | null {
    return this.#byDesk.get(desk)?.nick ?? null;
  }

  viewerOf(desk: string): Address | null {
    const alias = this.#byDesk.get(desk);
    return alias === undefined ? null : { network: this.#context.network, id: alias.viewer };
  }

  all(): readonly string[] {
    return [...this.#byDesk.keys()];
  }

  /** A name that is configured: it is its own nick. */
  configured(desk: string): void {
    this.#put({ desk, nick: nickFor(desk, this.#nickLength), viewer: "" });
  }

  /** Resolves with the alias's nick, once it is on disk which alias that is. `isTaken` says which nicks others bear. */
  async assign(desk: string, viewer: Address, isTaken: (nick: string) => boolean): Promise<string> {
    const known = this.nickOf(desk);
    if (known !== null) {
      return known;
    }
    const nick = this.#freeNick(desk, isTaken);
    this.#put({ desk, nick, viewer: viewer.id });
    await this.#context.state.set(PREFIX + desk, { nick, viewer: viewer.id });
    return nick;
  }

  async forget(desk: string): Promise<void> {
    const alias = this.#byDesk.get(desk);
    if (alias !== undefined) {
      this.#byDesk.delete(desk);
      this.#byNick.delete(this.#people.fold(alias.nick));
      await this.#context.state.set(PREFIX + desk, undefined);
    }
  }

  #put(alias: Alias): void {
    this.#byDesk.set(alias.desk, alias);
    this.#byNick.set(this.#people.fold(alias.nick), alias.desk);
  }

  #freeNick(desk: string, isTaken: (nick: string) => boolean): string {
    const first = nickFor(desk, this.#nickLength);
    for (let variant = 0; variant < VARIANTS; variant += 1) {
      const suffix = variant === 0 ? "" : String(variant);
      const nick = first.slice(0, this.#nickLength - suffix.length) + suffix;
      if (this.deskOf(nick) === null && !isTaken(nick)) {
        return nick;
      }
    }
    throw new Error(`No free nick was found for an alias in ${VARIANTS} variants of ${first}.`);
  }
}

/**
 * `anna.billing.k3v9x2p8q7w4m5na` becomes `anna_billin_k3v9x2p8q7w4m5na` where 28 characters fit: the last part, which nobody
 * can guess, goes first.
 */
export function nickFor(desk: string, nickLength: number): string {
  const parts = desk.split(".").map((part) => part.replace(/[^A-Za-z0-9_-]/gu, "_"));
  const token = parts.pop() ?? "";
  const room = nickLength - token.length - 1;
  const front = parts.join("_").slice(0, Math.max(0, room));
  const whole = front === "" ? token : `${front}_${token}`;
  const nick = /^[A-Za-z_]/u.test(whole) ? whole : `x${whole}`;
  return nick.slice(0, nickLength);
}
