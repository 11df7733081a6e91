/** What the desk writes to a room it makes for others, and what it reads of its answers (XEP-0045). Pure. */
import { Element } from "@xmpp/xml";
import type { RoomParty } from "../../src/core/model.ts";
import { attribute, childOf, childrenOf, xmlText } from "./elements.ts";
import type { Jid } from "./jid.ts";
import { NS } from "./namespaces.ts";

/** How whoever writes these gets them to the service. */
export interface Exchange {
  /** Sends a stanza from that name of the desk. */
  write(desk: string, stanza: Element): void;
  /** Resolves with the result, or with null for an error or silence. */
  ask(desk: string, to: Jid, type: "get" | "set", question: Element): Promise<Element | null>;
}

/** Characters of a name in a room; more are cut. */
const NICK_LENGTH = 60;

/** A name as the resource of an address can be: one line, nothing of another alphabet's controls. */
function roomNick(name: string): string {
  const line = xmlText(name)
    .replace(/[\p{Cc}\p{Cf}\u2400-\u241f\s]+/gu, " ")
    .trim();
  return [...line].slice(0, NICK_LENGTH).join("").trim() || "?";
}

export function joining(room: Jid, nick: string): Element {
  const presence = new Element("presence", { to: `${room.bare}/${roomNick(nick)}` });
  presence.c("x", { xmlns: NS.muc }).c("history", { maxstanzas: "0" });
  return presence;
}

export function leaving(place: Jid): Element {
  return new Element("presence", { to: place.full, type: "unavailable" });
}

export function said(room: Jid, text: string, id: string): Element {
  const message = new Element("message", { to: room.bare, type: "groupchat", id });
  message.c("body").t(xmlText(text));
  return message;
}

/** §7.8.2: the room itself passes it on, so the invited sees the room and the desk alone. */
export function invitation(room: Jid, { address, invitation: reason }: RoomParty, key: string): Element {
  const message = new Element("message", { to: room.bare, id: `${key}.${address.id}` });
  message.c("x", { xmlns: NS.mucUser }).c("invite", { to: address.id }).c("reason").t(xmlText(reason));
  return message;
}

/** §9.3: lets them in, and where the service can (§7.10), reserves their name for them. */
export function affiliation({ address, nick }: RoomParty): Element {
  const query = new Element("query", { xmlns: NS.mucAdmin });
  query.c("item", { affiliation: "member", jid: address.id, nick: roomNick(nick) });
  return query;
}

export function destruction(text: string): Element {
  const query = new Element("query", { xmlns: NS.mucOwner });
  const destroy = query.c("destroy");
  if (text !== "") destroy.c("reason").t(xmlText(text));
  return query;
}

export const roomQuestions = {
  owner: (): Element => new Element("query", { xmlns: NS.mucOwner }),
  info: (): Element => new Element("query", { xmlns: NS.discoInfo }),
} as const;

/** What the room is to be like, by the names that services have for it (§15.5.3, Prosody, ejabberd); only what is offered is answered. */
const SETTINGS: Readonly<Record<string, string>> = {
  "muc#roomconfig_whois": "moderators",
  "muc#roomconfig_membersonly": "1",
  "muc#roomconfig_publicroom": "0",
  public_list: "0",
  "muc#roomconfig_persistentroom": "0",
  "muc#roomconfig_moderatedroom": "0",
  "muc#roomconfig_passwordprotectedroom": "0",
  members_by_default: "1",
  "muc#roomconfig_allowinvites": "0",
  "{http://prosody.im/protocol/muc}roomconfig_allowmemberinvites": "0",
  "muc#roomconfig_changesubject": "0",
  "muc#roomconfig_enablelogging": "0",
  "muc#roomconfig_enablearchiving": "0",
  mam: "0",
  // Questions to somebody in the room (their card, say) would be answered by their own server, with whatever it knows.
  allow_query_users: "0",
};
const SUBJECT = "muc#roomconfig_roomname";
const FIELDS = 100;

/** The owner's answer to the room's form; null when the room cannot be made to hide addresses. */
export function ownerForm(answer: Element, subject: string): Element | null {
  const query = childOf(answer, "query", NS.mucOwner);
  const offered = query === undefined ? undefined : childOf(query, "x", NS.forms);
  if (offered === undefined) return null;
  const names = childrenOf(offered, "field", NS.forms, FIELDS).map((field) => attribute(field, "var") ?? "");
  if (!names.includes("muc#roomconfig_whois")) return null;
  const submitted = new Element("query", { xmlns: NS.mucOwner });
  const form = submitted.c("x", { xmlns: NS.forms, type: "submit" });
  const set = (name: string, value: string) => form.c("field", { var: name }).c("value").t(value);
  set("FORM_TYPE", NS.mucConfiguration);
  for (const [name, value] of Object.entries(SETTINGS)) if (names.includes(name)) set(name, value);
  if (names.includes(SUBJECT)) set(SUBJECT, xmlText(subject));
  return submitted;
}

/** What the room says of itself (§6.4): nobody but moderators sees addresses, and nobody comes in unasked. */
export function hidesAddresses(answer: Element): boolean {
  const query = childOf(answer, "query", NS.discoInfo);
  const features = query === undefined ? [] : childrenOf(query, "feature", NS.discoInfo, FIELDS);
  const vars = features.map((feature) => attribute(feature, "var"));
  return vars.includes("muc_semianonymous") && vars.includes("muc_membersonly") && !vars.includes("muc_nonanonymous");
}
