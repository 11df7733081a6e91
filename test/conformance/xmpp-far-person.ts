/** A person with an XMPP client, for the conformance suite: what their client shows, in the words of the model. */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { Choice, Condition, PresenceState, ReceiptState, TypingState } from "../../src/core/model.ts";
import { picture } from "../support/pictures.ts";
import { Arrivals } from "../support/wait.ts";
import type { XmppClient } from "../support/xmpp-client.ts";
import type { FarEvent, FarPerson, FarRoom } from "./far-end.ts";
import { enterXmppRoom } from "./xmpp-far-room.ts";

export const SOFTWARE = { name: "Testament", version: "4.2" } as const;
const UPLOAD = "urn:xmpp:http:upload:0";
const MARKERS = "urn:xmpp:chat-markers:0";
const NOT_XML = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]|\p{Cs}/u;

export class XmppFarPerson implements FarPerson {
  readonly address;
  readonly software = SOFTWARE;
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly client: XmppClient;
  readonly #domain: string;
  readonly enter?: (token: string, nick: string) => Promise<FarRoom>;

  /** `domain` is that of the desk's addresses, `rooms` where it makes rooms; null: it makes none. */
  constructor(network: string, client: XmppClient, domain: string, rooms: string | null = null) {
    this.address = { network, id: client.bareJid };
    this.client = client;
    this.#domain = domain;
    if (rooms !== null) this.enter = (token, nick) => enterXmppRoom(client, `${token}@${rooms}`, nick);
    client.onStanza((stanza) => this.#take(stanza));
  }

  async say(to: string, text: string): Promise<string> {
    if (NOT_XML.test(text)) {
      throw new Error("XML cannot carry this text.");
    }
    return await this.#message(to, xml("body", {}, text), xml("request", { xmlns: "urn:xmpp:receipts" }));
  }
  async choose(to: string, _of: string, choice: Choice): Promise<void> {
    const field = xml("field", { var: "choice" }, xml("value", {}, choice.value));
    await this.#message(to, xml("body", {}, choice.label), xml("x", { xmlns: "jabber:x:data", type: "submit" }, field));
  }
  async edit(to: string, of: string, text: string): Promise<void> {
    await this.#message(to, xml("body", {}, text), xml("replace", { xmlns: "urn:xmpp:message-correct:0", id: of }));
  }
  async retract(to: string, of: string): Promise<void> {
    await this.#message(
      to,
      xml("retract", { xmlns: "urn:xmpp:message-retract:1", id: of }),
      xml("body", {}, "I took it back, but you cannot see that."),
    );
  }
  async react(to: string, of: string, reactions: readonly string[]): Promise<void> {
    const set = reactions.map((reaction) => xml("reaction", {}, reaction));
    await this.#message(to, xml("reactions", { xmlns: "urn:xmpp:reactions:0", id: of }, ...set));
  }
  async reply(to: string, of: string, quoted: string, text: string): Promise<string> {
    // XEP-0461 §3: the quote is for clients that cannot show replies, and says where it ends in characters of the body.
    const quote = `> ${quoted}\n`;
    const range = xml("body", { start: "0", end: String([...quote].length) });
    return await this.#message(
      to,
      xml("body", {}, quote + text),
      xml("reply", { xmlns: "urn:xmpp:reply:0", to: this.#jid(to), id: of }),
      xml("fallback", { xmlns: "urn:xmpp:fallback:0", for: "urn:xmpp:reply:0" }, range),
    );
  }
  /** Words with XEP-0393's marks are all that clients of today write. */
  format(to: string, text: string): Promise<string> {
    return this.say(to, text);
  }
  /** As clients send what they have uploaded to their server (XEP-0363): the link is the body, and said again beside it. */
  async offerFile(to: string): Promise<void> {
    const url = await this.upload("photo.png", picture());
    await this.#message(to, xml("body", {}, url), xml("x", { xmlns: "jabber:x:oob" }, xml("url", {}, url)));
  }
  /** Uploads it to the person's own server (XEP-0363); the address it is then fetched at. */
  async upload(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const request = xml("request", { xmlns: UPLOAD, filename: name, size: String(bytes.length) });
    const slot = await this.client.request("get", `upload.${this.address.id.split("@")[1]}`, request);
    const address = (step: string): string => String(slot?.getChild(step)?.attrs.url ?? "");
    const named = slot?.getChild("put")?.getChildren("header") ?? [];
    const headers = Object.fromEntries(named.map((header) => [String(header.attrs.name), header.getText()]));
    const answer = await fetch(address("put"), { method: "PUT", body: bytes, headers });
    if (!answer.ok) throw new Error(`The server did not take the upload: HTTP ${answer.status}.`);
    return address("get");
  }
  async typing(to: string, state: TypingState): Promise<void> {
    await this.#message(to, xml(state, { xmlns: "http://jabber.org/protocol/chatstates" }));
  }
  async receipt(to: string, of: string, state: ReceiptState): Promise<void> {
    const element =
      state === "read"
        ? xml("displayed", { xmlns: MARKERS, id: of })
        : xml("received", { xmlns: "urn:xmpp:receipts", id: of });
    await this.#message(to, element);
  }
  async presence(state: PresenceState): Promise<void> {
    if (state === "offline") {
      await this.client.presence({ type: "unavailable" });
      return;
    }
    await this.client.presence({}, state === "available" ? [] : [xml("show", {}, state)]);
  }
  async subscribe(to: string, state: "subscribe" | "unsubscribe"): Promise<void> {
    await this.client.presence({ to: this.#jid(to), type: state });
  }

  /** A message with that element in it. */
  async monster(to: string, element: Element): Promise<void> {
    await this.#message(to, xml("body", {}, "look at this"), element);
  }

  #jid(desk: string): string {
    return `${desk}@${this.#domain}`;
  }

  async #message(to: string, ...children: Element[]): Promise<string> {
    const id = crypto.randomUUID();
    await this.client.send(xml("message", { to: this.#jid(to), type: "chat", id }, ...children));
    return id;
  }

  #take(stanza: Element): void {
    const [, local, domain] = /^(?:([^@/]+)@)?([^/]+)/.exec(String(stanza.attrs.from ?? "")) ?? [];
    if (domain !== this.#domain || local === undefined) {
      return;
    }
    const events =
      stanza.name === "message"
        ? ofMessage(local, stanza)
        : stanza.name === "presence"
          ? this.#ofPresence(local, stanza)
          : [];
    events.forEach((event) => {
      this.received.push(event);
    });
  }

  #ofPresence(from: string, stanza: Element): FarEvent[] {
    const { type } = stanza.attrs;
    const text = stanza.getChildText("status");
    switch (type) {
      case undefined: {
        const show = stanza.getChildText("show") ?? "available";
        return [{ kind: "presence", from, state: show as PresenceState, text }];
      }
      case "unavailable":
        return [{ kind: "presence", from, state: "offline", text }];
      case "subscribe":
        // The far end approves contact requests by itself.
        void this.client.presence({ to: this.#jid(from), type: "subscribed" });
        return [{ kind: "subscription", from, state: "subscribe" }];
      case "subscribed":
      case "unsubscribe":
      case "unsubscribed":
        return [{ kind: "subscription", from, state: type }];
    }
    return [];
  }
}

function ofMessage(from: string, stanza: Element): FarEvent[] {
  const id: string | null = stanza.attrs.id ?? null;
  const error = stanza.getChild("error");
  if (stanza.attrs.type === "error") {
    const reason = (error?.getChildElements()[0]?.name ?? "undefined-condition") as Condition;
    return [{ kind: "refusal", from, of: id, reason, text: error?.getChildText("text") ?? null }];
  }
  const retraction = stanza.getChild("retract", "urn:xmpp:message-retract:1");
  if (retraction !== undefined) {
    return [{ kind: "retraction", from, of: retraction.attrs.id }];
  }
  const reactions = stanza.getChild("reactions", "urn:xmpp:reactions:0");
  if (reactions !== undefined) {
    const set = reactions.getChildren("reaction").map((reaction) => reaction.getText());
    return [{ kind: "reaction", from, of: reactions.attrs.id, reactions: set }];
  }
  const text = stanza.getChildText("body");
  const replaced = stanza.getChild("replace", "urn:xmpp:message-correct:0");
  if (text !== null && replaced !== undefined) {
    return [{ kind: "edit", from, of: replaced.attrs.id, text }];
  }
  return text === null ? ofSigns(from, stanza) : [{ kind: "message", from, id, text, ...accompanying(stanza) }];
}

/** XEP-0393: marks in the body, unless it says that there are none. */
const MARKED = /(?:^|\s)([*_~`])\S.*?\1|^>/mu;

function accompanying(stanza: Element) {
  const body = stanza.getChildText("body") ?? "";
  const isStyled = MARKED.test(body) && stanza.getChild("unstyled", "urn:xmpp:styling:0") === undefined;
  const responses = stanza.getChildren("response", "urn:xmpp:tmp:quick-response");
  return {
    nick: stanza.getChildText("nick", "http://jabber.org/protocol/nick"),
    choices: responses.map(({ attrs }): Choice => ({ value: attrs.value, label: attrs.label })),
    replyTo: stanza.getChild("reply", "urn:xmpp:reply:0")?.attrs.id ?? null,
    formatted: isStyled ? body : null,
    file: stanza.getChild("x", "jabber:x:oob")?.getChildText("url") ?? null,
  };
}

function ofSigns(from: string, stanza: Element): FarEvent[] {
  const events: FarEvent[] = [];
  const received = stanza.getChild("received", "urn:xmpp:receipts");
  if (received !== undefined) {
    events.push({ kind: "receipt", from, of: received.attrs.id, state: "received" });
  }
  const delivered = stanza.getChild("received", MARKERS);
  if (delivered !== undefined) {
    events.push({ kind: "receipt", from, of: delivered.attrs.id, state: "delivered" });
  }
  const read = stanza.getChild("displayed", MARKERS);
  if (read !== undefined) {
    events.push({ kind: "receipt", from, of: read.attrs.id, state: "read" });
  }
  const state = stanza.getChildElements().find((child) => child.getNS() === "http://jabber.org/protocol/chatstates");
  if (state !== undefined) {
    events.push({ kind: "typing", from, state: state.name as TypingState });
  }
  return events;
}
