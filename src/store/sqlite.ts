/**
 * The store on SQLite. A worker thread owns the database, so that the event loop never waits for a disk; this side only
 * turns rows into messages and back.
 */
import { Worker } from "node:worker_threads";
import type { Address } from "../core/model.ts";
import type { Fact, LineReference } from "../core/step.ts";
import type { Resealable, SealingKeys } from "../sealing.ts";
import { toAuditCells, toAuditRows } from "./audit-rows.ts";
import { toReference } from "./line-index.ts";
import { toRows } from "./sqlite-batch-rows.ts";
import { createLink, type Link } from "./sqlite-link.ts";
import { toSnapshot, toTimers } from "./sqlite-loading.ts";
import { createSeen } from "./sqlite-seen.ts";
import { toOutboxRows } from "./sqlite-sends.ts";
import * as wire from "./sqlite-wire.ts";
import {
  type Batch,
  type Erased,
  type Loaded,
  type OutboxRow,
  type Store,
  StoreFault,
  type TranscriptLine,
} from "./store.ts";
import { Succession } from "./succession.ts";

export interface SqliteOptions {
  /** The database file; its folder is made when missing. Beside it lie `-wal`, `-shm` and `.lock`. */
  readonly path: string;
  /** Largest size of the file in pages of 4 kB, if it is to have one. */
  readonly mostPages?: number;
  /** What is kept is sealed with these; nothing is when left out. */
  readonly keys?: SealingKeys;
  /** The store's thread has ended though nobody closed the store: nothing can be recorded any more. Called once at most. */
  readonly onLost?: (fault: StoreFault) => void;
  /** A store of an older version is being brought up to date, which takes a while when it is large. */
  readonly onUpgrade?: (upgrade: wire.Upgrade) => void;
}

