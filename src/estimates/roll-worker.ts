/** The thread that rolls the engine forward, so that relaying never waits for it. One job at a time. */
import { parentPort } from "node:worker_threads";
import { type RollJob, rollJob } from "./job.ts";

const port = parentPort;
if (port === null) {
  throw new Error("roll-worker.ts is started by roller.ts, as a worker.");
}
port.on("message", (job: RollJob) => port.postMessage(rollJob(job)));
