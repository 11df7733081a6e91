/**
 * What cannot be taken of a room because everything that must be asked about it is answered with errors. For a while all news wait
 * for it, since most errors pass; then it is put aside, durably, and tried again ever later, so that one room cannot hold up
 * everybody. What never can be taken is given up in words, never silently.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext } from "../../src/adapter.ts";
import { decodeRoomEvents, type RoomEvent } from "./codec-inbound.ts";
import { NotTaken } from "./hand.ts";

/** One event, or a stretch of a room's history that is still to be asked for. */
export interface Piece {
  readonly room: string;
  /** The place in an account's news that it follows; null of an application service. */
  readonly since: string | null;
  /** Where the history before it is to be asked for. */
  readonly gap: string | null;
  readonly event: RoomEvent | null;
}

export interface AsideParts {
  readonly context: AdapterContext;
  readonly limits: { readonly roomSeconds: number; readonly aside: number; readonly rooms: number };
  /** Takes it now; throws NotTaken when that still fails. */
  take(piece: Piece): Promise<void>;
  /** These of one room are tried no more; whoever waits for them is to be told. At least one. */
  giveUp(pieces: readonly Piece[]): Promise<void>;
}

const STATE = "aside ";
/** How often a room fails before it is put aside, and after that before what is kept of it is given up. */
const TRIES = 3;
const LATE_TRIES = 8;
/** Failures further apart than that have nothing to do with one another. */
const APART_MS = 600_000;
/** An entry of the adapter's state holds 64 kB. */
const MOST_CHARACTERS = 60_000;

const kept = z.object({
  order: z.number(),
  room: z.string(),
  since: z.string().nullable(),
  gap: z.string().nullable(),
  event: z.unknown(),
});
interface Entry extends Piece {
  readonly order: number;
}
interface Failures {
  readonly tries: number;
  readonly first: number;
  readonly last: number;
}

export class Aside {
  readonly #parts: AsideParts;
  readonly #failures: LRUCache<string, Failures>;
  /** By key of the adapter's state, in their order; null until they were loaded. */
  #entries: Map<string, Entry> | null = null;
  /** Rooms with something kept: how often that was tried, and when it may be tried again. */
  readonly #later = new Map<string, { readonly tries: number; readonly at: number }>();
  /** Whose piece is being taken. */
  #trying: string | null = null;

  constructor(parts: AsideParts) {
    this.#parts = parts;
    this.#failures = new LRUCache({ max: parts.limits.rooms });
  }

  /** Something of that room could not be taken. True when the others have waited for it long enough, so that it is to be kept here. */
  hasFailed(room: string): boolean {
    if (this.#trying === room) {
      return false;
    }
    const now = this.#parts.context.clock.now();
    const before = this.#failures.get(room);
    const isNew = before === undefined || now - before.last > APART_MS;
    const failures = { tries: isNew ? 1 : before.tries + 1, first: isNew ? now : before.first, last: now };
    this.#failures.set(room, failures);
    return failures.tries >= TRIES && now - failures.first >= this.#parts.limits.roomSeconds * 1_000;
  }

  /** Whether something of that room is kept. */
  async holds(room: string): Promise<boolean> {
    const entries = await this.#load();
    return [...entries.values()].some((entry) => entry.room === room);
  }

  /** Durable when it resolves. Where too many wait, or it is too large, it is given up at once. */
  async keep(piece: Piece, error: unknown): Promise<void> {
    const { context, limits, giveUp } = this.#parts;
    const entries = await this.#load();
    const key = `${STATE}${piece.room} ${piece.event?.event_id ?? `before ${piece.gap}`}`;
    if (entries.has(key)) {
      return;
    }
    context.log.warn("matrix.room.aside", { network: context.network, room: piece.room, error });
    const entry: Entry = { ...piece, order: ([...entries.values()].at(-1)?.order ?? 0) + 1 };
    if (entries.size >= limits.aside || JSON.stringify(entry).length > MOST_CHARACTERS) {
      await giveUp([piece]);
      return;
    }
    await context.state.set(key, entry);
    entries.set(key, entry);
    if (!this.#later.has(piece.room)) {
      this.#later.set(piece.room, { tries: 0, at: context.clock.now() + this.#waitMs(0) });
    }
  }

