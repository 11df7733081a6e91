/** Room events of the client-server API in the model's words. Pure; everything here was written by a stranger. */
import { z } from "zod";
import type { Formatting, PresenceState } from "../../src/core/model.ts";
import { decodeFile, type SentFile, unseenFile } from "./codec-file.ts";
import { fromHtml } from "./html-inbound.ts";

const id = z.string().min(1).max(255);
const content = z.record(z.string(), z.unknown());

const roomEvent = z.object({
  type: z.string().max(255),
  room_id: id,
  sender: id,
  event_id: id,
  origin_server_ts: z.int().nonnegative().catch(0),
  state_key: z.string().max(255).optional(),
  redacts: id.optional().catch(undefined),
  content: content.catch({}),
});
/** An event of a room's timeline or state. */
export type RoomEvent = z.output<typeof roomEvent>;

const MAX_EVENTS = 1_000;
/** MSC2409 named it differently before it became part of the specification. */
const transaction = z.object({
  events: z.array(z.unknown()).max(MAX_EVENTS).default([]),
  ephemeral: z.array(z.unknown()).max(MAX_EVENTS).optional(),
  "de.sorunome.msc2409.ephemeral": z.array(z.unknown()).max(MAX_EVENTS).optional(),
});

export interface Transaction {
  readonly events: readonly RoomEvent[];
  readonly ephemeral: readonly unknown[];
  /** How many events had not the shape of one. */
  readonly malformed: number;
}

/** The body of a transaction (Application Service API, "Pushing events"); null when it is none. */
export function decodeTransaction(body: unknown): Transaction | null {
  const parsed = transaction.safeParse(body);
  if (!parsed.success) {
    return null;
  }
  const events = decodeRoomEvents(parsed.data.events);
  const ephemeral = parsed.data.ephemeral ?? parsed.data["de.sorunome.msc2409.ephemeral"] ?? [];
  return { events, ephemeral, malformed: parsed.data.events.length - events.length };
}

/** Those of them that are events of a room. */
export function decodeRoomEvents(events: readonly unknown[]): readonly RoomEvent[] {
  return events.flatMap((event) => roomEvent.safeParse(event).data ?? []);
}

/** Words and their looks; `formatting` is left out where they have none. */
export interface Words {
  readonly text: string;
  readonly formatting?: Formatting;
}
export type Said =
  | ({ readonly kind: "message"; readonly replyTo: string | null } & Words)
  /** `text`: the words its sender put to it, or "". */
  | ({ readonly kind: "file"; readonly file: SentFile; readonly replyTo: string | null } & Words)
  | ({ readonly kind: "edit"; readonly of: string } & Words)
  | { readonly kind: "reaction"; readonly of: string; readonly reaction: string }
  | { readonly kind: "redaction"; readonly of: string }
  | { readonly kind: "encrypted" }
  /** Of its sender's doing and not to be passed on; `text` tells them so. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly text: string }
  | { readonly kind: "nothing"; readonly reason: string };

const relation = z.object({
  rel_type: z.string().optional().catch(undefined),
  event_id: id.optional().catch(undefined),
  key: z.string().min(1).max(255).optional().catch(undefined),
  "m.in_reply_to": z.object({ event_id: id }).optional().catch(undefined),
});
type Relation = z.output<typeof relation>;
const message = z.object({
  msgtype: z.string(),
  body: z.string(),
  filename: z.string().optional().catch(undefined),
  geo_uri: z.string().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  formatted_body: z.string().optional().catch(undefined),
});
type Message = z.output<typeof message>;
/** The stable form is a row of texts, the first of which is the one to show. */
const pollWords = z.union([
  z.string().min(1),
  z
    .array(z.object({ body: z.string().min(1) }))
    .min(1)
    .transform((texts) => texts[0]?.body ?? ""),
]);
const NO_CALLS = "I cannot take calls here, so nobody heard yours. Please write to me.";
const NO_POLLS = "I cannot show polls, so yours did not reach us. Please write your question.";
const NO_VERIFICATION =
  "I cannot verify devices, so that request did not reach anybody. You may write to me without it.";
const HTML = "org.matrix.custom.html";

