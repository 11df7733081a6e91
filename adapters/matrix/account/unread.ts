/**
 * Messages whose key has not come. It often comes a moment later, or when its sender is online again: until then they are kept,
 * and their sender is told.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import { decodeRoomEvents, type RoomEvent } from "../codec-inbound.ts";

const STATE = "unread ";
/** How long a key is waited for. */
const KEPT_MS = 7 * 86_400_000;
const SESSIONS = 10_000;

const kept = z.object({
  event: z.unknown(),
  session: z.string(),
  withheld: z.boolean(),
  at: z.number(),
  told: z.boolean(),
});

interface Entry {
  readonly event: RoomEvent;
  readonly session: string;
  readonly withheld: boolean;
  readonly at: number;
  readonly told: boolean;
}

export interface UnreadLimits {
  readonly keySeconds: number;
  readonly unread: number;
}

export class Unread {
  readonly #context: AdapterContext;
  readonly #limits: UnreadLimits;
  /** By event, oldest first; null until they were loaded. */
  #entries: Map<string, Entry> | null = null;
  /** Sessions whose missing key was told of: one sentence for all that was said with it. */
  readonly #told = new LRUCache<string, true>({ max: SESSIONS });

  constructor(context: AdapterContext, limits: UnreadLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** Durable when it resolves. Where too many wait, the oldest is given up. */
  async keep(event: RoomEvent, { session, withheld }: Pick<Entry, "session" | "withheld">): Promise<void> {
    const entries = await this.#load();
    if (entries.has(event.event_id)) {
      return;
    }
    const [oldest] = entries.keys();
    if (oldest !== undefined && entries.size >= this.#limits.unread) {
      this.#context.count("matrix.unread.given-up", "too many wait for their keys");
      await this.forget(oldest);
    }
    await this.#put({ event, session, withheld, at: this.#context.clock.now(), told: false });
  }

  async all(): Promise<readonly RoomEvent[]> {
    return [...(await this.#load()).values()].map(({ event }) => event);
  }

  async forget(id: string): Promise<void> {
    const entries = await this.#load();
    if (entries.delete(id)) {
      await this.#context.state.set(`${STATE}${id}`, undefined);
    }
  }

  /** All of a person who is to be erased. */
  async forgetPerson(person: string): Promise<void> {
    for (const { event_id, sender } of await this.all()) if (sender === person) await this.forget(event_id);
  }

  /** Those whose senders are to be told now, one for each session, until `told` says that they were. */
  async overdue(): Promise<readonly { readonly event: RoomEvent; readonly withheld: boolean }[]> {
    const now = this.#context.clock.now();
    const due: Entry[] = [];
    for (const entry of [...(await this.#load()).values()]) {
      const { event, session, withheld, at } = entry;
      if (now - at > KEPT_MS) {
        this.#context.count("matrix.unread.given-up", "its key never came");
        await this.forget(event.event_id);
      } else if (!entry.told && (withheld || now - at >= this.#limits.keySeconds * 1_000)) {
        if (this.#told.has(`${event.room_id} ${session}`)) {
          await this.told(event.event_id);
        } else if (!due.some((other) => other.session === session && other.event.room_id === event.room_id)) {
          due.push(entry);
        }
      }
    }
    return due;
  }

  /** The sender of that event knows. */
  async told(id: string): Promise<void> {
    const entry = (await this.#load()).get(id);
    if (entry !== undefined) {
      this.#told.set(`${entry.event.room_id} ${entry.session}`, true);
      await this.#put({ ...entry, told: true });
    }
  }

  /** Milliseconds until somebody is to be told; null: nobody is. */
  async dueMs(): Promise<number | null> {
    const waiting = [...(await this.#load()).values()].filter(({ told }) => !told);
    const now = this.#context.clock.now();
    const due = waiting.map(({ at }) => Math.max(0, at + this.#limits.keySeconds * 1_000 - now));
    return due.length === 0 ? null : Math.min(...due);
  }

  async #put(entry: Entry): Promise<void> {
    await this.#context.state.set(`${STATE}${entry.event.event_id}`, entry);
    (await this.#load()).set(entry.event.event_id, entry);
  }

  async #load(): Promise<Map<string, Entry>> {
    if (this.#entries === null) {
      const { state } = this.#context;
      const loaded: Entry[] = [];
      for (const key of await state.keys(STATE)) {
        const stored = kept.safeParse(await state.get(key)).data;
        const [event] = decodeRoomEvents(stored === undefined ? [] : [stored.event]);
        if (stored !== undefined && event !== undefined) {
          loaded.push({ ...stored, event });
        }
      }
      loaded.sort((left, right) => left.at - right.at);
      this.#entries = new Map(loaded.map((entry) => [entry.event.event_id, entry]));
    }
    return this.#entries;
  }
}
