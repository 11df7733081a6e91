/**
 * The part of a login that irc-framework does: capabilities (IRCv3 CAP), SASL PLAIN, and what the server says of itself
 * (ISUPPORT). It is given the lines of the login alone and a transport that is ours: its own would decode without fallback,
 * read lines of any length, and its handlers of people's messages answer CTCP by themselves and throw on a line without
 * parameters. Its timers and its constant reconnection are switched off.
 */
import { EventEmitter } from "node:events";
import { Client, type IrcMessage } from "irc-framework";
import type { ClientConfig } from "./config.ts";

/** What it takes: the numerics of welcome, ISUPPORT, and of SASL's good end. Its failures are ours to explain. */
const COMMANDS: ReadonlySet<string> = new Set(["CAP", "AUTHENTICATE", "001", "005", "900", "903"]);

export interface ServerFacts {
  readonly caseMapping: unknown;
  /** How many nicks MONITOR takes; 0 without it. */
  readonly monitor: number;
  readonly nickLength: number | null;
}

export class Negotiation {
  readonly #client = new Client();

  /** Writes the first lines of the login by `write`. */
  constructor(config: ClientConfig, write: (line: string) => void) {
    // Presence of people that MONITOR watches tells of their AWAY, too.
    this.#client.requestCap(["extended-monitor"]);
    this.#client.connect({
      host: config.host,
      nick: config.nick,
      username: config.user,
      gecos: config.realName,
      password: config.password,
      // Without an account the library would send the server's password to SASL.
      account: config.sasl ?? {},
      auto_reconnect: false,
      ping_interval: 0,
      ping_timeout: 0,
      version: "",
      transport: transportTo(write),
    });
  }

  /** True when that line was the library's business. Never throws: a login it cannot follow does not end well anyway. */
  take(message: IrcMessage): boolean {
    if (!COMMANDS.has(message.command)) {
      return false;
    }
    try {
      this.#client.command_handler.dispatch(message);
      return true;
    } catch {
      return false;
    }
  }

  facts(): ServerFacts {
    const { CASEMAPPING, MONITOR, NICKLEN } = this.#client.network.options;
    const nickLength = Number(NICKLEN);
    const monitor = MONITOR === true ? Number.POSITIVE_INFINITY : Number(MONITOR ?? 0);
    return {
      caseMapping: CASEMAPPING,
      monitor: Number.isNaN(monitor) ? 0 : monitor,
      nickLength: Number.isNaN(nickLength) ? null : nickLength,
    };
  }
}

/** What the library takes for a transport's class: made by `new`, an EventEmitter with these methods. */
function transportTo(write: (line: string) => void): () => EventEmitter {
  return function transport() {
    const emitter = new EventEmitter();
    return Object.assign(emitter, {
      connect: () => emitter.emit("open"),
      isConnected: () => true,
      writeLine: (line: string, done?: () => void) => {
        write(line);
        done?.();
      },
      setEncoding: () => true,
      disposeSocket: () => {},
      close: () => {},
    });
  };
}
