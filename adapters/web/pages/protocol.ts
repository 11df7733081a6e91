/**
 * The web network's protocol: JSON frames on a WebSocket, told apart by `kind`. This file is the whole of it, shared by
 * the server and the pages; README.md of the adapter says how the frames follow each other.
 *
 * Frames of a person that carry an `id` are sent again, also on a later connection, until `ack` or `refused` names that id.
 * Frames of the desk that carry a `key` are sent again until `got` names it. So nothing is lost when a link dies, and both
 * sides show the same id or key once.
 */
import { MAX_SPANS, STYLES } from "../../../src/core/model.ts";
import {
  type Field,
  type Frames,
  flag,
  integer,
  list,
  nullable,
  oneOf,
  optional,
  type Parsed,
  pattern,
  type Read,
  readFrame,
  record,
  type Shape,
  text,
} from "./fields.ts";

/** Grows when old and new pages cannot talk to each other's server; a page that is too old is asked to reload. */
export const PROTOCOL_VERSION = 1;

/** Hard limits of the protocol; a network's configuration may set lower ones for texts. */
export const FRAME_LIMITS = {
  textBytes: 65_536,
  /** Keys in one `read` frame. */
  reads: 100,
  contacts: 500,
  historyLines: 1_000,
  choices: 100,
  labelBytes: 1_024,
  /** Kinds of files in a `welcome`. */
  fileTypes: 100,
} as const;

/** Close codes of our own (RFC 6455 §7.4.2 leaves 4000 to 4999 to applications). */
export const CLOSE = {
  /** Signed out, here or elsewhere, or the session expired. */
  signedOut: 4401,
  /** Too many connections of one person or from one place; a newer one took its turn. */
  tooMany: 4429,
  /** Frames that are none, too many of them, or no `hello` in time. */
  protocol: 4400,
  /** The page speaks an older version of the protocol: reload it. */
  outdated: 4426,
  /** The desk could not take something just now (stopping, disk): reconnect and send it again. */
  tryAgain: 4503,
} as const;

