/** Between the frames of the web protocol and the desk's neutral content. Pure. */
import type { HistoryLine } from "../../src/adapter.ts";
import {
  type Address,
  type FormattedText,
  fileWords,
  type HostedFile,
  type Inbound,
  type Outbound,
  wordsOf,
} from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import {
  FRAME_LIMITS,
  type NumberedFrame,
  type ServerFrame,
  type ServerFrameOf,
  type WireFile,
  type WireHistoryLine,
} from "./pages/protocol.ts";
import type { Upload } from "./uploads.ts";

/** Where the desk hands files out. */
const FILES_PATH = "/files/";

/** Where a frame comes from. */
export interface Sender {
  readonly address: Address;
  readonly device: string;
  /** BCP 47 tag of the browser, or null. */
  readonly language: string | null;
}

/**
 * The events one numbered frame stands for. Its redelivery id is scoped by the sender's address: a person can repeat
 * nobody's frames but their own. `upload`: the file of a line that brings one.
 */
export function toInbounds(frame: NumberedFrame, sender: Sender, upload: Upload | null = null): readonly Inbound[] {
  const base = {
    redelivery: `${sender.address.id}/${frame.id}`,
    from: sender.address,
    device: sender.device,
    to: frame.desk,
  };
  switch (frame.kind) {
    case "line":
      return [
        {
          ...base,
          kind: "message",
          id: frame.id,
          ...said(frame, upload),
          ...(upload === null ? {} : { file: upload.file }),
          choice: frame.choice,
          replyTo: null,
          sentAt: null,
          language: sender.language,
          nick: null,
        },
      ];
    case "edit":
      return [{ ...base, kind: "edit", id: frame.id, of: frame.of, ...readTyped(frame.text) }];
    case "retract":
      return [{ ...base, kind: "retraction", of: frame.of }];
    case "read":
      return frame.of.map((of) => ({
        ...base,
        redelivery: `${base.redelivery}/${of}`,
        kind: "receipt",
        of,
        state: "read",
      }));
    case "open":
      return [{ ...base, kind: "arrival", language: sender.language, nick: null }];
    case "continue":
      return [{ ...base, kind: "arrival", language: sender.language, nick: null, token: frame.token }];
    case "end":
      return [{ ...base, kind: "departure" }];
  }
}

/** Marks are read as looks, in what was written alone: the label of a button and the words of a file are to the letter. */
function said(frame: Extract<NumberedFrame, { kind: "line" }>, upload: Upload | null): FormattedText {
  const words = frame.choice === null ? readTyped(frame.text) : { text: frame.text };
  return { ...words, text: textOf({ ...frame, text: words.text }, upload) };
}

/** What a line says in words: its file is told of behind what was written. */
export function textOf({ text }: Extract<NumberedFrame, { kind: "line" }>, upload: Upload | null): string {
  if (upload === null) {
    return text;
  }
  return text.trim() === "" ? upload.words : `${text}\n${upload.words}`;
}

/** A file as pages show it; `text` is what its line says. Null where its address is none of this server. */
export function toWireFile(file: HostedFile, text: string): WireFile | null {
  const { name, type, bytes, url, kind, width, height, durationMs, voice } = file;
  const path = URL.parse(url)?.pathname ?? "";
  if (!path.startsWith(FILES_PATH)) {
    return null;
  }
  const words = fileWords(file);
  const said = text.endsWith(words) ? text.slice(0, -words.length).trimEnd().length : text.length;
  return {
    ...{ name, type, bytes, path, kind: kind ?? "document", voice: voice === true, said },
    ...{ width: width ?? null, height: height ?? null, durationMs: durationMs ?? null },
  };
}

/**
 * How an outbound looks on the wire. `acknowledged`: the page answers it with `got`, and only then it counts as sent.
 * `unsupported`: the web network has no word for it. `watch`: a question to the adapter itself; a contact request is one
 * too, since the desk runs this network and nobody has to be asked.
 */
export type Encoded =
  | { readonly kind: "acknowledged" | "passing"; readonly frame: ServerFrame }
  | { readonly kind: "unsupported" }
  | { readonly kind: "watch" };

export function toFrame(outbound: Outbound): Encoded {
  const { key, from: desk } = outbound;
  switch (outbound.kind) {
    case "message":
      return { kind: "acknowledged", frame: toLine(outbound) };
    case "edit":
      return { kind: "acknowledged", frame: { kind: "edit", key, desk, of: outbound.of, ...wordsOf(outbound) } };
    case "retraction":
      return { kind: "acknowledged", frame: { kind: "retract", key, desk, of: outbound.of } };
    case "receipt":
      return { kind: "acknowledged", frame: { kind: "receipt", key, desk, of: outbound.of, state: outbound.state } };
    case "typing":
      return { kind: "passing", frame: { kind: "typing", desk, state: outbound.state } };
    case "presence": {
      const { state, text, nick } = outbound;
      return {
        kind: "passing",
        frame: { kind: "presence", desk, state, text, nick: nick === null ? null : shorten(nick) },
      };
    }
    case "watch":
    case "subscription":
      return { kind: "watch" };
    case "reaction":
    case "room":
      return { kind: "unsupported" };
  }
}

function toLine(outbound: Extract<Outbound, { kind: "message" }>): ServerFrameOf<"line"> {
  return {
    kind: "line",
    key: outbound.key,
    desk: outbound.from,
    ...wordsOf(outbound),
    choices: toChoices(outbound.choices),
    file: shownFile(outbound.file, outbound.text),
    nick: outbound.nick === null ? null : shorten(outbound.nick),
    notice: outbound.notice,
    at: Math.max(0, Math.trunc(outbound.sentAt)),
  };
}

function shownFile(file: HostedFile | null | undefined, text: string): WireFile | null {
  return file === null || file === undefined ? null : toWireFile(file, text);
}

/** Choices beyond the limit are left to the text, which says all of them (law 7). */
function toChoices(
  choices: readonly { readonly value: string; readonly label: string }[],
): ServerFrameOf<"line">["choices"] {
  return choices
    .filter(({ value, label }) => fits(value) && fits(label))
    .slice(0, FRAME_LIMITS.choices)
    .map(({ value, label }) => ({ value, label }));
}

function fits(label: string): boolean {
  return Buffer.byteLength(label) <= FRAME_LIMITS.labelBytes;
}

export function toHistoryLine(line: HistoryLine): WireHistoryLine {
  return {
    id: line.id,
    own: line.own,
    ...wordsOf(line),
    edited: line.edited,
    retracted: line.retracted,
    nick: line.nick === null ? null : shorten(line.nick),
    notice: line.notice,
    choices: toChoices(line.choices),
    file: line.retracted ? null : shownFile(line.file, line.text),
    at: Math.max(0, Math.trunc(line.at)),
    state: line.state,
  };
}

/**
 * The newest lines that take at most so many bytes: a connection that is slow must not be cut for a long history, since it
 * would come back, be told the same, and be cut again.
 */
export function toHistory(lines: readonly HistoryLine[], bytes: number): readonly WireHistoryLine[] {
  const told = lines.map(toHistoryLine);
  let left = bytes;
  const older = told.findLastIndex((line) => {
    left -= Buffer.byteLength(JSON.stringify(line)) + 1;
    return left < 0;
  });
  return told.slice(older + 1);
}

/** A name for the eye alone may be cut; a text never is. */
export function shorten(name: string): string {
  return fits(name) ? name : `${name.slice(0, FRAME_LIMITS.labelBytes / 4)}…`.toWellFormed();
}
