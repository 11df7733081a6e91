/**
 * Takes transactions of the homeserver. Nothing of one is acknowledged before all of it is committed; when something could
 * not be taken, the homeserver delivers the whole transaction again and the desk knows each event by its id.
 */
import { LRUCache } from "lru-cache";
import type { AdapterContext } from "../../src/adapter.ts";
import type { HostedFile } from "../../src/core/model.ts";
import type { Piece } from "./aside.ts";
import { decodeMember, decodeSaid, type RoomEvent, type Said, type Transaction, type Words } from "./codec-inbound.ts";
import { encodeNotice } from "./codec-outbound.ts";
import type { Limits } from "./config.ts";
import type { Ghosts } from "./ghosts.ts";
import { NotTaken, type Place, type Receive, requestOrNotTaken } from "./hand.ts";
import type { Homeserver } from "./homeserver.ts";
import type { HostedRooms } from "./hosted-rooms.ts";
import type { Namespace } from "./identifiers.ts";
import type { Ledger } from "./ledger.ts";
import type { Media } from "./media.ts";
import type { Membership } from "./membership.ts";
import type { Reactions } from "./reactions.ts";
import type { Room, Rooms } from "./rooms.ts";
import type { Signs } from "./signs.ts";

export interface ReceptionParts {
  readonly context: AdapterContext;
  readonly limits: Limits;
  readonly homeserver: Homeserver;
  readonly namespace: Namespace;
  readonly ghosts: Ghosts;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  readonly reactions: Reactions;
  readonly membership: Membership;
  readonly signs: Signs;
  readonly media: Media;
  readonly receive: Receive;
  /** Rooms in which two others talk. Left out: there are none. */
  readonly hosted?: Pick<HostedRooms, "take">;
  /** Takes over an invitation that cannot be accepted now. Left out: it is tried again as long as it takes. */
  putOff?(invitation: RoomEvent): Promise<void>;
  /** Takes over an event that cannot be taken while the homeserver answers nothing but errors about its room; false: not yet. */
  putAside(event: RoomEvent, error: unknown): Promise<boolean>;
  /** A person has spoken: what do they write from? */
  spoke(room: Room): void;
}

/** A message as the desk is to be given it. */
interface Spoken extends Words {
  readonly replyTo: string | null;
  readonly hosted?: HostedFile;
}

const CANNOT_READ =
  "I cannot read encrypted messages, so this one did not reach us. Please write to me in a chat without encryption.";
/** Stands where the person's own words would. */
const GIVEN_UP = "[something that the Matrix homeserver could not hand over]";
/** Messages this much older than their arrival bear the time at which they were written. */
const LATE_MS = 10_000;
const MINUTE_MS = 60_000;
/** How often an invitation is tried before it is put off: all other news of the homeserver wait for it. */
const INVITATION_TRIES = 2;
/** Files in a minute whose sender is told that they were not taken: people send a whole album at once. */
const FILE_ANSWERS = 30;

