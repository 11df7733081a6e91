/**
 * The group `loopback`: what the durable pipeline costs. Adapters and networks are the same loopback ones on both sides, in this
 * process, so the ratio is that of what stands between: engine, core, SQLite and a synced disk against next to nothing. Through
 * a real server, which is the slower part by far, the ratio is another.
 */

import { setFlagsFromString } from "node:v8";
import { ONE_COLLECTOR } from "../../src/boot/young-generation.ts";
import { CONVERSATIONS, HANDLE, openBareRelay, openDurableRelay, type Relay } from "./loopback-desk.ts";
import { type Goal, type Group, inTurn, median, percentile, type Row } from "./measure.ts";

const RUNS = 5;
/** Messages of one run at full speed, and how many of them a customer has written before any is answered. */
const FULL_SPEED_MESSAGES = 10_000;
const PACED_MESSAGES = 3_000;
const PACE_PER_SECOND = 1_000;

export const loopback: Group = {
  name: "loopback",
  async *run(say) {
    say(
      `loopback: ${CONVERSATIONS} conversations from one loopback network to another, ${RUNS} runs of each side in turn`,
    );
    // As the daemon sets it. Here both sides share a process, and so the garbage of whoever writes and counts.
    setFlagsFromString(ONE_COLLECTOR);
    const ours = await openDurableRelay();
    const bare = await openBareRelay("forgetful");
    const journal = await openBareRelay("durable");
    try {
      // The first run of each warms up and does not count.
      await Promise.all([fullSpeed(ours), fullSpeed(bare)]);
      const speed = await inTurn(RUNS, { ours: () => fullSpeed(ours), theirs: () => fullSpeed(bare) });
      const delays = await inTurn(RUNS, { ours: () => paced(ours), theirs: () => paced(journal) });
      yield* [
        {
          id: "loopback.throughput",
          unit: "msg/s",
          ours: median(speed.ours),
          theirs: median(speed.theirs),
          against: "nothing between the adapters, nothing kept",
          goal: { atLeast: 0.1 },
        },
        delayRow("p50", 0.5, delays, { atMost: 3 }),
        delayRow("p99", 0.99, delays, { atMost: 2 }),
      ];
    } finally {
      await Promise.all([ours.stop(), bare.stop(), journal.stop()]);
      setFlagsFromString("--parallel-scavenge");
    }
  },
};

type Runs = readonly (readonly number[])[];

function delayRow(
  name: string,
  share: number,
  delays: { readonly ours: Runs; readonly theirs: Runs },
  goal: Goal,
): Row {
  const delay = (runs: Runs) => median(runs.map((run) => percentile(run, share)));
  const against = "between the adapters one row, synced, for each message";
  const id = `loopback.${name}-at-${PACE_PER_SECOND}`;
  return { id, unit: "ms", ours: delay(delays.ours), theirs: delay(delays.theirs), against, goal };
}

/** Messages a second when every customer writes as fast as what they wrote before is acknowledged. */
async function fullSpeed(desk: Relay): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = FULL_SPEED_MESSAGES;
  desk.onArrival = () => {
    left -= 1;
    if (left === 0) resolve();
  };
  const began = performance.now();
  for (let message = 0; message < FULL_SPEED_MESSAGES; message += 1) {
    desk.customers[message % CONVERSATIONS]?.say(HANDLE, `message ${message}`);
  }
  await promise;
  return (FULL_SPEED_MESSAGES * 1_000) / (performance.now() - began);
}

/** Milliseconds from when each message was due to when it arrived, at a constant pace. */
async function paced(desk: Relay): Promise<readonly number[]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const delays: number[] = [];
  const began = performance.now();
  const dueAt = (message: number) => began + (message * 1_000) / PACE_PER_SECOND;
  desk.onArrival = (text) => {
    delays.push(performance.now() - dueAt(Number(text)));
    if (delays.length === PACED_MESSAGES) resolve();
  };
  for (let message = 0; message < PACED_MESSAGES; ) {
    // A pace kept by immediates: a timer would round to the millisecond and bring the messages in bunches.
    for (; message < PACED_MESSAGES && dueAt(message) <= performance.now(); message += 1) {
      desk.customers[message % CONVERSATIONS]?.say(HANDLE, `${message}`);
    }
    await new Promise((turn) => setImmediate(turn));
  }
  await promise;
  return delays;
}
