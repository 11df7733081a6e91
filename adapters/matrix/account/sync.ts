/**
 * Asks the homeserver for news, one answer after the other. The next question is what tells the homeserver that an answer was
 * taken, and it forgets keys and the like at once: so it is asked only after everything of the last answer was committed, the
 * place in the news last.
 */
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import type { Aside } from "../aside.ts";
import type { Answer } from "../homeserver.ts";
import type { Invitations } from "../invitations.ts";
import type { Connection } from "./connection.ts";
import type { Intake } from "./intake.ts";
import { decodeNews } from "./sync-response.ts";
import type { Unread } from "./unread.ts";

export interface SyncParts {
  readonly context: AdapterContext;
  readonly connection: Connection;
  readonly intake: Intake;
  readonly invitations: Invitations;
  readonly unread: Unread;
  readonly aside: Aside;
  readonly pollMs: number;
  readonly own: string;
  /** What the account shows of itself while it asks. */
  presence(): "online" | "unavailable" | "offline";
  /** Makes entries of the adapter's state durable, and with them all the account's keys as they are now. */
  commit(entries: ReadonlyMap<string, unknown>): Promise<void>;
  /** An answer was taken; what the homeserver is to be told because of it can be said. */
  taken(): void;
  /** No answer, or none that can be used. */
  lost(reason: string): void;
}

const STATE = "since";
/** How long the desk may recover before what it could not take is tried again. */
const AGAIN_MS = 1_000;
/** Events of a room told at once; the others are looked up. */
const TIMELINE_EVENTS = 50;
const FILTER = JSON.stringify({
  account_data: { types: [] },
  room: {
    account_data: { types: [] },
    ephemeral: { types: ["m.typing", "m.receipt"] },
    state: { types: ["m.room.encryption", "m.room.member"], lazy_load_members: true },
    timeline: { limit: TIMELINE_EVENTS },
  },
});

export class Sync {
  readonly #parts: SyncParts;
  #isRunning = false;
  #isStopped = false;
  #cancel: () => void = () => {};
  #resume: () => void = () => {};

  constructor(parts: SyncParts) {
    this.#parts = parts;
  }

  /** False when it ended, because the homeserver did not answer. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Asks on and on; does nothing when it already does. */
  begin(): void {
    if (!this.#isRunning && !this.#isStopped) {
      this.#isRunning = true;
      void this.#run();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
    this.#resume();
  }

  async #run(): Promise<void> {
    const { context, lost } = this.#parts;
    let reason: string | null = null;
    while (reason === null && !this.#isStopped) {
      try {
        reason = await this.#once();
      } catch (error) {
        if (!this.#isStopped) {
          context.log.warn("matrix.news.not-taken", { network: context.network, error });
          await this.#pause(AGAIN_MS);
        }
      }
    }
    this.#isRunning = false;
    if (reason !== null && !this.#isStopped) {
      lost(reason);
    }
  }

  /** Null when an answer was taken; the reason when there was none. Rejects when the desk did not take it: ask for it again. */
  async #once(): Promise<string | null> {
    const { context, intake, invitations, unread, aside, own } = this.#parts;
    const since = z.string().safeParse(await context.state.get(STATE)).data ?? null;
    const dueMs = [await invitations.accept(), await unread.dueMs(), await aside.retry()];
    const waits = dueMs.filter((waitMs) => waitMs !== null);
    const answer = await this.#ask(since, Math.min(this.#parts.pollMs, ...waits));
    if (answer.kind !== "ok") {
      return `The homeserver tells no news: ${answer.text}`;
    }
    const news = decodeNews(answer.body, own);
    if (news === null) {
      return "The homeserver's news are of no known shape.";
    }
    if (!this.#isStopped) {
      await intake.take(news, since);
      await this.#parts.commit(new Map([[STATE, news.next]]));
      this.#parts.taken();
    }
    return null;
  }

  /** `waitMs`: how long the homeserver may wait for news. The first answer is not waited for. */
  async #ask(since: string | null, waitMs: number): Promise<Answer> {
    const { connection, presence } = this.#parts;
    const timeout = since === null ? 0 : Math.ceil(waitMs);
    const query = { timeout: String(timeout), filter: FILTER, set_presence: presence() };
    const path = ["v3", "sync"];
    return await connection.poll({ method: "GET", path, query: since === null ? query : { ...query, since } });
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    this.#cancel = this.#parts.context.clock.after(delayMs, resolve);
    await promise;
  }
}