/** Random, at least 96 bits in base64url; made by the page. */
const id = pattern(/^[A-Za-z0-9_-]{16,64}$/, "an id of 16 to 64 letters and digits");
const key = pattern(/^[^\s\p{C}]{1,200}$/u, "a key of at most 200 characters");
/** A handle or alias. */
const desk = pattern(/^[^\s\p{C}]{1,128}$/u, "a name of the desk");
const token = pattern(/^[A-Za-z0-9_-]{43}$/, "a token");
const invitation = pattern(/^[a-z2-7]{16,64}$/, "the token of an invitation");
const language = pattern(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$/, "a language tag (RFC 5646)");
const lineText = text(FRAME_LIMITS.textBytes);
const label = text(FRAME_LIMITS.labelBytes);
const place = integer(0, FRAME_LIMITS.textBytes);
/** Looks of a text as the desk understands it. What people write has them as marks in the text (`*so*`). */
const formatting = optional(list(record({ style: oneOf(STYLES), start: place, end: place }), MAX_SPANS));
const typing = oneOf(["active", "composing", "paused", "inactive", "gone"]);
const receipt = oneOf(["delivered", "read"]);
const presence = oneOf(["chat", "available", "away", "xa", "dnd", "offline"]);
const time = integer(0, Number.MAX_SAFE_INTEGER);
const size = integer(0, 1_000_000_000_000);
/** A file of the desk's own. Its path is on this very server, whatever name people reach it under. */
const file = {
  name: label,
  type: label,
  bytes: size,
  path: pattern(/^\/files\/[a-z2-7]{32}\/[^\s/?#]{1,2000}$/, "the path of a file"),
  kind: oneOf(["image", "audio", "video", "document"]),
  width: nullable(size),
  height: nullable(size),
  durationMs: nullable(size),
  voice: flag,
  /** So many UTF-16 units of its line's text are what was written; the rest says in words what and where the file is. */
  said: size,
} as const;
const choices = list(record({ value: label, label }), FRAME_LIMITS.choices);

const clientFrames = {
  /** First on every connection, within ten seconds. `desk`: the handle this page is for (visitors). */
  hello: {
    version: integer(0, 1_000_000),
    desk: nullable(desk),
    token: nullable(token),
    language: nullable(language),
    /** Who the page believes to be (CSRs): another one may have signed in meanwhile, in the same browser. */
    self: nullable(label),
  },
  /** The person opened the chat; the desk may greet. */
  open: { id, desk },
  /** The person comes by an invitation that the desk sent them on another network. */
  continue: { id, desk, token: invitation },
  /** `choice` is the value of the button that was pressed, `text` its label. `file` is the id of an upload; then `text` may be "". */
  line: { id, desk, text: lineText, choice: nullable(label), file: nullable(id) },
  /** `of` is the id of an own line. */
  edit: { id, desk, of: id, text: lineText },
  retract: { id, desk, of: id },
  /** These lines have been in front of the person's eyes. */
  read: { id, desk, of: list(key, FRAME_LIMITS.reads) },
  /** The person ended the chat. */
  end: { id, desk },
  typing: { desk, state: typing },
  /** The page has this frame of the desk; it need not be sent again. */
  got: { key },
  ping: {},
} as const satisfies Readonly<Record<string, Shape>>;

const contact = {
  desk,
  name: label,
  kind: oneOf(["handle", "alias", "desk"]),
  state: presence,
  text: nullable(lineText),
} as const;

const historyLine = {
  id: key,
  own: flag,
  text: lineText,
  formatting,
  edited: flag,
  retracted: flag,
  nick: nullable(label),
  notice: flag,
  choices,
  file: nullable(record(file)),
  at: time,
  state: oneOf(["received", "delivered", "read"]),
} as const;

const serverFrames = {
  /** Answers `hello`. `self` is the person's own address; `token` is set when a page that has no cookie is to keep one. */
  welcome: {
    version: integer(0, 1_000_000),
    role: oneOf(["visitor", "csr"]),
    self: label,
    desk,
    token: nullable(token),
    textBytes: integer(1, FRAME_LIMITS.textBytes),
    silenceMs: integer(1_000, 3_600_000),
    /** The largest file that is taken, and the media types that are; null or 0: none. */
    fileBytes: nullable(size),
    fileTypes: nullable(list(label, FRAME_LIMITS.fileTypes)),
    /** What time it is at the desk: a browser's clock may be wrong. */
    at: nullable(time),
    contacts: list(record(contact), FRAME_LIMITS.contacts),
  },
  /** The running conversation with that contact, oldest line first; empty when there is none. */
  history: { desk, lines: list(record(historyLine), FRAME_LIMITS.historyLines) },
  line: {
    key,
    desk,
    text: lineText,
    formatting,
    choices,
    file: nullable(record(file)),
    nick: nullable(label),
    notice: flag,
    at: time,
  },
  /** What the same person wrote in another window, marks and all. */
  own: { id, desk, text: lineText, file: nullable(record(file)), at: time },
  /** `of` is a key, or, when `key` is null, the id of an own line that was changed in another window. */
  edit: { key: nullable(key), desk, of: key, text: lineText, formatting },
  retract: { key: nullable(key), desk, of: key },
  typing: { desk, state: typing },
  /** `of` is the id of an own line. */
  receipt: { key, desk, of: key, state: receipt },
  presence: { desk, state: presence, text: nullable(lineText), nick: nullable(label) },
  contacts: { contacts: list(record(contact), FRAME_LIMITS.contacts) },
  /** The desk has it on disk. */
  ack: { id },
  /** The desk will never take it; `text` is for the person. */
  refused: { id, reason: label, text: lineText },
  /** A frame that was none. */
  fault: { text: lineText },
  pong: {},
} as const satisfies Readonly<Record<string, Shape>>;

export type ClientFrame = Frames<typeof clientFrames>;
export type ServerFrame = Frames<typeof serverFrames>;
export type ClientFrameOf<K extends ClientFrame["kind"]> = Extract<ClientFrame, { kind: K }>;
export type ServerFrameOf<K extends ServerFrame["kind"]> = Extract<ServerFrame, { kind: K }>;
/** A frame that is sent again until it is answered. */
export type NumberedFrame = Extract<ClientFrame, { id: string }>;
export type Contact = Read<typeof contact>;
export type WireFile = Read<typeof file>;
export type WireHistoryLine = Read<typeof historyLine>;
export type WireChoice = { readonly value: string; readonly label: string };

export function parseClientFrame(wire: string): Parsed<ClientFrame> {
  return readFrame(wire, clientFrames, id);
}

export function parseServerFrame(wire: string): Parsed<ServerFrame> {
  return readFrame(wire, serverFrames, id);
}

export function isNumbered(frame: ClientFrame): frame is NumberedFrame {
  return "id" in frame;
}

/** Whether that is a visitor's token by its looks. */
export const isToken = matches(token);
export const isInvitation = matches(invitation);
export const isLanguage = matches(language);

function matches(field: Field<string>): (value: unknown) => boolean {
  return (value) => {
    try {
      field(value);
      return true;
    } catch {
      return false;
    }
  };
}
