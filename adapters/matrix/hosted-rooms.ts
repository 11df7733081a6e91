/**
 * Rooms in which the desk introduces two people to each other. Whoever is in a room of Matrix sees the address of everybody who is in it
 * or invited to it, so nobody is invited before the desk says so. A room is made under an alias that bears its token, so making it
 * twice makes one. What the desk is in the middle of stands in its state, and is looked at again whenever the link comes back.
 */
import { z } from "zod";
import type { AdapterContext, Outcome } from "../../src/adapter.ts";
import type { OutboundOf, RoomParty, RoomState } from "../../src/core/model.ts";
import type { RoomEvent } from "./codec-inbound.ts";
import { encodeNotice, outcomeOf } from "./codec-outbound.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Answer, Homeserver, Request } from "./homeserver.ts";
import { faultOf, hostedRoom, invitationTo, LOOKED_AT } from "./hosted-room-events.ts";

export interface HostedRoomsParts {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  readonly ghosts: Ghosts;
  /** Localparts of the aliases begin with it; the registration reserves them for the desk. */
  readonly prefix: string;
  readonly serverName: string;
}

/** What is kept of a room while the desk is in it. */
const record = z.object({
  /** The desk's name that introduces, and the customer. */
  desk: z.string(),
  customer: z.string(),
  until: z.number(),
  subject: z.string(),
  /** Its Matrix id, once it is there. */
  id: z.string().nullable(),
  /** User ids of those who were invited. */
  invited: z.array(z.string()),
  /** All was said that was to be said. */
  isSaid: z.boolean(),
});
interface Room extends z.output<typeof record> {
  readonly token: string;
  readonly entered: Set<string>;
  /** One act after the other. */
  last: Promise<unknown>;
}
type Rejected = Extract<Outcome, { kind: "rejected" }>;

const STATE = "hosted ";
/** A room that nobody ever ended is given up so long after its time. */
const FORGOTTEN_MS = 86_400_000;
const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
const DONE: Outcome = { kind: "accepted", id: null };
const UNAUTHORIZED = 401;
const PRESENT: ReadonlySet<unknown> = new Set(["join", "invite"]);
/** Of those that are taken up when the link comes back. */
const NEVER = new AbortController().signal;

export class HostedRooms {
  readonly #parts: HostedRoomsParts;
  readonly #rooms = new Map<string, Room>();
  /** By Matrix id. */
  readonly #tokens = new Map<string, string>();
  #recalled: Promise<void> | null = null;

  constructor(parts: HostedRoomsParts) {
    this.#parts = parts;
  }

