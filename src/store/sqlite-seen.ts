/**
 * Whether an id by which a network delivers again was seen: answered in the desk's own thread where a filter says that it was not, and else by
 * the store's. The filter is filled when somebody asks for the first time, a thousand ids at a time and with pauses; until it knows all, the store is asked.
 */
import { setTimeout as pause } from "node:timers/promises";
import { SeenFilter, seenName } from "./seen-filter.ts";
import type { Link } from "./sqlite-link.ts";
import type { Batch } from "./store.ts";

/** Between two pages, each of which takes the store's thread a millisecond. */
const PAUSE_MS = 10;

export interface Seen {
  seen(network: string, redelivery: string): Promise<boolean>;
  /** To be called before these are sent to be recorded. */
  recording(rows: Batch["inbox"]): void;
  /** What was recorded before that time is gone. */
  forgotten(before: number): void;
}

export function createSeen(link: Pick<Link, "ask">): Seen {
  const filter = new SeenFilter();
  let state: "unknown" | "loading" | "loaded" = "unknown";

  async function load(): Promise<void> {
    state = "loading";
    for (let after = 0; ; await pause(PAUSE_MS, undefined, { ref: false })) {
      const [last, newest, ...names] = await link.ask({ kind: "load-seen", after });
      if (last === undefined) break;
      for (const name of names) filter.add(Number(name), Number(newest));
      after = Number(last);
    }
    state = "loaded";
  }

  return {
    async seen(network, redelivery) {
      if (state === "loaded" && !filter.mayHave(seenName(network, redelivery))) return false;
      // A store that cannot be read says so to whoever asks it below.
      if (state === "unknown") load().catch(() => {});
      return (await link.ask({ kind: "seen", network, redelivery })).length > 0;
    },
    recording(rows) {
      for (const { network, redelivery, at } of rows) filter.add(seenName(network, redelivery), at);
    },
    forgotten(before) {
      filter.forget(before);
    },
  };
}
