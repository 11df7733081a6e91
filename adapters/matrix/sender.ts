/** Puts what the desk says into rooms. The key is the transaction id, so the homeserver takes each message once. */
import { LRUCache } from "lru-cache";
import type { AdapterContext, Outcome } from "../../src/adapter.ts";
import type { Outbound, OutboundKind, OutboundOf } from "../../src/core/model.ts";
import {
  encodeEdit,
  encodeFileMessage,
  encodeMessage,
  encodePresence,
  encodeReaction,
  KEY_FIELD,
  outcomeOf,
  withoutLooks,
} from "./codec-outbound.ts";
import type { Limits } from "./config.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Homeserver } from "./homeserver.ts";
import type { HostedRooms } from "./hosted-rooms.ts";
import { displayName } from "./identifiers.ts";
import type { Ledger } from "./ledger.ts";
import type { Media } from "./media.ts";
import type { Reactions } from "./reactions.ts";
import type { Room, Rooms } from "./rooms.ts";

export interface SenderParts {
  readonly context: AdapterContext;
  readonly limits: Limits;
  readonly homeserver: Homeserver;
  readonly ghosts: Ghosts;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  readonly reactions: Reactions;
  readonly media: Media;
  /** Rooms in which the desk introduces two people; left out: it makes none. */
  readonly hosted?: Pick<HostedRooms, "send">;
  /** Whether what is sent there is encrypted, so that files have to be as well; left out: it never is. */
  isEncrypted?(room: Room): Promise<boolean>;
  /** The desk wants to know of that person's presence. */
  watch(person: string, local: string): void;
}

type Carriers = { readonly [K in OutboundKind]: (outbound: OutboundOf<K>, signal: AbortSignal) => Promise<Outcome> };

const DONE: Outcome = { kind: "accepted", id: null };
const NO_ROOM: Outcome = { kind: "rejected", reason: "item-not-found", text: "There is no chat with this person." };
const NO_ROOMS: Outcome = {
  kind: "rejected",
  reason: "feature-not-implemented",
  text: "The desk makes no rooms here.",
};
const NO_MESSAGE: Outcome = { kind: "rejected", reason: "item-not-found", text: "The message is not in this chat." };
/** Where an event is looked for. */
interface FoundEvent<Event extends string | null> {
  readonly kind: "found";
  readonly event: Event;
}
interface Failed {
  readonly kind: "failed";
  readonly outcome: Outcome;
}
const NONE: FoundEvent<null> = { kind: "found", event: null };
/** What is stale soon is dropped while there is nobody to see it. */
const NOBODY_THERE: Outcome = { kind: "deferred", reason: "recipient-unavailable" };
/** A typing sign that is not taken back ends by itself. */
const TYPING_MS = 30_000;
/** Messages written earlier than this are given their own time (`ts`). */
const LATE_MS = 10_000;
const PAGE = 100;

