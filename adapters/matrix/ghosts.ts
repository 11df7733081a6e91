/** The desk's own users on the homeserver: one for each handle and alias, registered when first needed. */
import { LRUCache } from "lru-cache";
import type { Outcome } from "../../src/adapter.ts";
import { outcomeOf } from "./codec-outbound.ts";
import type { GhostPictures } from "./ghost-pictures.ts";
import type { Answer, Homeserver } from "./homeserver.ts";
import { displayName, type ReservedNames } from "./identifiers.ts";

/** The users of the homeserver as which the desk is there. */
export interface Ghosts {
  /** The user id of that name of the desk. */
  id(local: string): string;
  /** Null when it is there and bears that name; else what became of the attempt. A null name leaves it as it is. */
  prepare(local: string, name: string | null, signal?: AbortSignal): Promise<Outcome | null>;
  /** Whether it is known to be registered. */
  isPrepared(local: string): boolean;
}

export class RegisteredGhosts implements Ghosts {
  readonly #homeserver: Homeserver;
  readonly #namespace: ReservedNames;
  /** Name shown, by local name, of those known to be registered. */
  readonly #names: LRUCache<string, { readonly name: string | null }>;

  readonly #pictures: GhostPictures;

  constructor(homeserver: Homeserver, namespace: ReservedNames, pictures: GhostPictures, limit: number) {
    this.#homeserver = homeserver;
    this.#namespace = namespace;
    this.#pictures = pictures;
    this.#names = new LRUCache({ max: limit });
  }

  id(local: string): string {
    return this.#namespace.ghost(local);
  }

  async prepare(local: string, name: string | null, signal?: AbortSignal): Promise<Outcome | null> {
    const abort = signal === undefined ? {} : { signal };
    const known = this.#names.get(local);
    if (known === undefined) {
      const registered = await this.#register(local, abort);
      if (registered.kind !== "ok" && !isTaken(registered)) {
        return outcomeOf(registered);
      }
      await this.#pictures.give(this.id(local), local, registered.kind === "ok");
      this.#names.set(local, { name: null });
    }
    const shown = displayName(name);
    if (shown === null || known?.name === shown) {
      return null;
    }
    const id = this.id(local);
    const path = ["v3", "profile", id, "displayname"];
    const body = { displayname: shown };
    const named = await this.#homeserver.request({ method: "PUT", path, as: id, body, ...abort });
    if (named.kind !== "ok") {
      return outcomeOf(named);
    }
    this.#names.set(local, { name: shown });
    return null;
  }

  isPrepared(local: string): boolean {
    return this.#names.get(local) !== undefined;
  }

  #register(local: string, abort: { readonly signal?: AbortSignal }): Promise<Answer> {
    const username = this.#namespace.localpart(local);
    const body = { type: "m.login.application_service", username, inhibit_login: true };
    return this.#homeserver.request({ method: "POST", path: ["v3", "register"], body, ...abort });
  }
}

function isTaken(answer: Answer): boolean {
  return answer.kind === "error" && answer.errcode === "M_USER_IN_USE";
}
