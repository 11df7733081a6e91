/**
 * One stream: from the connection over the login to its end, then it is thrown away. The xmpp.js entity does the
 * negotiation (header, XEP-0114 handshake, SASL, resource binding); this file lends it our socket and parser, and takes
 * the stanzas past it, because its own way costs more than parsing and throws on addresses it does not like.
 */
import { EventEmitter } from "node:events";
import { type Element, escapeXML } from "@xmpp/xml";
import { attribute, childElements, childOf, textOf } from "./elements.ts";
import { NS, STREAM_NAMESPACES } from "./namespaces.ts";
import { type ParserLimits, StanzaParser } from "./parser.ts";
import { type SocketOptions, StreamSocket } from "./socket.ts";
import { StreamFailure } from "./stream-failure.ts";
import type { Resumption } from "./stream-management.ts";
import { XmlFault } from "./xml-fault.ts";

/** What is used of an xmpp.js entity; component and client are both one. */
export interface LibraryEntity {
  readonly options: { readonly domain: string };
  readonly reconnect: { stop(): void };
  /** Milliseconds that opening and closing a stream may take. */
  timeout: number;
  on(event: string, listener: (argument: unknown) => void): unknown;
  connect(service: string): Promise<unknown>;
  open(options: { domain: string; lang?: string }): Promise<unknown>;
  restart(): Promise<unknown>;
}

export interface StreamOptions {
  readonly entity: LibraryEntity;
  readonly socket: SocketOptions;
  readonly limits: ParserLimits;
  /** Whether TLS has to be agreed on before the login (RFC 6120 §5). */
  readonly starttls: boolean;
  /** Stanzas before the login is through belong to it (resource binding of a client). */
  readonly negotiatesByStanza: boolean;
  /** The stream to continue, if the server still has it (XEP-0198 §5). */
  readonly resumption: Resumption | null;
  readonly handlers: StreamHandlers;
}

export interface StreamHandlers {
  stanza(stanza: Element): void;
  /** A stanza beyond the limits, without its content. */
  refused(head: Element, fault: XmlFault): void;
  /** Any other child of the stream, once logged in. */
  nonza(element: Element): void;
}

/** `closing`: we have said goodbye; what the server wrote before it says so, too, is still handed on. */
type Phase = "new" | "negotiating" | "encrypting" | "online" | "closing" | "over";

/** Features the library would negotiate although this adapter does it itself, or better not at all. */
const OWN_FEATURES = new Set<string>([NS.starttls, NS.sasl2, NS.streamManagement]);
/** What a busy server may still have to write before it comes to our goodbye. */
const CLOSE_MS = 5_000;

