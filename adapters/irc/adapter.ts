/** The IRC adapter: puts the parts together, sends, and keeps what lasts longer than one login. */
import type { Adapter, AdapterContext, Outcome } from "../../src/adapter.ts";
import type { Capabilities, InboundOf, Outbound, OutboundOf } from "../../src/core/model.ts";
import type { Attachment, Port } from "./attachment.ts";
import { endedBy, FAILURES, isFlood, NO_SUCH_NICK } from "./conditions.ts";
import type { CommonLimits } from "./config.ts";
import { Connection, type Target } from "./connection.ts";
import { BREAKS, formatLine, type IrcMessage, parseLine } from "./line.ts";
import { Link } from "./link.ts";
import { MARK_BYTES, withLooks } from "./looks.ts";
import { ctcp, neutralised, withKeptEnd } from "./message-text.ts";
import { Naming } from "./naming.ts";
import { isNick, People } from "./nicks.ts";
import { type Pace, Pacer, slower } from "./pacer.ts";
import { Reception } from "./reception.ts";
import { Returns } from "./returns.ts";
import { FENCE_MS, Sends, WINDOW } from "./sends.ts";
import { Versions } from "./versions.ts";
import { Watching } from "./watching.ts";

export interface IrcOptions {
  readonly context: AdapterContext;
  readonly limits: CommonLimits;
  readonly pace: Pace;
  readonly target: Target;
  /** Longest nick for which room is kept in a line, in bytes. */
  readonly nickLength: number;
  attach(port: Port, watching: Watching): Attachment;
}

/** One connection and what waits on it. */
interface Session {
  readonly connection: Connection;
  readonly pacer: Pacer;
  readonly sends: Sends;
  isOnline: boolean;
  hasHeard: boolean;
}

const OFFLINE: Outcome = { kind: "deferred", reason: "remote-server-timeout" };
/** Longest token of a server's PING that is answered: any name of a server is shorter. */
const TOKEN_BYTES = 300;

export class IrcAdapter implements Adapter {
  readonly capabilities: Capabilities;
  readonly #options: IrcOptions;
  readonly #context: AdapterContext;
  readonly #attachment: Attachment;
  readonly #people = new People();
  readonly #naming = new Naming();
  readonly #watching: Watching;
  readonly #returns: Returns;
  readonly #versions: Versions;
  readonly #reception: Reception;
  readonly #link: Link;
  readonly #commands: ReadonlyMap<string, (message: IrcMessage) => void>;
  #pace: Pace;
  #session: Session | null = null;
  #isStopped = false;
  #cancelIdle: (() => void) | null = null;