/** The worker runs from source in the checkout (.ts) and compiled when packed (.js), like this file itself. */
const WORKER = new URL(`./sqlite-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** Room for what the thread makes and throws away: V8 would take 48 MB before it looks, and little of a batch outlives it. */
const YOUNG_MEGABYTES = 6;

/** Opens, locks and migrates. Rejects with StoreFault "disk": cannot open, another daemon has it, made by a newer Frontdesk, sealed with another key. */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { path, mostPages, keys, onLost = () => {}, onUpgrade = () => {} } = options;
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
  const worker = new Worker(WORKER, { workerData: { path, mostPages, keys }, resourceLimits });
  const { promise, resolve, reject } = Promise.withResolvers<Extract<wire.Hello, { epoch: string }>>();
  worker.once("error", (error) => reject(new StoreFault("disk", `The store's thread could not start: ${error}`)));
  const ended = (code: number): void =>
    reject(new StoreFault("disk", `The store's thread ended (${code}) before it was open.`));
  worker.once("exit", ended);
  const hear = (hello: wire.Hello): void => {
    if ("upgrade" in hello) onUpgrade(hello.upgrade);
    else if ("epoch" in hello) resolve(hello);
    else reject(new StoreFault(hello.fault, hello.message));
  };
  worker.on("message", hear);
  try {
    const hello = await promise;
    worker.removeAllListeners("error");
    worker.off("exit", ended);
    worker.off("message", hear);
    return createStore(createLink(worker, path, onLost), hello);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

export interface SqliteStore extends Store, Resealable {}

/** The store over whatever answers for an open database: its thread, or in a simulation the database itself. */
export function createStore(link: Link, { epoch, ...opened }: Extract<wire.Hello, { epoch: string }>): SqliteStore {
  /** Also of batches that are refused: a number that comes again is then taken for one that may be there. */
  let { lastLine } = opened;
  const { seen, recording, forgotten } = createSeen(link);
  /** The thread never hears of a batch that cannot be made into rows, so what stands on one is refused here. */
  const succession = new Succession();
  return {
    load: () => load(link, epoch),
    async commit(batch: Batch) {
      const rows = succession.follow(batch.place, () => encode(batch, epoch, lastLine));
      for (const { line } of batch.lines) if (line > lastLine) lastLine = line;
      recording(batch.inbox);
      await link.ask({ kind: "commit", rows });
    },
    seen,
    async reference(network, person, id): Promise<LineReference | null> {
      const cells = await link.ask({ kind: "reference", network, person, id });
      return cells.length === 0 ? null : toReference(wire.toLine(cells, 1), wire.number(cells[0]));
    },
    async transcript(conversation, limit) {
      return transcript(await link.ask({ kind: "transcript", conversation, limit }));
    },
    async facts(conversation) {
      return facts(await link.ask({ kind: "facts", conversation }));
    },
    async adapterState(network, key) {
      const [value] = await link.ask({ kind: "adapter-state", network, key });
      return value === undefined ? undefined : JSON.parse(String(value));
    },
    async adapterKeys(network, prefix) {
      return (await link.ask({ kind: "adapter-keys", network, prefix })).map(String);
    },
    async outbox(ids) {
      return toOutboxRows(await link.ask({ kind: "outbox", ids }), epoch);
    },
    async prune(before, inboxBefore = before) {
      const isMoreLeft = (await link.ask({ kind: "prune", before, inboxBefore }))[0] === 1;
      if (!isMoreLeft) forgotten(inboxBefore);
      return isMoreLeft;
    },
    async appendAudit(rows) {
      await link.ask({ kind: "audit", ask: { kind: "append", rows: toAuditCells(rows) } });
    },
    audit: async (query) => toAuditRows(await link.ask({ kind: "audit", ask: { kind: "read", query } })),
    pruneAudit: async (before) => (await link.ask({ kind: "audit", ask: { kind: "prune", before } }))[0] === 1,
    conversationsOf: async ({ network, id: person }) =>
      (await link.ask({ kind: "erase", ask: { kind: "conversations", network, person } })).map(String),
    erase: (person, conversations) => erase(link, epoch, person, conversations),
    async reseal() {
      const [key, tables, of, rows] = await link.ask({ kind: "reseal" });
      return { key: wire.text(key), share: Number(tables) / Number(of), records: Number(rows) };
    },
    close: () => link.close(),
  };
}

/** What names them inside of payloads is looked for here, where payloads are read. */
async function erase(link: Link, epoch: string, person: Address, conversations: readonly string[]): Promise<Erased> {
  const outbox = (await allPending(link, epoch)).filter(({ outbound: { to, conversation } }) =>
    // What belongs to another conversation is of one that they have begun meanwhile.
    conversation === null ? to.network === person.network && to.id === person.id : conversations.includes(conversation),
  );
  const aside = await link.ask({ kind: "erase", ask: { kind: "quarantine" } });
  const quarantine = aside.flatMap((seq, index) =>
    index % 2 === 0 && String(aside[index + 1]).includes(JSON.stringify(person.id).slice(1, -1)) ? [Number(seq)] : [],
  );
  const [lines, facts, sends] = await link.ask({
    kind: "erase",
    ask: {
      kind: "remove",
      network: person.network,
      person: person.id,
      conversations,
      outbox: outbox.map(({ id }) => id),
      quarantine,
    },
  });
  return { lines: Number(lines), facts: Number(facts), sends: Number(sends) };
}

function encode(batch: Batch, epoch: string, lastLine: number): wire.CommitRows {
  try {
    return toRows(batch, epoch, lastLine);
  } catch (error) {
    throw new StoreFault("data", `A batch holds a value that cannot be stored: ${error}`);
  }
}

async function load(link: Link, epoch: string): Promise<Loaded> {
  const snapshot = await toSnapshot((after) => link.askWhole({ kind: "load-state", after }));
  const outbox = await allPending(link, epoch);
  const counters = await link.ask({ kind: "load-counters" });
  return {
    snapshot,
    timers: await toTimers((after) => link.askWhole({ kind: "load-timers", after })),
    outbox,
    lastLine: Number(counters[0]),
    lastOutbox: Number(counters[1]),
    epoch,
  };
}

async function allPending(link: Link, epoch: string): Promise<readonly OutboxRow[]> {
  const outbox: OutboxRow[] = [];
  for (let after = 0; ; after = outbox.at(-1)?.id ?? 0) {
    const rows = toOutboxRows(await link.ask({ kind: "load-outbox", after }), epoch);
    if (rows.length === 0) return outbox;
    outbox.push(...rows);
  }
}

/** The newest come first from the database. */
function transcript(cells: readonly wire.Cell[]): TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  for (let start = 0; start < cells.length; start += wire.TRANSCRIPT_WIDTH) {
    const state = cells[start + wire.LINE_WIDTH + 2];
    lines.push({
      ...wire.toLine(cells, start),
      ...wire.toEdit(cells[start + wire.LINE_WIDTH]),
      retracted: cells[start + wire.LINE_WIDTH + 1] === 1,
      state: state === "read" || state === "delivered" ? state : null,
    });
  }
  return lines.reverse();
}

function facts(cells: readonly wire.Cell[]): Fact[] {
  const rows: Fact[] = [];
  for (let start = 0; start < cells.length; start += wire.FACT_WIDTH) {
    rows.push({
      at: Number(cells[start]),
      conversation: wire.text(cells[start + 1]),
      csr: wire.text(cells[start + 2]),
      event: String(cells[start + 3]),
      detail: JSON.parse(String(cells[start + 4])) as Fact["detail"],
    });
  }
  return rows;
}
