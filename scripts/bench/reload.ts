/**
 * The group `reload`: rule files with many CSRs are changed and read anew by a desk with conversations under way, as `frontdesk reload` does it.
 * How long it takes until the desk goes by the new rules, and for how long nothing else was done meanwhile.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeLoopbackExchange, loopback, loopbackExchange } from "../../adapters/loopback/index.ts";
import type { AdapterModule } from "../../src/adapter.ts";
import { createReload } from "../../src/boot/reload.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { until } from "../../test/support/wait.ts";
import { FAULTLESS, openDurableDesk } from "./durable-desk.ts";
import { type Group, median, type Row } from "./measure.ts";

/** CSRs in people.yaml. */
const SIZES = [1_000, 10_000] as const;
const BUDGET_MS = 200;
const RUNS = 7;
/** Conversations under way. */
const TALKS = 100;
const HANDLE = "support";
const EXCHANGES = { web: "bench-reload-web", xmpp: "bench-reload-xmpp" } as const;

export const reload: Group = {
  name: "reload",
  async *run(say) {
    for (const csrs of SIZES) {
      say(`reload: people.yaml with ${csrs} CSRs, ${TALKS} conversations under way, ${RUNS} reloads of each kind`);
      const { one, all, stalls, cpu } = await measure(csrs);
      const row = (id: string, ours: readonly number[], goal: Row["goal"]): Row => ({
        id: `reload.${csrs}.${id}`,
        unit: "ms",
        ours: median(ours),
        theirs: BUDGET_MS,
        against: "the budget",
        goal,
      });
      yield row("one-changed", one, { atMost: 1 });
      yield row("stall", stalls, { atMost: 1 });
      yield row("one-changed-cpu", cpu, null);
      yield row("all-changed", all, null);
    }
  },
};

interface Measured {
  /** Reloads after a change of one CSR, and of all. */
  readonly one: readonly number[];
  readonly all: readonly number[];
  /** The longest time that the desk's thread did nothing else, in each of the first kind. */
  readonly stalls: readonly number[];
  /** The processor time of each of the first kind: what a machine that is busy otherwise does not change. */
  readonly cpu: readonly number[];
}

async function measure(csrs: number): Promise<Measured> {
  const folder = temporaryFolder("bench-reload");
  const levels = Array.from({ length: csrs }, (_, index) => 1 + (index % 5));
  writeFiles(folder.path, levels);
  const load = () => loadConfiguration(folder.path, [loopback as AdapterModule<unknown>], { env: {} });
  const { rules, settings, staff, problems } = load();
  if (rules === null || settings === null) throw new Error(problems.map(formatProblem).join("\n"));
  const path = join(folder.path, "bench.sqlite");
  const desk = await openDurableDesk({ rules, path, exchanges: EXCHANGES, handles: [HANDLE] });
  const running = { rules, settings, staff, needsRestart: [] };
  const { reload } = createReload({
    running,
    load,
    adopt: (next) => desk.engine.submit({ kind: "rules", rules: next }),
    addressed: (next) => next,
    letIn: () => {},
    follow: async () => [],
    log: FAULTLESS,
  });
  const talking = () =>
    desk.engine
      .desk()
      .conversations()
      .filter(({ state }) => state === "talking").length;
  await talk(talking);
  const measured = { one: [] as number[], all: [] as number[], stalls: [] as number[], cpu: [] as number[] };
  for (let run = 1; run <= RUNS; run += 1) {
    for (const kind of ["one", "all"] as const) {
      const changed = kind === "all" ? levels.keys() : [run];
      for (const index of changed) levels[index] = 1 + ((levels[index] ?? 0) % 5);
      writeFiles(folder.path, levels);
      const watch = watchStalls();
      const before = process.cpuUsage();
      const report = await reload();
      const { user, system } = process.cpuUsage(before);
      const stall = await watch.end();
      if (report.kind === "refused") throw new Error(report.problems.join("\n"));
      measured[kind].push(report.ms);
      if (kind === "all") continue;
      measured.stalls.push(stall);
      measured.cpu.push((user + system) / 1000);
    }
  }
  if (talking() !== TALKS) throw new Error(`${TALKS - talking()} conversations were dropped.`);
  await desk.stop();
  for (const exchange of Object.values(EXCHANGES)) closeLoopbackExchange(exchange);
  folder.remove();
  return measured;
}

/** `levels`: of the one skill, by CSR. */
function writeFiles(folder: string, levels: readonly number[]): void {
  const people = levels.map((level, index) => {
    const languages = index % 3 === 0 ? "[en, de]" : "[en]";
    return [
      `  csr-${index}:`,
      `    name: Csr ${index}`,
      "    addresses:",
      `      - xmpp: csr-${index}`,
      `    skills: { billing: ${level} }`,
      `    languages: ${languages}`,
      "    capacity: 3",
    ].join("\n");
  });
  const network = (name: keyof typeof EXCHANGES): string =>
    `  ${name}: { adapter: loopback, exchange: ${EXCHANGES[name]}, handles: { ${HANDLE}: { name: Support, dialog: welcome } } }`;
  const files = {
    "frontdesk.yaml": `company: Example\nnetworks:\n${network("web")}\n${network("xmpp")}\nlimits: { floodMessages: 10000 }\n`,
    "routing.yaml": "skills: [billing]\nqueues:\n  billing: { name: Billing, skills: { billing: 1 } }\n",
    "dialogs.yaml": "person: billing\ndialogs:\n  welcome:\n    steps:\n      - route: billing\n",
    "directory.yaml": "customers: []\n",
    "people.yaml": `csrs:\n${people.join("\n")}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Customers who write and CSRs who accept; resolves when all of them talk. */
async function talk(talking: () => number): Promise<void> {
  for (let number = 0; number < TALKS; number += 1) {
    const csr = loopbackExchange(EXCHANGES.xmpp).person(`csr-${number}`);
    csr.onReceived = (event) => {
      if (event.kind === "message" && event.choices.some(({ value }) => value === "/accept"))
        csr.say(event.from, "/accept");
    };
    loopbackExchange(EXCHANGES.web).person(`customer-${number}`).say(HANDLE, "hello");
  }
  await until(`${TALKS} conversations to be under way`, () => talking() === TALKS, 60_000);
}

/** How late a timer that is due every millisecond was, at most. */
function watchStalls(): { end(): Promise<number> } {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    async end() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      clearInterval(timer);
      return longest;
    },
  };
}
