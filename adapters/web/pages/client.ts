/**
 * An IM client for the web network: contacts, threads, what was read, what waits to be sent. It keeps everything over a
 * reload in the tab's session storage, shows nothing itself, and knows nothing of what the desk is for.
 */
import { typed } from "../../../src/core/styling-writer.ts";
import { type ClientOptions, NO_TRANSPORT } from "./client-options.ts";
import { Composing, TypingStates } from "./composing.ts";
import { factsOf, UNKNOWN_FACTS } from "./desk-facts.ts";
import { freshId } from "./ids.ts";
import { Link, type LinkState } from "./link.ts";
import { Openings } from "./openings.ts";
import {
  type Contact,
  type NumberedFrame,
  PROTOCOL_VERSION,
  type ServerFrame,
  type ServerFrameOf,
} from "./protocol.ts";
import { load, save } from "./saved.ts";
import type { Thread } from "./thread.ts";
import * as threads from "./thread.ts";
import { Uploads } from "./uploads.ts";

const SAVE_DELAY_MS = 250;
const READS_PER_FRAME = 100;

export class ChatClient {
  readonly #options: ClientOptions;
  readonly #link: Link;
  #self: string | null = null;
  #desk: string | null;
  #contacts: readonly Contact[] = [];
  #facts = UNKNOWN_FACTS;
  readonly uploads: Uploads<File>;
  readonly #threads = new Map<string, Thread>();
  readonly #drafts = new Map<string, string>();
  /** What to put back when the desk refuses what the page has shown already, by the frame's id. */
  readonly #undo = new Map<string, { readonly desk: string; readonly thread: (thread: Thread) => Thread }>();
  /** The desk's last refusal of something that is no line, by desk name. */
  readonly #remarks = new Map<string, string>();
  readonly #typing = new TypingStates((desk, typing) => this.#change(desk, (thread) => ({ ...thread, typing })));
  readonly #openings = new Openings();
  readonly #composing: Composing;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#desk = options.desk;
    const saved = load(options.memory);
    this.#self = saved.self;
    for (const thread of saved.threads) {
      this.#threads.set(thread.desk, thread);
    }
    for (const [desk, draft] of Object.entries(saved.drafts)) {
      this.#drafts.set(desk, draft);
    }
    this.uploads = new Uploads({
      transport: options.transport ?? NO_TRANSPORT,
      mostBytes: () => this.#facts.fileBytes,
      onChange: () => this.#options.onChange(),
      onTaken: (desk, { id: upload, words, file }) => void this.#sayLine(desk, words, null, { file, upload }),
    });
    this.#composing = new Composing((frame) => this.#link.send(frame));
    this.#link = new Link({
      connect: options.connect,
      ...(options.mayConnect === undefined ? {} : { mayConnect: options.mayConnect }),
      pending: saved.pending,
      hello: () => ({
        kind: "hello",
        version: PROTOCOL_VERSION,
        desk: options.desk,
        token: options.token?.get() ?? null,
        language: options.language,
        self: options.self ?? null,
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
    return this.#facts.textBytes;
  }
  /** Whether the desk takes files from here, and of which media types. */
  get takesFiles(): boolean {
    return this.#facts.fileBytes > 0 && this.#options.transport !== undefined;
  }
  get fileTypes(): readonly string[] {
    return this.#facts.fileTypes;
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

  /** Why the desk refused what was last asked of it there, or null. Lines carry their refusal themselves. */
  remark(desk: string): string | null {
    return this.#remarks.get(desk) ?? null;
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
    this.#openings.open(desk);
    this.#openIfNew(desk);
  }

  /** The person comes by an invitation: what was said elsewhere is shown once the desk has taken it. */
  follow(desk: string, token: string): void {
    const id = freshId();
    this.#openings.forget(desk);
    this.#undo.set(id, { desk, thread: (thread) => thread });
    this.#change(desk, () => threads.emptyThread(desk));
    this.#link.send({ kind: "continue", id, desk, token });
    this.save();
  }

  /** Writes a line; `choice` is the value of a pressed button. False when too much is waiting to be sent. */
  say(desk: string, text: string, choice: string | null = null): boolean {
    const said = this.#sayLine(desk, text, choice);
    if (said) {
      this.#composing.end();
    }
    return said;
  }

  sendFiles(desk: string, files: readonly File[]): void {
    this.uploads.add(desk, files);
  }

  /** Sends a refused line once more, under a new id. */
  retry(desk: string, id: string): void {
    const line = this.thread(desk).lines.find((one) => one.id === id);
    if (line?.state === "refused" && this.#sayLine(desk, typed(line), null, line)) {
      this.#change(desk, (thread) => threads.without(thread, id));
    }
  }

  edit(desk: string, of: string, text: string): void {
    this.#changeLine({ kind: "edit", id: freshId(), desk, of, text }, (thread) =>
      threads.withOwnEdit(thread, of, text),
    );
  }
  retract(desk: string, of: string): void {
    this.#changeLine({ kind: "retract", id: freshId(), desk, of }, (thread) => threads.withRetraction(thread, of));
  }

  /** The person ends the chat. */
  end(desk: string): void {
    this.#openings.forget(desk);
    const id = freshId();
    this.#link.send({ kind: "end", id, desk });
    this.#undo.set(id, { desk, thread: (thread) => ({ ...thread, ended: false }) });
    this.#change(desk, (thread) => ({ ...thread, ended: true }));
    this.save();
  }
  /** Begins anew after the end. */
  restart(desk: string): void {
    this.#change(desk, () => threads.emptyThread(desk));
    this.#sendOpen(desk);
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
    this.#composing.pressed(desk, text);
  }

  /** Writes everything that a reload needs; called by itself after every change, and by the page when it is left. */
  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    save(this.#options.memory, {
      self: this.#self,
      threads: [...this.#threads.values()],
      pending: this.#link.pending,
      drafts: Object.fromEntries(this.#drafts),
    });
  }

  /** The words of a file are the desk's; said is its upload alone. */
  #sayLine(desk: string, text: string, choice: string | null, own?: threads.OwnFile): boolean {
    const [id, file] = [freshId(), own?.upload ?? null];
    if (!this.#link.send({ kind: "line", id, desk, text: file === null ? text : "", choice, file })) {
      return false;
    }
    this.#openings.forget(desk);
    this.#remarks.delete(desk);
    const [at, shown] = [Date.now() + this.#facts.ahead, file === null ? undefined : own];
    this.#change(desk, (thread) => threads.withOwnLine(thread, id, text, at, shown));
    this.save();
    return true;
  }

  /** Shows a change of an own line at once, and takes it back when the desk refuses it. */
  #changeLine(frame: Extract<NumberedFrame, { of: string }>, change: (thread: Thread) => Thread): void {
    const { desk, id, of } = frame;
    const before = this.thread(desk).lines.find((line) => line.id === of);
    if (before !== undefined && this.#link.send(frame)) {
      this.#undo.set(id, { desk, thread: (thread) => threads.withLineAsBefore(thread, before) });
      this.#change(desk, change);
    }
  }

