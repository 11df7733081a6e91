/** A person with an IRC client, for the conformance suite: what their client shows, in the words of the model. */
import { CONDITIONS, type PresenceState } from "../../src/core/model.ts";
import type { IrcClient, IrcLine } from "../support/irc-client.ts";
import { Arrivals, until } from "../support/wait.ts";
import type { FarEvent, FarPerson } from "./far-end.ts";

/** What a line of the protocol cannot carry, or what a client would not take for text. */
const NOT_TEXT: readonly string[] = ["\r", "\n", "\u0000", "\u0001"];
/** Resets formatting; clients write it nowhere and show nothing for it. */
const RESET = "\u000f";
/** Bold, monospace, italics, strike-through, underline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are written in control characters.
const CODES = /[\u0002\u0011\u001d-\u001f]/gu;
/** The desk answers one offer of a file in two seconds; a person does not make more. */
const ANSWERED_AGAIN_MS = 2_100;
/** How long a person tries again to write to a nick that is not there. */
const PERSISTENCE_MS = 20_000;

/** How the desk's names are written as nicks on this network. */
export interface DeskNames {
  nickOf(desk: string): string;
  /** Null when that nick is not the desk's. */
  deskOf(nick: string): string | null;
}

export class IrcFarPerson implements FarPerson {
  readonly address;
  readonly software = { name: "Testament", version: "4.2" };
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly client: IrcClient;
  readonly #names: DeskNames;
  /** Since when lines of the client are this person's: what came before belongs to nobody. */
  readonly #first: number;
  #offersAgain = 0;

  constructor(network: string, client: IrcClient, names: DeskNames) {
    this.address = { network, id: client.nick.toLowerCase() };
    this.client = client;
    this.#names = names;
    this.#first = client.lines.all.length;
    let index = 0;
    client.lines.listen((line) => {
      index += 1;
      if (index > this.#first) this.#take(line);
    });
  }

  /** As a person does, it is tried again while the network says that nobody has that nick. */
  async say(to: string, text: string): Promise<null> {
    if (NOT_TEXT.some((character) => text.includes(character))) {
      throw new Error("IRC cannot carry this as text.");
    }
    return this.#write(to, text);
  }

  async #write(to: string, text: string): Promise<null> {
    const end = performance.now() + PERSISTENCE_MS;
    do {
      await this.client.online();
      // ngIRCd takes spaces off the end of a line, so this client ends it in something else.
      this.client.write(`PRIVMSG ${this.#names.nickOf(to)} :${text}${text.endsWith(" ") ? RESET : ""}`);
      const seen = this.client.lines.all.length;
      await this.client.fence();
      const isRefused = ({ command }: IrcLine) => command === "401";
      if (!this.client.lines.all.slice(seen).some(isRefused)) return null;
      await until("the desk to be on IRC", () => this.#sees(to), PERSISTENCE_MS).catch(() => undefined);
    } while (performance.now() < end);
    return null;
  }

  /** Bold as clients write it for `*so*`. */
  format(to: string, text: string): Promise<null> {
    return this.say(to, text.replace(/\*([^*]+)\*/gu, "\u0002$1\u0002"));
  }

  /** DCC SEND: the address is the client's own, as a number (127.0.0.1), and the size is of no matter. */
  async offerFile(to: string): Promise<void> {
    await until("the desk to answer offers again", () => performance.now() >= this.#offersAgain);
    this.#offersAgain = performance.now() + ANSWERED_AGAIN_MS;
    await this.#write(to, "\u0001DCC SEND photo.png 2130706433 4000 69\u0001");
  }

  async presence(state: PresenceState): Promise<void> {
    if (state !== "away" && state !== "available") {
      throw new Error(`IRC has no word for ${state}.`);
    }
    this.client.write(state === "away" ? "AWAY :out for lunch" : "AWAY");
    await this.client.fence();
  }

  choose = unknown;
  edit = unknown;
  retract = unknown;
  react = unknown;
  typing = unknown;
  receipt = unknown;
  subscribe = unknown;

  async #sees(to: string): Promise<boolean> {
    this.client.write(`ISON ${this.#names.nickOf(to)}`);
    const { params } = await this.client.next("303");
    return (params.at(-1) ?? "").trim() !== "";
  }

  #take({ nick, command, params }: IrcLine): void {
    const from = this.#names.deskOf(nick);
    const text = params[1] ?? "";
    if (from === null) {
      return;
    }
    if (command === "PRIVMSG" && text === "\u0001VERSION\u0001") {
      this.client.write(`NOTICE ${nick} :\u0001VERSION Testament 4.2\u0001`);
    } else if (command === "PRIVMSG") {
      const coded = text.replaceAll(RESET, "");
      const shown = coded.replace(CODES, "");
      const formatted = shown === coded ? null : coded;
      const bare = { id: null, nick: null, choices: [], replyTo: null };
      this.received.push({ kind: "message", from, text: shown, formatted, ...bare });
    } else if (command === "NOTICE") {
      const named = /\(([a-z-]+)\)$/u.exec(text)?.[1];
      const reason = CONDITIONS.find((condition) => condition === named) ?? "undefined-condition";
      this.received.push({ kind: "refusal", from, of: null, reason, text });
    }
  }
}

async function unknown(): Promise<never> {
  throw new Error("IRC has no word for that.");
}
