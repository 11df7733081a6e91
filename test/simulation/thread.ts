/** One thread of the crew: plays what it is given, a portion at a time. */
import { parentPort } from "node:worker_threads";
import type { Played, Portion } from "./crew.ts";
import { simulate } from "./simulation.ts";
import { loadSubject } from "./subject.ts";

parentPort?.on("message", async ({ source, schedules }: Portion) => {
  const subject = await loadSubject(source);
  const played: Played[] = [];
  for (const schedule of schedules) {
    const { trace: _, ...report } = await simulate(schedule, subject);
    played.push(report);
  }
  parentPort?.postMessage(played);
});
