/**
 * Mode `server`: a server linked to the operator's own network (RFC 2813), as services are. Every handle and alias is a nick
 * that this server introduces, so people write to each as to anybody, and WHOIS shows what this server says of it.
 */
import type { Address, Verdict } from "../../src/core/model.ts";
import { Aliases } from "./aliases.ts";
import type { Attachment, Port } from "./attachment.ts";
import { textBytes } from "./client.ts";
import type { ServerConfig } from "./config.ts";
import type { IrcMessage } from "./line.ts";
import { LinkFailure } from "./link.ts";
import { isNick } from "./nicks.ts";
import { Users } from "./users.ts";
import type { Watching } from "./watching.ts";

/** RFC 2813 §4.1.1: version 2.10, implementation IRC, no flags. With flags of its own ngIRCd expects its own handshake. */
const PROTOCOL = ["0210", "IRC|"] as const;
/** How often it is looked which aliases are nobody's any more. */
const SWEEP_MS = 60_000;
const BURST_TOKEN = "burst";
/** A user's NICK has these, a rename one (RFC 2813 §4.1.3). */
const NICK_PARAMS = 7;

export class ServerAttachment implements Attachment {
  readonly identity = "virtual";
  readonly maxTextBytes: number;
  readonly commands: Readonly<Record<string, (message: IrcMessage) => void>>;
  readonly #config: ServerConfig;
  readonly #port: Port;
  readonly #watching: Watching;
  readonly #users: Users;
  readonly #aliases: Aliases;
  /** The desk's names that are on the network now. */
  readonly #present = new Set<string>();
  #login = Promise.withResolvers<void>();
  #peer: string | null = null;
  #hasPassed = false;
  #isOnline = false;
  #cancels = new Set<() => void>();

  constructor(config: ServerConfig, port: Port, watching: Watching) {
    this.#config = config;
    this.#port = port;
    this.#watching = watching;
    port.people.mapping = config.caseMapping;
    this.#users = new Users(port.people);
    this.#aliases = new Aliases(port.context, port.people, config.nickLength);
    const { nickLength, user, serverName } = config;
    this.maxTextBytes = textBytes(nickLength, user.length, serverName.length, nickLength);
    this.commands = {
      PASS: (message) => this.#pass(message),
      SERVER: (message) => this.#server(message),
      NICK: (message) => this.#nick(message),
      MODE: (message) => this.#mode(message),
      QUIT: ({ nick }) => this.#gone(nick),
      KILL: ({ params: [nick = ""] }) => this.#killed(nick),
      SQUIT: ({ params: [name = ""] }) => this.#split(name),
      WHOIS: (message) => this.#whois(message),
      VERSION: ({ nick }) => this.#reply("351", nick, ["Frontdesk.", this.#config.serverName], ""),
    };
  }

