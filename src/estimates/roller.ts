/** The way to the thread that rolls the engine forward. It is started when first asked, and again when it has failed. */
import { Worker } from "node:worker_threads";
import type { RollAnswer, RollJob } from "./job.ts";

export interface Roller {
  /** Rejects when the thread fails; the next question starts another. Never two at a time. */
  roll(job: RollJob): Promise<RollAnswer>;
  stop(): Promise<void>;
}

/** The worker runs from source in the checkout (.ts) and compiled when packed (.js), like this file itself. */
const WORKER = new URL(`./roll-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** What its thread may take; a desk of the size that is rolled needs a tenth of it. */
const MEGABYTES = 256;
/** Of which so much for what is made and thrown away: V8 would take 48 before it looks. */
const YOUNG_MEGABYTES = 6;

export function createRoller(): Roller {
  let worker: Worker | null = null;
  function startWorker(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES };
    const started = new Worker(WORKER, { resourceLimits });
    // Whoever asked hears of it below. Between questions nobody waits for it, and the next one starts another.
    const forget = (): void => {
      if (worker === started) worker = null;
    };
    started.on("error", forget).on("exit", forget);
    return started;
  }
  return {
    async roll(job) {
      const running = worker ?? startWorker();
      worker = running;
      const { promise, resolve, reject } = Promise.withResolvers<RollAnswer>();
      const ended = (reason: unknown): void => {
        reject(reason instanceof Error ? reason : new Error(`The thread that estimates ended (${String(reason)}).`));
      };
      running.once("message", resolve).once("error", ended).once("exit", ended);
      running.postMessage(job);
      try {
        return await promise;
      } finally {
        running.off("message", resolve).off("error", ended).off("exit", ended);
        // Between questions it keeps nobody from ending.
        running.unref();
      }
    },
    async stop() {
      await worker?.terminate();
      worker = null;
    },
  };
}
