/**
 * Takes one answer of /sync: the same events that an application service is given, in rooms that have to be found out first. All
 * of it is committed when `take` resolves; when it rejects, the same answer is to be taken again.
 */
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import type { Aside, Piece } from "../aside.ts";
import type { RoomEvent } from "../codec-inbound.ts";
import type { Limits } from "../config.ts";
import { NotTaken, requestOrNotTaken } from "../hand.ts";
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
  readonly aside: Aside;
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

const GAP =
  "I cannot fetch what you wrote before this: our Matrix server does not hand it over. I go on trying; if it is urgent, please write it again.";

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
    const events = await this.#inRooms(news.joined, since);
    const ends = news.left.flatMap(({ timeline }) => timeline.filter(({ type }) => type === "m.room.member"));
    const { malformed } = news;
    const readable = await this.#readable([...events, ...ends]);
    await reception.transaction({ events: readable, ephemeral: news.signs, malformed });
    if (news.keys.toDevice.length > 0) {
      await this.#readLate();
    }
    await this.#tellUnread();
  }

  /** Takes what was put aside; throws NotTaken when that still fails. */
  async takeAside({ room, since, gap, event }: Piece): Promise<void> {
    const timeline = event === null ? [] : [event];
    const events = since === null ? timeline : await this.#joined({ room, gap, state: [], timeline }, since);
    await this.#parts.reception.transaction({ events: await this.#readable(events), ephemeral: [], malformed: 0 });
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

  /** The events of all rooms. Each room is looked at whatever happens with the others, so that those that fail do so at one time. */
  async #inRooms(rooms: readonly JoinedRoom[], since: string | null): Promise<readonly RoomEvent[]> {
    const events: RoomEvent[] = [];
    const failures: unknown[] = [];
    for (const joined of rooms) {
      try {
        events.push(...(await this.#inRoom(joined, since)));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
    return events;
  }

  /** The same of one room; where it fails again and again, what fails of it is put aside. */
  async #inRoom(joined: JoinedRoom, since: string | null): Promise<readonly RoomEvent[]> {
    const { aside, rooms } = this.#parts;
    const { room } = joined;
    if (since !== null && (await aside.holds(room)) && (await rooms.byId(room)) === null) {
      // Whether it is the desk's at all is what could not be found out yet; its events keep their order.
      await this.#putAside(joined, since, "its earlier events wait");
      return [];
    }
    try {
      return await this.#joined(joined, since);
    } catch (error) {
      if (!(error instanceof NotTaken) || since === null || !aside.hasFailed(room)) {
        throw error;
      }
      if ((await rooms.byId(room)) === null) {
        await this.#putAside(joined, since, error);
        return [];
      }
      // Its history is what cannot be had: what came since goes on.
      await this.#putAside({ ...joined, state: [], timeline: [] }, since, error);
      await this.#tellOfGap(joined);
      return await this.#joined({ ...joined, gap: null }, since);
    }
  }

  async #putAside({ room, gap, state, timeline }: JoinedRoom, since: string, error: unknown): Promise<void> {
    const { aside } = this.#parts;
    if (gap !== null) {
      await aside.keep({ room, since, gap, event: null }, error);
    }
    for (const event of [...state, ...timeline]) {
      await aside.keep({ room, since, gap: null, event }, error);
    }
  }

  /** Where their newest words are, the person reads that earlier ones are missing, and may say them again. */
  async #tellOfGap({ timeline }: JoinedRoom): Promise<void> {
    const { reception, own } = this.#parts;
    const newest = timeline.findLast(({ sender, state_key }) => sender !== own && state_key === undefined);
    if (newest !== undefined) {
      await reception.tell(newest, GAP).catch((error: unknown) => {
        if (!(error instanceof NotTaken)) throw error; // the room takes no words either: the desk's log has it
      });
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