  async prepare(): Promise<void> {
    for (const desk of [...this.#port.context.handles, this.#port.context.desk]) {
      this.#aliases.configured(desk);
    }
    await this.#aliases.load();
  }

  login(): Promise<void> {
    this.#login = Promise.withResolvers();
    this.#login.promise.catch(() => {});
    this.#peer = null;
    this.#hasPassed = false;
    const { password, serverName, realName } = this.#config;
    this.#port.urgent({ command: "PASS", params: [password, ...PROTOCOL] });
    this.#port.urgent({ command: "SERVER", params: [serverName, "1"], trailing: realName });
    return this.#login.promise;
  }

  online(): void {
    this.#isOnline = true;
    this.#watching.refold();
    for (const id of this.#watching.ids()) {
      this.#tell(id);
    }
    this.#sweep();
  }

  offline(): void {
    this.#isOnline = false;
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
    this.#users.clear();
    this.#present.clear();
    this.#watching.forgetStates();
  }

  farewell() {
    return { command: "SQUIT", params: [this.#config.serverName], trailing: "Goodbye" };
  }
  ping(token: string) {
    return { command: "PING", trailing: token };
  }
  pong(token: string) {
    const { serverName } = this.#config;
    return { source: serverName, command: "PONG", params: [serverName], trailing: token };
  }
  /** What was asked behind the introductions is answered behind the other side's: everybody is known now. */
  ponged(token: string): void {
    if (token === BURST_TOKEN) {
      this.#login.resolve();
    }
  }

  source(desk: string, viewer: Address): Promise<string> | string {
    const nick = this.#aliases.nickOf(desk);
    if (nick !== null) {
      this.#introduce(desk, nick);
      return nick;
    }
    const assigned = this.#aliases.assign(desk, viewer, (taken) => this.#users.has(taken));
    return assigned.then((fresh) => {
      this.#introduce(desk, fresh);
      return fresh;
    });
  }

  deskOf(target: string): string | null {
    return this.#aliases.deskOf(target);
  }
  senderOf({ nick }: IrcMessage): string | null {
    return isNick(nick) ? nick : null;
  }
  isOwn(nick: string): boolean {
    return this.#aliases.deskOf(nick) !== null;
  }
  isAbsent(nick: string): boolean {
    return !this.#users.has(nick);
  }

  watch(id: string): void {
    if (this.#watching.add(id)) {
      this.#tell(id);
    }
  }

  spoke(desk: string): void {
    this.#check(desk);
  }

  /** Whoever writes to somebody else's alias is told what is told of a nick that nobody has. */
  refuse(nick: string, desk: string, verdict: Verdict): boolean {
    const isUnknown = verdict.kind === "refused" && verdict.reason === "item-not-found";
    if (isUnknown) {
      this.#reply("401", nick, [this.#aliases.nickOf(desk) ?? desk], "No such nick or channel name");
    }
    return isUnknown;
  }

  #pass({ params: [password = ""] }: IrcMessage): void {
    if (password !== (this.#config.peerPassword ?? this.#config.password)) {
      this.#login.reject(new LinkFailure("permanent", "The other server's password is not the one configured."));
      return;
    }
    this.#hasPassed = true;
  }

  /** The other server's own line comes first, then those of the servers behind it. */
  #server({ prefix, params }: IrcMessage): void {
    const [name = "", , third = ""] = params;
    if (this.#peer !== null) {
      this.#users.addServer(name, prefix, third);
      return;
    }
    if (!this.#hasPassed) {
      this.#login.reject(new LinkFailure("permanent", "The other server gave no password."));
      return;
    }
    this.#peer = name;
    // Users of the other server itself name it by the token 1 (RFC 2813 §4.1.2).
    this.#users.addServer(name, this.#config.serverName, "1");
    for (const desk of this.#aliases.all()) {
      const nick = this.#aliases.nickOf(desk);
      if (nick !== null && this.#isOpen(desk)) {
        this.#introduce(desk, nick);
      }
    }
    this.#port.urgent(this.ping(BURST_TOKEN));
  }

  #nick({ nick, params }: IrcMessage): void {
    const [name = ""] = params;
    if (params.length >= NICK_PARAMS) {
      this.#users.add(name, params[4] ?? "", (params[5] ?? "").includes("a"));
      this.#port.appeared(name);
      this.#tell(name);
      return;
    }
    this.#users.rename(nick, name);
    this.#port.left(nick);
    this.#port.vanished(nick);
    this.#tell(nick);
    this.#port.appeared(name);
    this.#tell(name);
  }

  /** How servers pass AWAY on: as mode `a` of the user. */
  #mode({ params: [target = "", modes = ""] }: IrcMessage): void {
    const away = /([+-])[^+-]*a/u.exec(modes)?.[1];
    if (away !== undefined && this.#users.has(target)) {
      this.#users.setAway(target, away === "+");
      this.#tell(target);
    }
  }

