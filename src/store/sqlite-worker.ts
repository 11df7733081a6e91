/**
 * The thread that owns the database. It answers commits first and everything else in order, and copies the write-ahead log back
 * into the database when nobody waits for it.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { SealingKeys } from "../sealing.ts";
import { RequestQueue } from "./request-queue.ts";
import { createSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import { toFault } from "./sqlite-faults.ts";
import { UNASKED } from "./sqlite-link.ts";
import { type Opened, openDatabase } from "./sqlite-open.ts";
import type { Ask, Hello, PageAsk, Reply, Request, Upgrade } from "./sqlite-wire.ts";
import { StoreFault } from "./store.ts";

/**
 * Quiet time after which the log is copied back, and the number of writes after which it is copied back in any case: then it is 6 to 44 MB long,
 * the smaller the batches the longer, and less than what may be left of it on disk (LOG_BYTES). So it is written over instead of growing
 * and being cut, which makes a commit a third shorter; and copying it back, a few milliseconds, comes once in three thousand messages. Less often it would
 * save nothing: it takes half a microsecond a message.
 */
const CHECKPOINT_IDLE_MS = 500;
const CHECKPOINT_WRITES = 18_000;

/** Answers that travel together at most: whoever has theirs does not wait for those of a flood. */
const REPLIES = 16;

const { path, mostPages, keys } = workerData as { path: string; mostPages?: number; keys?: SealingKeys };
const port = parentPort;
if (port === null) {
  throw new Error("sqlite-worker.ts is started by sqlite.ts, as a worker.");
}

let opened: Opened | null = null;
try {
  const onUpgrade = (upgrade: Upgrade): void => port.postMessage({ upgrade } satisfies Hello);
  opened = openDatabase(path, mostPages, keys, onUpgrade);
  const database = createSqliteDatabase(opened, onUpgrade);
  port.postMessage({ epoch: opened.epoch, lastLine: opened.lastLine } satisfies Hello);
  serve(opened, database);
} catch (error) {
  const fault = toFault(error, path);
  if (opened !== null) close(opened);
  port.postMessage({ fault: fault.kind, message: fault.message } satisfies Hello);
}

function close({ database, lock }: Opened): void {
  try {
    database.close();
  } finally {
    lock.close();
  }
}

function serve(opened: Opened, database: SqliteDatabase): void {
  const checkpoints = createCheckpoints(opened, database, giveUp);
  const queue = new RequestQueue();
  /** After a fault of the disk nothing is tried again: an fsync that failed once may lie the second time. */
  let broken: StoreFault | null = null;

  function breakDown(fault: StoreFault): void {
    broken = fault;
  }

  function answer({ id, ask }: Request): Reply {
    // After a fault of the disk nothing but the end is possible.
    if (broken !== null && ask.kind !== "close") return { id, fault: "disk", message: broken.message };
    try {
      return isForPage(ask) ? { id, ...database.page(ask) } : { id, cells: database.answer(ask) };
    } catch (error) {
      const fault = toFault(error, path);
      if (fault.kind === "disk") breakDown(fault);
      return { id, fault: fault.kind, message: fault.message };
    }
  }

  /** Everything that waits, commits first; those that came meanwhile are looked for after each read. */
  function work(channel: MessagePort): void {
    let replies: Reply[] = [];
    for (let request = queue.next(); request !== undefined; request = queue.next()) {
      replies.push(answer(request));
      if (request.ask.kind === "commit" || isForPage(request.ask) || replies.length >= REPLIES) {
        channel.postMessage(replies, replies.flatMap(buffersOf));
        replies = [];
      }
      const more = queue.hasReads ? receiveMessageOnPort(channel) : undefined;
      if (more !== undefined) queue.add(more.message as readonly Request[]);
    }
    if (replies.length > 0) channel.postMessage(replies);
  }

  const channel = port;
  /** A fault that nobody's question met is told at once: a desk at rest would look well until somebody writes to it. */
  function giveUp(fault: StoreFault): void {
    breakDown(fault);
    channel?.postMessage([{ id: UNASKED, fault: "disk", message: fault.message } satisfies Reply]);
    end();
  }

  function end(): void {
    checkpoints.stop();
    close(opened);
    channel?.close();
  }

  channel?.on("message", (requests: readonly Request[]) => {
    queue.add(requests);
    work(channel);
    if (queue.isClosed) end();
    else if (broken === null) checkpoints.schedule();
  });
}

function isForPage(ask: Ask): ask is PageAsk {
  return ask.kind === "load-state" || ask.kind === "load-timers";
}

/** The buffers of its bytes, which are handed over. */
function buffersOf(reply: Reply): readonly ArrayBuffer[] {
  if (!("cells" in reply)) return [];
  return (reply.bytes ?? []).flatMap((bytes) => (bytes === null ? [] : [bytes.buffer]));
}

/** Copies the log back when it has grown by CHECKPOINT_WRITES, or when nobody has asked anything for a while. `onFault`: nothing more is done. */
function createCheckpoints(
  { database: connection }: Opened,
  database: SqliteDatabase,
  onFault: (fault: StoreFault) => void,
): { schedule(): void; stop(): void } {
  let checkpointed = 0;
  let idle: NodeJS.Timeout | null = null;

  /** Whether it could be done. */
  function isDone(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      onFault(new StoreFault("disk", toFault(error, path).message));
      return false;
    }
  }

  function checkpoint(): void {
    idle = null;
    isDone(() => {
      connection.pragma("wal_checkpoint(PASSIVE)");
      checkpointed = database.writes;
    });
  }

  function stop(): void {
    if (idle !== null) clearTimeout(idle);
    idle = null;
  }
  return {
    schedule() {
      stop();
      if (!isDone(() => database.catchUp())) return;
      const behind = database.writes - checkpointed;
      if (behind > CHECKPOINT_WRITES) checkpoint();
      else if (behind > 0) idle = setTimeout(checkpoint, CHECKPOINT_IDLE_MS);
    },
    stop,
  };
}