  constructor(options: IrcOptions) {
    const { context, limits } = options;
    this.#options = options;
    this.#context = context;
    this.#pace = options.pace;
    this.#watching = new Watching(this.#people, limits.watched);
    const forMs = limits.returnSeconds * 1_000;
    this.#returns = new Returns({ clock: context.clock, forMs, people: limits.people });
    const port = this.#port();
    this.#attachment = options.attach(port, this.#watching);
    this.#versions = this.#makeVersions(port);
    this.#reception = this.#makeReception(port);
    this.#commands = new Map(Object.entries({ ...this.#common(), ...this.#attachment.commands }));
    this.capabilities = {
      identity: this.#attachment.identity,
      features: ["formatting", "presence"],
      maxTextBytes: this.#attachment.maxTextBytes,
      markBytes: MARK_BYTES,
      window: WINDOW,
      deduplicates: false,
    };
    this.#link = new Link(context, limits.connectSeconds * 1_000, {
      make: () => this.#make(),
      login: () => this.#attachment.login(),
      online: (_connection, again) => this.#online(again),
      offline: () => this.#offline(),
      farewell: () => formatLine(this.#attachment.farewell()),
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#attachment.prepare();
    await this.#link.start(signal);
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    switch (outbound.kind) {
      case "message":
        return await this.#send(outbound, signal);
      case "watch":
        return this.#watch(outbound.to.id);
      case "edit":
      case "retraction":
      case "reaction":
      case "typing":
      case "receipt":
      case "presence":
      case "subscription":
      case "room":
        return { kind: "rejected", reason: "feature-not-implemented", text: `IRC carries no ${outbound.kind}.` };
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const session = this.#session;
    session?.sends.cut();
    session?.pacer.cut();
    this.#attachment.offline();
    this.#cancelIdle?.();
    await this.#link.stop();
  }

  async #send(outbound: OutboundOf<"message">, signal: AbortSignal): Promise<Outcome> {
    const { to, from } = outbound;
    const text = neutralised(outbound.text);
    const refusal = this.#refusal(to.id, text);
    if (refusal !== null) {
      return refusal;
    }
    if (this.#session?.isOnline !== true || signal.aborted || this.#isStopped) {
      return OFFLINE;
    }
    this.#people.named(to.id);
    this.#returns.addressed(to.id, outbound.sentAt);
    if (this.#attachment.isAbsent(to.id)) {
      return this.#returns.absent(to.id, to.id);
    }
    const given = this.#naming.of(to.id, () => this.#attachment.source(from, to));
    const source = given instanceof Promise ? await given : given;
    // It may have ended in the meantime.
    const session: Session | null = this.#session;
    if (session?.isOnline !== true || this.#isStopped) {
      return OFFLINE;
    }
    const looks = outbound.formatting === undefined ? text : withLooks({ ...outbound, text }, this.#room(to.id));
    const line = formatLine({ source, command: "PRIVMSG", params: [to.id], trailing: withKeptEnd(looks) });
    const outcome = await session.sends.send(this.#people.fold(to.id), line, signal);
    if (outcome.kind === "accepted" && !this.#isStopped) {
      this.#returns.present(to.id);
      this.#attachment.spoke(from);
    }
    return outcome;
  }

  /** A nick longer than was reckoned with takes its bytes from the text. */
  #room(nick: string): number {
    return this.capabilities.maxTextBytes - Math.max(0, Buffer.byteLength(nick) - this.#options.nickLength);
  }

  /** What can be said without asking the network. */
  #refusal(nick: string, text: string): Outcome | null {
    if (!isNick(nick)) {
      return { kind: "rejected", reason: "jid-malformed", text: "This is no nick." };
    }
    if (this.#attachment.isOwn(nick)) {
      return { kind: "rejected", reason: "not-allowed", text: "The desk does not write to itself." };
    }
    if (text === "" || /[\r\n]/u.test(text)) {
      return { kind: "rejected", reason: "not-acceptable", text: "A message on IRC is one line, and not empty." };
    }
    const bytes = Buffer.byteLength(text);
    const most = this.#room(nick);
    if (bytes > most) {
      return {
        kind: "rejected",
        reason: "policy-violation",
        text: `${bytes} bytes are too many for one line; ${most} fit.`,
      };
    }
    return null;
  }

  #watch(id: string): Outcome {
    if (!isNick(id)) {
      return { kind: "rejected", reason: "jid-malformed", text: "This is no nick." };
    }
    if (this.#session?.isOnline !== true) {
      return OFFLINE;
    }
    this.#attachment.watch(id);
    return { kind: "accepted", id: null };
  }

  #port(): Port {
    return {
      context: this.#context,
      people: this.#people,
      urgent: (line) => this.#session?.pacer.urgent(formatLine(line)),
      raw: (line) => this.#session?.pacer.urgent(line),
      chat: (line) => this.#session?.pacer.chat(formatLine(line)) ?? false,
      isChatting: () => this.#session?.pacer.isChatting ?? false,
      destroy: (reason) => this.#session?.connection.destroy(reason),
      presence: (nick, state, text) => this.#presence(nick, state, text),
      appeared: (nick) => this.#heard(this.#people.id(nick)),
      split: () => this.#returns.everybody(),
      left: (nick) => this.#returns.left(this.#people.id(nick)),
      vanished: (nick) => this.#versions.forget(this.#people.id(nick)),
    };
  }

