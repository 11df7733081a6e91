/** Counting what an adapter neither takes in nor finds worth a line of its own each time. */
import type { Logger } from "./adapter.ts";

/** Kinds counted apart for one network; what comes beyond is counted together, so that nothing grows with what strangers send. */
const KINDS = 200;

/** See `AdapterContext.count`. */
export type Count = (event: string, reason: string, from?: string) => void;

/**
 * Every one is logged at debug; the first, the tenth, the hundredth … of its kind at info, so that it is seen and does not
 * flood the log. `counted` is told of each, for metrics.
 */
export function createTally(log: Logger, counted: (event: string, reason: string) => void): Count {
  const counts = new Map<string, number>();
  return (event, reason, from) => {
    const known = counts.has(`${event} ${reason}`) || counts.size < KINDS;
    const kind = known ? reason : "other";
    const count = (counts.get(`${event} ${kind}`) ?? 0) + 1;
    counts.set(`${event} ${kind}`, count);
    counted(event, kind);
    log.debug(event, { reason, count, from });
    if (Number.isInteger(Math.log10(count))) log.info(event, { reason: kind, count });
  };
}
