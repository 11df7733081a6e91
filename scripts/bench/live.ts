/**
 * The group `live`: a thousand conversations under way at a hundred messages a second through a real Prosody, as a busy centre has them.
 * What the daemon holds resident after that, as it is installed, against a budget; and how long messages take, against a bare relay that holds nothing.
 */
import { install } from "./installed.ts";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import { residentMb } from "./process-status.ts";
import { COMPONENTS, type Field, openField, openServed, paced, type Size } from "./xmpp-field.ts";
import type { StartOptions } from "./xmpp-relays.ts";

const SIZE: Size = { conversations: 1_000, csrs: 100 };
const PER_SECOND = 100;
const RUNS = 3;
const RUN_MESSAGES = 1_500;
const BUDGET_MB = 250;

export const live: Group = {
  name: "live",
  async *run(say) {
    say(
      `live: ${SIZE.conversations} conversations at ${PER_SECOND} messages a second, ${RUNS} runs of each side in turn`,
    );
    const installed = install();
    const fields: Field[] = [];
    // A server for each side: its collector goes through all that it holds, so two thousand at one would slow both down.
    const open = async (kind: "desk" | "parser", options?: StartOptions): Promise<Field> => {
      const field = await openServed([COMPONENTS[kind]], (server) => openField(kind, server, SIZE, options));
      fields.push(field);
      return field;
    };
    try {
      const desk = await open("desk", { launcher: installed.launcher });
      yield* await measure(desk, await open("parser"));
    } finally {
      for (const field of fields) await field.stop();
      installed.remove();
    }
  },
};

async function measure(desk: Field, parser: Field): Promise<readonly Row[]> {
  const delays = await inTurn(RUNS, {
    desk: () => paced(desk, RUN_MESSAGES, PER_SECOND),
    parser: () => paced(parser, RUN_MESSAGES, PER_SECOND),
  });
  const delayRow = (name: string, share: number, most: number | null): Row => {
    const delay = (runs: readonly (readonly number[])[]) => median(runs.map((run) => percentile(run, share)));
    const against = "a bare relay on the same parser and socket, nothing kept";
    const goal = most === null ? null : { atMost: most };
    const id = `live.${name}-at-${PER_SECOND}`;
    return { id, unit: "ms", ours: delay(delays.desk), theirs: delay(delays.parser), against, goal };
  };
  const resident = residentMb(desk.pid);
  return [
    {
      id: "live.resident",
      unit: "MB",
      ours: resident,
      theirs: BUDGET_MB,
      against: "the budget",
      goal: { atMost: 1 },
    },
    delayRow("p50", 0.5, null),
    delayRow("p99", 0.99, 3),
  ];
}