  #common(): Record<string, (message: IrcMessage) => void> {
    const failures = Object.entries(FAILURES).map(([numeric, outcome]) => [
      numeric,
      ({ params }: IrcMessage) => this.#failed(params[1] ?? "", outcome),
    ]);
    return {
      ...(Object.fromEntries(failures) as Record<string, (message: IrcMessage) => void>),
      [NO_SUCH_NICK]: ({ params: [, nick = ""] }) =>
        this.#failed(nick, this.#returns.absent(this.#people.id(nick), nick)),
      "301": ({ params: [, nick = "", text = ""] }) => this.#presence(nick, "away", text),
      PING: ({ params }) => this.#ping(params.at(-1) ?? ""),
      PONG: ({ params }) => this.#pong(params.at(-1) ?? ""),
      PRIVMSG: (message) => this.#reception.privmsg(message),
      NOTICE: (message) => this.#reception.notice(message),
      ERROR: ({ params: [reason = ""] }) => this.#ended(reason),
    };
  }

  #ended(reason: string): void {
    const { network, log } = this.#context;
    if (isFlood(reason)) {
      // At the same pace it would end again and again.
      this.#pace = slower(this.#pace);
      log.warn("irc.pace.slowed", { network, pace: this.#pace, configured: this.#options.pace });
    }
    this.#session?.connection.destroy(endedBy(reason));
  }

  #make(): Connection {
    const { target, limits } = this.#options;
    const { clock } = this.#context;
    const connection = new Connection(target, clock, {
      line: (line) => this.#line(line, connection),
      tooLong: () => this.#count("irc.unreadable", "line too long"),
    });
    const pacer = new Pacer({ clock, ...this.#pace, chatter: limits.chatter, write: (line) => connection.write(line) });
    const sends = new Sends({
      clock,
      pacer,
      answerMs: limits.answerSeconds * 1_000,
      waitMs: this.#pace.waitMs,
      fenceMs: this.#pace.lineMs === 0 ? FENCE_MS : 0,
      ping: (token) => formatLine(this.#attachment.ping(token)),
      isPaused: () => connection.isPaused,
      silent: () => connection.destroy(new Error(`The server was silent for ${limits.answerSeconds} seconds.`)),
    });
    this.#session = { connection, pacer, sends, isOnline: false, hasHeard: true };
    return connection;
  }

  #line(line: string, connection: Connection): void {
    const session = this.#session;
    if (session?.connection !== connection || this.#isStopped) {
      return;
    }
    session.hasHeard = true;
    const message = parseLine(line);
    if (message === null) {
      this.#count("irc.unreadable", "no line of IRC");
      return;
    }
    try {
      this.#commands.get(message.command)?.(message);
    } catch (error) {
      // A defect, which a line of a stranger must not be able to turn into the end of the daemon.
      const { command } = message;
      this.#context.log.error("irc.line.failed", { network: this.#context.network, command, error });
    }
  }

  #online(again: boolean): void {
    const session = this.#session;
    if (session === null) {
      return;
    }
    session.isOnline = true;
    if (again) {
      this.#returns.everybody();
    } else {
      this.#returns.begun();
    }
    this.#attachment.online();
    if (this.#reception.isFull) {
      session.connection.pause();
    }
    this.#watchIdle(session);
  }

  #offline(): void {
    const session = this.#session;
    this.#session = null;
    this.#cancelIdle?.();
    session?.sends.cut();
    session?.pacer.cut();
    this.#attachment.offline();
  }

  /** A link on which nothing comes may be dead without anybody having said so. */
  #watchIdle(session: Session): void {
    this.#cancelIdle = this.#context.clock.after(this.#options.limits.idleSeconds * 1_000, () => {
      if (!session.hasHeard && !session.connection.isPaused) {
        session.sends.probe();
      }
      session.hasHeard = false;
      this.#watchIdle(session);
    });
  }

  #ping(token: string): void {
    if (BREAKS.test(token) || Buffer.byteLength(token) > TOKEN_BYTES) {
      this.#count("irc.unreadable", "PING");
      return;
    }
    this.#session?.pacer.urgent(formatLine(this.#attachment.pong(token)));
  }

  #pong(token: string): void {
    if (this.#session?.sends.pong(token) === false) {
      this.#attachment.ponged(token);
    }
  }

  #count(event: string, reason: string, from?: string): void {
    if (!this.#isStopped) {
      this.#context.count(event, reason, from);
    }
  }

  #failed(nick: string, outcome: Outcome): void {
    this.#session?.sends.failed(this.#people.fold(nick), outcome);
  }

  #presence(nick: string, state: InboundOf<"presence">["state"], text: string | null): void {
    const id = this.#watching.changed(nick, state, text);
    if (id === null) {
      return;
    }
    const from = { network: this.#context.network, id };
    const to = this.#context.desk;
    this.#reception.report({ kind: "presence", redelivery: null, from, device: null, to, state, text, all: true });
  }

  #heard(id: string): void {
    if (this.#returns.present(id) && !this.#isStopped) {
      this.#context.reachable({ network: this.#context.network, id });
    }
  }

  #makeVersions(port: Port): Versions {
    const { limits } = this.#options;
    return new Versions({
      clock: this.#context.clock,
      perMinute: limits.versionsPerMinute,
      requestMs: limits.versionSeconds * 1_000,
      people: limits.people,
      ask: (nick, desk) => {
        const source = this.#attachment.source(desk, { network: this.#context.network, id: this.#people.id(nick) });
        // An alias that is not on the network is nobody who could have been written to.
        const isKnown = source === null || typeof source === "string";
        return isKnown && port.chat({ source, command: "PRIVMSG", params: [nick], trailing: ctcp("VERSION") });
      },
      found: (id, to, software) => {
        const from = { network: this.#context.network, id };
        const event = { redelivery: null, from, device: null, to, software, language: null } as const;
        this.#reception.report({ kind: "software", ...event });
      },
      skipped: (nick) => this.#count("irc.version.skipped", "too many at once", nick),
      unasked: (nick) => this.#count("irc.ignored", "CTCP answer", nick),
    });
  }

  #makeReception(port: Port): Reception {
    return new Reception({
      context: this.#context,
      attachment: this.#attachment,
      people: this.#people,
      versions: this.#versions,
      inbound: this.#options.limits.inbound,
      remembered: this.#options.limits.people,
      chat: port.chat,
      pause: () => this.#session?.connection.pause(),
      resume: () => this.#session?.connection.resume(),
      isStopped: () => this.#isStopped,
      heard: (id) => this.#heard(id),
    });
  }
}
