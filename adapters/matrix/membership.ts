/**
 * Who is in a room. A person invites a name of the desk that exists for them: it joins. Anybody else is declined. A room is a
 * conversation of two: when a third comes in, or the room is to be replaced by another one (tombstone), the desk says so and
 * leaves; it never follows a room to where somebody else points (the CVE-2021-32659 family).
 */
import type { AdapterContext } from "../../src/adapter.ts";
import { decodeMember, decodeRoomEvents, type RoomEvent } from "./codec-inbound.ts";
import { encodeNotice } from "./codec-outbound.ts";
import type { Ghosts } from "./ghosts.ts";
import { acceptedOrNotTaken, type Receive, requestOrNotTaken } from "./hand.ts";
import type { Homeserver } from "./homeserver.ts";
import { canonicalUserId, displayName, type Namespace } from "./identifiers.ts";
import type { Room, Rooms } from "./rooms.ts";

export interface MembershipParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly namespace: Namespace;
  readonly ghosts: Ghosts;
  readonly rooms: Rooms;
  readonly receive: Receive;
  /** The person shares a room with the desk from now on, so their presence can be asked for. */
  met(person: string): void;
}

const THIRD_PERSON =
  "This chat is for you and us alone, and somebody else is in it. I am leaving; please write to me in a chat of our own.";
const PRESENT: ReadonlySet<string> = new Set(["join", "invite", "knock"]);
const MOST_MEMBERS = 50;
const MOST_MISSED = 50;

export class Membership {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  /**
   * Takes m.room.member. Resolves with what was said between an invitation and its acceptance, which the homeserver does not
   * push; it is to be taken next. Throws NotTaken when it could not be dealt with now.
   */
  async take(event: RoomEvent): Promise<readonly RoomEvent[]> {
    const { context, namespace, rooms } = this.#parts;
    const member = decodeMember(event);
    const whom = event.state_key;
    if (member === null || whom === undefined) {
      context.count("matrix.event.ignored", "a member event without a member");
      return [];
    }
    const local = namespace.local(whom);
    const room = await rooms.byId(event.room_id);
    if (local !== null) {
      const isOwnDoing = namespace.local(event.sender) !== null;
      if (member.membership === "invite" && !isOwnDoing) {
        return (await this.#invited(event, local, room)) ? await this.#missed(event, local) : [];
      }
      if (room !== null && !isOwnDoing && room.local === local && !PRESENT.has(member.membership)) {
        await this.#departed(event, room);
      }
    } else if (room !== null) {
      await this.#ofPeople(event, room, whom, member);
    }
    return [];
  }

  async #ofPeople(
    event: RoomEvent,
    room: Room,
    whom: string,
    member: { readonly membership: string; readonly displayname?: string | null | undefined },
  ): Promise<void> {
    if (whom !== room.person) {
      if (PRESENT.has(member.membership)) {
        await this.#thirdPerson(event, room);
      }
    } else if (member.membership === "join") {
      await this.#joined(room, member.displayname ?? null);
    } else if (!PRESENT.has(member.membership)) {
      await this.#departed(event, room);
    }
  }

  /** The room is over; what is said next opens one of the desk's own. */
  async tombstone(event: RoomEvent): Promise<void> {
    const room = await this.#parts.rooms.byId(event.room_id);
    if (room !== null) {
      this.#parts.context.count("matrix.room.left", "the room was replaced");
      await this.#leave(room);
    }
  }

  /** True when the desk's name is in the room now. */
  async #invited(event: RoomEvent, local: string, known: Room | null): Promise<boolean> {
    const { context, ghosts, rooms, namespace } = this.#parts;
    const person = canonicalUserId(event.sender);
    if (known !== null && (known.local !== local || known.person !== person)) {
      // Two names of the desk in one room would be a conversation of three.
      context.count("matrix.invitation.declined", "the room belongs to another conversation");
      await this.#declined(event.room_id, local);
      return false;
    }
    const from = { network: context.network, id: person ?? "" };
    const identity = person === null || namespace.local(person) !== null ? null : context.identity(local, from);
    if (person === null || identity === null) {
      context.count("matrix.invitation.declined", "for this person there is no such name");
      await this.#declined(event.room_id, local);
      return false;
    }
    acceptedOrNotTaken(await ghosts.prepare(local, identity.name));
    if (!(await this.#join(event.room_id, local))) {
      context.count("matrix.invitation.declined", "it could not be accepted");
      return false;
    }
    const members = await this.#members(event.room_id, local);
    const room: Room = { room: event.room_id, local, person, nick: members.get(person)?.name ?? null, shown: null };
    if ([...members.keys()].some((member) => member !== person && member !== ghosts.id(local))) {
      await this.#thirdPerson(event, room);
      return false;
    }
    await rooms.put(room);
    this.#parts.met(person);
    const place = { redelivery: event.event_id, from, device: null, to: local } as const;
    const verdict = await this.#parts.receive({ ...place, kind: "subscription", state: "subscribe" });
    if (verdict.kind === "refused") {
      await this.#say(room, verdict.text, event.event_id);
    }
    context.reachable(from);
    return true;
  }

