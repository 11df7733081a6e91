/**
 * The group `restart`: a desk that is started with a hundred thousand open conversations. How long it takes until the first message is
 * relayed, against what merely reading those rows from SQLite takes; and how much heap an open conversation costs.
 */

import { join } from "node:path";
import Database from "better-sqlite3";
import { closeLoopbackExchange, loopback, loopbackExchange } from "../../adapters/loopback/index.ts";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";
import { createAdapterHost } from "../../src/adapter-host.ts";
import { createClock } from "../../src/clock.ts";
import { createDesk } from "../../src/core/desk.ts";
import type { Rules } from "../../src/core/rules.ts";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine } from "../../src/engine.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { company, playSetting } from "../../test/support/play-rules.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { within } from "../../test/support/wait.ts";
import { type Group, heapUsed, inTurn, median, type Row } from "./measure.ts";
import { csrName, customerName, fillStore } from "./open-conversations.ts";

const OPEN_CONVERSATIONS = 100_000;
const CSRS = 100;
const RUNS = 3;
const START_MS = 120_000;
const BYTES_GOAL = 600;
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
        desk: async () => (await start(path, rules)).ms,
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
        ours: (await start(path, rules)).heap / OPEN_CONVERSATIONS,
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
async function start(path: string, rules: Rules): Promise<{ readonly ms: number; readonly heap: number }> {
  const customer = loopbackExchange(NETWORKS.web).person(customerName(OPEN_CONVERSATIONS - 1));
  const arrived = Promise.withResolvers<void>();
  for (let csr = 0; csr < CSRS; csr += 1) {
    loopbackExchange(NETWORKS.xmpp).person(csrName(csr)).onReceived = (event) => {
      if (event.kind === "message" && event.text.includes("are you there")) arrived.resolve();
    };
  }
  const before = heapUsed();
  const began = performance.now();
  const store = await openSqliteStore({ path });
  const clock = createClock();
  const log = { error: complain, warn: () => {}, info: () => {}, debug: () => {} };
  const shared = { clock, log, limits: ENGINE_LIMITS, random: Math.random };
  const engine = createEngine({
    ...shared,
    createDesk: (snapshot) => createDesk(rules, snapshot),
    store,
    undeliveredSeconds: rules.limits.undeliveredSeconds,
    lateSeconds: rules.limits.lateSeconds,
    token: createTokens(),
    onFatal: (fault) => complain("engine.failed", { fault: fault.message }),
  });
  const networks = (["web", "xmpp"] as const).map((name) => ({
    name,
    module: loopback as Parameters<typeof createAdapterHost>[0]["networks"][0]["module"],
    config: loopback.parseConfig({ exchange: NETWORKS[name] }),
    handles: [HANDLE],
    desk: "desk",
  }));
  const host = createAdapterHost({ ...shared, networks, engine, store, accounts: NO_ACCOUNTS, mount: () => {} });
  await engine.start(host);
  await host.start();
  customer.say(HANDLE, "are you there?");
  await within(START_MS, "the first message to be relayed", arrived.promise);
  const ms = performance.now() - began;
  const heap = heapUsed() - before;
  await engine.stop();
  await host.stop();
  await store.close();
  return { ms, heap };
}

function complain(event: string, fields?: object): void {
  throw new Error(`The bench met ${event}: ${JSON.stringify(fields)}`);
}

/** A company whose CSRs can take all of them. */
function staffed() {
  const capacity = OPEN_CONVERSATIONS / CSRS;
  const csrs = Array.from({ length: CSRS }, (_, index) => {
    const csr = { name: `Csr ${index}`, at: ["xmpp"], skills: { billing: 3 as const }, capacity };
    return [csrName(index), csr] as const;
  });
  const limits = { openConversations: OPEN_CONVERSATIONS + 1, floodMessages: 1_000_000_000 };
  return company({ csrs: Object.fromEntries(csrs), limits });
}
