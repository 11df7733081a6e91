/** The XMPP adapter: puts the parts together, sends, and keeps what lasts longer than one login. */
import { Element } from "@xmpp/xml";
import type { Adapter, AdapterContext, Outcome } from "../../src/adapter.ts";
import type { Capabilities, Outbound } from "../../src/core/model.ts";
import { OWN_CAPABILITIES } from "./answers.ts";
import type { Attachment } from "./attachment.ts";
import { encodeOutbound, recipient } from "./codec-outbound.ts";
import type { Limits } from "./config.ts";
import { Discovery } from "./discovery.ts";
import { FEATURES, MARK_BYTES } from "./features.ts";
import { Fence } from "./fence.ts";
import { FileReception } from "./file-reception.ts";
import { HostedRooms } from "./hosted-rooms.ts";
import type { Jid } from "./jid.ts";
import { Link } from "./link.ts";
import { NS } from "./namespaces.ts";
import { OwedAnswers } from "./owed-answers.ts";
import { plainMessage } from "./plain-message.ts";
import { PresenceReception } from "./presence-reception.ts";
import { QuestionReception } from "./question-reception.ts";
import { type Delivery, Reception } from "./reception.ts";
import { Requests } from "./requests.ts";
import { type Join, Rooms } from "./rooms.ts";
import { SentBefore } from "./sent-before.ts";
import type { XmppStream } from "./stream.ts";
import { ENABLE, enabledStream, type ManagedStream } from "./stream-management.ts";
import { ToldNames } from "./told-names.ts";
import { UploadServices } from "./upload-services.ts";
import type { XmlFault } from "./xml-fault.ts";

/** Characters the server may leave unread before sends are deferred. */
const UNREAD_CHARACTERS = 16_777_216;

/** How long stopping waits for what was handed to the desk to be decided. */
const DECIDED_MS = 5_000;
/** How long the desk may recover before the server is made to deliver again what it could not take. */
const AGAIN_MS = 5_000;
/** Where the server delivers once and never again. */
const UNMANAGED: Delivery = { id: null, settle: () => undefined };

/** The server said so when it continued the stream. */
const TAKEN: Outcome = { kind: "accepted", id: null };
const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };

/** One login: from the first stanza that can be sent to the cut. */
interface Session {
  readonly stream: XmppStream;
  readonly fence: Fence;
  /** Where the server counts what it sends (XEP-0198). */
  managed: ManagedStream | null;
  heard: boolean;
}

export class XmppAdapter implements Adapter {
  readonly capabilities: Capabilities;
  readonly #context: AdapterContext;
  readonly #attachment: Attachment;
  readonly #limits: Limits;
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #discovery: Discovery;
  readonly #presences: PresenceReception;
  readonly #files: FileReception;
  readonly #reception: Reception;
  readonly #rooms: Rooms;
  readonly #hosted: HostedRooms;
  readonly #owed: OwedAnswers;
  readonly #names: ToldNames;
  readonly #before = new SentBefore();
  #session: Session | null = null;
  /** The managed stream of the login before, for the server to continue. */
  #former: ManagedStream | null = null;
  /** Nothing is sent any more; what the server had written before is still taken in. */
  #isStopping = false;
  #isStopped = false;
  #stopped: Promise<void> | null = null;
  #cancelIdle: (() => void) | null = null;

  constructor(
    attachment: Attachment,
    limits: Limits,
    context: AdapterContext,
    joins: readonly Join[] = [],
    trusted: readonly string[] = [],
    roomService: string | null = null,
  ) {
    this.#context = context;
    this.#attachment = attachment;
    this.#limits = limits;
    this.capabilities = {
      identity: attachment.identity,
      features: FileReception.takes(context) ? [...FEATURES, "file"] : FEATURES,
      maxTextBytes: limits.textBytes,
      markBytes: MARK_BYTES,
      window: limits.window,
      deduplicates: false,
      presenceTexts: attachment.identity === "virtual",
    };
    this.#owed = new OwedAnswers(context.state);
    this.#names = new ToldNames(context.clock, limits.names);
    const shared = { context, attachment, write: (stanza: Element) => this.#answer(stanza) };
    const fence = () => this.#session?.fence ?? null;
    this.#requests = new Requests(context.clock);
    this.#discovery = this.#makeDiscovery();
    const discovery = this.#discovery;
    this.#presences = new PresenceReception({ ...shared, fence, discovery, devices: limits.devices });
    this.#rooms = new Rooms({
      joins,
      context,
      checkMs: limits.idleSeconds * 1_000,
      speaker: (desk) => attachment.speaker(desk),
      write: (stanza) => this.#session?.stream.write(stanza.toString()),
      ask: (desk, to, question) => this.#ask(desk, to, question),
    });
    this.#hosted = this.#makeHostedRooms(roomService);
    const services = new UploadServices(context.clock, (desk, to, question) => this.#ask(desk, to, question));
    this.#files = new FileReception(context, { trusted, seconds: limits.fetchSeconds }, services);
    this.#reception = new Reception({
      ...shared,
      fence,
      discovery,
      presences: this.#presences,
      rooms: this.#rooms,
      hosted: this.#hosted,
      files: this.#files,
      questions: new QuestionReception({ ...shared, requests: this.#requests }),
      inbound: limits.inbound,
      isStopped: () => this.#isStopped || (this.#isStopping && this.#session?.managed != null),
      pause: () => this.#session?.stream.pause(),
      resume: () => this.#session?.stream.resume(),
    });
    this.#link = new Link(context, limits.connectSeconds * 1_000, {
      make: () => this.#open(),
      online: (stream) => this.#begin(stream),
      offline: () => this.#cut(),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#owed.recall();
    await this.#hosted.recall();
    await this.#link.start(signal);
  }

  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    return Promise.resolve(this.#send(outbound, signal));
  }

