/** XMPP in the leak fuzzer: stanzas as clients write them, with their sender in every field that can hold one. */
import type { Element } from "@xmpp/xml";
import { answerQuestion, OWN_CAPABILITIES } from "../../adapters/xmpp/answers.ts";
import { decodeMessage, decodePresence, type Frame } from "../../adapters/xmpp/codec-inbound.ts";
import { encodeOutbound } from "../../adapters/xmpp/codec-outbound.ts";
import { FEATURES, MARK_BYTES } from "../../adapters/xmpp/features.ts";
import { type Jid, parseJid } from "../../adapters/xmpp/jid.ts";
import { NS } from "../../adapters/xmpp/namespaces.ts";
import { StanzaParser } from "../../adapters/xmpp/parser.ts";
import { plainMessage } from "../../adapters/xmpp/plain-message.ts";
import { softwareOf } from "../../adapters/xmpp/software.ts";
import type { Inbound, Outbound } from "../../src/core/model.ts";
import type { Act, Named } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { DESK_HOST, type Heard, type LeakWire, NOW, taken } from "./wire.ts";

const PARSER_LIMITS = {
  stanzaCharacters: 262_144,
  streamCharacters: 1_048_576,
  depth: 32,
  nodes: 2_000,
  attributes: 40,
  nameCharacters: 256,
};
const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
/** One quote in so many ends beyond its message. */
const MISCOUNTED = 5;
const BEYOND = 10_000;
const TEXT_BYTES = 65_536;

/** Reads one stanza as the adapter's stream does. */
function parsed(xml: string): Element {
  const found: Element[] = [];
  const parser = new StanzaParser(PARSER_LIMITS, {
    open: () => undefined,
    element: (element) => found.push(element),
    refused: (_head, fault) => {
      throw fault;
    },
    close: () => undefined,
    fault: (fault) => {
      throw fault;
    },
  });
  parser.write(HEADER + xml);
  const [stanza] = found;
  if (stanza === undefined) throw new Error(`this is no stanza: ${xml}`);
  return stanza;
}

