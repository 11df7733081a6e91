/** Mode `client`: one nick on any network (RFC 2812). The desk has one address, so conversations need labels. */
import type { Attachment, Port } from "./attachment.ts";
import type { ClientConfig } from "./config.ts";
import { type IrcMessage, LINE_BYTES } from "./line.ts";
import { LinkFailure } from "./link.ts";
import { Negotiation } from "./negotiation.ts";
import { caseMappingOf, isNick } from "./nicks.ts";
import { OwnNick } from "./own-nick.ts";
import { PresencePolling } from "./presence-polling.ts";
import type { Watching } from "./watching.ts";

const NO_SASL = "The network offers no login by SASL PLAIN now. Take `sasl` out of the configuration if it never does.";

/** Longest user name and host of common servers, which stand before every line that a recipient gets. */
const USER_BYTES = 20;
const HOST_BYTES = 64;

/**
 * RFC 2812 §2.3: `:nick!user@host PRIVMSG target :text` has 512 bytes with its line end, and servers cut what is more. One
 * byte is for the sign that keeps spaces at the end.
 */
export function textBytes(sender: number, user: number, host: number, recipient: number): number {
  return LINE_BYTES - 1 - `:!@ PRIVMSG  :`.length - sender - user - host - recipient;
}

export class ClientAttachment implements Attachment {
  readonly identity = "fixed";
  readonly maxTextBytes: number;
  readonly commands: Readonly<Record<string, (message: IrcMessage) => void>>;
  readonly #config: ClientConfig;
  readonly #port: Port;
  readonly #watching: Watching;
  readonly #handle: string;
  readonly #nick: OwnNick;
  readonly #polling: PresencePolling;
  #negotiation: Negotiation | null = null;
  #login = Promise.withResolvers<void>();
  #hasSasl = false;

  constructor(config: ClientConfig, port: Port, watching: Watching) {
    this.#config = config;
    this.#port = port;
    this.#watching = watching;
    this.#handle = port.context.handles[0] ?? port.context.desk;
    this.#nick = new OwnNick(config, port);
    this.#polling = new PresencePolling(port, watching, config.limits.presenceSeconds * 1_000);
    this.maxTextBytes = textBytes(config.nickLength, USER_BYTES, HOST_BYTES, config.nickLength);
    const negotiate = (message: IrcMessage) => this.#negotiate(message);
    const taken = () => this.#taken();
    const saslFailed = (message: IrcMessage) => this.#saslFailed(message);
    this.commands = {
      ...Object.fromEntries(["CAP", "AUTHENTICATE", "005", "900"].map((command) => [command, negotiate])),
      ...Object.fromEntries(["433", "436", "437"].map((numeric) => [numeric, taken])),
      ...Object.fromEntries(["902", "904", "905", "906", "908"].map((numeric) => [numeric, saslFailed])),
      ...this.#polling.commands,
      "001": (message) => this.#welcome(message),
      "376": () => this.#complete(),
      "422": () => this.#complete(),
      "432": (message) => this.#fail(message, `The network does not allow the nick ${config.nick}.`),
      "464": (message) => this.#fail(message, "The server does not accept this password."),
      "903": (message) => {
        this.#hasSasl = true;
        this.#negotiate(message);
      },
      NICK: (message) => this.#changed(message),
    };
  }

  async prepare(): Promise<void> {}

  login(): Promise<void> {
    this.#login = Promise.withResolvers();
    this.#login.promise.catch(() => {});
    this.#hasSasl = false;
    this.#nick.begin();
    this.#negotiation = new Negotiation(this.#config, (line) => this.#port.raw(line));
    return this.#login.promise;
  }

  online(): void {
    const facts = this.#negotiation?.facts();
    this.#port.people.mapping = caseMappingOf(facts?.caseMapping ?? "rfc1459");
    const { nickLength } = this.#config;
    if (facts !== undefined && (facts.nickLength ?? 0) > nickLength) {
      const { context } = this.#port;
      context.log.warn("irc.nick-length", { network: context.network, configured: nickLength, of: facts.nickLength });
    }
    this.#polling.online(facts?.monitor ?? 0);
  }

  offline(): void {
    this.#nick.end();
    this.#polling.offline();
  }

  farewell() {
    return { command: "QUIT", trailing: "Goodbye" };
  }
  ping(token: string) {
    return { command: "PING", trailing: token };
  }
  pong(token: string) {
    return { command: "PONG", trailing: token };
  }
  ponged(): void {}
  source(): null {
    return null;
  }

  /** Whatever its nick is just now, the desk is its one handle. Channels, masks and others are nobody. */
  deskOf(target: string): string | null {
    return this.#nick.is(target) ? this.#handle : null;
  }

  /** People write as nick!user@host; servers do not. Services' talk is no conversation. */
  senderOf({ nick, ident }: IrcMessage): string | null {
    const { people } = this.#port;
    const services = people.fold(this.#config.nickserv?.nick ?? "NickServ");
    return ident === "" || !isNick(nick) || people.fold(nick) === services ? null : nick;
  }

  isOwn(nick: string): boolean {
    return this.#nick.is(nick);
  }
  isAbsent(): boolean {
    return false;
  }
  watch(id: string): void {
    if (this.#watching.add(id)) {
      this.#polling.added(id);
    }
  }
  spoke(): void {}
  refuse(): boolean {
    return false;
  }

  #negotiate(message: IrcMessage): void {
    if (this.#negotiation?.take(message) === false) {
      this.#port.context.count("irc.unreadable", message.command);
    }
  }

  #welcome(message: IrcMessage): void {
    this.#negotiate(message);
    if (this.#config.sasl !== undefined && !this.#hasSasl) {
      // The network has no SASL, or its services are away just now, as they are in a netsplit: which of both, nothing tells.
      this.#login.reject(new LinkFailure("temporary", NO_SASL));
      return;
    }
    this.#nick.loggedIn(message.params[0] ?? this.#config.nick);
  }

  /** The message of the day, or that there is none, ends what a server says at login. */
  #complete(): void {
    this.#login.resolve();
  }

  #taken(): void {
    try {
      this.#nick.taken();
    } catch (error) {
      this.#login.reject(error);
    }
  }

  #saslFailed(message: IrcMessage): void {
    // 906: it was given up, since nobody answered. 908 lists the mechanisms and comes beside the failure itself.
    if (message.command === "906") {
      this.#login.reject(new LinkFailure("temporary", NO_SASL));
    } else if (message.command !== "908") {
      this.#fail(message, "The network does not accept this account's password (SASL PLAIN).");
    }
  }

  #fail(_message: IrcMessage, text: string): void {
    this.#login.reject(new LinkFailure("permanent", text));
  }

  #changed({ nick, params: [to = ""] }: IrcMessage): void {
    this.#nick.changed(nick, to);
  }
}
