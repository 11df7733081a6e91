/**
 * The desk's own nick: another one when it is taken (433, 436, 437), and the wanted one back as soon as it is free. After a
 * cut the server may hold the old session for minutes; NickServ, where there is one, ends it.
 */
import type { Port } from "./attachment.ts";
import type { ClientConfig } from "./config.ts";
import { LinkFailure } from "./link.ts";

const ATTEMPTS = 20;

export class OwnNick {
  readonly #config: ClientConfig;
  readonly #port: Port;
  #current: string;
  #attempt = 0;
  #isLoggedIn = false;
  #cancelRegain: (() => void) | null = null;

  constructor(config: ClientConfig, port: Port) {
    this.#config = config;
    this.#port = port;
    this.#current = config.nick;
  }

  is(nick: string): boolean {
    return this.#port.people.fold(nick) === this.#port.people.fold(this.#current);
  }

  /** A login begins. */
  begin(): void {
    this.#current = this.#config.nick;
    this.#attempt = 0;
    this.#isLoggedIn = false;
  }

  /** The server does not give that nick. Throws LinkFailure when no other will do. */
  taken(): void {
    if (this.#isLoggedIn) {
      // A try to have it back failed; the next one comes by itself.
      return;
    }
    this.#attempt += 1;
    if (this.#attempt > ATTEMPTS) {
      throw new LinkFailure("temporary", `The nick ${this.#config.nick} and ${ATTEMPTS} like it are taken.`);
    }
    this.#current = this.#alternative();
    this.#port.urgent({ command: "NICK", params: [this.#current] });
  }

  /** The server took the login; the nick is the one it says. */
  loggedIn(nick: string): void {
    this.#current = nick;
    this.#isLoggedIn = true;
    const { nickserv } = this.#config;
    if (nickserv !== undefined) {
      this.#say(`IDENTIFY ${this.#config.nick} ${nickserv.password}`);
    }
    this.#check();
  }

  /** Somebody's nick changed, perhaps ours, perhaps by force. */
  changed(from: string, to: string): void {
    if (this.is(from)) {
      this.#current = to;
      this.#check();
    }
  }

  end(): void {
    this.#isLoggedIn = false;
    this.#cancelRegain?.();
    this.#cancelRegain = null;
  }

  #alternative(): string {
    const { nick, nickLength } = this.#config;
    const suffix = this.#attempt <= 2 ? "_".repeat(this.#attempt) : `_${this.#attempt}`;
    return nick.slice(0, nickLength - suffix.length) + suffix;
  }

  #check(): void {
    const { context } = this.#port;
    const { nick, limits } = this.#config;
    if (this.is(nick)) {
      this.#cancelRegain?.();
      this.#cancelRegain = null;
      if (this.#attempt > 0) {
        context.log.info("irc.nick.regained", { network: context.network, nick });
        this.#attempt = 0;
      }
      return;
    }
    if (this.#cancelRegain === null) {
      this.#attempt = Math.max(1, this.#attempt);
      context.log.warn("irc.nick.taken", { network: context.network, wanted: nick, nick: this.#current });
      this.#regain();
    } else {
      this.#cancelRegain();
    }
    this.#cancelRegain = context.clock.after(limits.regainSeconds * 1_000, () => {
      this.#cancelRegain = null;
      this.#check();
    });
  }

  #regain(): void {
    const { nick, nickserv } = this.#config;
    if (nickserv !== undefined) {
      this.#say(`${nickserv.recover} ${nick} ${nickserv.password}`);
    }
    this.#port.chat({ command: "NICK", params: [nick] });
  }

  #say(trailing: string): void {
    const { nickserv } = this.#config;
    if (nickserv !== undefined) {
      this.#port.chat({ command: "PRIVMSG", params: [nickserv.nick], trailing });
    }
  }
}