  #send(outbound: Outbound, signal: AbortSignal): Outcome | Promise<Outcome> {
    const to = recipient(outbound);
    if (to === null) {
      return { kind: "rejected", reason: "jid-malformed", text: "This is no XMPP address." };
    }
    if (this.#attachment.isOwn(to)) {
      return { kind: "rejected", reason: "not-allowed", text: "The desk does not write to its own addresses." };
    }
    if (outbound.kind === "room") {
      return this.#isStopping || signal.aborted ? OFFLINE : this.#hosted.send(outbound, signal);
    }
    const frame = {
      from: this.#attachment.speaker(outbound.from),
      to,
      now: this.#context.clock.now(),
      forms: outbound.kind === "message" && outbound.choices.length > 0 && this.#discovery.showsForms(to),
      caps: OWN_CAPABILITIES,
      textBytes: this.#limits.textBytes,
      isNameKnown: outbound.kind === "message" && this.#names.knows(outbound.from, to.full, outbound.nick ?? ""),
    };
    const plain = plainMessage(outbound, frame);
    if (plain !== null) {
      return this.#write(outbound, to, plain, signal);
    }
    const encoded = encodeOutbound(outbound, frame);
    if (encoded.kind === "rejected") {
      return encoded;
    }
    const xml = encoded.stanzas.map((stanza) => stanza.toString()).join("");
    if (Buffer.byteLength(xml) > this.#limits.stanzaBytes) {
      const text = `Written as XML this has more than ${this.#limits.stanzaBytes} bytes.`;
      return { kind: "rejected", reason: "policy-violation", text };
    }
    return this.#write(outbound, to, xml, signal, encoded.stanzas.length);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /**
   * A server that counts (XEP-0198) keeps what it was not told to be handled, so nothing more is taken from it. From any other,
   * everything is taken that it writes before its own end of the stream: it knows nothing of a stanza that was not.
   */
  async #stop(): Promise<void> {
    this.#isStopping = true;
    this.#files.stop();
    const managed = this.#session?.managed ?? null;
    if (managed !== null) {
      await this.#reception.decided(DECIDED_MS);
      managed.acknowledge();
    }
    await this.#link.stop();
    await this.#reception.decided(DECIDED_MS);
    this.#isStopped = true;
    this.#cut();
    await this.#owed.keep().catch((error: unknown) => {
      this.#context.log.error("xmpp.answers.lost", { network: this.#context.network, error: String(error) });
    });
  }

  #write(outbound: Outbound, to: Jid, xml: string, signal: AbortSignal, stanzas = 1): Outcome | Promise<Outcome> {
    const session = this.#session;
    if (session === null || this.#isStopping || signal.aborted) {
      return OFFLINE;
    }
    if (session.fence.isFull || session.stream.waiting > UNREAD_CHARACTERS) {
      return session.fence.full;
    }
    if (outbound.kind === "watch") {
      this.#presences.watch(to.bare, outbound.from);
    }
    if (this.#before.isTaken(outbound.key)) return TAKEN;
    session.stream.write(xml, stanzas);
    return session.fence.track(outbound.key, to.bare, signal);
  }

  #open(): Promise<XmppStream> {
    const handlers = {
      stanza: (stanza: Element) => this.#take(stanza),
      refused: (head: Element, fault: XmlFault) => {
        this.#session?.managed?.settle(this.#session.managed.take());
        this.#reception.refused(head, fault);
      },
      nonza: (nonza: Element) => this.#nonza(nonza),
    };
    return this.#attachment.open(handlers, this.#former?.resumption ?? null);
  }

  #take(stanza: Element): void {
    const session = this.#session;
    if (session === null) {
      return;
    }
    session.heard = true;
    const { managed, stream } = session;
    if (managed !== null && this.#isStopping) {
      return;
    }
    if (managed === null) {
      this.#reception.stanza(stanza, UNMANAGED);
      return;
    }
    const number = managed.take();
    this.#reception.stanza(stanza, {
      id: managed.redelivery(number),
      settle: (taken) => (taken ? managed.settle(number) : this.#again(stream)),
    });
  }

  /** The desk could not take something: after a while the stream is resumed, and it comes again. */
  #again(stream: XmppStream): void {
    this.#context.clock.after(AGAIN_MS, () => stream.destroy(new Error("The desk could not take a message.")));
  }

  #nonza(nonza: Element): void {
    const session = this.#session;
    if (session === null) {
      return;
    }
    session.heard = true;
    const write = (xml: string) => session.stream.write(xml, 0);
    session.managed = enabledStream(nonza, write) ?? session.managed;
    if (nonza.is("r", NS.streamManagement)) {
      session.managed?.acknowledge();
    }
  }

  async #begin(stream: XmppStream): Promise<void> {
    const fence = new Fence({
      clock: this.#context.clock,
      answerMs: this.#limits.answerSeconds * 1_000,
      unanswered: this.#limits.unanswered,
      written: () => stream.written,
      ask: (id) => stream.write(this.#attachment.fence(id)),
      silent: () => stream.destroy(new Error(`The server was silent for ${this.#limits.answerSeconds} seconds.`)),
    });
    const managed = stream.isResumed ? (this.#former?.resumed((xml) => stream.write(xml, 0)) ?? null) : null;
    this.#former = null;
    this.#before.again(stream.handled);
    this.#session = { stream, fence, managed, heard: true };
    if (this.#reception.isPaused) {
      stream.pause();
    }
    if (!stream.isResumed) {
      stream.write(`${stream.offersManagement ? ENABLE : ""}${this.#attachment.greeting()}`);
    }
    void this.#owed
      .pay((xml) => stream.write(xml))
      .catch((error: unknown) => {
        // Another time, and for whoever reads the log: they stand in a store that cannot be written.
        this.#context.log.warn("xmpp.answers.kept", { network: this.#context.network, error: String(error) });
      });
    this.#presences.again((stanza) => stream.write(stanza.toString()));
    this.#rooms.begin();
    this.#hosted.begin();
    this.#watchIdle(this.#session);
  }

  #cut(): void {
    this.#cancelIdle?.();
    const session = this.#session;
    this.#session = null;
    this.#former = session?.managed ?? this.#former;
    if (session !== null) this.#before.cut(session.fence.cut(), session.stream.written);
    this.#requests.cut();
    this.#discovery.cut();
    this.#presences.cut();
    this.#names.forget();
    this.#rooms.cut();
    this.#hosted.cut();
  }

  /** A link on which nothing comes may be dead without anybody having said so. */
  #watchIdle(session: Session): void {
    this.#cancelIdle = this.#context.clock.after(this.#limits.idleSeconds * 1_000, () => {
      if (!session.heard) {
        session.fence.probe();
      }
      session.heard = false;
      this.#watchIdle(session);
    });
  }

  #answer(stanza: Element): void {
    if (this.#isStopped) {
      return;
    }
    if (this.#session?.stream.isWritable === true) {
      this.#session.stream.write(stanza.toString());
    } else {
      this.#owed.add(stanza);
    }
  }

  #makeDiscovery(): Discovery {
    const context = this.#context;
    return new Discovery({
      clock: context.clock,
      perSecond: this.#limits.discoveriesPerSecond,
      waiting: this.#limits.discoveriesWaiting,
      devices: this.#limits.devices,
      ask: (desk, to, question) => this.#ask(desk, to, question),
      found: ({ device, desk, language }, software) => {
        if (this.#isStopped) {
          return;
        }
        const from = { network: context.network, id: device.bare };
        const event = {
          redelivery: null,
          from,
          device: device.resource,
          to: desk,
          kind: "software",
          software,
          language,
        } as const;
        context.receive(event).catch((error: unknown) => {
          context.log.warn("xmpp.software.failed", { network: context.network, error: String(error) });
        });
      },
      skipped: ({ device }) => this.#context.count("xmpp.discovery.skipped", "too many waiting", device.full),
    });
  }

  #makeHostedRooms(service: string | null): HostedRooms {
    return new HostedRooms({
      service,
      context: this.#context,
      answerMs: this.#limits.requestSeconds * 1_000,
      isOnline: () => this.#session !== null,
      write: (desk, stanza) => {
        const from = this.#attachment.speaker(desk);
        if (from !== null) stanza.attrs.from = from;
        this.#session?.stream.write(stanza.toString());
      },
      ask: (desk, to, type, question) => this.#ask(desk, to, question, type),
      taken: async (key, to, signal) => this.#session?.fence.track(key, to.bare, signal) ?? OFFLINE,
    });
  }

  #ask(desk: string, to: Jid, question: Element, type: "get" | "set" = "get"): Promise<Element | null> {
    return this.#requests.ask(to, this.#limits.requestSeconds * 1_000, (id) => {
      const from = this.#attachment.speaker(desk);
      const attributes = { type, id, to: to.full, ...(from === null ? {} : { from }) };
      this.#session?.stream.write(new Element("iq", attributes).cnode(question).root().toString());
    });
  }
}
