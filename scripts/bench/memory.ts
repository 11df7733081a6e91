/**
 * The group `memory`: a thousand conversations under way at a hundred messages a second, as a busy centre has them. What the daemon holds
 * resident after that, against a budget; and how long messages take, against a bare relay that holds nothing.
 */
import { readFileSync } from "node:fs";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import { type Field, openStubField, paced } from "./xmpp-field.ts";

const LIVE_CONVERSATIONS = 1_000;
const PER_SECOND = 100;
const RUNS = 3;
const RUN_MESSAGES = 1_500;
const BUDGET_MB = 250;

export const memory: Group = {
  name: "memory",
  async *run(say) {
    say(
      `memory: ${LIVE_CONVERSATIONS} conversations at ${PER_SECOND} messages a second, ${RUNS} runs of each side in turn`,
    );
    const desk = await openStubField("desk", LIVE_CONVERSATIONS);
    const parser = await openStubField("parser", LIVE_CONVERSATIONS);
    try {
      yield* await measure(desk, parser);
    } finally {
      await Promise.all([desk.stop(), parser.stop()]);
    }
  },
};

async function measure(desk: Field, parser: Field): Promise<readonly Row[]> {
  const delays = await inTurn(RUNS, {
    desk: () => paced(desk, RUN_MESSAGES, PER_SECOND),
    parser: () => paced(parser, RUN_MESSAGES, PER_SECOND),
  });
  const p99 = (runs: readonly (readonly number[])[]) => median(runs.map((run) => percentile(run, 0.99)));
  return [
    {
      id: "memory.resident",
      unit: "MB",
      ours: residentMb(desk.pid),
      theirs: BUDGET_MB,
      against: "the budget",
      goal: { atMost: 1 },
    },
    {
      id: `memory.p99-at-${PER_SECOND}`,
      unit: "ms",
      ours: p99(delays.desk),
      theirs: p99(delays.parser),
      against: "a bare relay on the same parser and socket, nothing kept",
      goal: { atMost: 3 },
    },
  ];
}

/** VmRSS (proc(5)). */
function residentMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}