  /** The link is there: looks who came and went meanwhile, and ends what nobody ever ended. */
  async begin(): Promise<void> {
    const { clock, log, network } = this.#parts.context;
    try {
      await this.#recall();
      for (const room of [...this.#rooms.values()]) {
        const isOver = room.until + FORGOTTEN_MS < clock.now();
        await this.#inTurn(room, async () => {
          if (isOver) await this.#dissolve(room, "", NEVER);
          else await this.#look(room);
        });
      }
    } catch (error) {
      // Told again when the link comes back; until then the desk relays, and takes the room back in time.
      log.warn("matrix.room.unreported", { network, error });
    }
  }

  async send({ act, room: token, key, from, to }: OutboundOf<"room">, signal: AbortSignal): Promise<Outcome> {
    await this.#recall();
    const known = this.#rooms.get(token);
    if (act.kind === "introduce") {
      const { until, subject, parties } = act;
      if (until <= this.#parts.context.clock.now()) return DONE;
      const made = { desk: from, customer: to.id, until, subject, id: null, invited: [], isSaid: false };
      const room = known ?? this.#know(token, made);
      return await this.#inTurn(room, () => this.#introduce(room, parties, signal));
    }
    // What is not known any more was done before.
    if (known === undefined) return DONE;
    return await this.#inTurn(known, () => {
      switch (act.kind) {
        case "invite":
          return this.#invite(known, act.party, signal);
        case "hand-over":
          return this.#handOver(known, key, act.lines, signal);
        case "dissolve":
          return this.#dissolve(known, act.text, signal);
      }
    });
  }

  /** Takes what happens in a room of these; false for everything else. Rejects when the desk could not be told. */
  async take(event: RoomEvent): Promise<boolean> {
    await this.#recall();
    const room = this.#rooms.get(this.#tokens.get(event.room_id) ?? "");
    if (room === undefined) return false;
    const { sender, state_key, type, content } = event;
    if (type === "m.room.member" && sender === state_key && room.invited.includes(sender)) {
      await this.#is(room, sender, content.membership);
    } else if (sender !== this.#as(room)) {
      this.#parts.context.count("matrix.event.ignored", "in a room of two others");
    }
    return true;
  }

  // --- introducing ----------------------------------------------------------------------------------------------------

  /** Every step may be done twice: after a crash it is taken up from the beginning. */
  async #introduce(room: Room, parties: readonly RoomParty[], signal: AbortSignal): Promise<Outcome> {
    await this.#keep(room);
    const failure = (await this.#make(room, signal)) ?? (await this.#check(room, signal));
    if (failure !== null) {
      if (failure.kind === "rejected") await this.#giveUp(room, failure, signal);
      return failure;
    }
    for (const party of parties) {
      const outcome = await this.#invite(room, party, signal);
      if (outcome.kind !== "accepted") return outcome;
    }
    await this.#report(room, room.customer, "ready");
    return DONE;
  }

  /** Null: it is there. */
  async #make(room: Room, signal: AbortSignal): Promise<Outcome | null> {
    const unprepared = await this.#parts.ghosts.prepare(room.desk, null, signal);
    if (unprepared !== null) return unprepared;
    if (room.id !== null) return null;
    const body = hostedRoom(this.#aliasName(room), room.subject);
    const answer = await this.#ask(room, { method: "POST", path: ["v3", "createRoom"], body, signal });
    const isThere = answer.kind === "error" && answer.errcode === "M_ROOM_IN_USE";
    const found = isThere ? await this.#find(room, signal) : answer;
    if (found.kind !== "ok") return failureOf(found);
    room.id = String(found.body.room_id ?? "");
    this.#tokens.set(room.id, room.token);
    await this.#keep(room);
    return null;
  }

  #find(room: Room, signal: AbortSignal): Promise<Answer> {
    return this.#ask(room, { method: "GET", path: ["v3", "directory", "room", this.#alias(room)], signal });
  }

  /** Null: it is as it must be, and says so itself; nobody is let into one that is not. */
  async #check(room: Room, signal: AbortSignal): Promise<Outcome | null> {
    const looks = LOOKED_AT.map(async (type) => {
      const answer = await this.#ask(room, { method: "GET", path: this.#inRoom(room, "state", type, ""), signal });
      return [type, answer] as const;
    });
    const answers = await Promise.all(looks);
    const failed = answers.find(([, answer]) => answer.kind === "unreachable");
    if (failed !== undefined) return OFFLINE;
    const contents = answers.map(([type, answer]) => [type, answer.kind === "ok" ? answer.body : null]);
    const fault = faultOf(Object.fromEntries(contents), this.#as(room));
    if (fault === null) return null;
    const text = `The homeserver does not give the desk a room of its own: ${fault}.`;
    return { kind: "rejected", reason: "not-acceptable", text };
  }

  async #invite(room: Room, { address, invitation }: RoomParty, signal: AbortSignal): Promise<Outcome> {
    const path = this.#inRoom(room, "state", "m.room.member", address.id);
    const before = await this.#ask(room, { method: "GET", path, signal });
    if (before.kind === "unreachable") return OFFLINE;
    if (!room.invited.includes(address.id)) {
      room.invited = [...room.invited, address.id];
      await this.#keep(room);
    }
    if (before.kind === "ok" && PRESENT.has(before.body.membership)) return DONE;
    const answer = await this.#ask(room, { method: "PUT", path, body: invitationTo(invitation), signal });
    return answer.kind === "ok" ? DONE : failureOf(answer);
  }

  // --- stepping out ---------------------------------------------------------------------------------------------------

  async #handOver(room: Room, key: string, lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    for (const [index, line] of room.isSaid ? [] : lines.entries()) {
      const path = this.#inRoom(room, "send", "m.room.message", `${key}-${index}`);
      const answer = await this.#ask(room, { method: "PUT", path, body: encodeNotice(line, null), signal });
      if (answer.kind !== "ok") return failureOf(answer);
    }
    room.isSaid = true;
    await this.#keep(room);
    return await this.#leave(room, signal);
  }

  /** Rooms of Matrix are not destroyed: everybody is put out of it, and it is empty. */
  async #dissolve(room: Room, text: string, signal: AbortSignal): Promise<Outcome> {
    if (room.id === null) {
      const found = await this.#find(room, signal);
      if (found.kind === "unreachable") return OFFLINE;
      room.id = found.kind === "ok" ? String(found.body.room_id ?? "") : null;
    }
    const members = room.id === null ? new Map<string, unknown>() : await this.#members(room, signal);
    if (members === null) return OFFLINE;
    for (const [user, membership] of members) {
      if (user === this.#as(room) || !PRESENT.has(membership)) continue;
      const body = { user_id: user, ...(text === "" ? {} : { reason: text.toWellFormed() }) };
      const answer = await this.#ask(room, { method: "POST", path: this.#inRoom(room, "kick"), body, signal });
      if (answer.kind === "unreachable") return OFFLINE;
    }
    return await this.#leave(room, signal);
  }

  /** An error in answer is an answer too: the desk is out of it, or the room is not there. */
  async #leave(room: Room, signal: AbortSignal): Promise<Outcome> {
    const alias = ["v3", "directory", "room", this.#alias(room)];
    const requests: Request[] = [{ method: "DELETE", path: alias, signal }];
    if (room.id !== null) {
      requests.push({ method: "POST", path: this.#inRoom(room, "leave"), signal });
      requests.push({ method: "POST", path: this.#inRoom(room, "forget"), signal });
    }
    for (const request of requests) {
      if ((await this.#ask(room, request)).kind === "unreachable") return OFFLINE;
    }
    this.#rooms.delete(room.token);
    this.#tokens.delete(room.id ?? "");
    await this.#parts.context.state.set(STATE + room.token, undefined);
    return DONE;
  }

  async #giveUp(room: Room, { reason, text }: Rejected, signal: AbortSignal): Promise<void> {
    const { log, network } = this.#parts.context;
    log.warn("matrix.room.refused", { network, room: room.token, reason, text });
    await this.#dissolve(room, "", signal);
  }

  // --- who is in ------------------------------------------------------------------------------------------------------

  /** After an outage: those who are in are told of again, and those who went. */
  async #look(room: Room): Promise<void> {
    if (room.id === null || room.isSaid) return;
    await this.#report(room, room.customer, "ready");
    const members = await this.#members(room, NEVER);
    for (const user of members === null ? [] : room.invited) {
      room.entered.delete(user);
      await this.#is(room, user, members?.get(user));
    }
  }

  async #is(room: Room, user: string, membership: unknown): Promise<void> {
    const wasIn = room.entered.has(user);
    if (membership === "join" && !wasIn) {
      await this.#report(room, user, "entered");
      room.entered.add(user);
    } else if (membership === "leave") {
      await this.#report(room, user, wasIn ? "left" : "declined");
      room.entered.delete(user);
    }
  }

  /** By user id, how they stand to the room; null when nobody answered. */
  async #members(room: Room, signal: AbortSignal): Promise<ReadonlyMap<string, unknown> | null> {
    const answer = await this.#ask(room, { method: "GET", path: this.#inRoom(room, "members"), signal });
    if (answer.kind === "unreachable") return null;
    const chunk: readonly unknown[] = answer.kind === "ok" && Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
    const members = chunk.flatMap((one) => {
      const { data } = member.safeParse(one);
      return data === undefined ? [] : [[data.state_key, data.content.membership] as const];
    });
    return new Map(members);
  }

  async #report(room: Room, id: string, state: RoomState): Promise<void> {
    const { receive, network } = this.#parts.context;
    const event = { redelivery: null, from: { network, id }, device: null, to: room.desk, room: room.token } as const;
    await receive({ ...event, kind: "room", state });
  }

  // --- what is kept ---------------------------------------------------------------------------------------------------

  #recall(): Promise<void> {
    this.#recalled ??= this.#read().catch((error: unknown) => {
      this.#recalled = null;
      throw error;
    });
    return this.#recalled;
  }

  async #read(): Promise<void> {
    const { state } = this.#parts.context;
    for (const key of await state.keys(STATE)) {
      const kept = record.safeParse(await state.get(key)).data;
      if (kept !== undefined) this.#know(key.slice(STATE.length), kept);
    }
  }

  #know(token: string, kept: z.output<typeof record>): Room {
    const room: Room = { ...kept, token, entered: new Set(), last: Promise.resolve() };
    this.#rooms.set(token, room);
    if (room.id !== null) this.#tokens.set(room.id, token);
    return room;
  }

  async #keep({ token, entered: _entered, last: _last, ...kept }: Room): Promise<void> {
    await this.#parts.context.state.set(STATE + token, kept);
  }

  #inTurn<T>(room: Room, act: () => Promise<T>): Promise<T> {
    const next = room.last.then(act, act);
    room.last = next.catch(() => undefined);
    return next;
  }

  // --- requests -------------------------------------------------------------------------------------------------------

  #ask(room: Room, request: Request): Promise<Answer> {
    return this.#parts.homeserver.request({ ...request, as: this.#as(room) });
  }
  #as(room: Room): string {
    return this.#parts.ghosts.id(room.desk);
  }
  #inRoom(room: Room, ...path: readonly string[]): readonly string[] {
    return ["v3", "rooms", room.id ?? "", ...path];
  }
  #aliasName({ token }: Room): string {
    return `${this.#parts.prefix}${token}`;
  }
  #alias(room: Room): string {
    return `#${this.#aliasName(room)}:${this.#parts.serverName}`;
  }
}

const member = z.object({ state_key: z.string(), content: z.object({ membership: z.string() }) });

/** A homeserver that answers does not do it: the customer's messages wait behind this one, and must not wait for a room. */
function failureOf(answer: Exclude<Answer, { kind: "ok" }>): Outcome {
  if (answer.kind === "unreachable" || answer.status === UNAUTHORIZED) return OFFLINE;
  const outcome = outcomeOf(answer);
  return outcome.kind === "deferred" ? { kind: "rejected", reason: outcome.reason, text: answer.text } : outcome;
}
