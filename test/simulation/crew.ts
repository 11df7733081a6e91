/** Plays many schedules on as many threads as there is something to gain from, and adds up what took part in them. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { PARTS, type Part } from "./coverage.ts";
import type { Schedule } from "./shape.ts";
import type { Report } from "./simulation.ts";

/** What a thread is given, and what it says of it. Traces stay behind: a broken schedule is played again. */
export interface Portion {
  readonly source: string;
  readonly schedules: readonly Schedule[];
}
export type Played = Omit<Report, "trace">;

export interface Sum {
  readonly schedules: number;
  readonly conversations: number;
  readonly messages: number;
  readonly faults: number;
  /** In how many schedules each part took part. */
  readonly parts: ReadonlyMap<Part, number>;
  readonly broken: readonly Played[];
}

/** More threads than that are not worth their memory. */
const MOST_THREADS = 8;
/** Schedules that a thread is given at a time. */
const PORTION = 25;

/** `isEnough` is asked at each schedule that breaks an invariant: when it says so, the rest is left out. */
export async function play(
  schedules: readonly Schedule[],
  source: string,
  isEnough: (report: Played) => boolean,
): Promise<Sum> {
  const sum = {
    schedules: 0,
    conversations: 0,
    messages: 0,
    faults: 0,
    parts: new Map<Part, number>(),
    broken: [] as Played[],
  };
  let next = 0;
  const take = (): Portion | null => {
    const portion = schedules.slice(next, next + PORTION);
    next += PORTION;
    return portion.length === 0 ? null : { source, schedules: portion };
  };
  const add = (report: Played): void => {
    sum.schedules += 1;
    sum.conversations += report.conversations;
    sum.messages += report.messages;
    sum.faults += report.faults;
    for (const part of report.parts) sum.parts.set(part, (sum.parts.get(part) ?? 0) + 1);
    if (report.violations.length === 0) return;
    sum.broken.push(report);
    if (isEnough(report)) next = schedules.length;
  };
  const threads = Math.min(MOST_THREADS, availableParallelism(), Math.ceil(schedules.length / PORTION));
  await Promise.all(Array.from({ length: threads }, () => work(take, add)));
  return sum;
}

async function work(take: () => Portion | null, add: (report: Played) => void): Promise<void> {
  const worker = new Worker(new URL("thread.ts", import.meta.url));
  try {
    for (let portion = take(); portion !== null; portion = take()) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Played[]>();
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(portion);
      (await promise).forEach(add);
      worker.off("error", reject);
    }
  } finally {
    await worker.terminate();
  }
}

/** In how many schedules each part took part, in words. */
export function accountOf({ parts }: Sum): string {
  return PARTS.map((part) => `${String(parts.get(part) ?? 0).padStart(8)}  ${part}`).join("\n");
}