/** What a person said by that event. */
export function decodeSaid(event: RoomEvent): Said {
  switch (event.type) {
    case "m.room.message":
      return decodeMessage(event.content);
    case "m.room.encrypted":
      return { kind: "encrypted" };
    case "m.sticker":
      return decodeSticker(event.content);
    case "m.poll.start":
    case "org.matrix.msc3381.poll.start":
      return decodePoll(event.content);
    case "m.call.invite":
      return { kind: "unreadable", reason: "a call", text: NO_CALLS };
    case "m.reaction": {
      const { rel_type, event_id, key } = relationOf(event.content);
      return rel_type === "m.annotation" && event_id !== undefined && key !== undefined
        ? { kind: "reaction", of: event_id, reaction: key.toWellFormed() }
        : { kind: "nothing", reason: "a reaction to nothing" };
    }
    case "m.room.redaction": {
      // Room version 11 moved it into the content.
      const of = event.redacts ?? id.safeParse(event.content.redacts).data;
      return of === undefined ? { kind: "nothing", reason: "a redaction of nothing" } : { kind: "redaction", of };
    }
  }
  return { kind: "nothing", reason: "an event of another kind" };
}

function decodeMessage(raw: Readonly<Record<string, unknown>>): Said {
  const relates = relationOf(raw);
  if (relates.rel_type === "m.replace") {
    const newer = message.safeParse(raw["m.new_content"]);
    const of = relates.event_id;
    return newer.success && of !== undefined
      ? { kind: "edit", of, ...wordsOf(newer.data, false) }
      : { kind: "nothing", reason: "an edit of nothing" };
  }
  const parsed = message.safeParse(raw);
  if (!parsed.success) {
    return { kind: "nothing", reason: "a message without words (redacted, perhaps)" };
  }
  if (parsed.data.msgtype === "m.key.verification.request") {
    return { kind: "unreadable", reason: "a device to be verified", text: NO_VERIFICATION };
  }
  if (parsed.data.msgtype === "m.notice") {
    // "m.notice": automatic clients must not answer them, or two of them never end.
    return { kind: "nothing", reason: "a notice of an automatic client" };
  }
  const replyTo = repliesTo(relates);
  const file = decodeFile(raw);
  return file === null
    ? { kind: "message", ...wordsOf(parsed.data, replyTo !== null), replyTo }
    : { kind: "file", file, ...captionOf(parsed.data), replyTo };
}

/** A picture, and in words what it shows. */
function decodeSticker(raw: Readonly<Record<string, unknown>>): Said {
  const body = message.shape.body.safeParse(raw.body);
  if (!body.success) {
    return { kind: "nothing", reason: "a sticker without words" };
  }
  const text = body.data.toWellFormed();
  const file = decodeFile({ ...raw, msgtype: "m.image" });
  return file === null
    ? { kind: "message", text, replyTo: repliesTo(relationOf(raw)) }
    : { kind: "file", file, text, replyTo: repliesTo(relationOf(raw)) };
}

/** A poll brings its words along for clients without polls (MSC3381, MSC1767). */
function decodePoll(raw: Readonly<Record<string, unknown>>): Said {
  const said = [raw["m.text"], raw["org.matrix.msc1767.text"]].flatMap(
    (words) => pollWords.safeParse(words).data ?? [],
  );
  const [text] = said;
  return text === undefined
    ? { kind: "unreadable", reason: "a poll", text: NO_POLLS }
    : { kind: "message", text: text.toWellFormed(), replyTo: repliesTo(relationOf(raw)) };
}

function relationOf(raw: Readonly<Record<string, unknown>>): Relation {
  return relation.safeParse(raw["m.relates_to"]).data ?? {};
}

/** A line in a thread counts as a reply: to what it names, else to the thread's first message. */
function repliesTo(relates: Relation): string | null {
  return relates["m.in_reply_to"]?.event_id ?? (relates.rel_type === "m.thread" ? (relates.event_id ?? null) : null);
}