  /** What the person said from the invitation on, oldest first: many clients send the first message at once. */
  async #missed(invitation: RoomEvent, local: string): Promise<readonly RoomEvent[]> {
    const { homeserver, ghosts } = this.#parts;
    const path = ["v3", "rooms", invitation.room_id, "messages"];
    const query = { dir: "b", limit: String(MOST_MISSED) };
    const answer = await requestOrNotTaken(homeserver, { method: "GET", path, as: ghosts.id(local), query });
    const chunk: readonly unknown[] = answer.kind === "ok" && Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
    const events = decodeRoomEvents(chunk);
    const place = events.findIndex(({ event_id }) => event_id === invitation.event_id);
    const later = place === -1 ? [] : events.slice(0, place);
    return later.filter(({ sender, state_key }) => sender === invitation.sender && state_key === undefined).reverse();
  }

  async #joined(room: Room, nick: string | null): Promise<void> {
    const { context, rooms } = this.#parts;
    const name = displayName(nick);
    if (name !== room.nick) {
      await this.#update({ ...room, nick: name }, rooms);
    }
    this.#parts.met(room.person);
    context.reachable({ network: context.network, id: room.person });
  }

  async #update(room: Room, rooms: Rooms): Promise<void> {
    // A newer room of the same two stays the one that is written to.
    const current = await rooms.of(room.local, room.person);
    if (current === null || current.room === room.room) {
      await rooms.put(room);
    }
  }

  /** The person left, declined, or sent the desk away. */
  async #departed(event: RoomEvent, room: Room): Promise<void> {
    const { context, rooms, receive } = this.#parts;
    const isCurrent = (await rooms.of(room.local, room.person))?.room === room.room;
    if (isCurrent) {
      const from = { network: context.network, id: room.person };
      await receive({ redelivery: event.event_id, from, device: null, to: room.local, kind: "departure" });
    }
    // Last: once the room is off the map, a repeated event means nothing any more.
    await this.#leave(room);
  }

  async #thirdPerson(event: RoomEvent, room: Room): Promise<void> {
    this.#parts.context.count("matrix.room.left", "a third person is in it");
    await this.#say(room, THIRD_PERSON, event.event_id);
    await this.#leave(room);
  }

  async #say(room: Room, text: string, about: string): Promise<void> {
    const path = ["v3", "rooms", room.room, "send", "m.room.message", `about-${about}`];
    const as = this.#parts.ghosts.id(room.local);
    await requestOrNotTaken(this.#parts.homeserver, { method: "PUT", path, as, body: encodeNotice(text, null) });
  }

  /** Leaves all rooms of a person; what they say next opens one of its own. Throws NotTaken when the homeserver is away. */
  async forget(person: string): Promise<void> {
    for (const room of await this.#parts.rooms.ofPerson(person)) await this.#leave(room);
  }

  async #leave(room: Room): Promise<void> {
    await this.#declined(room.room, room.local);
    await this.#parts.rooms.forget(room);
  }

  /** Leaving a room in which one is not is an error of no importance. */
  async #declined(room: string, local: string): Promise<void> {
    const { homeserver, ghosts } = this.#parts;
    await requestOrNotTaken(homeserver, { method: "POST", path: ["v3", "rooms", room, "leave"], as: ghosts.id(local) });
  }

  async #join(room: string, local: string): Promise<boolean> {
    const { homeserver, ghosts } = this.#parts;
    const path = ["v3", "rooms", room, "join"];
    const answer = await requestOrNotTaken(homeserver, { method: "POST", path, as: ghosts.id(local) });
    return answer.kind === "ok";
  }

  /** Who is in the room or invited to it, and what they call themselves there. */
  async #members(room: string, local: string): Promise<ReadonlyMap<string, { readonly name: string | null }>> {
    const { homeserver, ghosts } = this.#parts;
    const path = ["v3", "rooms", room, "members"];
    const answer = await requestOrNotTaken(homeserver, { method: "GET", path, as: ghosts.id(local) });
    const chunk: readonly unknown[] = answer.kind === "ok" && Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
    const members = new Map<string, { readonly name: string | null }>();
    for (const one of chunk) {
      const { state_key, content } = one as {
        state_key?: unknown;
        content?: { membership?: unknown; displayname?: unknown };
      };
      if (typeof state_key === "string" && PRESENT.has(String(content?.membership)) && members.size < MOST_MEMBERS) {
        const { displayname } = content ?? {};
        members.set(state_key, { name: displayName(typeof displayname === "string" ? displayname : null) });
      }
    }
    return members;
  }
}
