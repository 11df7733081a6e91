/**
 * An IM client for the web network: contacts, threads, what was read, what waits to be sent. It keeps everything over a
 * reload in the tab's session storage, shows nothing itself, and knows nothing of what the desk is for.
 */
import { Link, type LinkState, type Socket } from "./link.ts";
import {
  type Contact,
  type NumberedFrame,
  PROTOCOL_VERSION,
  type ServerFrame,
  type ServerFrameOf,
} from "./protocol.ts";
import type { Thread } from "./thread.ts";
import * as threads from "./thread.ts";

export interface ClientOptions {
  readonly connect: () => Socket;
  readonly mayConnect?: () => Promise<boolean>;
  /** The handle this page is for, or null for the server's choice (and for CSRs). */
  readonly desk: string | null;
  readonly language: string | null;
  /** Called after every change of what a person can see. */
  readonly onChange: () => void;
  /** The tab's memory, or null where the browser has none for us. */
  readonly memory: Memory | null;
  /** The visitor's token when there is no cookie: kept by the browser, given to every hello. */
  readonly token?: { get(): string | null; set(token: string): void };
}

/** What is kept over a reload, as text. */
export interface Memory {
  load(): string | null;
  save(text: string): void;
}

interface Saved {
  readonly self: string | null;
  readonly threads: readonly Thread[];
  readonly pending: readonly NumberedFrame[];
  readonly drafts: Readonly<Record<string, string>>;
}

const SAVED_THREADS = 40;
const SAVED_LINES = 200;
const SAVE_DELAY_MS = 250;
const READS_PER_FRAME = 100;
/** A typing state that is not repeated or ended is believed for so long. */
const TYPING_MS = 20_000;
/** "composing" is said again after this time at the earliest, "paused" after so long without a key. */
const COMPOSING_EVERY_MS = 4_000;
const PAUSED_AFTER_MS = 6_000;