/** `isReply`: a quote of what is answered may stand before it. */
function wordsOf(said: Message, isReply: boolean): Words {
  const { msgtype, body, filename, geo_uri } = said;
  const unseen = unseenFile(msgtype, filename ?? body);
  if (unseen !== null) {
    const { text } = captionOf(said);
    return { text: [text, unseen.toWellFormed()].filter((words) => words !== "").join("\n") };
  }
  if (msgtype === "m.location" && geo_uri !== undefined) {
    return { text: `${body}\n${geo_uri}`.toWellFormed() };
  }
  return bodyOf(said, isReply, msgtype === "m.emote" ? "* " : "");
}

/** What stands beside a file: since Matrix 1.10 the body is a caption where it is not the name. */
function captionOf(said: Message): Words {
  return said.filename === undefined || said.filename === said.body ? { text: "" } : bodyOf(said, false, "");
}

function bodyOf({ body, format, formatted_body }: Message, isReply: boolean, before: string): Words {
  const formatted = format === HTML && formatted_body !== undefined ? fromHtml(formatted_body) : null;
  if (formatted === null) {
    const text = body.toWellFormed();
    return { text: before + (isReply ? withoutFallback(text) : withoutSpeakers(text)) };
  }
  const { text, formatting } = formatted;
  const shifted = formatting.map(({ style, start, end }) => ({
    style,
    start: start + before.length,
    end: end + before.length,
  }));
  return { text: before + text, ...(shifted.length > 0 ? { formatting: shifted } : {}) };
}

/** The beginning of a quoted message: who said it, by their address. */
const QUOTED = /^((?:> ?)+)(\* )?<@[^>\n]*> ?/gmu;

/** Whoever is quoted, their words stay, but not their address: it names a homeserver, the desk's or the quoting person's own. */
function withoutSpeakers(text: string): string {
  return text.replace(QUOTED, "$1$2");
}

/** Clients used to quote the answered message in front of the text: lines with "> ", then an empty one. */
function withoutFallback(text: string): string {
  if (text.search(QUOTED) !== 0) {
    return withoutSpeakers(text);
  }
  const lines = text.split("\n");
  // Some leave out the space at the end of a line, and the empty line.
  const end = lines.findIndex((line) => !line.startsWith(">"));
  const said = end === -1 ? "" : lines.slice(lines[end] === "" ? end + 1 : end).join("\n");
  // Where the quote is all there is, it stays, but for the address.
  return withoutSpeakers(said.trim() === "" ? text : said);
}

const member = z.object({
  membership: z.string(),
  displayname: z.string().nullish().catch(null),
});
/** Content of m.room.member, or null. */
export function decodeMember(event: RoomEvent): z.output<typeof member> | null {
  return member.safeParse(event.content).data ?? null;
}

const ephemeralEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("m.typing"),
    room_id: id,
    content: z.object({ user_ids: z.array(id).max(MAX_EVENTS) }),
  }),
  z.object({
    type: z.literal("m.receipt"),
    room_id: id,
    content: z.record(id, z.object({ "m.read": z.record(id, z.unknown()).optional() })),
  }),
  z.object({
    type: z.literal("m.presence"),
    sender: id,
    content: z.object({ presence: z.string(), status_msg: z.string().nullish().catch(null) }),
  }),
]);
/** Typing, receipts and presence (MSC2409); private receipts are nobody's business. */
export type EphemeralEvent = z.output<typeof ephemeralEvent>;

export function decodeEphemeral(event: unknown): EphemeralEvent | null {
  return ephemeralEvent.safeParse(event).data ?? null;
}

/** Matrix knows three states; `busy` is MSC3026's. */
const PRESENCES: ReadonlyMap<string, PresenceState> = new Map([
  ["online", "available"],
  ["unavailable", "away"],
  ["offline", "offline"],
  ["busy", "dnd"],
  ["org.matrix.msc3026.busy", "dnd"],
]);
const STATUS_CHARACTERS = 500;

export function decodePresence(raw: { readonly presence: string; readonly status_msg?: string | null | undefined }): {
  readonly state: PresenceState;
  readonly text: string | null;
} {
  const text = raw.status_msg?.toWellFormed().slice(0, STATUS_CHARACTERS) ?? "";
  return { state: PRESENCES.get(raw.presence) ?? "available", text: text === "" ? null : text };
}