  #gone(nick: string): void {
    if (this.#users.remove(nick)) {
      this.#port.left(nick);
      this.#port.vanished(nick);
      this.#tell(nick);
    }
  }

  #split(name: string): void {
    const lost = this.#users.removeServer(name);
    if (lost.length > 0) {
      this.#port.split();
    }
    for (const nick of lost) {
      this.#port.vanished(nick);
      this.#tell(nick);
    }
  }

  /** An operator, or somebody else with that nick, ended one of the desk's; it comes back a while later. */
  #killed(nick: string): void {
    const desk = this.#aliases.deskOf(nick);
    if (desk === null) {
      this.#gone(nick);
      return;
    }
    const { context } = this.#port;
    context.log.warn("irc.nick.killed", { network: context.network, nick });
    this.#present.delete(desk);
    this.#later(this.#config.limits.regainSeconds * 1_000, () => {
      if (this.#isOpen(desk)) {
        this.#introduce(desk, nick);
      }
    });
  }

  /** A question about one of the desk's nicks: what is true of each of them, and nothing else. */
  #whois({ nick, params }: IrcMessage): void {
    const asked = params.at(-1) ?? "";
    const desk = this.#aliases.deskOf(asked);
    const { user, serverName, realName } = this.#config;
    if (desk === null || !this.#present.has(desk)) {
      this.#reply("401", nick, [asked], "No such nick or channel name");
    } else {
      this.#reply("311", nick, [asked, user, serverName, "*"], realName);
      this.#reply("312", nick, [asked, serverName], realName);
    }
    this.#reply("318", nick, [asked], "End of WHOIS list");
  }

  #reply(numeric: string, nick: string, params: readonly string[], trailing: string): void {
    if (
      isNick(nick) &&
      params.every((param) => isNick(param) || param === this.#config.serverName || /^[\w.*]+$/u.test(param))
    ) {
      this.#port.chat({ source: this.#config.serverName, command: numeric, params: [nick, ...params], trailing });
    }
  }

  #introduce(desk: string, nick: string): void {
    if (this.#present.has(desk) || this.#peer === null) {
      return;
    }
    this.#present.add(desk);
    const { serverName, user, realName } = this.#config;
    const params = [nick, "1", user, serverName, "1", "+i"];
    this.#port.urgent({ source: serverName, command: "NICK", params, trailing: realName });
  }

  #tell(nick: string): void {
    const here = this.#users.has(nick);
    this.#port.presence(nick, here ? (this.#users.isAway(nick) ? "away" : "available") : "offline", null);
  }

  #isOpen(desk: string): boolean {
    const viewer = this.#aliases.viewerOf(desk);
    const isAlias = viewer !== null && viewer.id !== "";
    const identity = isAlias ? this.#port.context.identity(desk, viewer) : null;
    return !isAlias || (identity !== null && identity.state !== "offline");
  }

  /** A released alias leaves the network; one that is nobody's any more is forgotten. */
  #check(desk: string): void {
    const viewer = this.#aliases.viewerOf(desk);
    if (viewer === null || viewer.id === "" || this.#isOpen(desk)) {
      return;
    }
    const nick = this.#aliases.nickOf(desk);
    if (nick !== null && this.#present.delete(desk)) {
      this.#port.urgent({ source: nick, command: "QUIT", trailing: "Goodbye" });
    }
    if (this.#port.context.identity(desk, viewer) === null) {
      this.#aliases.forget(desk).catch((error: unknown) => {
        const { context } = this.#port;
        context.log.warn("irc.alias.not-forgotten", { network: context.network, error: String(error) });
      });
    }
  }

  #sweep(): void {
    for (const desk of this.#aliases.all()) {
      this.#check(desk);
    }
    this.#later(SWEEP_MS, () => this.#sweep());
  }

  #later(delayMs: number, act: () => void): void {
    const cancel = this.#port.context.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      if (this.#isOnline) {
        act();
      }
    });
    this.#cancels.add(cancel);
  }
}