function escaped(text: string): string {
  return text.replace(/[&<>'"]/gu, (sign) => `&#${sign.charCodeAt(0)};`);
}

const bare = ({ local, host }: HiddenPerson): string => `${local}@${host}`;
const full = (person: HiddenPerson): string => `${bare(person)}/${person.resource}`;

/** Clients make ids as they like; some put their owner's address in. */
function idOf(person: HiddenPerson, named: Named): string {
  return named.kind === "shown" ? named.key : `${named.number}-${bare(person)}`;
}

/** What a client, its server and those in between add to a message, all of it about its sender. */
function surroundings(person: HiddenPerson, id: string): string {
  const { host, token, displayName, ip } = person;
  return (
    `<thread parent='${token}@${host}'>${token}</thread><nick xmlns='${NS.nick}'>${displayName}</nick>` +
    `<origin-id xmlns='${NS.stanzaIds}' id='${id}'/><stanza-id xmlns='${NS.stanzaIds}' id='${token}' by='${bare(person)}'/>` +
    `<x xmlns='vcard-temp:x:update'><photo>${token}</photo></x>` +
    `<c xmlns='${NS.caps}' hash='sha-1' node='https://${host}/client' ver='${token}='/>` +
    `<addresses xmlns='http://jabber.org/protocol/address'><address type='ofrom' jid='${bare(person)}' desc='${displayName}'/></addresses>` +
    `<headers xmlns='http://jabber.org/protocol/shim'><header name='Received-From'>${ip}</header></headers>` +
    `<sent xmlns='${NS.carbons}'><forwarded xmlns='${NS.forward}'><message from='${full(person)}'><body>${bare(person)}</body></message></forwarded></sent>` +
    // What archives, rooms, devices and newer clients write: XEP-0203, 0045, 0249, 0084, 0372, 0421.
    `<delay xmlns='urn:xmpp:delay' from='${host}' stamp='2026-03-02T08:59:00Z'>${token}</delay>` +
    `<x xmlns='http://jabber.org/protocol/muc#user'><item jid='${full(person)}' nick='${displayName}'/><reason>${token}</reason></x>` +
    `<x xmlns='jabber:x:conference' jid='${token}@rooms.${host}' reason='${displayName}'/>` +
    `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:avatar:metadata'><item id='${token}'><metadata xmlns='urn:xmpp:avatar:metadata'><info id='${token}' url='https://${host}/${token}.png'/></metadata></item></items></event>` +
    `<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:${bare(person)}' begin='0' end='2'/>` +
    `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${token}'/>` +
    `<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><img src='https://${host}/${token}.png'/></body></html>`
  );
}

/** The body with the quote that a client without replies puts before it, and the element that marks it (XEP-0461 §3.3). */
function quoting(
  person: HiddenPerson,
  act: { readonly number: number; readonly text: string; readonly quote: string },
): [body: string, mark: string] {
  if (act.quote === "none") return [act.text, ""];
  const quote = `> ${person.displayName} <${bare(person)}>\n> what was said\n`;
  const said = act.quote === "all" ? "" : act.text;
  // Some count bytes, and mean more than there is.
  const end = [...quote].length + (act.number % MISCOUNTED === 0 ? BEYOND : 0);
  return [quote + said, `<fallback xmlns='${NS.fallback}' for='${NS.reply}'><body start='0' end='${end}'/></fallback>`];
}

function inside(person: HiddenPerson, act: Act): string | null {
  switch (act.kind) {
    case "message": {
      const [body, mark] = quoting(person, { ...act, text: `${act.action ? "/me " : ""}${act.text}` });
      const reply = `<reply xmlns='${NS.reply}' to='${full(person)}' id='${act.answers && escaped(idOf(person, act.answers))}'/>`;
      return `<body>${escaped(body)}</body>${act.answers === null ? "" : reply + mark}`;
    }
    case "file": {
      const link = `https://upload.${person.host}/${person.token}/${encodeURIComponent(act.name)}`;
      return `<body>${[escaped(act.caption), link].filter((part) => part !== "").join("\n")}</body><x xmlns='${NS.outOfBand}'><url>${link}</url><desc>${person.displayName}</desc></x>`;
    }
    case "edit":
      return `<body>${escaped(act.text)}</body><replace xmlns='${NS.correction}' id='${escaped(idOf(person, act.of))}'/>`;
    case "retraction":
      return `<retract xmlns='${NS.retraction}' id='${escaped(idOf(person, act.of))}'/><body>${bare(person)} took it back</body>`;
    case "reaction":
      return `<reactions xmlns='${NS.reactions}' id='${escaped(idOf(person, act.of))}'><reaction>${act.custom ? `xmpp:${bare(person)}` : act.emoji}</reaction></reactions>`;
    case "typing":
      return `<${act.state} xmlns='${NS.chatStates}'/>`;
    case "receipt":
      return act.state === "read"
        ? `<displayed xmlns='${NS.chatMarkers}' id='${escaped(idOf(person, act.of))}' sender='${bare(person)}'/>`
        : `<received xmlns='${NS.receipts}' id='${escaped(idOf(person, act.of))}'/>`;
    case "presence":
    case "software":
    case "subscription":
    case "bounce":
      return null;
  }
}

/** The other stanzas. */
function stanzaOf(person: HiddenPerson, act: Act, id: string): string {
  const from = `from='${full(person)}' id='${id}'`;
  switch (act.kind) {
    case "presence":
      return `<presence ${from}><show>${act.state === "available" ? "away" : act.state}</show><status>at ${person.host}, ${person.ip}</status>${surroundings(person, id)}</presence>`;
    case "subscription":
      return `<presence from='${bare(person)}' type='subscribe'><nick xmlns='${NS.nick}'>${person.displayName}</nick><status>${bare(person)}</status></presence>`;
    case "software":
      return `<iq ${from} type='result'><query xmlns='${NS.version}'><name>${person.software.name}</name><version>4.7.1</version><os>Linux</os></query></iq>`;
    case "bounce":
      return `<message from='${full(person)}' id='${escaped(idOf(person, act.of))}' type='error'><error type='cancel' by='${person.host}'><gone xmlns='${NS.stanzaErrors}'>xmpp:${bare(person)}</gone><text xmlns='${NS.stanzaErrors}'>${bare(person)} (${person.ip}) is not here</text></error></message>`;
    default:
      return `<message ${from} type='chat' xml:lang='en'>${inside(person, act) ?? ""}${surroundings(person, id)}</message>`;
  }
}

function messages(stanza: Element, frame: Frame, name: string): readonly Inbound[] {
  const decoded = decodeMessage(stanza, frame);
  switch (decoded.kind) {
    case "message":
      return decoded.events;
    case "file": {
      const { words, file } = taken(name);
      const text = [decoded.event.text, words].filter((part) => part !== "").join("\n");
      return [{ ...decoded.event, text, file }];
    }
    case "unreadable":
    case "ignored":
      return [];
  }
}

function decoded(network: string, to: string, act: Act, stanza: Element, jid: Jid): readonly Inbound[] {
  const from = { network, id: jid.bare };
  const base = { redelivery: null, from, device: jid.resource, to } as const;
  switch (act.kind) {
    case "presence":
      return [{ ...base, kind: "presence", ...decodePresence(stanza), all: true }];
    case "subscription":
      return [{ ...base, kind: "subscription", state: "subscribe" }];
    case "software": {
      const software = softwareOf({ info: null, version: stanza.getChild("query") ?? null, gateway: null });
      return software === null ? [] : [{ ...base, kind: "software", software, language: null }];
    }
    default:
      return messages(
        stanza,
        { network, from: jid, to, archive: null, delivery: null },
        act.kind === "file" ? act.name : "",
      );
  }
}

/** `account`: the desk is one ordinary account there, and its server writes where it speaks from. */
export function xmppWire(name: string, account: boolean): LeakWire {
  return {
    name,
    capabilities: {
      identity: account ? "fixed" : "virtual",
      features: [...FEATURES, "file"],
      maxTextBytes: TEXT_BYTES,
      markBytes: MARK_BYTES,
      window: 8,
      deduplicates: false,
    },
    address: bare,
    async hears(person, to, act): Promise<Heard> {
      const raw = stanzaOf(person, act, idOf(person, { kind: "own", number: act.number }));
      const jid = parseJid(full(person));
      if (jid === null) throw new Error(`${full(person)} is no address`);
      return { raw, inbounds: decoded(name, to, act, parsed(raw), jid) };
    },
    async shows(outbound: Outbound): Promise<string> {
      const to = parseJid(outbound.to.id);
      if (to === null) throw new Error(`${outbound.to.id} is no address`);
      const from = account ? null : `${outbound.from}@${DESK_HOST}/desk`;
      const frame = { from, to, now: NOW, forms: true, caps: OWN_CAPABILITIES, textBytes: TEXT_BYTES };
      const plain = plainMessage(outbound, frame);
      if (plain !== null) return plain;
      const encoded = encodeOutbound(outbound, frame);
      return encoded.kind === "rejected" ? encoded.text : encoded.stanzas.map(String).join("");
    },
    asks(identity) {
      const known = identity === null ? null : { ...identity, kind: "alias" as const, text: null };
      const asked = { identity: known, handles: [], uptimeSeconds: 60 };
      return QUESTIONS.map((question) => String(answerQuestion(question, asked))).join("");
    },
  };
}

const QUESTIONS: readonly Element[] = [
  `<query xmlns='${NS.discoInfo}'/>`,
  `<query xmlns='${NS.discoItems}'/>`,
  `<query xmlns='${NS.version}'/>`,
  `<vCard xmlns='${NS.vcard}'/>`,
  `<query xmlns='${NS.last}'/>`,
].map(parsed);
