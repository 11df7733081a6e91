/**
 * Takes in what people say: PRIVMSG and the answers in NOTICEs. Messages are handed to the desk in the order of their arrival
 * without waiting for its answers, so that many share a commit; beyond the limit of those not yet committed, reading pauses.
 */
import { LRUCache } from "lru-cache";
import type { AdapterContext } from "../../src/adapter.ts";
import type { FormattedText, Inbound, Verdict } from "../../src/core/model.ts";
import type { Attachment } from "./attachment.ts";
import { BREAKS, type IrcMessage, type OutgoingLine } from "./line.ts";
import { readCodes } from "./looks.ts";
import { type Ctcp, ctcp, ctcpOf, offeredFile } from "./message-text.ts";
import type { People } from "./nicks.ts";
import type { Versions } from "./versions.ts";

export interface ReceptionOptions {
  readonly context: AdapterContext;
  readonly attachment: Attachment;
  readonly people: People;
  readonly versions: Versions;
  /** Messages not yet committed at which reading pauses. */
  readonly inbound: number;
  /** People of whom it is remembered when a CTCP of theirs was answered. */
  readonly remembered: number;
  chat(line: OutgoingLine): boolean;
  pause(): void;
  resume(): void;
  isStopped(): boolean;
  /** Whoever writes can be reached. */
  heard(id: string): void;
}

interface Said {
  readonly nick: string;
  readonly desk: string;
}

/** Messages older than that were kept back by something on the way, and bear their own time. */
const DELAYED_MS = 10_000;
/** One answer by each name of the desk to a person's CTCPs of a kind in that time: an answer to every one would make the desk a tool of whoever floods. */
const CTCP_MS = 2_000;
const LOST = "The desk could not take your message just now. Please send it again in a minute.";
const NO_FILES = "This address takes no files and no direct connections (DCC). Please write what you wanted to send.";
const CTCP_ANSWERS: Readonly<Partial<Record<string, string>>> = {
  VERSION: ctcp("VERSION", "Frontdesk"),
  DCC: NO_FILES,
};

