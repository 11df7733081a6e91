/**
 * The group `restart`: a desk that is started with a hundred thousand open conversations. How long it takes until the first message is
 * relayed, against what merely reading those rows from SQLite takes; and how much heap an open conversation costs.
 */

import { join } from "node:path";
import Database from "better-sqlite3";
import {
  closeLoopbackExchange,
  type LoopbackPerson,
  loopback,
  loopbackExchange,
} from "../../adapters/loopback/index.ts";
import type { Rules } from "../../src/core/rules.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { company, playSetting } from "../../test/support/play-rules.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { until, within } from "../../test/support/wait.ts";
import { type DurableDesk, openDurableDesk } from "./durable-desk.ts";
import { type Group, heapUsed, inTurn, median, type Row } from "./measure.ts";
import { csrName, customerName, fillStore } from "./open-conversations.ts";

const OPEN_CONVERSATIONS = 100_000;
const CSRS = 100;
const RUNS = 3;
const START_MS = 120_000;
const BYTES_GOAL = 600;
/** A step packs eight rows of a table. */
const STEPS_TO_COOL = OPEN_CONVERSATIONS / 8 + 100;
const HANDLE = "support";
const NETWORKS = { web: "bench-restart-web", xmpp: "bench-restart-xmpp" } as const;

export const restart: Group = {
  name: "restart",
  async *run(say) {
    say(`restart: ${OPEN_CONVERSATIONS} open conversations, ${RUNS} runs of each side in turn`);
    const folder = temporaryFolder("bench-restart");
    const path = join(folder.path, "bench.sqlite");
    const { rules } = playSetting(staffed());
    try {
      await fill(path, rules);
      const { desk, read } = await inTurn<"desk" | "read", number>(RUNS, {
        desk: () => startMs(path, rules),
        read: async () => readRows(path),
      });
      yield {
        id: "restart.first-message",
        unit: "ms",
        ours: median(desk),
        theirs: median(read),
        against: "reading the rows of those conversations from SQLite",
        goal: { atMost: 3 },
      } satisfies Row;
      yield {
        id: "restart.heap",
        unit: "B a conversation",
        ours: await heapOfOne(path, rules),
        theirs: BYTES_GOAL,
        against: "the budget",
        goal: { atMost: 1 },
      } satisfies Row;
    } finally {
      for (const name of Object.values(NETWORKS)) closeLoopbackExchange(name);
      folder.remove();
    }
  },
};

async function fill(path: string, rules: Rules): Promise<void> {
  const store = await openSqliteStore({ path });
  const { capabilities } = loopback.parseConfig({ exchange: NETWORKS.web });
  const places = { customerNetwork: "web", csrNetwork: "xmpp", handle: HANDLE };
  await fillStore(store, { rules, capabilities, conversations: OPEN_CONVERSATIONS, csrs: CSRS, ...places });
  await store.close();
}

/** All that has to be in memory before the first step, as rows: nothing is made of them. Milliseconds. */
function readRows(path: string): number {
  const began = performance.now();
  const database = new Database(path, { readonly: true });
  let cells = 0;
  for (const sql of ["SELECT tbl, id, value FROM state", "SELECT * FROM timers", "SELECT * FROM outbox"]) {
    for (const row of database.prepare<[], unknown[]>(sql).raw(true).iterate()) cells += row.length;
  }
  database.close();
  if (cells < OPEN_CONVERSATIONS) throw new Error("The store does not hold the conversations.");
  return performance.now() - began;
}

/** Opens the store and starts a desk on it, until a customer's message is with their CSR. */
async function start(path: string, rules: Rules): Promise<{ readonly ms: number; readonly desk: DurableDesk }> {
  const arrived = Promise.withResolvers<void>();
  for (let csr = 0; csr < CSRS; csr += 1) {
    loopbackExchange(NETWORKS.xmpp).person(csrName(csr)).onReceived = (event) => {
      if (event.kind === "message" && event.text.includes("are you there")) arrived.resolve();
    };
  }
  const began = performance.now();
  const desk = await openDurableDesk({ rules, path, exchanges: NETWORKS, handles: [HANDLE] });
  customer().say(HANDLE, "are you there?");
  await within(START_MS, "the first message to be relayed", arrived.promise);
  return { ms: performance.now() - began, desk };
}

function customer(): LoopbackPerson {
  return loopbackExchange(NETWORKS.web).person(customerName(OPEN_CONVERSATIONS - 1));
}

async function startMs(path: string, rules: Rules): Promise<number> {
  const { ms, desk } = await start(path, rules);
  await desk.stop();
  return ms;
}

/** Bytes that the desk holds for each conversation, once it has been at work for a while: rows that nobody asks for are packed by and by. */
async function heapOfOne(path: string, rules: Rules): Promise<number> {
  const before = bytesHeld();
  const { desk } = await start(path, rules);
  let seen = 0;
  for (let csr = 0; csr < CSRS; csr += 1) {
    const person = loopbackExchange(NETWORKS.xmpp).person(csrName(csr));
    person.onReceived = (event) => {
      if (event.kind === "typing") seen += 1;
      person.received.length = 0;
    };
  }
  for (let step = 0; step < STEPS_TO_COOL; step += 1) {
    customer().typing(HANDLE, step % 2 === 0 ? "composing" : "paused");
    await until("the CSR to see it", () => seen > step, START_MS);
  }
  const bytes = (bytesHeld() - before) / OPEN_CONVERSATIONS;
  await desk.stop();
  return bytes;
}

/** The heap, and the arrays of bytes beside it, in which rows lie that nobody asks for. */
function bytesHeld(): number {
  // Arrays that the first collection finds are given back while the second one runs.
  heapUsed();
  return heapUsed() + process.memoryUsage().arrayBuffers;
}

/** A company whose CSRs can take all of them. */
function staffed() {
  const capacity = OPEN_CONVERSATIONS / CSRS;
  const csrs = Array.from({ length: CSRS }, (_, index) => {
    const csr = { name: `Csr ${index}`, at: ["xmpp"], skills: { billing: 3 as const }, capacity };
    return [csrName(index), csr] as const;
  });
  const limits = {
    openConversations: OPEN_CONVERSATIONS + 1,
    floodMessages: 1_000_000_000,
    newConversationsPerMinute: 1_000_000_000,
  };
  return company({ csrs: Object.fromEntries(csrs), limits });
}
