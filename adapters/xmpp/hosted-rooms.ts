/**
 * Rooms in which the desk introduces two people to each other (XEP-0045), on the service that the configuration names. They are
 * semi-anonymous and for members only, and the desk is their one moderator: so each sees the name the other took there, and never the
 * address. Whatever the desk is in the middle of stands in its state, and is taken up again at every login.
 */
import type { Element } from "@xmpp/xml";
import type { AdapterContext, Outcome } from "../../src/adapter.ts";
import type { OutboundOf, RoomState } from "../../src/core/model.ts";
import { readError } from "./conditions.ts";
import { attribute, childOf, childrenOf } from "./elements.ts";
import { type Jid, parseJid } from "./jid.ts";
import { NS } from "./namespaces.ts";
import {
  affiliation,
  destruction,
  type Exchange,
  hidesAddresses,
  invitation,
  joining,
  leaving,
  ownerForm,
  roomQuestions,
  said,
} from "./room-stanzas.ts";

export interface HostedRoomsOptions extends Exchange {
  /** The service's domain; null: the desk makes no rooms. */
  readonly service: string | null;
  readonly context: Pick<AdapterContext, "clock" | "count" | "log" | "network" | "receive" | "state">;
  /** How long the service may take for one answer. */
  readonly answerMs: number;
  /** Whether there is a login. */
  isOnline(): boolean;
  /** Resolves once the server has taken what was written before; `to` is whom it went to. */
  taken(key: string, to: Jid, signal: AbortSignal): Promise<Outcome>;
}

type Introduction = Extract<OutboundOf<"room">["act"], { kind: "introduce" }>;
/** What is kept of a room while the desk is in it. */
interface RoomRecord extends Introduction {
  /** The desk's own name that introduces. */
  readonly desk: string;
}

interface Room {
  readonly token: string;
  readonly jid: Jid;
  readonly record: RoomRecord;
  /** The desk's own place in it, while it is in. */
  place: Jid | null;
  readonly entered: Set<string>;
  /** Called with what came of joining. */
  onJoined: (failure: Outcome | null) => void;
  /** One act after the other. */
  last: Promise<unknown>;
}

const STATE = "room ";
/** XEP-0045 §15.6.2: this presence is about whoever receives it. */
const ABOUT_SELF = "110";
const STATUSES = 20;
/** A room that nobody ever ended is given up so long after its time. */
const FORGOTTEN_MS = 86_400_000;
const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
const DONE: Outcome = { kind: "accepted", id: null };

export class HostedRooms {
  readonly #options: HostedRoomsOptions;
  readonly #rooms = new Map<string, Room>();
  /** Of those that are being taken up after a login. */
  readonly #never = new AbortController().signal;

  constructor(options: HostedRoomsOptions) {
    this.#options = options;
  }

