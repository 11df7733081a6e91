import { randomUUID } from "node:crypto";
import { client, xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { Arrivals, DEFAULT_LIMIT_MS, until, within } from "./wait.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** How to log in. */
export interface XmppClientOptions {
  readonly server: XmppServerAddresses;
  /** Without it the login is anonymous, on the server's anonymous domain. */
  readonly user?: string;
  readonly password?: string;
  readonly resource?: string;
  /** False: stay without presence after the login. Default true. */
  readonly available?: boolean;
  /** Over WebSocket rather than TCP. Default false. */
  readonly websocket?: boolean;
  /** What it says when asked for its software (XEP-0092) and features (XEP-0030); without it, it answers neither. */
  readonly software?: XmppSoftware;
}

/** An XMPP client's answer about itself. */
export interface XmppSoftware {
  readonly name: string;
  readonly version: string;
  readonly os?: string;
  readonly features?: readonly string[];
}

/** A real XMPP client as the far end of a test. */
export interface XmppClient {
  /** Full address as bound by the server. */
  readonly jid: string;
  /** `jid` without the resource. */
  readonly bareJid: string;
  /** Every stanza that arrived. */
  readonly stanzas: Arrivals<Element>;
  send(stanza: Element): Promise<void>;
  /** Writes text to the stream as it is, well-formed or not. */
  sendRaw(text: string): Promise<void>;
  /** Sends a chat message and resolves with its id. `extra` are further children. */
  message(to: string, body: string, extra?: readonly Element[]): Promise<string>;
  /** Sends presence; `attributes` such as `{ to, type }`, children such as show and status. */
  presence(attributes?: Record<string, string>, children?: readonly Element[]): Promise<void>;
  /** Sends an IQ and resolves with the child of its result; rejects with the error that came back. */
  request(type: "get" | "set", to: string, child: Element): Promise<Element | undefined>;
  /** The first message that has a body, matches, and that no other wait has taken. */
  nextMessage(match?: (message: Element) => boolean, limitMs?: number): Promise<Element>;
  /** The first stanza that matches and that no other wait has taken. */
  next(description: string, match: (stanza: Element) => boolean, limitMs?: number): Promise<Element>;
  /** Resolves when it is (again) logged in. It reconnects by itself a second after its server is back. */
  online(limitMs?: number): Promise<void>;
  stop(): Promise<void>;
}

type Entity = ReturnType<typeof client>;

const LOGIN_LIMIT_MS = 20_000;

/** Logs in and resolves when the session is bound and, unless told otherwise, available. */
export async function connectXmppClient(options: XmppClientOptions): Promise<XmppClient> {
  const { server, user } = options;
  const entity = client({
    service: options.websocket === true ? server.websocketService : server.clientService,
    domain: user === undefined ? server.anonymousDomain : server.domain,
    ...(user === undefined ? {} : { username: user, password: options.password ?? "" }),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
  });
  const stanzas = new Arrivals<Element>(String);
  entity.on("error", () => undefined); // a lost connection is what tests cause; waits report what is missing
  entity.on("connect", () => readWholeCharacters(entity));
  entity.on("stanza", (stanza: Element) => stanzas.push(stanza));
  if (options.software !== undefined) {
    answerAboutSoftware(entity, options.software);
  }
  entity.on("online", () => {
    if (options.available !== false) {
      entity.send(xml("presence")).catch(() => undefined);
    }
  });
  const jid = (
    await within(LOGIN_LIMIT_MS, `the login of ${user ?? "an anonymous client"}`, entity.start())
  ).toString();
  return describeClient(entity, jid, stanzas);
}

function describeClient(entity: Entity, jid: string, stanzas: Arrivals<Element>): XmppClient {
  const send = (stanza: Element) => entity.send(stanza);
  const next = (description: string, match: (stanza: Element) => boolean, limitMs?: number) =>
    stanzas.next(`${jid} to receive ${description}`, match, limitMs);
  return {
    jid,
    bareJid: jid.replace(/\/.*$/, ""),
    stanzas,
    send,
    sendRaw: (text) => entity.write(text),
    message: async (to, body, extra = []) => {
      const id = randomUUID();
      await send(xml("message", { to, id, type: "chat" }, xml("body", {}, body), ...extra));
      return id;
    },
    presence: (attributes = {}, children = []) => send(xml("presence", attributes, ...children)),
    request: async (type, to, child) => {
      const answer = await entity.iqCaller.request(xml("iq", { type, to }, child), LOGIN_LIMIT_MS);
      return answer.getChildElements()[0];
    },
    nextMessage: (match = () => true, limitMs = DEFAULT_LIMIT_MS) =>
      next("a message", (stanza) => stanza.is("message") && hasBody(stanza) && match(stanza), limitMs),
    next,
    online: async (limitMs = LOGIN_LIMIT_MS) => {
      await until(`${jid} to be online`, () => entity.status === "online", limitMs);
    },
    stop: async () => {
      await entity.stop();
    },
  };
}

function hasBody(stanza: Element): boolean {
  return stanza.getChild("body") !== undefined;
}

/**
 * The library decodes every TCP segment by itself, so a character split between two would arrive as U+FFFD. With an
 * encoding set on the socket, Node keeps the first half until the second is there. WebSocket frames hold whole ones.
 */
function readWholeCharacters(entity: Entity): void {
  const socket: unknown = entity.socket;
  if (typeof socket === "object" && socket !== null && "setEncoding" in socket && "setNoDelay" in socket) {
    const stream = socket as { setEncoding(encoding: string): void; setNoDelay(on: boolean): void };
    stream.setEncoding("utf8");
    stream.setNoDelay(true);
  }
}

function answerAboutSoftware(entity: Entity, software: XmppSoftware): void {
  entity.iqCallee.get("jabber:iq:version", "query", () =>
    xml(
      "query",
      { xmlns: "jabber:iq:version" },
      xml("name", {}, software.name),
      xml("version", {}, software.version),
      ...(software.os === undefined ? [] : [xml("os", {}, software.os)]),
    ),
  );
  entity.iqCallee.get("http://jabber.org/protocol/disco#info", "query", () =>
    xml(
      "query",
      { xmlns: "http://jabber.org/protocol/disco#info" },
      xml("identity", { category: "client", type: "pc", name: software.name }),
      ...["http://jabber.org/protocol/disco#info", "jabber:iq:version", ...(software.features ?? [])].map((feature) =>
        xml("feature", { var: feature }),
      ),
    ),
  );
}
