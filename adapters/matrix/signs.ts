/** Typing, receipts and presence, as the homeserver pushes them (MSC2409, `receive_ephemeral` of the registration). */
import { LRUCache } from "lru-cache";
import type { AdapterContext } from "../../src/adapter.ts";
import type { PresenceState } from "../../src/core/model.ts";
import { decodeEphemeral, decodePresence, type EphemeralEvent } from "./codec-inbound.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Receive } from "./hand.ts";
import type { Homeserver } from "./homeserver.ts";
import type { Ledger } from "./ledger.ts";
import type { Room, Rooms } from "./rooms.ts";

export interface SignParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly ghosts: Ghosts;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  readonly receive: Receive;
  readonly limits: { readonly rooms: number; readonly watched: number };
}

type Typing = Extract<EphemeralEvent, { type: "m.typing" }>;
type Receipts = Extract<EphemeralEvent, { type: "m.receipt" }>;
type Presence = Extract<EphemeralEvent, { type: "m.presence" }>;
interface Watched {
  /** The desk's name as which the person is watched. */
  readonly local: string;
  readonly last: string | null;
}

export class Signs {
  readonly #parts: SignParts;
  readonly #typing: LRUCache<string, true>;
  readonly #watched: LRUCache<string, Watched>;

  constructor(parts: SignParts) {
    this.#parts = parts;
    this.#typing = new LRUCache({ max: parts.limits.rooms });
    this.#watched = new LRUCache({ max: parts.limits.watched });
  }

  async take(raw: unknown): Promise<void> {
    const event = decodeEphemeral(raw);
    switch (event?.type) {
      case undefined:
        this.#parts.context.count("matrix.sign.ignored", "a sign of another kind");
        return;
      case "m.typing":
        return await this.#onTyping(event);
      case "m.receipt":
        return await this.#onReceipts(event);
      case "m.presence":
        return await this.#onPresence(event);
    }
  }

  /** From now on that person's presence is told to the desk; what it is now, at once, if they share a room with it. */
  watch(person: string, local: string): void {
    this.#watched.set(person, { local, last: null });
    this.look(person);
  }

  /** Asks for the presence of a person who is watched. A homeserver tells it only to those who share a room with them. */
  look(person: string): void {
    const watched = this.#watched.get(person);
    if (watched === undefined) {
      return;
    }
    this.#ask(person, watched).catch((error: unknown) => {
      this.#parts.context.log.warn("matrix.presence.failed", {
        network: this.#parts.context.network,
        error: String(error),
      });
    });
  }

  async #ask(person: string, { local }: Watched): Promise<void> {
    const { context, homeserver, ghosts } = this.#parts;
    const path = ["v3", "presence", person, "status"];
    const answer = await homeserver.request({ method: "GET", path, as: ghosts.id(local) });
    if (answer.kind !== "ok") {
      context.count(
        "matrix.presence.unknown",
        answer.kind === "error" ? "the homeserver does not tell it" : "no answer",
      );
      return;
    }
    const { presence, status_msg } = answer.body;
    const status = typeof status_msg === "string" ? status_msg : null;
    await this.#tell(person, decodePresence({ presence: String(presence), status_msg: status }));
  }

  /** The list of all who are typing in a room now. */
  async #onTyping({ room_id, content }: Typing): Promise<void> {
    const room = await this.#parts.rooms.byId(room_id);
    if (room === null) {
      return;
    }
    const isTyping = content.user_ids.includes(room.person);
    if (isTyping === (this.#typing.get(room_id) ?? false)) {
      return;
    }
    if (isTyping) {
      this.#typing.set(room_id, true);
    } else {
      this.#typing.delete(room_id);
    }
    const state = isTyping ? "composing" : "paused";
    await this.#parts.receive({ ...this.#place(room), kind: "typing", state });
  }

  async #onReceipts({ room_id, content }: Receipts): Promise<void> {
    const { rooms, ledger, receive } = this.#parts;
    const room = await rooms.byId(room_id);
    for (const [event, { "m.read": readers }] of Object.entries(content)) {
      if (room === null || readers === undefined || !Object.hasOwn(readers, room.person)) {
        continue;
      }
      for (const read of ledger.readUpTo(room_id, event)) {
        await receive({ ...this.#place(room), kind: "receipt", of: ledger.name(read), state: "read" });
      }
    }
  }

  async #onPresence({ sender, content }: Presence): Promise<void> {
    await this.#tell(sender, decodePresence(content));
  }

  async #tell(
    person: string,
    presence: { readonly state: PresenceState; readonly text: string | null },
  ): Promise<void> {
    const watched = this.#watched.get(person);
    const now = JSON.stringify(presence);
    if (watched === undefined || watched.last === now) {
      return;
    }
    const { context, receive } = this.#parts;
    this.#watched.set(person, { ...watched, last: now });
    const from = { network: context.network, id: person };
    await receive({
      redelivery: null,
      from,
      device: null,
      to: watched.local,
      kind: "presence",
      ...presence,
      all: true,
    });
  }

  #place(room: Room) {
    const from = { network: this.#parts.context.network, id: room.person };
    return { redelivery: null, from, device: null, to: room.local } as const;
  }
}
