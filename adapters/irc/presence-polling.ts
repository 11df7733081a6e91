/**
 * Presence on a network of strangers: MONITOR (IRCv3) where the server has it, ISON (RFC 2812 §4.9) where not, and USERHOST
 * (§4.8) for who is away. An empty answer to ISON is an answer: nobody is there.
 */
import type { Port } from "./attachment.ts";
import { type IrcMessage, inLines } from "./line.ts";
import { isNick } from "./nicks.ts";
import type { Watching } from "./watching.ts";

/** Bytes of nicks in one line, and nicks one USERHOST takes. */
const NICK_BYTES = 400;
const USERHOST_NICKS = 5;
const MANY = 1_000;

export class PresencePolling {
  readonly #port: Port;
  readonly #watching: Watching;
  readonly #everyMs: number;
  /** What MONITOR watches, by folded nick. */
  readonly #monitored = new Set<string>();
  #monitorLimit = 0;
  #isOnline = false;
  #added: string[] = [];
  /** Questions in the order asked; answers come in the same. */
  #isonAsked: (readonly string[])[] = [];
  #userhostAsked: (readonly string[])[] = [];
  #cancelPoll: (() => void) | null = null;

  constructor(port: Port, watching: Watching, everyMs: number) {
    this.#port = port;
    this.#watching = watching;
    this.#everyMs = everyMs;
  }

  readonly commands: Readonly<Record<string, (message: IrcMessage) => void>> = {
    "303": (message) => this.#ison(message),
    "302": (message) => this.#userhost(message),
    "730": (message) => this.#monitor(message, true),
    "731": (message) => this.#monitor(message, false),
    // The list is full: the rest is asked for by ISON.
    "734": (message) => {
      this.#monitorLimit = Math.min(this.#monitorLimit, this.#monitored.size);
      for (const nick of (message.params[2] ?? "").split(",")) {
        this.#monitored.delete(this.#port.people.fold(nick));
      }
    },
    AWAY: (message) => {
      const text = message.params[0] ?? "";
      this.#port.presence(message.nick, text === "" ? "available" : "away", text === "" ? null : text);
    },
  };

  /** After login. */
  online(monitorLimit: number): void {
    this.#isOnline = true;
    this.#monitorLimit = monitorLimit;
    this.#watching.refold();
    this.#added = [...this.#watching.ids()];
    this.#ask();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelPoll?.();
    this.#cancelPoll = null;
    this.#monitored.clear();
    this.#isonAsked = [];
    this.#userhostAsked = [];
    this.#watching.forgetStates();
  }

  /** Somebody is watched from now on, or asked for again. */
  added(id: string): void {
    if (this.#added.length === 0) {
      // Those who are added in one turn of the event loop are asked for together.
      process.nextTick(() => this.#ask());
    }
    this.#added.push(id);
  }

  #ask(): void {
    const added = [...new Set(this.#added)];
    this.#added = [];
    if (!this.#isOnline) {
      return;
    }
    const { people } = this.#port;
    const fresh = added.filter((id) => !this.#monitored.has(people.fold(id)));
    const room = Math.max(0, this.#monitorLimit - this.#monitored.size);
    const monitored = fresh.slice(0, room);
    for (const nicks of inLines(monitored, NICK_BYTES, MANY)) {
      if (this.#port.chat({ command: "MONITOR", params: ["+", nicks.join(",")] })) {
        for (const nick of nicks) {
          this.#monitored.add(people.fold(nick));
        }
      }
    }
    // Who is monitored already is asked for by name, since MONITOR tells of changes alone.
    this.#askIson(added.filter((id) => !monitored.includes(id)));
    this.#arm();
  }

  #poll(): void {
    // A link that is busy with messages is not asked once more before the last questions have left.
    if (!this.#port.isChatting()) {
      const { people } = this.#port;
      const ids = this.#watching.ids();
      this.#askIson(ids.filter((id) => !this.#monitored.has(people.fold(id))));
      this.#askUserhost(ids.filter((id) => ["available", "away"].includes(this.#watching.stateOf(id) ?? "")));
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#isOnline && this.#watching.ids().length > 0) {
      this.#cancelPoll ??= this.#port.context.clock.after(this.#everyMs, () => {
        this.#cancelPoll = null;
        this.#poll();
      });
    }
  }

  #askIson(ids: readonly string[]): void {
    for (const nicks of inLines(ids, NICK_BYTES, MANY)) {
      if (this.#port.chat({ command: "ISON", trailing: nicks.join(" ") })) {
        this.#isonAsked.push(nicks);
      }
    }
  }

  #askUserhost(ids: readonly string[]): void {
    for (const nicks of inLines(ids, NICK_BYTES, USERHOST_NICKS)) {
      if (this.#port.chat({ command: "USERHOST", params: nicks })) {
        this.#userhostAsked.push(nicks);
      }
    }
  }

  #ison(message: IrcMessage): void {
    const asked = this.#isonAsked.shift() ?? [];
    const present = new Set(words(message).map((nick) => this.#port.people.fold(nick)));
    const here = asked.filter((id) => present.has(this.#port.people.fold(id)));
    for (const id of asked.filter((one) => !here.includes(one))) {
      this.#gone(id);
    }
    // Whether they are away is told by the answer to that.
    this.#askUserhost(here);
  }

  #userhost(message: IrcMessage): void {
    const asked = this.#userhostAsked.shift() ?? [];
    const states = new Map<string, boolean>();
    for (const word of words(message)) {
      const [, nick = "", here] = /^([^=*]+)\*?=([+-])/u.exec(word) ?? [];
      states.set(this.#port.people.fold(nick), here === "+");
    }
    for (const id of asked) {
      const here = states.get(this.#port.people.fold(id));
      if (here === undefined) {
        this.#gone(id);
      } else {
        this.#port.appeared(id);
        this.#port.presence(id, here ? "available" : "away", null);
      }
    }
  }

  #monitor(message: IrcMessage, isOnline: boolean): void {
    const targets = (message.params[1] ?? "").split(",").map((target) => target.split("!")[0] ?? "");
    const nicks = targets.filter(isNick);
    if (isOnline) {
      this.#askUserhost(nicks);
      return;
    }
    for (const nick of nicks) {
      this.#gone(nick);
    }
  }

  #gone(nick: string): void {
    this.#port.presence(nick, "offline", null);
    this.#port.vanished(nick);
  }
}

function words(message: IrcMessage): readonly string[] {
  return (message.params.at(-1) ?? "").split(/\s+/u).filter((word) => word !== "");
}
