/** Sealing anew, while the desk runs, what another key or none wrote: a step at a time, with room for messages between two of them. */
import type { Clock, Logger } from "../adapter.ts";
import type { Resealable, Resealed } from "../sealing.ts";

/** Between two steps, each of which holds up a commit for some milliseconds. */
const PAUSE_MS = 50;

export interface Resealing {
  /** How far all parts are together; null until it is known. */
  share(): Pick<Resealed, "key" | "share"> | null;
  /** After the step that is under way. */
  stop(): Promise<void>;
}

/** One part after the other until all is sealed. A step that fails is logged and ends it until the next start: the desk can do its work without. */
export function startResealing(parts: readonly Resealable[], clock: Clock, log: Logger): Resealing {
  const latest: (Resealed | null)[] = parts.map(() => null);
  let isStopped = false;
  let records = 0;
  let cancel = () => {};

  async function step(at: number): Promise<void> {
    const part = parts[at];
    if (part === undefined) return done();
    try {
      const told = await part.reseal();
      latest[at] = told;
      records += told.records;
      if (!isStopped) goOn(told.share === 1 ? at + 1 : at);
    } catch (error) {
      log.error("sealing.failed", { error, note: "goes on at the next start; keep the former keys" });
    }
  }
  function goOn(at: number): void {
    cancel = clock.after(PAUSE_MS, () => {
      underWay = step(at);
    });
  }
  function done(): void {
    const key = latest[0]?.key ?? "none";
    if (records > 0) log.info("sealing.done", { key, records, note: "former keys are not needed any more" });
  }
  let underWay = step(0);
  return {
    share() {
      const known = latest.filter((one) => one !== null);
      const [first] = known;
      if (first === undefined) return null;
      return { key: first.key, share: known.reduce((sum, { share }) => sum + share, 0) / parts.length };
    },
    stop() {
      isStopped = true;
      cancel();
      return underWay;
    },
  };
}
