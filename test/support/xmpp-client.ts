import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import { client, xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { Arrivals, DEFAULT_LIMIT_MS, START_LIMIT_MS, until, within } from "./wait.ts";
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

/** A real XMPP client as the far end of a test. When its connection is lost it logs in again by itself. */
export interface XmppClient {
  /** Full address as bound by the server; another after each login, unless a resource was asked for. */
  readonly jid: string;
  /** `jid` without the resource. */
  readonly bareJid: string;
  /** Every stanza that arrived. */
  readonly stanzas: Arrivals<Element>;
  send(stanza: Element): Promise<void>;
  /** Called for every stanza from now on. */
  onStanza(listener: (stanza: Element) => void): void;
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
  /** Resolves when it is (again) logged in, and the server knows whether it is available. */
  online(limitMs?: number): Promise<void>;
  stop(): Promise<void>;
}

type Entity = ReturnType<typeof client>;

const RECONNECT_MS = 200;
/** How long a server is given to say goodbye, too. */
const GOODBYE_MS = 2_000;

/** Logs in and resolves when the session is bound and, unless told otherwise, available. */
export async function connectXmppClient(options: XmppClientOptions): Promise<XmppClient> {
  const session = new Session(options);
  await session.login();
  const jid = () => session.jid;
  const next = (description: string, match: (stanza: Element) => boolean, limitMs?: number) =>
    session.stanzas.next(`${jid()} to receive ${description}`, match, limitMs);
  const send = (stanza: Element) => session.entity.send(stanza);
  return {
    get jid() {
      return jid();
    },
    get bareJid() {
      return jid().replace(/\/.*$/, "");
    },
    stanzas: session.stanzas,
    send,
    onStanza: (listener) => session.listeners.push(listener),
    sendRaw: (text) => session.entity.write(text),
    message: async (to, body, extra = []) => {
      const id = randomUUID();
      await send(xml("message", { to, id, type: "chat" }, xml("body", {}, body), ...extra));
      return id;
    },
    presence: (attributes = {}, children = []) => send(xml("presence", attributes, ...children)),
    request: (type, to, child) => session.request(type, to, child),
    nextMessage: (match = () => true, limitMs = DEFAULT_LIMIT_MS) =>
      next("a message", (stanza) => stanza.is("message") && hasBody(stanza) && match(stanza), limitMs),
    next,
    online: async (limitMs = START_LIMIT_MS) => {
      await until(`${jid()} to be online`, () => session.entity.status === "online", limitMs);
      // Who is there has said so by now, and what the server answers later it has heard that before.
      await session.ping().catch(() => undefined);
    },
    stop: () => session.stop(),
  };
}

function hasBody(stanza: Element): boolean {
  return stanza.getChild("body") !== undefined;
}

/** One login after another, each with an entity of its own, so that nothing of a broken stream is carried over. */
class Session {
  readonly stanzas = new Arrivals<Element>(String);
  readonly listeners: ((stanza: Element) => void)[] = [];
  readonly #options: XmppClientOptions;
  #entity: Entity | undefined;
  #jid = "";
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: XmppClientOptions) {
    this.#options = options;
  }

  get jid(): string {
    return this.#jid;
  }

  get entity(): Entity {
    if (this.#entity === undefined) {
      throw new Error(`${this.#options.user ?? "the anonymous client"} has not begun to log in.`);
    }
    return this.#entity;
  }

  async login(): Promise<void> {
    const { available, software, user } = this.#options;
    const entity = newEntity(this.#options);
    this.#entity = entity;
    entity.on("stanza", (stanza: Element) => {
      this.stanzas.push(stanza);
      this.listeners.forEach((listener) => void listener(stanza));
    });
    if (software !== undefined) {
      answerAboutSoftware(entity, software);
    }
    const who = user ?? "an anonymous client";
    this.#jid = (await within(START_LIMIT_MS, `the login of ${who}`, started(entity))).toString();
    entity.on("disconnect", () => this.#loginAgain());
    // Whoever was stopped while it logged in again would stay, and keep the process running.
    if (this.#stopped) return await end(entity);
    if (available !== false) {
      await entity.send(xml("presence"));
    }
  }

  async request(type: "get" | "set", to: string, child: Element): Promise<Element | undefined> {
    const answer = await this.entity.iqCaller.request(xml("iq", { type, to }, child), START_LIMIT_MS);
    return answer.getChildElements()[0];
  }

  /** Asks the server itself for a sign of life (XEP-0199). */
  ping(): Promise<unknown> {
    return this.request("get", this.entity.jid?.domain ?? "", xml("ping", { xmlns: "urn:xmpp:ping" }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    if (this.entity.status === "online") {
      await end(this.entity);
    }
  }

  #loginAgain(): void {
    if (this.#stopped) {
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.login().catch(() => this.#loginAgain()), RECONNECT_MS);
  }
}

/** Logs in. The library would wait on when the server closes the stream without a word, as one does that is stopped or just starting. */
async function started(entity: Entity): Promise<{ toString(): string }> {
  const { promise: closed, reject } = Promise.withResolvers<never>();
  entity.once("disconnect", () => reject(new Error("The server closed the stream in the middle of a login.")));
  try {
    return await Promise.race([entity.start(), closed]);
  } catch (error) {
    // Half a login must not become a second session of the same name.
    void end(entity);
    throw error;
  }
}

/** Logs out, or hangs up. */
async function end(entity: Entity): Promise<void> {
  entity.timeout = GOODBYE_MS;
  await entity.stop().catch(() => undefined);
}

function newEntity(options: XmppClientOptions): Entity {
  const { server, user } = options;
  const entity = client({
    service: options.websocket === true ? server.websocketService : server.clientService,
    domain: user === undefined ? server.anonymousDomain : server.domain,
    // The library would give a busy server two seconds for each step of a login.
    timeout: START_LIMIT_MS,
    ...(user === undefined ? {} : { username: user, password: options.password ?? "" }),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
  });
  entity.reconnect.stop();
  entity.on("error", () => undefined); // a lost connection is what tests cause; waits report what is missing
  makeRobust(entity);
  entity.prependListener("element", refuseStreamManagement);
  return entity;
}

/**
 * The library's stream management (XEP-0198) now and then acknowledges more stanzas than it was sent, whereupon
 * Prosody and ejabberd close the stream. So it never learns that the server offers it.
 */
function refuseStreamManagement(element: Element): void {
  if (element.is("features", "http://etherx.jabber.org/streams")) {
    element.remove("sm", "urn:xmpp:sm:3");
  }
}

/**
 * Cures three weaknesses of the library. It decodes every TCP segment by itself, so a character split between two
 * would arrive as U+FFFD; with an encoding set on the socket, Node keeps the first half until the second is there.
 * It reads on after its parser is gone, and lets go of the socket's errors too early: either would end the test run.
 */
function makeRobust(entity: Entity): void {
  Object.assign(entity, {
    _onData: (text: Buffer | string) => entity.parser?.write(text.toString()),
  });
  entity.on("connect", () => {
    const socket: unknown = entity.socket;
    if (socket instanceof Socket) {
      socket.setEncoding("utf8").setNoDelay(true);
    }
    entity.socket?.on("error", () => undefined);
  });
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