  /** The same for one event that can be looked at by itself; false: everybody still waits for it. */
  async putAside(event: RoomEvent, error: unknown): Promise<boolean> {
    const isOverdue = this.hasFailed(event.room_id);
    if (isOverdue) {
      await this.keep({ room: event.room_id, since: null, gap: null, event }, error);
    }
    return isOverdue;
  }

  /**
   * Tries what may be tried now, and of the rooms that fail again one alone, for everybody's news wait meanwhile. Resolves with when
   * to come back, in milliseconds; null: nothing is kept.
   */
  async retry(): Promise<number | null> {
    const { clock } = this.#parts.context;
    const rooms = Map.groupBy(await this.#load(), ([, { room }]) => room);
    const waits: number[] = [];
    for (const [room, pieces] of rooms) {
      const now = clock.now();
      const at = this.#later.get(room)?.at ?? now;
      if (at > now) {
        waits.push(at - now);
      } else if (!(await this.#takeAll(room, pieces))) {
        return 0;
      }
    }
    return waits.length === 0 ? null : Math.min(...waits);
  }

  /** True when nothing of the room is left, in whichever way. */
  async #takeAll(room: string, pieces: readonly (readonly [key: string, Entry])[]): Promise<boolean> {
    try {
      this.#trying = room;
      for (const [key, entry] of pieces) {
        // Its sender may have been erased meanwhile.
        if (!(await this.#load()).has(key)) continue;
        await this.#parts.take(entry);
        await this.#forget(key);
      }
    } catch (error) {
      if (!(error instanceof NotTaken)) {
        throw error;
      }
      return await this.#failedAgain(room, pieces, error);
    } finally {
      this.#trying = null;
    }
    this.#later.delete(room);
    return true;
  }

  async #failedAgain(
    room: string,
    pieces: readonly (readonly [key: string, Entry])[],
    error: unknown,
  ): Promise<boolean> {
    const { context, giveUp } = this.#parts;
    const tries = (this.#later.get(room)?.tries ?? 0) + 1;
    context.log.warn("matrix.room.aside", { network: context.network, room, tries, error });
    if (tries < LATE_TRIES) {
      this.#later.set(room, { tries, at: context.clock.now() + this.#waitMs(tries) });
      return false;
    }
    const entries = await this.#load();
    const left = pieces.filter(([key]) => entries.has(key));
    await giveUp(left.map(([, entry]) => entry));
    for (const [key] of left) {
      await this.#forget(key);
    }
    this.#later.delete(room);
    return true;
  }

  /** What is kept of a person who is to be erased goes: what they said, and what is still to be asked for of `rooms`, which were theirs. */
  async forget(person: string, rooms: readonly string[]): Promise<void> {
    for (const [key, { event, room }] of [...(await this.#load())]) {
      if (event === null ? rooms.includes(room) : event.sender === person) await this.#forget(key);
    }
  }

  #waitMs(tries: number): number {
    return this.#parts.limits.roomSeconds * 1_000 * 2 ** tries;
  }

  async #forget(key: string): Promise<void> {
    await this.#parts.context.state.set(key, undefined);
    (await this.#load()).delete(key);
  }

  async #load(): Promise<Map<string, Entry>> {
    if (this.#entries === null) {
      const { state } = this.#parts.context;
      const loaded: [string, Entry][] = [];
      for (const key of await state.keys(STATE)) {
        const stored = kept.safeParse(await state.get(key)).data;
        if (stored !== undefined) {
          const [event = null] = decodeRoomEvents(stored.event === null ? [] : [stored.event]);
          loaded.push([key, { ...stored, event }]);
        }
      }
      loaded.sort(([, left], [, right]) => left.order - right.order);
      this.#entries = new Map(loaded);
    }
    return this.#entries;
  }
}