export class Sender {
  readonly #parts: SenderParts;
  /** Sends that were begun and never answered: the homeserver may have them, and may have forgotten the transaction id. */
  readonly #uncertain: LRUCache<string, true>;
  /** Rooms in which the desk shows that somebody types. */
  readonly #typing: LRUCache<string, true>;
  readonly #carriers: Carriers = {
    message: (outbound, signal) => this.#message(outbound, signal),
    edit: (outbound, signal) => this.#edit(outbound, signal),
    retraction: (outbound, signal) => this.#retraction(outbound, signal),
    reaction: (outbound, signal) => this.#reaction(outbound, signal),
    typing: (outbound, signal) => this.#sign(outbound, signal),
    receipt: (outbound, signal) => this.#receipt(outbound, signal),
    presence: (outbound, signal) => this.#presence(outbound, signal),
    subscription: (outbound, signal) => this.#subscription(outbound, signal),
    watch: async ({ to, from }) => {
      this.#parts.watch(to.id, from);
      return DONE;
    },
    room: async (outbound, signal) => (await this.#parts.hosted?.send(outbound, signal)) ?? NO_ROOMS,
  };

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#uncertain = new LRUCache({ max: parts.limits.rooms });
    this.#typing = new LRUCache({ max: parts.limits.rooms, ttl: TYPING_MS });
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const carry = this.#carriers[outbound.kind] as (outbound: Outbound, signal: AbortSignal) => Promise<Outcome>;
    return await carry(outbound, signal);
  }

  async #message(outbound: OutboundOf<"message">, signal: AbortSignal): Promise<Outcome> {
    const { context, rooms } = this.#parts;
    const { from, to, nick, replyTo, sentAt } = outbound;
    const identity = context.identity(from, to);
    const opened = await rooms.open(from, to.id, identity?.name ?? nick, signal);
    if (opened.kind === "failed") {
      return opened.outcome;
    }
    const room = identity?.kind === "handle" ? await this.#nameSpeaker(opened.room, nick, signal) : opened.room;
    const replied = replyTo === null ? NONE : await this.#find(room, replyTo, signal);
    if (replied.kind === "failed") {
      return replied.outcome;
    }
    const late = context.clock.now() - sentAt > LATE_MS;
    const content = await this.#content(outbound, room, replied.event, signal);
    if (content.kind === "failed") {
      return content.outcome;
    }
    const outcome = await this.#put(room, outbound.key, content.content, signal, late ? sentAt : null);
    if (outcome.kind === "accepted" && this.#typing.has(room.room)) {
      // Who has said it types no more; not every network says so by itself.
      await this.#showTyping(room, false, signal);
    }
    return outcome;
  }

  /** With its file where the homeserver takes it; else its words, which say where the file is. */
  async #content(
    outbound: OutboundOf<"message">,
    room: Room,
    replied: string | null,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: "content"; readonly content: Readonly<Record<string, unknown>> }
    | { readonly kind: "failed"; readonly outcome: Outcome }
  > {
    const { media, isEncrypted } = this.#parts;
    const file = outbound.file ?? null;
    const placed = file === null ? null : await media.place(file, (await isEncrypted?.(room)) ?? false, signal);
    if (placed?.kind === "failed") {
      return placed;
    }
    return file === null || placed?.kind !== "placed"
      ? { kind: "content", content: encodeMessage(outbound, replied) }
      : { kind: "content", content: encodeFileMessage(outbound, file, placed.place, replied) };
  }

  async #edit(outbound: OutboundOf<"edit">, signal: AbortSignal): Promise<Outcome> {
    const room = await this.#parts.rooms.of(outbound.from, outbound.to.id);
    if (room === null) {
      return NO_ROOM;
    }
    const of = await this.#existing(room, outbound.of, signal);
    return of.kind === "failed"
      ? of.outcome
      : await this.#put(room, outbound.key, encodeEdit(outbound, of.event), signal, null);
  }

  async #retraction(outbound: OutboundOf<"retraction">, signal: AbortSignal): Promise<Outcome> {
    const room = await this.#parts.rooms.of(outbound.from, outbound.to.id);
    if (room === null) {
      return NO_ROOM;
    }
    const of = await this.#existing(room, outbound.of, signal);
    return of.kind === "failed" ? of.outcome : await this.#parts.reactions.redact(room, of.event, outbound.key, signal);
  }

  /** The whole set is given; the homeserver knows single ones, so the difference is sent. */
  async #reaction(outbound: OutboundOf<"reaction">, signal: AbortSignal): Promise<Outcome> {
    const { rooms, reactions, ghosts } = this.#parts;
    const room = await rooms.of(outbound.from, outbound.to.id);
    if (room === null) {
      return NO_ROOM;
    }
    const existing = await this.#existing(room, outbound.of, signal);
    if (existing.kind === "failed") {
      return existing.outcome;
    }
    const of = existing.event;
    const shown = await reactions.of(room, of, ghosts.id(room.local), signal);
    if (shown.kind === "failed") {
      return shown.outcome;
    }
    const gone = shown.reactions.filter(({ key }) => !outbound.reactions.includes(key));
    for (const [index, { event }] of gone.entries()) {
      const outcome = await reactions.redact(room, event, `${outbound.key}-gone-${index}`, signal);
      if (outcome.kind !== "accepted") {
        return outcome;
      }
    }
    const there = shown.reactions.map(({ key }) => key);
    const added = [...new Set(outbound.reactions)].filter((reaction) => !there.includes(reaction));
    for (const [index, reaction] of added.entries()) {
      const path = ["v3", "rooms", room.room, "send", "m.reaction", `${outbound.key}-${index}`];
      const outcome = await this.#do(room, path, encodeReaction(reaction, of), signal);
      if (outcome.kind !== "accepted") {
        return outcome;
      }
    }
    return DONE;
  }

  async #sign({ from, to, state }: OutboundOf<"typing">, signal: AbortSignal): Promise<Outcome> {
    const room = await this.#parts.rooms.of(from, to.id);
    if (room === null) {
      return NOBODY_THERE;
    }
    return await this.#showTyping(room, state === "composing", signal);
  }

  async #showTyping(room: Room, isTyping: boolean, signal: AbortSignal): Promise<Outcome> {
    if (isTyping) {
      this.#typing.set(room.room, true);
    } else {
      this.#typing.delete(room.room);
    }
    const path = ["v3", "rooms", room.room, "typing", this.#parts.ghosts.id(room.local)];
    const sign = isTyping ? { typing: true, timeout: TYPING_MS } : { typing: false };
    return await this.#do(room, path, sign, signal);
  }

  async #receipt({ from, to, of }: OutboundOf<"receipt">, signal: AbortSignal): Promise<Outcome> {
    const room = await this.#parts.rooms.of(from, to.id);
    if (room === null) {
      return NO_ROOM;
    }
    const path = ["v3", "rooms", room.room, "receipt", "m.read", of];
    const as = this.#parts.ghosts.id(from);
    const answer = await this.#parts.homeserver.request({ method: "POST", path, as, signal });
    return answer.kind === "ok" ? DONE : outcomeOf(answer);
  }

  /** Matrix shows one presence to everybody, so a handle's bears no text: it might be meant for one person alone. */
  async #presence({ from, state, text }: OutboundOf<"presence">, signal: AbortSignal): Promise<Outcome> {
    const { context, ghosts, homeserver } = this.#parts;
    const isShared = context.handles.includes(from) || from === context.desk;
    const unprepared = ghosts.isPrepared(from) ? null : await ghosts.prepare(from, null, signal);
    if (unprepared !== null) {
      return unprepared;
    }
    const as = ghosts.id(from);
    const body = {
      presence: encodePresence(state),
      ...(text === null || isShared ? {} : { status_msg: text.toWellFormed() }),
    };
    const path = ["v3", "presence", as, "status"];
    const answer = await homeserver.request({ method: "PUT", path, as, body, signal });
    return answer.kind === "ok" ? DONE : outcomeOf(answer);
  }

  /** A contact request is an invitation to a direct room; what answers one was done by joining. */
  async #subscription({ from, to, state, nick }: OutboundOf<"subscription">, signal: AbortSignal): Promise<Outcome> {
    const { context, rooms } = this.#parts;
    if (state !== "subscribe") {
      return DONE;
    }
    const opened = await rooms.open(from, to.id, context.identity(from, to)?.name ?? nick, signal);
    return opened.kind === "failed" ? opened.outcome : DONE;
  }

  /** Behind a handle several people speak one after another: in this room it bears the name of who does. */
  async #nameSpeaker(room: Room, nick: string | null, signal: AbortSignal): Promise<Room> {
    const shown = displayName(nick);
    if (shown === null || shown === room.shown) {
      return room;
    }
    const { ghosts, homeserver, rooms } = this.#parts;
    const as = ghosts.id(room.local);
    const path = ["v3", "rooms", room.room, "state", "m.room.member", as];
    const body = { membership: "join", displayname: shown };
    const answer = await homeserver.request({ method: "PUT", path, as, body, signal });
    if (answer.kind !== "ok") {
      // The message matters more than the name above it; the next one tries again.
      return room;
    }
    const named = { ...room, shown };
    await rooms.put(named);
    return named;
  }

  async #put(
    room: Room,
    key: string,
    content: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    sentAt: number | null,
  ): Promise<Outcome> {
    const { ledger, limits } = this.#parts;
    const size = (whole: object) => Buffer.byteLength(JSON.stringify(whole));
    const fitting = size(content) > limits.eventBytes ? withoutLooks(content) : content;
    const bytes = size(fitting);
    if (bytes > limits.eventBytes) {
      const text = `Written as an event this has ${bytes} bytes; ${limits.eventBytes} are the most.`;
      return { kind: "rejected", reason: "policy-violation", text };
    }
    const before = this.#uncertain.get(key) === true ? await this.#find(room, key, signal) : NONE;
    if (before.kind === "failed") {
      return before.outcome;
    }
    const path = ["v3", "rooms", room.room, "send", "m.room.message", key];
    this.#uncertain.set(key, true);
    const outcome: Outcome =
      before.event === null
        ? await this.#do(room, path, fitting, signal, sentAt)
        : { kind: "accepted", id: before.event };
    if (outcome.kind === "accepted" && outcome.id !== null) {
      ledger.bind(key, outcome.id);
      ledger.follow(room.room, outcome.id, true);
    }
    if (outcome.kind !== "deferred") {
      this.#uncertain.delete(key);
    }
    return outcome;
  }

  async #do(
    room: Room,
    path: readonly string[],
    body: object,
    signal: AbortSignal,
    sentAt: number | null = null,
  ): Promise<Outcome> {
    const as = this.#parts.ghosts.id(room.local);
    const query = sentAt === null ? {} : { query: { ts: String(sentAt) } };
    const answer = await this.#parts.homeserver.request({ method: "PUT", path, as, body, signal, ...query });
    if (answer.kind !== "ok") {
      return outcomeOf(answer);
    }
    return { kind: "accepted", id: typeof answer.body.event_id === "string" ? answer.body.event_id : null };
  }

  /** As `#find`, of what must be there. */
  async #existing(room: Room, name: string, signal: AbortSignal): Promise<Failed | FoundEvent<string>> {
    const found = await this.#find(room, name, signal);
    if (found.kind === "failed") {
      return found;
    }
    const { event } = found;
    return event === null ? { kind: "failed", outcome: NO_MESSAGE } : { kind: "found", event };
  }

  /** The event with that id, or with that key of the desk: from memory, else from the room. Null when it is not there. */
  async #find(room: Room, name: string, signal: AbortSignal): Promise<Failed | FoundEvent<string | null>> {
    const { ledger, homeserver, ghosts, limits } = this.#parts;
    const known = name.startsWith("$") ? name : ledger.event(name);
    if (known !== null) {
      return { kind: "found", event: known };
    }
    const as = ghosts.id(room.local);
    let from: string | null = null;
    for (let seen = 0; seen < limits.historyEvents; seen += PAGE) {
      const query: Record<string, string> = { dir: "b", limit: String(PAGE), ...(from === null ? {} : { from }) };
      const path = ["v3", "rooms", room.room, "messages"];
      const answer = await homeserver.request({ method: "GET", path, as, query, signal });
      if (answer.kind !== "ok") {
        const outcome = outcomeOf(answer);
        // A homeserver that is away has not said that it is not there.
        return outcome.kind === "deferred" ? { kind: "failed", outcome } : NONE;
      }
      const chunk: readonly unknown[] = Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
      const found = chunk.find((event) => bearsKey(event, as, name));
      if (found !== undefined) {
        const { event_id } = found as { event_id: string };
        ledger.bind(name, event_id);
        return { kind: "found", event: event_id };
      }
      const { end } = answer.body;
      if (typeof end !== "string" || chunk.length === 0) {
        return NONE;
      }
      from = end;
    }
    return NONE;
  }
}

function bearsKey(event: unknown, sender: string, key: string): boolean {
  const { event_id, sender: by, content } = event as { event_id?: unknown; sender?: unknown; content?: unknown };
  const written =
    typeof content === "object" && content !== null ? (content as Record<string, unknown>)[KEY_FIELD] : null;
  return typeof event_id === "string" && by === sender && written === key;
}