  /** Reads what the desk was in the middle of; before the first login. */
  async recall(): Promise<void> {
    const { state } = this.#options.context;
    if (this.#options.service === null) return;
    for (const key of await state.keys(STATE)) {
      // Nobody but this class writes under that prefix.
      this.#know(key.slice(STATE.length), (await state.get(key)) as RoomRecord);
    }
  }

  /** A login: the desk goes on where it was. */
  begin(): void {
    for (const room of this.#rooms.values()) {
      const act = () => this.#takeUp(room);
      void this.#inTurn(room, act).catch((error: unknown) => {
        const { log, network } = this.#options.context;
        log.warn("xmpp.room.failed", { network, room: room.jid.bare, error: String(error) });
      });
    }
  }

  /** The link is gone. */
  cut(): void {
    for (const room of this.#rooms.values()) {
      room.place = null;
      room.entered.clear();
      room.onJoined(OFFLINE);
    }
  }

  async send(outbound: OutboundOf<"room">, signal: AbortSignal): Promise<Outcome> {
    const { service, isOnline, context } = this.#options;
    const { act } = outbound;
    if (service === null) {
      const text = 'This network has no "roomService", so it cannot carry "room".';
      return { kind: "rejected", reason: "feature-not-implemented", text };
    }
    if (!isOnline()) return OFFLINE;
    const known = this.#rooms.get(outbound.room);
    if (act.kind === "invite") {
      const text = "Whoever may come to a room here is invited when it is made.";
      return { kind: "rejected", reason: "feature-not-implemented", text };
    }
    if (act.kind !== "introduce") {
      // What is not known any more was done before.
      if (known === undefined) return DONE;
      return this.#inTurn(known, () =>
        act.kind === "hand-over"
          ? this.#handOver(known, outbound.key, act.lines, signal)
          : this.#dissolve(known, act.text),
      );
    }
    if (act.until <= context.clock.now()) return DONE;
    const record = { ...act, desk: outbound.from };
    await context.state.set(`${STATE}${outbound.room}`, record);
    const room = known ?? this.#know(outbound.room, record);
    return room === null ? OFFLINE : this.#inTurn(room, () => this.#introduce(room, outbound.key, signal));
  }

  /** Takes what comes from the service; false for everything else, and for questions. */
  take(stanza: Element, from: Jid): boolean {
    if (from.domain !== this.#options.service || stanza.name === "iq") return false;
    const room = this.#rooms.get(from.local ?? "");
    if (room !== undefined && stanza.name === "presence") this.#presence(room, stanza, from);
    else if (room === undefined || !this.#declined(room, stanza))
      this.#options.context.count(`xmpp.${stanza.name}.ignored`, "of a room of the server", from.full);
    return true;
  }

  #know(token: string, record: RoomRecord): Room | null {
    const jid = parseJid(`${token}@${this.#options.service ?? ""}`);
    if (jid === null) return null;
    const onJoined = () => undefined;
    const room = { token, jid, record, place: null, entered: new Set<string>(), onJoined, last: Promise.resolve() };
    this.#rooms.set(token, room);
    return room;
  }

  #inTurn<T>(room: Room, act: () => Promise<T>): Promise<T> {
    const next = room.last.then(act, act);
    room.last = next.catch(() => undefined);
    return next;
  }

  async #takeUp(room: Room): Promise<void> {
    const { until } = room.record;
    if (until + FORGOTTEN_MS < this.#options.context.clock.now()) await this.#dissolve(room, "");
    else await this.#introduce(room, `again-${room.token}`, this.#never);
  }

  // --- introducing ----------------------------------------------------------------------------------------------------

  /** Every step may be done twice: a crash or a cut link takes it up from the beginning. */
  async #introduce(room: Room, key: string, signal: AbortSignal): Promise<Outcome> {
    const failure = (await this.#join(room)) ?? (await this.#configure(room));
    if (failure !== null) {
      if (failure.kind === "rejected") await this.#dissolve(room, "");
      return failure;
    }
    const { parties, desk } = room.record;
    for (const party of parties) {
      await this.#options.ask(desk, room.jid, "set", affiliation(party));
      if (!room.entered.has(party.address.id)) this.#options.write(desk, invitation(room.jid, party, key));
    }
    const outcome = await this.#options.taken(key, room.jid, signal);
    const [customer] = parties;
    if (outcome.kind === "accepted" && customer !== undefined) await this.#report(room, customer.address.id, "ready");
    return outcome;
  }

  /** Null: the desk is in. */
  async #join(room: Room): Promise<Outcome | null> {
    if (!this.#options.isOnline()) return OFFLINE;
    const { promise, resolve } = Promise.withResolvers<Outcome | null>();
    const silent: Outcome = { kind: "rejected", reason: "remote-server-timeout", text: "The room service is silent." };
    const cancel = this.#options.context.clock.after(this.#options.answerMs, () => resolve(silent));
    room.onJoined = resolve;
    this.#options.write(room.record.desk, joining(room.jid, room.record.nick));
    const failure = await promise;
    cancel();
    room.onJoined = () => undefined;
    return failure;
  }

  /** Null: the room is as it must be, and says so itself; nobody is let into one that is not. */
  async #configure({ jid, record }: Room): Promise<Outcome | null> {
    const { ask, isOnline } = this.#options;
    const form = await ask(record.desk, jid, "get", roomQuestions.owner());
    const wanted = form === null ? null : ownerForm(form, record.subject);
    const isSet = wanted !== null && (await ask(record.desk, jid, "set", wanted)) !== null;
    const info = isSet ? await ask(record.desk, jid, "get", roomQuestions.info()) : null;
    if (info !== null && hidesAddresses(info)) return null;
    if (!isOnline()) return OFFLINE;
    const text = "The room service does not give the desk a room that hides addresses.";
    return { kind: "rejected", reason: "not-acceptable", text };
  }

  // --- stepping out ---------------------------------------------------------------------------------------------------

  async #handOver(room: Room, key: string, lines: readonly string[], signal: AbortSignal): Promise<Outcome> {
    const { record, jid, place } = room;
    if (place === null) return OFFLINE;
    for (const [index, line] of lines.entries()) this.#options.write(record.desk, said(jid, line, `${key}.${index}`));
    this.#options.write(record.desk, leaving(place));
    const outcome = await this.#options.taken(key, jid, signal);
    if (outcome.kind === "accepted") await this.#forget(room);
    return outcome;
  }

  /** An error in answer is an answer too: the room is gone, or is no room of the desk's. */
  async #dissolve(room: Room, text: string): Promise<Outcome> {
    await this.#options.ask(room.record.desk, room.jid, "set", destruction(text));
    if (!this.#options.isOnline()) return OFFLINE;
    await this.#forget(room);
    return DONE;
  }

  async #forget(room: Room): Promise<void> {
    this.#rooms.delete(room.token);
    await this.#options.context.state.set(`${STATE}${room.token}`, undefined);
  }

  // --- who is in ------------------------------------------------------------------------------------------------------

  #presence(room: Room, stanza: Element, from: Jid): void {
    const type = attribute(stanza, "type");
    if (type === "error") {
      const { condition, text } = readError(stanza);
      room.onJoined({ kind: "rejected", reason: condition, text: text ?? "The room service refuses the room." });
      return;
    }
    const user = childOf(stanza, "x", NS.mucUser);
    const statuses = user === undefined ? [] : childrenOf(user, "status", NS.mucUser, STATUSES);
    if (statuses.some((status) => attribute(status, "code") === ABOUT_SELF)) {
      room.place = type === "unavailable" ? null : from;
      if (room.place !== null) room.onJoined(null);
      return;
    }
    const item = user === undefined ? undefined : childOf(user, "item", NS.mucUser);
    const person = parseJid(item === undefined ? "" : (attribute(item, "jid") ?? ""))?.bare;
    if (person === undefined || !room.record.parties.some(({ address }) => address.id === person)) return;
    const isIn = type !== "unavailable";
    if (isIn === room.entered.has(person)) return;
    if (isIn) room.entered.add(person);
    else room.entered.delete(person);
    void this.#report(room, person, isIn ? "entered" : "left");
  }

  /** §7.8.2: the room passes on that somebody will not come. */
  #declined(room: Room, message: Element): boolean {
    const user = childOf(message, "x", NS.mucUser);
    const decline = user === undefined ? undefined : childOf(user, "decline", NS.mucUser);
    const person = parseJid(decline === undefined ? "" : (attribute(decline, "from") ?? ""))?.bare;
    if (person === undefined || !room.record.parties.some(({ address }) => address.id === person)) return false;
    void this.#report(room, person, "declined");
    return true;
  }

  async #report(room: Room, person: string, state: RoomState): Promise<void> {
    const { receive, network, log } = this.#options.context;
    const from = { network, id: person };
    const event = { redelivery: null, from, device: null, to: room.record.desk, room: room.token } as const;
    await receive({ ...event, kind: "room", state }).catch((error: unknown) => {
      // Told again with the next login; until then the desk relays, and takes the room back in time.
      log.warn("xmpp.room.unreported", { network, room: room.jid.bare, error: String(error) });
    });
  }
}