export class ChatClient {
  readonly #options: ClientOptions;
  readonly #link: Link;
  #self: string | null = null;
  #desk: string | null;
  #contacts: readonly Contact[] = [];
  #textBytes = 16_384;
  readonly #threads = new Map<string, Thread>();
  readonly #drafts = new Map<string, string>();
  readonly #typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Handles whose chat the person has opened, waiting to know whether a conversation is running already. */
  readonly #opening = new Set<string>();
  readonly #historyKnown = new Set<string>();
  #composing: { readonly desk: string; readonly at: number } | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#desk = options.desk;
    const saved = this.#load();
    this.#link = new Link({
      connect: options.connect,
      ...(options.mayConnect === undefined ? {} : { mayConnect: options.mayConnect }),
      pending: saved?.pending ?? [],
      hello: () => ({
        kind: "hello",
        version: PROTOCOL_VERSION,
        desk: options.desk,
        token: options.token?.get() ?? null,
        language: options.language,
      }),
      onFrame: (frame) => this.#received(frame),
      onState: () => this.#changed(),
    });
  }

  get state(): LinkState {
    return this.#link.state;
  }
  get self(): string | null {
    return this.#self;
  }
  /** The handle this page is for (visitors), the desk contact (CSRs); null until the first welcome. */
  get desk(): string | null {
    return this.#desk;
  }
  get contacts(): readonly Contact[] {
    return this.#contacts;
  }
  get textBytes(): number {
    return this.#textBytes;
  }
  get threads(): ReadonlyMap<string, Thread> {
    return this.#threads;
  }
  thread(desk: string): Thread {
    return this.#threads.get(desk) ?? threads.emptyThread(desk);
  }
  draft(desk: string): string {
    return this.#drafts.get(desk) ?? "";
  }

  /** Connects, or tries again at once. */
  wake(): void {
    this.#link.wake();
  }
  /** The browser says that there is no network: better to know it now than after a minute of silence. */
  suspect(): void {
    this.#link.suspect();
  }
  stop(): void {
    this.#link.stop();
    this.save();
  }

  /** The person has opened the chat: the desk is told, unless a conversation is running. */
  open(desk: string): void {
    this.#opening.add(desk);
    this.#openIfNew(desk);
  }

  /** Writes a line; `choice` is the value of a pressed button. False when too much is waiting to be sent. */
  say(desk: string, text: string, choice: string | null = null): boolean {
    const id = freshId();
    if (!this.#link.send({ kind: "line", id, desk, text, choice })) {
      return false;
    }
    this.#opening.delete(desk);
    this.#change(desk, (thread) => threads.withOwnLine(thread, id, text, Date.now()));
    this.#stopComposing();
    this.save();
    return true;
  }

  /** Sends a refused line once more, under a new id. */
  retry(desk: string, id: string): void {
    const line = this.thread(desk).lines.find((one) => one.id === id);
    if (line?.state === "refused") {
      this.#change(desk, (thread) => threads.without(thread, id));
      this.say(desk, line.text);
    }
  }

  edit(desk: string, of: string, text: string): void {
    if (this.#link.send({ kind: "edit", id: freshId(), desk, of, text })) {
      this.#change(desk, (thread) => threads.withEdit(thread, of, text));
    }
  }
  retract(desk: string, of: string): void {
    if (this.#link.send({ kind: "retract", id: freshId(), desk, of })) {
      this.#change(desk, (thread) => threads.withRetraction(thread, of));
    }
  }

  /** The person ends the chat. */
  end(desk: string): void {
    this.#opening.delete(desk);
    this.#link.send({ kind: "end", id: freshId(), desk });
    this.#change(desk, (thread) => ({ ...thread, ended: true }));
    this.save();
  }
  /** Begins anew after the end. */
  restart(desk: string): void {
    this.#change(desk, () => threads.emptyThread(desk));
    this.#link.send({ kind: "open", id: freshId(), desk });
    this.save();
  }
  /** Takes a thread off the page that the desk does not list any more. */
  dismiss(desk: string): void {
    this.#threads.delete(desk);
    this.#drafts.delete(desk);
    this.#changed();
  }

  /** Everything of that thread is in front of the person's eyes. */
  markRead(desk: string): void {
    const before = this.thread(desk);
    const thread = threads.withAllRead(before);
    if (thread === before) {
      return;
    }
    const keys = threads.unread(before).flatMap(({ id, notice }) => (notice ? [] : [id]));
    for (let at = 0; at < keys.length; at += READS_PER_FRAME) {
      this.#link.send({ kind: "read", id: freshId(), desk, of: keys.slice(at, at + READS_PER_FRAME) });
    }
    this.#change(desk, () => thread);
  }

  /** A key was pressed in the composer; `text` is what stands there now. */
  compose(desk: string, text: string): void {
    this.#drafts.set(desk, text);
    this.#changed();
    clearTimeout(this.#pause);
    if (text.trim() === "") {
      this.#stopComposing();
      return;
    }
    const now = performance.now();
    if (this.#composing?.desk !== desk || now - this.#composing.at > COMPOSING_EVERY_MS) {
      this.#stopComposing();
      this.#composing = { desk, at: now };
      this.#link.send({ kind: "typing", desk, state: "composing" });
    }
    this.#pause = setTimeout(() => this.#stopComposing("paused"), PAUSED_AFTER_MS);
  }

  /** Writes everything that a reload needs; called by itself after every change, and by the page when it is left. */
  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const kept = [...this.#threads.values()].slice(-SAVED_THREADS);
    const saved: Saved = {
      self: this.#self,
      threads: kept.map((thread) => ({ ...thread, typing: false, lines: thread.lines.slice(-SAVED_LINES) })),
      pending: this.#link.pending,
      drafts: Object.fromEntries(this.#drafts),
    };
    this.#options.memory?.save(JSON.stringify(saved));
  }

  #stopComposing(state: "active" | "paused" = "active"): void {
    clearTimeout(this.#pause);
    if (this.#composing !== null) {
      this.#link.send({ kind: "typing", desk: this.#composing.desk, state });
      this.#composing = null;
    }
  }

  #received(frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        this.#welcome(frame);
        return;
      case "history":
        this.#historyKnown.add(frame.desk);
        this.#change(frame.desk, (thread) => threads.withHistory(thread, frame.lines));
        this.#openIfNew(frame.desk);
        return;
      case "line":
        this.#change(frame.desk, (thread) => threads.withLine(thread, frame));
        this.#link.send({ kind: "got", key: frame.key });
        return;
      case "own":
        this.#change(frame.desk, (thread) => threads.withMirrored(thread, frame));
        return;
      case "edit":
        this.#change(frame.desk, (thread) => threads.withEdit(thread, frame.of, frame.text));
        this.#got(frame.key);
        return;
      case "retract":
        this.#change(frame.desk, (thread) => threads.withRetraction(thread, frame.of));
        this.#got(frame.key);
        return;
      case "receipt":
        this.#change(frame.desk, (thread) => threads.withState(thread, frame.of, frame.state));
        this.#got(frame.key);
        return;
      case "typing":
        this.#typing(frame);
        return;
      case "presence":
        this.#presence(frame);
        return;
      case "contacts":
        this.#contacts = frame.contacts;
        this.#changed();
        return;
      case "ack":
        this.#answered(frame.id, "received", null);
        return;
      case "refused":
        this.#answered(frame.id, "refused", frame.text);
        return;
      case "fault":
      case "pong":
        return;
    }
  }

  #welcome(frame: ServerFrameOf<"welcome">): void {
    if (this.#self !== null && this.#self !== frame.self) {
      // Somebody else sits here now: what is kept in the tab was not theirs.
      this.#threads.clear();
      this.#drafts.clear();
      this.#link.forget();
    }
    this.#self = frame.self;
    this.#desk = frame.desk;
    this.#contacts = frame.contacts;
    this.#textBytes = frame.textBytes;
    this.#historyKnown.clear();
    if (frame.token !== null) {
      this.#options.token?.set(frame.token);
    }
    this.#changed();
  }

  #openIfNew(desk: string): void {
    if (!this.#opening.has(desk) || !this.#historyKnown.has(desk)) {
      return;
    }
    this.#opening.delete(desk);
    const { lines, ended } = this.thread(desk);
    const opened = this.#link.pending.some((frame) => frame.kind === "open" && frame.desk === desk);
    if (lines.length === 0 && !ended && !opened) {
      this.#link.send({ kind: "open", id: freshId(), desk });
    }
  }

  /** An id is an own line's, or that of an edit or a receipt, which no line bears: then nothing changes. */
  #answered(id: string, state: "received" | "refused", refusal: string | null): void {
    for (const [desk, thread] of this.#threads) {
      if (thread.lines.some((line) => line.id === id)) {
        this.#change(desk, (before) => threads.withState(before, id, state, refusal));
      }
    }
    this.#saveSoon();
  }

  #got(key: string | null): void {
    if (key !== null) {
      this.#link.send({ kind: "got", key });
    }
  }

  #typing({ desk, state }: ServerFrameOf<"typing">): void {
    clearTimeout(this.#typingTimers.get(desk));
    this.#change(desk, (thread) => ({ ...thread, typing: state === "composing" }));
    const over = () => this.#change(desk, (thread) => ({ ...thread, typing: false }));
    this.#typingTimers.set(desk, setTimeout(over, TYPING_MS));
  }

  #presence({ desk, state, text }: ServerFrameOf<"presence">): void {
    this.#contacts = this.#contacts.map((contact) => (contact.desk === desk ? { ...contact, state, text } : contact));
    this.#changed();
  }

  #change(desk: string, change: (thread: Thread) => Thread): void {
    this.#threads.set(desk, change(this.thread(desk)));
    this.#changed();
  }

  #changed(): void {
    this.#saveSoon();
    this.#options.onChange();
  }

  #saveSoon(): void {
    this.#saving ??= setTimeout(() => this.save(), SAVE_DELAY_MS);
  }

  #load(): Saved | null {
    const text = this.#options.memory?.load() ?? null;
    if (text === null) {
      return null;
    }
    try {
      // Written by `save` alone, in this tab, by this version or an older one.
      const saved = JSON.parse(text) as Saved;
      this.#self = saved.self;
      for (const thread of saved.threads) {
        this.#threads.set(thread.desk, thread);
      }
      for (const [desk, draft] of Object.entries(saved.drafts)) {
        this.#drafts.set(desk, draft);
      }
      return saved;
    } catch {
      return null;
    }
  }
}

/** 128 random bits in base64url: no two pages make the same. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
