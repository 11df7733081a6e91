/** Asks once a day for each person what they write from, behind their message, and nobody waits for it. */
import { LRUCache } from "lru-cache";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Receive } from "./hand.ts";
import type { Homeserver } from "./homeserver.ts";
import type { Room } from "./rooms.ts";
import { deviceNames, softwareOf } from "./software.ts";

export interface SoftwareSearchParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly ghosts: Ghosts;
  readonly limits: { readonly rooms: number };
  readonly receive: Receive;
}

/** How long what was found out of a person's software is believed. */
const BELIEVED_MS = 86_400_000;

export class SoftwareSearch {
  readonly #parts: SoftwareSearchParts;
  readonly #askedAt: LRUCache<string, number>;
  #isStopped = false;

  constructor(parts: SoftwareSearchParts) {
    this.#parts = parts;
    this.#askedAt = new LRUCache({ max: parts.limits.rooms });
  }

  /** That person has written. */
  look(room: Room): void {
    const { context } = this.#parts;
    const now = context.clock.now();
    if (now - (this.#askedAt.get(room.person) ?? Number.NEGATIVE_INFINITY) < BELIEVED_MS) {
      return;
    }
    this.#askedAt.set(room.person, now);
    this.#ask(room).catch((error: unknown) => {
      if (!this.#isStopped) {
        context.log.warn("matrix.software.failed", { network: context.network, error: String(error) });
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #ask({ person, local }: Room): Promise<void> {
    const { context, homeserver, ghosts, receive } = this.#parts;
    const body = { device_keys: { [person]: [] } };
    const as = ghosts.id(local);
    const answer = await homeserver.request({ method: "POST", path: ["v3", "keys", "query"], as, body });
    const names = answer.kind === "ok" ? deviceNames(answer.body, person) : [];
    const software = softwareOf(names);
    if (software !== null && !this.#isStopped) {
      const from = { network: context.network, id: person };
      await receive({ redelivery: null, from, device: null, to: local, kind: "software", software, language: null });
    }
  }
}
