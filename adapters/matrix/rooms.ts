/**
 * Which room is for whom: one direct room for each (name of the desk, person). The map is the adapter's durable state, and
 * only a window of it is in memory. The desk forgets a room when it is no private conversation any more; what is sent next
 * opens another one.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterState, Outcome } from "../../src/adapter.ts";
import { outcomeOf } from "./codec-outbound.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Homeserver } from "./homeserver.ts";

const record = z.object({
  room: z.string(),
  local: z.string(),
  person: z.string(),
  /** The name the person goes by in this room: a claim. */
  nick: z.string().nullable(),
  /** The name the desk last showed in this room, where it is another one than the user's. */
  shown: z.string().nullable(),
});
export type Room = z.output<typeof record>;

export type Opened =
  | { readonly kind: "room"; readonly room: Room }
  | { readonly kind: "failed"; readonly outcome: Outcome };

const ownerKey = (local: string, person: string): string => `to ${local} ${person}`;
const roomKey = (room: string): string => `room ${room}`;
/** Where it is kept what a room's reactions belong to; goes with the room. */
export const reactionsKey = (room: string): string => `reactions ${room}`;

export class Rooms {
  readonly #state: AdapterState;
  readonly #homeserver: Homeserver;
  readonly #ghosts: Ghosts;
  readonly #byRoom: LRUCache<string, Room>;
  readonly #byOwner: LRUCache<string, string>;
  /** Rooms being opened: two messages to one person make one room. */
  readonly #opening = new Map<string, Promise<Opened>>();

  constructor(state: AdapterState, homeserver: Homeserver, ghosts: Ghosts, limit: number) {
    this.#state = state;
    this.#homeserver = homeserver;
    this.#ghosts = ghosts;
    this.#byRoom = new LRUCache({ max: limit });
    this.#byOwner = new LRUCache({ max: limit });
  }

  /** The room with that Matrix id; null when it is none of the desk's. */
  async byId(room: string): Promise<Room | null> {
    const known = this.#byRoom.get(room);
    if (known !== undefined) {
      return known;
    }
    const stored = record.safeParse(await this.#state.get(roomKey(room)));
    if (!stored.success) {
      return null;
    }
    this.#byRoom.set(room, stored.data);
    return stored.data;
  }

  /** The room in which that name of the desk and that person talk; null when there is none yet. */
  async of(local: string, person: string): Promise<Room | null> {
    const key = ownerKey(local, person);
    const known = this.#byOwner.get(key) ?? z.string().safeParse(await this.#state.get(key)).data;
    if (known === undefined) {
      return null;
    }
    this.#byOwner.set(key, known);
    return await this.byId(known);
  }

  /** Puts a room on the map, as the one in which that person is written to from now on. Durable when it resolves. */
  async put(room: Room): Promise<void> {
    await this.#state.set(roomKey(room.room), room);
    this.#byRoom.set(room.room, room);
    const key = ownerKey(room.local, room.person);
    if (this.#byOwner.get(key) !== room.room) {
      await this.#state.set(key, room.room);
      this.#byOwner.set(key, room.room);
    }
  }

  /** All rooms of that person: also those in which they were written to before another one. One look at each room there is. */
  async ofPerson(person: string): Promise<readonly Room[]> {
    const theirs: Room[] = [];
    for (const key of await this.#state.keys(roomKey(""))) {
      const stored = record.safeParse(await this.#state.get(key));
      if (stored.data?.person === person) theirs.push(stored.data);
    }
    return theirs;
  }

  /** Takes a room off the map. */
  async forget(room: Room): Promise<void> {
    const key = ownerKey(room.local, room.person);
    if ((await this.of(room.local, room.person))?.room === room.room) {
      this.#byOwner.delete(key);
      await this.#state.set(key, undefined);
    }
    this.#byRoom.delete(room.room);
    const keys = [roomKey(room.room), reactionsKey(room.room)];
    await this.#state.setAll(new Map(keys.map((each) => [each, undefined])));
  }

  /** That room, or a new direct one to which the person is invited. `name`: what the desk's user is to be called. */
  async open(local: string, person: string, name: string | null, signal: AbortSignal): Promise<Opened> {
    const room = await this.of(local, person);
    if (room !== null) {
      return { kind: "room", room };
    }
    const key = ownerKey(local, person);
    const running = this.#opening.get(key);
    if (running !== undefined) {
      return await running;
    }
    const opening = this.#create(local, person, name, signal).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return await opening;
  }

  async #create(local: string, person: string, name: string | null, signal: AbortSignal): Promise<Opened> {
    const missing = await this.#missing(person, signal);
    if (missing !== null) {
      return { kind: "failed", outcome: missing };
    }
    const failed = await this.#ghosts.prepare(local, name, signal);
    if (failed !== null) {
      return { kind: "failed", outcome: failed };
    }
    const answer = await this.#homeserver.request({
      method: "POST",
      path: ["v3", "createRoom"],
      as: this.#ghosts.id(local),
      body: directRoom(person),
      signal,
    });
    if (answer.kind !== "ok") {
      return { kind: "failed", outcome: outcomeOf(answer) };
    }
    const id = String(answer.body.room_id ?? "");
    const room: Room = { room: id, local, person, nick: null, shown: null };
    await this.put(room);
    return { kind: "room", room };
  }

  /** A homeserver invites people who do not exist as readily as others, so they are asked for first. */
  async #missing(person: string, signal: AbortSignal): Promise<Outcome | null> {
    const answer = await this.#homeserver.request({ method: "GET", path: ["v3", "profile", person], signal });
    if (answer.kind === "unreachable" || (answer.kind === "error" && answer.status === 429)) {
      return outcomeOf(answer);
    }
    const isMissing = answer.kind === "error" && answer.status === 404;
    return isMissing ? { kind: "rejected", reason: "item-not-found", text: "Nobody has this Matrix address." } : null;
  }
}

/** Private, and the person may not invite others, rename it or close it: it is a conversation, not a place. */
function directRoom(person: string): object {
  return {
    preset: "private_chat",
    is_direct: true,
    invite: [person],
    creation_content: { "m.federate": true },
    initial_state: [{ type: "m.room.guest_access", state_key: "", content: { guest_access: "forbidden" } }],
    power_level_content_override: { invite: 100, state_default: 100, users_default: 0, events_default: 0 },
  };
}
