/**
 * Takes one answer of /sync: the same events that an application service is given, in rooms that have to be found out first. All
 * of it is committed when `take` resolves; when it rejects, the same answer is to be taken again.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import type { RoomEvent } from "../codec-inbound.ts";
import type { Limits } from "../config.ts";
import { requestOrNotTaken } from "../hand.ts";
import type { Homeserver } from "../homeserver.ts";
import { canonicalUserId, displayName } from "../identifiers.ts";
import type { Invitations } from "../invitations.ts";
import type { Reception } from "../reception.ts";
import type { Room, Rooms } from "../rooms.ts";
import type { Encryption } from "./encryption.ts";
import { isInvitationOf, missingEvents } from "./gaps.ts";
import type { JoinedRoom, News } from "./sync-response.ts";
import type { Unread } from "./unread.ts";

export interface IntakeParts {
  readonly context: AdapterContext;
  readonly limits: Limits;
  readonly homeserver: Homeserver;
  readonly rooms: Rooms;
  readonly reception: Reception;
  readonly invitations: Invitations;
  readonly unread: Unread;
  /** Null where none is configured. */
  encryption(): Encryption | null;
  /** The account, and the name of the desk it stands for. */
  readonly own: string;
  readonly handle: string;
}

const NO_KEY =
  "I could not read your message: your app has not given me the key to it. Please send it once more; if that does not help, write to me in a chat without encryption.";
const WITHHELD =
  "I cannot read your message: your app does not give its keys to my device, perhaps because nobody has verified it. Please allow unverified devices in this chat, or write to me in a chat without encryption.";

const members = z.object({
  joined: z.record(z.string(), z.object({ display_name: z.string().nullish() })),
});

export class Intake {
  readonly #parts: IntakeParts;
  /** Rooms that are no conversation of two, so that they are not looked at with every event. */
  readonly #foreign: LRUCache<string, true>;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#foreign = new LRUCache({ max: parts.limits.rooms });
  }

  /**
   * `since`: the place in the account's news that this follows; null for the first answer ever, in which what people wrote to the
   * account before the desk had it is not the desk's business.
   */
  async take(news: News, since: string | null): Promise<void> {
    const { reception, invitations } = this.#parts;
    await this.#keys(news);
    for (const invitation of news.invitations) {
      await invitations.add(invitation, since ?? "");
    }
    for (const { room } of news.left) {
      await invitations.withdraw(room);
    }
    const events: RoomEvent[] = [];
    for (const joined of news.joined) {
      events.push(...(await this.#joined(joined, since)));
    }
    const ends = news.left.flatMap(({ timeline }) => timeline.filter(({ type }) => type === "m.room.member"));
    const { malformed } = news;
    const readable = await this.#readable([...events, ...ends]);
    await reception.transaction({ events: readable, ephemeral: news.signs, malformed });
    if (news.keys.toDevice.length > 0) {
      await this.#readLate();
    }
    await this.#tellUnread();
  }

  /** Keys that came, and rooms that are encrypted from now on: first, for what follows needs them. */
  async #keys({ keys, joined }: News): Promise<void> {
    const encryption = this.#parts.encryption();
    await encryption?.take(keys);
    for (const { room, state, timeline } of joined) {
      for (const event of [...state, ...timeline]) {
        if (event.type === "m.room.encryption" && event.state_key === "") {
          await encryption?.encrypts(room, event.content);
        }
      }
    }
  }

  /** The same events, decrypted; those whose key is missing wait for it. */
  async #readable(events: readonly RoomEvent[]): Promise<readonly RoomEvent[]> {
    const encryption = this.#parts.encryption();
    const readable: RoomEvent[] = [];
    for (const event of events) {
      if (event.type !== "m.room.encrypted" || encryption === null) {
        readable.push(event);
      } else if (event.sender === this.#parts.own) {
        // Its place among the room's events is all that matters of it.
        readable.push({ ...event, type: "m.room.message", content: {} });
      } else {
        readable.push(...(await this.#decrypted(event, encryption)));
      }
    }
    return readable;
  }

  async #decrypted(event: RoomEvent, encryption: Encryption): Promise<readonly RoomEvent[]> {
    const { unread, context } = this.#parts;
    const decrypted = await encryption.decrypt(event);
    switch (decrypted.kind) {
      case "clear":
        return [decrypted.event];
      case "no key":
        await unread.keep(event, decrypted);
        return [];
      case "never":
        context.count("matrix.event.undecryptable", decrypted.reason);
        return [];
    }
  }

  /** Keys have come: perhaps some that were waited for. */
  async #readLate(): Promise<void> {
    const { unread, reception } = this.#parts;
    const encryption = this.#parts.encryption();
    for (const event of await unread.all()) {
      const decrypted = await encryption?.decrypt(event);
      if (decrypted?.kind === "clear") {
        await reception.transaction({ events: [decrypted.event], ephemeral: [], malformed: 0 });
        await unread.forget(event.event_id);
      }
    }
  }

  async #tellUnread(): Promise<void> {
    const { unread, reception } = this.#parts;
    for (const { event, withheld } of await unread.overdue()) {
      await reception.tell(event, withheld ? WITHHELD : NO_KEY);
      await unread.told(event.event_id);
    }
  }

  /** The room's events that are the desk's business, oldest first. */
  async #joined(joined: JoinedRoom, since: string | null): Promise<readonly RoomEvent[]> {
    const { homeserver, own, limits } = this.#parts;
    if (since === null) {
      return [];
    }
    const options = { since, own, limit: limits.historyEvents };
    const missing = await missingEvents(homeserver, joined, options);
    const known = new Set([...missing, ...joined.timeline].map(({ event_id }) => event_id));
    const state = joined.state.filter(({ event_id }) => !known.has(event_id));
    const later = [...missing, ...state, ...joined.timeline];
    // What was written before the account was invited was written to others.
    const events = later.slice(later.findLastIndex((event) => isInvitationOf(event, own)) + 1);
    const isSpokenIn = events.some(({ sender, state_key }) => sender !== own && state_key === undefined);
    return isSpokenIn && !(await this.#isKnown(joined.room)) ? [] : events;
  }

  /** Whether it is a room of the desk's; one of two, joined before the desk had the account or in its name elsewhere, becomes one. */
  async #isKnown(id: string): Promise<boolean> {
    const { rooms, context, handle } = this.#parts;
    if ((await rooms.byId(id)) !== null) {
      return true;
    }
    const room = this.#foreign.get(id) === true ? null : await this.#conversation(id, handle);
    if (room === null) {
      this.#foreign.set(id, true);
      context.count("matrix.event.ignored", "not a room of two");
      return false;
    }
    await rooms.put(room);
    return true;
  }

  async #conversation(id: string, local: string): Promise<Room | null> {
    const { homeserver, own } = this.#parts;
    const path = ["v3", "rooms", id, "joined_members"];
    const answer = await requestOrNotTaken(homeserver, { method: "GET", path });
    const joined = answer.kind === "ok" ? (members.safeParse(answer.body).data?.joined ?? {}) : {};
    const others = Object.entries(joined).filter(([user]) => user !== own);
    const [first] = others;
    if (first === undefined || others.length > 1 || canonicalUserId(first[0]) === null) {
      return null;
    }
    const [person, { display_name }] = first;
    return { room: id, local, person, nick: displayName(display_name), shown: null };
  }
}
