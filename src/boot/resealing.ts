/** Sealing anew, while the desk runs, what another key or none wrote: a step at a time, with room for messages between two of them. */
import type { Clock, Logger } from "../adapter.ts";
import type { Resealed, SqliteStore } from "../store/sqlite.ts";

/** Between two steps, each of which holds up a commit for some milliseconds. */
const PAUSE_MS = 50;

export interface Resealing {
  /** How far it is; null until it is known. */
  share(): Pick<Resealed, "key" | "share"> | null;
  /** After the step that is under way. */
  stop(): Promise<void>;
}

/** Goes on until all is sealed. A step that fails is logged and ends it until the next start: the desk can do its work without. */
export function startResealing(store: SqliteStore, clock: Clock, log: Logger): Resealing {
  let latest: Resealed | null = null;
  let isStopped = false;
  let rows = 0;
  let cancel = () => {};

  async function step(): Promise<void> {
    try {
      latest = await store.reseal();
    } catch (error) {
      log.error("sealing.failed", { error, note: "goes on at the next start; keep the former keys" });
      return;
    }
    const { share, rows: more, key } = latest;
    rows += more;
    if (share === 1 && rows > 0)
      log.info("sealing.done", { key: key ?? "none", rows, note: "former keys are not needed any more" });
    if (share === 1 || isStopped) return;
    cancel = clock.after(PAUSE_MS, () => {
      underWay = step();
    });
  }
  let underWay = step();
  return {
    share: () => latest,
    stop() {
      isStopped = true;
      cancel();
      return underWay;
    },
  };
}