export class Reception {
  readonly #options: ReceptionOptions;
  /** When who was last answered: by command, person and name of the desk. */
  readonly #answered: LRUCache<string, number>;
  #underWay = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#answered = new LRUCache({ max: options.remembered });
  }

  get isFull(): boolean {
    return this.#underWay >= this.#options.inbound;
  }

  privmsg(message: IrcMessage): void {
    const said = this.#said(message);
    const text = message.params[1];
    if (said === null || text === undefined) {
      return;
    }
    const request = ctcpOf(text);
    if (request === null) {
      this.#take(said, readCodes(text), message);
    } else if (request.command === "ACTION") {
      // Without the nick, which is an address: the other side knows its author by another name.
      this.#take(said, readCodes(request.rest, "* "), message);
    } else {
      this.#answerCtcp(said, request, message);
    }
  }

  /** RFC 2812 §3.3.2: a NOTICE is never answered, so it is no message to the desk; but answers to questions come in one. */
  notice(message: IrcMessage): void {
    const said = this.#said(message);
    const text = message.params[1];
    if (said === null || text === undefined) {
      return;
    }
    const { context, people, versions } = this.#options;
    const answer = ctcpOf(text);
    if (answer?.command === "VERSION") {
      versions.answered(said.nick, people.id(said.nick), answer.rest);
    } else {
      context.count("irc.ignored", answer === null ? "notice" : "CTCP answer", said.nick);
    }
  }

  /** Events that are nobody's message: presence, software. */
  report(inbound: Inbound): void {
    const { context, isStopped } = this.#options;
    if (isStopped()) {
      return;
    }
    context.receive(inbound).catch((error: unknown) => {
      if (!isStopped()) {
        context.log.warn("irc.report.failed", { network: context.network, kind: inbound.kind, error: String(error) });
      }
    });
  }

  #said(message: IrcMessage): Said | null {
    const { attachment, context } = this.#options;
    const nick = attachment.senderOf(message);
    if (nick === null || attachment.isOwn(nick)) {
      return null;
    }
    const desk = attachment.deskOf(message.params[0] ?? "");
    if (desk === null) {
      context.count("irc.ignored", "channel or unknown target", nick);
      return null;
    }
    return { nick, desk };
  }

  #take(said: Said, words: FormattedText, message: IrcMessage): void {
    const { context, people, versions, heard } = this.#options;
    if (words.text.trim() === "") {
      context.count("irc.ignored", "empty", said.nick);
      return;
    }
    const id = people.id(said.nick);
    heard(id);
    versions.notice(said.nick, id, said.desk);
    const inbound: Inbound = {
      kind: "message",
      redelivery: null,
      from: { network: context.network, id },
      device: null,
      to: said.desk,
      id: null,
      ...words,
      text: words.text.toWellFormed(),
      choice: null,
      replyTo: null,
      sentAt: this.#sentAt(message.tags.time),
      language: null,
      nick: said.nick,
    };
    // The call is made here and now: whoever waited for the message before would wait for its commit.
    if (!this.#options.isStopped()) {
      this.#begin(this.#hand(said, inbound));
    }
  }

  #sentAt(tag: string | undefined): number | null {
    if (tag === undefined) return null;
    const at = Date.parse(tag);
    return this.#options.context.clock.now() - at > DELAYED_MS ? at : null;
  }

  /** Counts what is under way; what could not be answered must not end the daemon. */
  #begin(work: Promise<void>): void {
    const { context, isStopped, pause, resume } = this.#options;
    this.#underWay += 1;
    if (this.isFull) {
      pause();
    }
    const done = work.catch((error: unknown) => {
      if (!isStopped()) {
        context.log.warn("irc.answer.failed", { network: context.network, error: String(error) });
      }
    });
    void done.then(() => {
      const wasFull = this.isFull;
      this.#underWay -= 1;
      if (wasFull && !this.isFull) {
        resume();
      }
    });
  }

  async #hand(said: Said, inbound: Inbound): Promise<void> {
    const { context, attachment, isStopped } = this.#options;
    let verdict: Verdict;
    try {
      verdict = await context.receive(inbound);
    } catch (error) {
      if (!isStopped()) {
        context.log.warn("irc.message.not-taken", { network: context.network, error: String(error) });
        await this.#answer(said, LOST);
      }
      return;
    }
    if (verdict.kind === "refused" && !isStopped() && !attachment.refuse(said.nick, said.desk, verdict)) {
      await this.#answer(said, `${verdict.text} (${verdict.reason})`);
    }
  }

  /** In a NOTICE, which no software answers. */
  async #answer(said: Said, text: string): Promise<void> {
    const { context, attachment, chat, people } = this.#options;
    const viewer = { network: context.network, id: people.id(said.nick) };
    const source = await attachment.source(said.desk, viewer);
    if (!chat({ source, command: "NOTICE", params: [said.nick], trailing: cut(text, attachment.maxTextBytes) })) {
      context.count("irc.answer.left-out", "too many answers wait", said.nick);
    }
  }

  #answerCtcp(said: Said, { command, rest }: Ctcp, message: IrcMessage): void {
    const { context, people } = this.#options;
    const answer = CTCP_ANSWERS[command];
    context.count("irc.ctcp", answer === undefined ? "other" : command, said.nick);
    const asked = `${command} ${people.id(said.nick)} ${said.desk}`;
    const now = context.clock.now();
    if (answer !== undefined && now - (this.#answered.get(asked) ?? Number.NEGATIVE_INFINITY) >= CTCP_MS) {
      this.#answered.set(asked, now);
      this.#begin(this.#answer(said, answer));
    }
    const file = command === "DCC" ? offeredFile(rest) : null;
    if (file !== null) {
      // Whoever they talk with is to know what did not come: a message as any other, so the limits of messages count for it.
      this.#take(said, { text: `[file "${file}"]` }, message);
    }
  }
}

/** A sentence of the desk's own, which may be longer than the line. */
function cut(text: string, bytes: number): string {
  const oneLine = text.split(BREAKS).join(" ");
  return Buffer.byteLength(oneLine) <= bytes ? oneLine : oneLine.slice(0, Math.floor(bytes / 3));
}