export class Reception {
  readonly #parts: ReceptionParts;
  /** Events that were dealt with, so that what the adapter itself does about one is not done again at once. */
  readonly #done: LRUCache<string, true>;
  readonly #answers: LRUCache<string, readonly number[]>;
  /** Invitations by event: how often they could not be accepted. */
  readonly #tries: LRUCache<string, number>;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.#done = new LRUCache({ max: parts.limits.rooms });
    this.#answers = new LRUCache({ max: parts.limits.rooms });
    this.#tries = new LRUCache({ max: parts.limits.rooms });
  }

  /** Resolves once all of it is committed, rejects when it is to be delivered again. One transaction at a time. */
  async transaction(transaction: Transaction): Promise<void> {
    const taken = this.#last.then(() => this.#take(transaction));
    this.#last = taken.catch(() => {});
    await taken;
  }

  /** A sentence to whoever sent that event, in the room it came from; bounded, as all answers are. */
  async tell(event: RoomEvent, text: string): Promise<void> {
    const room = await this.#parts.rooms.byId(event.room_id);
    if (room !== null && room.person === event.sender) {
      await this.#answer(room, event, text);
    }
  }

  /** Whoever its person talks with learns that something they wrote is not to be had. */
  async giveUp([first, ...others]: readonly Piece[]): Promise<void> {
    const { context, rooms, receive } = this.#parts;
    context.count("matrix.event.given-up", "the homeserver had nothing but errors for its room");
    const { network } = context;
    context.log.warn("matrix.event.given-up", { network, room: first?.room, events: 1 + others.length });
    const room = first === undefined ? null : await rooms.byId(first.room);
    if (first === undefined || room === null) {
      return;
    }
    const id = `given up ${first.event?.event_id ?? first.gap}`;
    const place = { redelivery: id, from: { network, id: room.person }, device: null, to: room.local };
    const words = { id, text: GIVEN_UP, choice: null, replyTo: null, sentAt: null, language: null, nick: room.nick };
    await receive({ ...place, kind: "message", ...words });
  }

  async #take({ events, ephemeral, malformed }: Transaction): Promise<void> {
    for (let count = 0; count < malformed; count += 1) {
      this.#parts.context.count("matrix.event.malformed", "not of the shape of an event");
    }
    // Rooms side by side, the events of one room in their order.
    const lanes = Map.groupBy(events, (event) => event.room_id);
    const ends = await Promise.allSettled([...lanes.values()].map((lane) => this.#lane(lane)));
    const failed = ends.find((end) => end.status === "rejected");
    if (failed !== undefined) {
      throw failed.reason;
    }
    for (const sign of ephemeral) {
      await this.#parts.signs.take(sign);
    }
  }

  async #lane(events: readonly RoomEvent[]): Promise<void> {
    for (const event of events) {
      if (this.#done.get(event.event_id) !== true && (await this.#taken(event))) {
        this.#done.set(event.event_id, true);
      }
    }
  }

  /** False when it was put aside. */
  async #taken(event: RoomEvent): Promise<boolean> {
    try {
      await this.#event(event);
      return true;
    } catch (error) {
      if (!(error instanceof NotTaken) || !(await this.#parts.putAside(event, error))) {
        throw error;
      }
      return false;
    }
  }

  async #event(event: RoomEvent): Promise<void> {
    const { context, namespace, rooms, ledger, membership, ghosts, hosted } = this.#parts;
    if ((await hosted?.take(event)) === true) {
      return;
    }
    if (event.type === "m.room.member") {
      return await this.#lane(await this.#member(event));
    }
    if (event.type === "m.room.tombstone" && event.state_key === "") {
      return await membership.tombstone(event);
    }
    const room = await rooms.byId(event.room_id);
    if (event.state_key !== undefined) {
      return;
    }
    if (namespace.local(event.sender) !== null) {
      if (room !== null && event.sender === ghosts.id(room.local)) {
        ledger.follow(event.room_id, event.event_id, event.type === "m.room.message");
      }
      return;
    }
    if (room === null || event.sender !== room.person) {
      context.count(
        "matrix.event.ignored",
        room === null ? "a room the desk does not know" : "not from this room's person",
      );
      return;
    }
    ledger.follow(event.room_id, event.event_id, false);
    await this.#said(event, room, decodeSaid(event));
  }

  /** A room whose homeserver is away, or makes nothing but errors, must not hold up everybody else. */
  async #member(event: RoomEvent): Promise<readonly RoomEvent[]> {
    const { membership, putOff, context } = this.#parts;
    try {
      return await membership.take(event);
    } catch (error) {
      const tries = (this.#tries.get(event.event_id) ?? 0) + 1;
      this.#tries.set(event.event_id, tries);
      const isInvitation = decodeMember(event)?.membership === "invite";
      if (!(error instanceof NotTaken) || !isInvitation || putOff === undefined || tries < INVITATION_TRIES) {
        throw error;
      }
      context.log.warn("matrix.invitation.failed", { network: context.network, room: event.room_id, tries, error });
      await putOff(event);
      return [];
    }
  }

  async #said(event: RoomEvent, room: Room, said: Said): Promise<void> {
    const { context, ledger, reactions } = this.#parts;
    const from = { network: context.network, id: room.person };
    const place: Place = { redelivery: event.event_id, from, device: null, to: room.local };
    switch (said.kind) {
      case "nothing":
        context.count("matrix.event.ignored", said.reason);
        return;
      case "encrypted":
        context.count("matrix.event.ignored", "encrypted");
        return await this.#answer(room, event, CANNOT_READ);
      case "unreadable":
        context.count("matrix.event.ignored", said.reason);
        return await this.#answer(room, event, said.text);
      case "message":
        return await this.#message(event, room, place, said);
      case "file":
        return await this.#file(event, room, place, said);
      case "edit":
        return await this.#hand(event, room, {
          ...place,
          kind: "edit",
          id: event.event_id,
          of: ledger.name(said.of),
          text: said.text,
          ...looks(said),
        });
      case "reaction":
        await reactions.remember(room, event.event_id, said.of);
        return await this.#reactions(event, room, place, said.of);
      case "redaction": {
        const reacted = await reactions.reactedTo(room, said.of);
        return reacted === null
          ? await this.#hand(event, room, { ...place, kind: "retraction", of: ledger.name(said.of) })
          : await this.#reactions(event, room, place, reacted);
      }
    }
  }

  async #message(event: RoomEvent, room: Room, place: Place, said: Spoken): Promise<void> {
    const { context, ledger, rooms, spoke } = this.#parts;
    const { text, replyTo, hosted } = said;
    // They are answered where they last wrote.
    await rooms.put(room);
    const late = context.clock.now() - event.origin_server_ts > LATE_MS && event.origin_server_ts > 0;
    await this.#hand(event, room, {
      ...place,
      kind: "message",
      id: event.event_id,
      text,
      ...looks(said),
      ...(hosted === undefined ? {} : { file: hosted }),
      choice: null,
      replyTo: replyTo === null ? null : ledger.name(replyTo),
      sentAt: late ? event.origin_server_ts : null,
      language: null,
      nick: room.nick,
    });
    spoke(room);
  }

  /** A file that is not taken is said to its sender; the words beside it go on. */
  async #file(event: RoomEvent, room: Room, place: Place, said: Extract<Said, { kind: "file" }>): Promise<void> {
    const taken = await this.#parts.media.take(said.file, place.from);
    if (taken.kind === "taken") {
      const text = [said.text, taken.words].filter((words) => words !== "").join("\n");
      return await this.#message(event, room, place, { ...said, text, hosted: taken.file });
    }
    if (said.text !== "") {
      await this.#message(event, room, place, said);
    }
    await this.#answer(room, event, taken.text, FILE_ANSWERS);
  }

  async #reactions(event: RoomEvent, room: Room, place: Place, of: string): Promise<void> {
    const { reactions, ledger } = this.#parts;
    const shown = await reactions.of(room, of, room.person);
    if (shown.kind === "failed") {
      if (shown.outcome.kind === "deferred") {
        throw new NotTaken("the reactions could not be looked up");
      }
      this.#parts.context.count("matrix.event.ignored", "a reaction to what is not there");
      return;
    }
    const set = [...new Set(shown.reactions.map(({ key }) => key))];
    await this.#hand(event, room, { ...place, kind: "reaction", of: ledger.name(of), reactions: set });
  }

  async #hand(event: RoomEvent, room: Room, inbound: Parameters<Receive>[0]): Promise<void> {
    const verdict = await this.#parts.receive(inbound);
    if (verdict.kind === "refused") {
      await this.#answer(room, event, verdict.text);
    }
  }

  /** A sentence about that event. Bounded, so that a flood is not answered by another one. */
  async #answer(room: Room, event: RoomEvent, text: string, most = this.#parts.limits.answersPerMinute): Promise<void> {
    const { context, homeserver, ghosts } = this.#parts;
    const now = context.clock.now();
    const recent = (this.#answers.get(room.room) ?? []).filter((at) => now - at < MINUTE_MS);
    if (recent.length >= most) {
      context.count("matrix.answer.spared", "said often enough in this minute");
      return;
    }
    // The event's id makes the transaction's: said once, however often the event is delivered.
    const path = ["v3", "rooms", room.room, "send", "m.room.message", `about-${event.event_id}`];
    const body = encodeNotice(text, event.event_id);
    await requestOrNotTaken(homeserver, { method: "PUT", path, as: ghosts.id(room.local), body });
    this.#answers.set(room.room, [...recent, now]);
  }
}

function looks({ formatting }: Words): Pick<Words, "formatting"> {
  return formatting === undefined ? {} : { formatting };
}