  #received(frame: ServerFrame): void {
    switch (frame.kind) {
      case "welcome":
        this.#welcome(frame);
        return;
      case "history":
        if (this.#openings.told(frame.desk)) {
          this.#change(frame.desk, (thread) => threads.withHistory(thread, frame.lines));
        }
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
        this.#change(frame.desk, (thread) => threads.withEditTold(thread, frame));
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
        this.#typing.heard(frame.desk, frame.state === "composing");
        return;
      case "presence":
        this.#presence(frame);
        return;
      case "contacts":
        this.#contacts = frame.contacts;
        this.#forgetClosed();
        this.#changed();
        return;
      case "ack":
        this.#undo.delete(frame.id);
        this.#answered(frame.id, "received", null);
        return;
      case "refused":
        this.#refused(frame);
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
      this.uploads.forget();
    }
    this.#self = frame.self;
    this.#desk = frame.desk;
    this.#contacts = frame.contacts;
    this.#facts = factsOf(frame);
    this.#openings.welcomed(this.#link.pending);
    if (frame.token !== null) {
      this.#options.token?.set(frame.token);
    }
    this.#changed();
  }

  #forgetClosed(): void {
    const over = [...this.#threads.values()].filter(({ desk }) => !this.#contacts.some((one) => one.desk === desk));
    threads.surplus(over).forEach(({ desk }) => void this.#threads.delete(desk));
  }

  #openIfNew(desk: string): void {
    if (!this.#openings.take(desk)) {
      return;
    }
    const { lines, ended } = this.thread(desk);
    const opened = this.#link.pending.some(
      ({ kind, desk: of }) => (kind === "open" || kind === "continue") && of === desk,
    );
    if (lines.length === 0 && !ended && !opened) {
      this.#sendOpen(desk);
    }
  }

  #sendOpen(desk: string): void {
    const id = freshId();
    this.#remarks.delete(desk);
    // Nothing to put back, but the refusal belongs to this conversation.
    this.#undo.set(id, { desk, thread: (thread) => thread });
    this.#link.send({ kind: "open", id, desk });
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

  #refused({ id, text }: ServerFrameOf<"refused">): void {
    const undo = this.#undo.get(id);
    if (undo !== undefined) {
      this.#undo.delete(id);
      this.#remarks.set(undo.desk, text);
      this.#change(undo.desk, undo.thread);
    }
    this.#answered(id, "refused", text);
  }

  #got(key: string | null): void {
    if (key !== null) {
      this.#link.send({ kind: "got", key });
    }
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
}
