/** Events as a Matrix client and its homeserver make them, with their sender in every field that can hold one. */
import { encryptAttachment } from "../../adapters/matrix/attachments.ts";
import type { Act, Named } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { DESK_HOST, NOW } from "./wire.ts";

export const userId = ({ local, host }: HiddenPerson): string => `@${local}:${host}`;

/** Event ids of older room versions name the server that made them. */
export function idOf(person: HiddenPerson | null, named: Named): string {
  return named.kind === "shown" ? `$${named.key}:${DESK_HOST}` : `$${named.number}:${person?.host ?? ""}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/gu, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** As clients of today and of former times write what is answered in front of the answer ("Rich replies"). */
function quoted(person: HiddenPerson, text: string): { readonly body: string; readonly html: string } {
  const link = `https://matrix.to/#/!${person.token}:${person.host}/$e:${person.host}`;
  const who = `<a href="https://matrix.to/#/${userId(person)}">${userId(person)}</a>`;
  const quote = `<mx-reply><blockquote><a href="${link}">In reply to</a> ${who}<br>what was said</blockquote></mx-reply>`;
  return { body: `> <${userId(person)}> what was said\n> and more\n\n${text}`, html: quote };
}

/** A name of a person as a link, and a picture that stands at the sender's homeserver, both as clients write them. */
function rich(person: HiddenPerson, text: string): string {
  // Of whom they talk to, who is a user of their own homeserver as they see it, and has no name there.
  const alias = `@desk_anna:${person.host}`;
  const pill = `<a href="https://matrix.to/#/${alias}">${alias}</a>`;
  const room = `<a href="https://matrix.to/#/#desk-${person.token}:${person.host}">#lobby:${person.host}</a>`;
  const emoji = `<img data-mx-emoticon src="mxc://${person.host}/${person.token}" alt=":wave:" height="32"/>`;
  return `<p>${pill}: <strong>${escaped(text)}</strong> ${emoji} ${room} <font data-mx-id="${person.token}">ok</font></p>`;
}

function relation(person: HiddenPerson, act: Extract<Act, { kind: "message" }>): object {
  if (act.answers === null) return {};
  return { "m.relates_to": { "m.in_reply_to": { event_id: idOf(person, act.answers) } } };
}

function messageContent(person: HiddenPerson, act: Extract<Act, { kind: "message" }>): object {
  const before = act.quote === "none" ? null : quoted(person, act.quote === "all" ? "" : act.text);
  const said = act.quote === "all" ? "" : act.text;
  const formatted = (before?.html ?? "") + (act.rich ? rich(person, said) : escaped(said));
  const hasHtml = act.rich || (before !== null && act.quote === "marked");
  return {
    msgtype: act.action ? "m.emote" : "m.text",
    body: before?.body ?? said,
    ...(hasHtml ? { format: "org.matrix.custom.html", formatted_body: formatted } : {}),
    ...relation(person, act),
  };
}

/** Fields that clients put into every message. */
function surroundings(person: HiddenPerson): object {
  return {
    "m.mentions": { user_ids: [userId(person)] },
    "com.beeper.per_message_profile": {
      id: userId(person),
      displayname: person.displayName,
      avatar_url: `mxc://${person.host}/${person.token}`,
    },
    "im.client.device": person.resource,
    "org.example.address": person.ip,
  };
}

/** Where a file is, for who may have it; in an encrypted chat the key beside it, under which nothing lies here. */
function placeOf(url: string, isEncrypted: boolean): object {
  return isEncrypted ? { file: { ...encryptAttachment(Buffer.from("a file")).encryption, url } } : { url };
}

function contentOf(
  person: HiddenPerson,
  act: Act,
  isEncrypted: boolean,
): { readonly type: string; readonly content: object } | null {
  switch (act.kind) {
    case "message":
      return { type: "m.room.message", content: { ...messageContent(person, act), ...surroundings(person) } };
    case "file": {
      const url = `mxc://${person.host}/${person.token}`;
      const info = { mimetype: "image/jpeg", size: 34_000, thumbnail_url: `${url}thumbnail` };
      const caption = act.caption === "" ? { body: act.name } : { body: act.caption, filename: act.name };
      return {
        type: "m.room.message",
        content: { msgtype: "m.image", ...caption, ...placeOf(url, isEncrypted), info, ...surroundings(person) },
      };
    }
    case "edit": {
      const body = act.quote === "marked" ? quoted(person, act.text).body : act.text;
      const relates = { rel_type: "m.replace", event_id: idOf(person, act.of) };
      const newer = { msgtype: "m.text", body };
      return {
        type: "m.room.message",
        content: {
          msgtype: "m.text",
          body: `* ${body}`,
          "m.new_content": newer,
          "m.relates_to": relates,
          ...surroundings(person),
        },
      };
    }
    case "retraction":
      return { type: "m.room.redaction", content: { redacts: idOf(person, act.of), reason: `by ${userId(person)}` } };
    case "reaction": {
      const key = act.custom ? `mxc://${person.host}/${person.token}` : act.emoji;
      return {
        type: "m.reaction",
        content: {
          "m.relates_to": { rel_type: "m.annotation", event_id: idOf(person, act.of), key },
          shortcode: ":wave:",
        },
      };
    }
    default:
      return null;
  }
}

/** An event as its sender's homeserver passes it on. */
export interface SentEvent {
  readonly type: string;
  readonly room_id: string;
  readonly content: object;
  readonly [more: string]: unknown;
}

/** The event of a room's timeline; null where that is none. */
export function eventOf(person: HiddenPerson, room: string, act: Act, isEncrypted = false): SentEvent | null {
  const found = contentOf(person, act, isEncrypted);
  if (found === null) return null;
  return {
    ...found,
    room_id: room,
    sender: userId(person),
    event_id: idOf(person, { kind: "own", number: act.number }),
    origin_server_ts: NOW,
    unsigned: { age: 5, transaction_id: person.token, "m.relations": { sender: userId(person) } },
  };
}

/** The sign that is pushed beside events (MSC2409); null where that is none. */
export function signOf(person: HiddenPerson, room: string, act: Act): object | null {
  switch (act.kind) {
    case "typing":
      return {
        type: "m.typing",
        room_id: room,
        content: { user_ids: act.state === "composing" ? [userId(person)] : [] },
      };
    case "receipt":
      return {
        type: "m.receipt",
        room_id: room,
        content: { [idOf(person, act.of)]: { "m.read": { [userId(person)]: { ts: NOW, thread_id: person.token } } } },
      };
    case "presence":
      return {
        type: "m.presence",
        sender: userId(person),
        content: {
          presence: "online",
          status_msg: `at ${person.host}, ${person.ip}`,
          avatar_url: `mxc://${person.host}/${person.token}`,
        },
      };
    default:
      return null;
  }
}