export class XmppStream {
  readonly #options: StreamOptions;
  readonly #socket: StreamSocket;
  readonly #ended = Promise.withResolvers<Error | null>();
  readonly #online = Promise.withResolvers<void>();
  readonly #early: Element[] = [];
  #phase: Phase = "new";
  /** Features that wait for the answer whether the former stream can be continued. */
  #held: { readonly features: Element; readonly library: EventEmitter } | null = null;
  #offersManagement = false;
  #handled: number | null = null;
  #written = 0;
  /** Whether anything can be handed on: what comes in one piece with the end of the login waits in `#early`. */
  #isReady = false;
  #parser: StanzaParser | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#socket = new StreamSocket(options.socket, {
      text: (text) => this.#parser?.write(text),
      fault: (fault) => this.#refuse(fault),
      closed: (error) => this.#end(error),
    });
    this.#online.promise.catch(() => undefined);
    const { entity } = options;
    entity.reconnect.stop(); // constant and endless; link.ts backs off
    entity.on("error", (error) => this.#fail(error));
    entity.on("online", () => this.#begin());
    // The library chooses socket and parser by itself when it connects; accessors keep ours.
    lend(entity, "Socket", () => this.#socket.library);
    lend(entity, "Parser", () => this.#newParser());
  }

  /** Connects and logs in. Rejects with the reason, a StreamFailure where the server gave one. */
  async open(): Promise<void> {
    const { entity, socket } = this.#options;
    this.#phase = "negotiating";
    const negotiation = async () => {
      await entity.connect(`xmpp://${socket.domain}`);
      await entity.open({ domain: entity.options.domain });
    };
    negotiation().catch((error: unknown) => this.#fail(error));
    await this.#online.promise;
  }

  /** Whether the server would count stanzas (XEP-0198), and whether this login continued the stream it was asked to. */
  get offersManagement(): boolean {
    return this.#offersManagement;
  }
  get isResumed(): boolean {
    return this.#handled !== null;
  }
  /** How many stanzas of the continued stream the server has handled of ours; null where none was continued. */
  get handled(): number | null {
    return this.#handled;
  }

  /** Resolves when the stream is over: with null after an orderly end, else with the reason. */
  get ended(): Promise<Error | null> {
    return this.#ended.promise;
  }

  /** Characters that wait for the server to read. */
  get waiting(): number {
    return this.#socket.waiting;
  }

  /** Logged in, and not said goodbye. */
  get isWritable(): boolean {
    return this.#phase === "online";
  }

  /** Stanzas sent since the login, or, where it continued a former stream, since that began to be counted. */
  get written(): number {
    return this.#written;
  }

  /** Sends XML as it stands, which is so many stanzas; the writes that one event leads to go out together. Without effect once the stream is over. */
  write(xml: string, stanzas = 1): void {
    if (this.#phase === "online") {
      this.#written += stanzas;
      this.#socket.write(xml);
    }
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * Says goodbye (RFC 6120 §4.4), goes on reading, and resolves when the server has said it, too, or after CLOSE_MS. The connection is
   * not ended before: a server may drop what it has not written yet when it sees that nobody is there.
   */
  async close(): Promise<void> {
    if (this.#phase === "online") {
      this.#socket.write("</stream:stream>");
      this.#phase = "closing";
      const timer = setTimeout(() => this.#end(null), CLOSE_MS);
      await this.#ended.promise;
      clearTimeout(timer);
    }
    this.#end(null);
  }

  /** Ends it at once. */
  destroy(reason: Error): void {
    this.#end(reason);
  }

  /**
   * A parser in the shape the library expects: an emitter that it can write to. It is heard until it is put away, with whatever
   * stands in the same piece behind the element for which it was.
   */
  #newParser(): EventEmitter {
    const emitter = new EventEmitter();
    const whileReading = <Told extends unknown[]>(tell: (...told: Told) => void) => {
      return (...told: Told): void => (this.#parser === parser ? tell(...told) : undefined);
    };
    const parser = new StanzaParser(this.#options.limits, {
      open: (root) => emitter.emit("start", root),
      element: whileReading((element) => this.#take(element, emitter)),
      refused: (head, fault) => (this.#isLoggedIn ? this.#options.handlers.refused(head, fault) : undefined),
      close: whileReading(() => {
        emitter.emit("end");
        this.#end(null);
      }),
      fault: whileReading((fault) => this.#refuse(fault)),
    });
    this.#parser = parser;
    return Object.assign(emitter, { write: (text: string) => parser.write(text) });
  }

  get #isLoggedIn(): boolean {
    return this.#phase === "online" || this.#phase === "closing";
  }

  #take(element: Element, library: EventEmitter): void {
    if (this.#phase === "over" || this.#phase === "encrypting") {
      this.#encryptingSaid(element);
    } else if (element.is("error", NS.stream)) {
      this.#fail(streamError(element));
    } else if (this.#isLoggedIn || (isStanza(element) && !this.#options.negotiatesByStanza)) {
      this.#handOn(element);
    } else if (element.is("features", NS.stream)) {
      this.#features(element, library);
    } else if (element.getNS() === NS.streamManagement) {
      this.#resumptionSaid(element);
    } else {
      library.emit("element", element);
    }
  }

  /** A server that resumes says what waited and asks how far we are (`<r/>`) in one breath: both wait for their turn. */
  #handOn(element: Element): void {
    if (!this.#isReady) {
      this.#early.push(element);
    } else if (isStanza(element)) {
      this.#options.handlers.stanza(element);
    } else {
      this.#options.handlers.nonza(element);
    }
  }

  #features(features: Element, library: EventEmitter): void {
    if (this.#options.starttls && !this.#socket.library.secure) {
      if (childOf(features, "starttls", NS.starttls) === undefined) {
        this.#fail(
          new StreamFailure("permanent", "The server offers no encryption (STARTTLS), and this account requires it."),
        );
        return;
      }
      this.#phase = "encrypting";
      this.#socket.write(`<starttls xmlns='${NS.starttls}'/>`);
      return;
    }
    this.#offersManagement = childOf(features, "sm", NS.streamManagement) !== undefined;
    features.children = childElements(features).filter((feature) => !OWN_FEATURES.has(feature.getNS() ?? ""));
    const { resumption } = this.#options;
    if (resumption !== null && this.#offersManagement) {
      this.#held = { features, library };
      const id = escapeXML(resumption.id);
      this.#socket.write(`<resume xmlns='${NS.streamManagement}' h='${resumption.h}' previd='${id}'/>`);
      return;
    }
    library.emit("element", features);
  }

  /** Continued: the login is through without a new session. Failed: it goes on as if nobody had asked. */
  #resumptionSaid(element: Element): void {
    const held = this.#held;
    this.#held = null;
    if (held === null) {
      return;
    }
    if (element.getName() === "resumed") {
      const h = Number(attribute(element, "h") ?? Number.NaN);
      // Without a number nothing is known to be handled.
      this.#handled = Number.isInteger(h) && h >= 0 ? h : 0;
      this.#written = this.#handled;
      this.#begin();
    } else {
      held.library.emit("element", held.features);
    }
  }

  /** Between `<starttls/>` and TLS only the answer counts; anything sent in the clear behind it must not be believed. */
  #encryptingSaid(element: Element): void {
    if (this.#phase !== "encrypting" || element.getNS() !== NS.starttls) {
      return;
    }
    if (element.getName() !== "proceed") {
      this.#fail(new StreamFailure("temporary", "The server refused encryption (STARTTLS)."));
      return;
    }
    this.#parser = null;
    const secure = async () => {
      await this.#socket.upgrade();
      this.#phase = "negotiating";
      await this.#options.entity.restart();
    };
    secure().catch((error: unknown) => this.#fail(error));
  }

  #begin(): void {
    if (this.#phase !== "negotiating") {
      return;
    }
    this.#phase = "online";
    this.#online.resolve();
    // After the continuation of open(), which prepares for stanzas.
    setImmediate(() => {
      this.#isReady = true;
      for (const element of this.#early.splice(0)) {
        this.#handOn(element);
      }
    });
  }

  /** The server's XML is refused: it is told why (RFC 6120 §4.9), and the stream is over. */
  #refuse(fault: Error): void {
    const condition = fault instanceof XmlFault ? fault.condition : "undefined-condition";
    if (this.#phase !== "over") {
      this.#socket.write(`<stream:error><${condition} xmlns='${NS.streamErrors}'/></stream:error></stream:stream>`);
      this.#socket.end();
    }
    this.#end(fault);
  }

  #fail(error: unknown): void {
    this.#end(error instanceof Error ? error : new Error(String(error)));
  }

  #end(reason: Error | null): void {
    if (this.#phase === "over") {
      return;
    }
    this.#phase = "over";
    this.#parser = null;
    this.#online.reject(
      reason ?? new StreamFailure("temporary", "The server closed the stream before the login was through."),
    );
    this.#ended.resolve(reason);
    this.#socket.destroy();
  }
}

function lend(entity: LibraryEntity, property: "Socket" | "Parser", make: () => unknown): void {
  // Called by the library as a constructor; a function that returns an object may be.
  const construct = function constructed(): unknown {
    return make();
  };
  Object.defineProperty(entity, property, { get: () => construct, set: () => undefined });
}

function isStanza(element: Element): boolean {
  const name = element.name;
  return (name === "message" || name === "presence" || name === "iq") && STREAM_NAMESPACES.has(element.getNS() ?? "");
}

/** RFC 6120 §4.9: the condition is the child in the stream errors' namespace that is not `<text/>`. */
function streamError(element: Element): StreamFailure {
  const conditions = childElements(element).filter((child) => child.getNS() === NS.streamErrors);
  const condition = conditions.find((child) => child.getName() !== "text")?.getName() ?? "undefined-condition";
  return StreamFailure.ofCondition(condition, textOf(element, "text", NS.streamErrors));
}
