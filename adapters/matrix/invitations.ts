/**
 * Invitations that wait to be accepted: a few a minute, so that nobody makes the desk join rooms all day. They are kept, since the
 * homeserver tells of each once. All of an account's wait here; of an application service's those that could not be accepted at once,
 * for everybody's news wait until it has taken an event.
 */
import { z } from "zod";
import type { AdapterContext } from "../../src/adapter.ts";
import type { RoomEvent } from "./codec-inbound.ts";
import type { Homeserver } from "./homeserver.ts";
import type { Membership } from "./membership.ts";

export interface InvitationParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly membership: Membership;
  readonly limits: { readonly joinsPerMinute: number; readonly invitations: number };
  /** The account; left out where each invitation is for another of the desk's users. */
  readonly own?: string;
  /** Takes what was said between an invitation and its acceptance. */
  said?(events: readonly RoomEvent[]): Promise<void>;
}

const MINUTE_MS = 60_000;
/** A homeserver that is away must not hold up everybody else's news: it is tried again ever later, and not for ever. */
const TRIES = 8;
const STATE = "invited ";
const waiting = z.object({ sender: z.string(), id: z.string(), whom: z.string().optional() });
type Waiting = z.output<typeof waiting>;

export class Invitations {
  readonly #parts: InvitationParts;
  /** Rooms by their Matrix id, in order of arrival; null until they were loaded. */
  #waiting: Map<string, Waiting> | null = null;
  /** Rooms that could not be joined: how often that was tried, and when it may be tried again. */
  readonly #failures = new Map<string, { readonly tries: number; readonly at: number }>();
  /** When the last ones were accepted. */
  #joins: readonly number[] = [];

  constructor(parts: InvitationParts) {
    this.#parts = parts;
  }

  /** Durable when it resolves. `since`: where in the account's news it stood, which makes it that invitation and no other. */
  async add({ room, sender }: { readonly room: string; readonly sender: string }, since: string): Promise<void> {
    await this.#add(room, { sender, id: `invitation ${room} ${since}` });
  }

  /** That one could not be accepted: it is tried again a while later. Durable when it resolves. */
  async putOff(invitation: RoomEvent): Promise<void> {
    const { room_id, sender, event_id, state_key } = invitation;
    await this.#add(room_id, { sender, id: event_id, whom: state_key });
    this.#failures.set(room_id, { tries: 1, at: this.#parts.context.clock.now() + MINUTE_MS });
  }

  async #add(room: string, entry: Waiting): Promise<void> {
    const { context, limits } = this.#parts;
    const all = await this.#load();
    if (all.size >= limits.invitations && !all.has(room)) {
      context.count("matrix.invitation.declined", "too many wait");
      await this.#decline(room, entry);
      return;
    }
    await context.state.set(`${STATE}${room}`, entry);
    all.set(room, entry);
  }

  /** It was taken back. */
  async withdraw(room: string): Promise<void> {
    const all = await this.#load();
    this.#failures.delete(room);
    if (all.delete(room)) {
      await this.#parts.context.state.set(`${STATE}${room}`, undefined);
    }
  }

  /** Declines all of a person who is to be erased. */
  async forget(person: string): Promise<void> {
    for (const [room, entry] of [...(await this.#load())]) {
      if (entry.sender !== person) continue;
      await this.#decline(room, entry);
      await this.withdraw(room);
    }
  }

  /** Accepts as many as may be accepted now. Resolves with when to come back, in milliseconds; null: none is left. */
  async accept(): Promise<number | null> {
    const { context, limits } = this.#parts;
    const later: number[] = [];
    for (const [room, entry] of [...(await this.#load())]) {
      const now = context.clock.now();
      const retryAt = this.#failures.get(room)?.at ?? now;
      if (retryAt > now) {
        later.push(retryAt - now);
        continue;
      }
      this.#joins = this.#joins.filter((at) => now - at < MINUTE_MS);
      const [oldest] = this.#joins;
      if (oldest !== undefined && this.#joins.length >= limits.joinsPerMinute) {
        return oldest + MINUTE_MS - now;
      }
      this.#joins = [...this.#joins, now];
      const againMs = await this.#accept(room, entry);
      later.push(...(againMs === null ? [] : [againMs]));
    }
    return later.length === 0 ? null : Math.min(...later);
  }

  /** Null when it is dealt with; else when to try again. */
  async #accept(room: string, entry: Waiting): Promise<number | null> {
    const { context, membership, own = "", said } = this.#parts;
    try {
      const events = await membership.take(invitationEvent(room, entry, own));
      await said?.(events);
    } catch (error) {
      const tries = (this.#failures.get(room)?.tries ?? 0) + 1;
      context.log.warn("matrix.invitation.failed", { network: context.network, room, tries, error });
      if (tries < TRIES) {
        const waitMs = MINUTE_MS * 2 ** (tries - 1);
        this.#failures.set(room, { tries, at: context.clock.now() + waitMs });
        return waitMs;
      }
      context.count("matrix.invitation.declined", "it could not be accepted");
      await this.#decline(room, entry);
    }
    await this.withdraw(room);
    return null;
  }

  async #decline(room: string, { whom }: Waiting): Promise<void> {
    const path = ["v3", "rooms", room, "leave"];
    await this.#parts.homeserver.request({ method: "POST", path, ...(whom === undefined ? {} : { as: whom }) });
  }

  async #load(): Promise<Map<string, Waiting>> {
    const { state } = this.#parts.context;
    if (this.#waiting === null) {
      const loaded: [string, Waiting][] = [];
      for (const key of await state.keys(STATE)) {
        const entry = waiting.safeParse(await state.get(key)).data;
        if (entry !== undefined) {
          loaded.push([key.slice(STATE.length), entry]);
        }
      }
      this.#waiting = new Map(loaded);
    }
    return this.#waiting;
  }
}

/** As an application service is told of it; /sync tells an invited account no id of the event. */
function invitationEvent(room: string, { sender, id, whom }: Waiting, own: string): RoomEvent {
  const content = { membership: "invite" };
  const at = { room_id: room, sender, event_id: id, origin_server_ts: 0 };
  return { ...at, type: "m.room.member", state_key: whom ?? own, content };
}
