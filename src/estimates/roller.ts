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

export function createRoller(): Roller {
  let worker: Worker | null = null;
  return {
    async roll(job) {
      const running = worker ?? new Worker(WORKER);
      worker = running;
      const { promise, resolve, reject } = Promise.withResolvers<RollAnswer>();
      const ended = (reason: unknown): void => {
        if (worker === running) worker = null;
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
