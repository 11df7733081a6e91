/**
 * How much memory is spent on objects that live for a moment. V8 doubles the place for them whenever much of it survives, up to 64 MB, and does
 * not give that back as long as anything happens: a thousand customers who come in one minute would leave it that large for the day. A calm
 * desk collects as cheaply in the few MB that starting has left; one at its limit, of whose messages six hundred are under way, would copy half of
 * what it makes, and spend a quarter more of the processor. So the place grows when the desk has been busy for a while, and no further once it
 * is calm again. For as long the heap may also become larger before all of it is looked through.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** So many bytes of new objects in a second are calm: some 800 messages. A thousand conversations with a hundred messages a second make 6 million. */
const CALM_PER_SECOND = 10_000_000;
/** So many beyond that, and it is busy: a second at the limit of one core. A thousand customers at once make 300 million of it. */
const BUSY_BYTES = 500_000_000;
/** How long it has to be calm before it counts as calm again. */
const CALM_MS = 60_000;

/**
 * One thread collects. Threads that help to collect so little cost a tenth of the processor time under load, which the IM server beside the
 * desk needs; and on two cores that are both at work, waiting for them makes a collection two or three times as long.
 */
export const ONE_COLLECTOR = "--no-parallel-scavenge";

/** Whether the place for new objects may grow. Pure; times in milliseconds. */
export class Room {
  #mayGrow = false;
  /** While it may not: bytes beyond what is calm. While it may: bytes since then. */
  #bytes = 0;
  #at = 0;

  get mayGrow(): boolean {
    return this.#mayGrow;
  }

  /** So many bytes had been filled and were collected at that time. */
  collected(bytes: number, at: number): void {
    const ms = at - this.#at;
    this.#bytes += bytes;
    if (this.#mayGrow) {
      if (ms >= CALM_MS) this.#turn((this.#bytes * 1_000) / ms > CALM_PER_SECOND, at);
      return;
    }
    this.#at = at;
    this.#bytes = Math.max(0, this.#bytes - (ms * CALM_PER_SECOND) / 1_000);
    if (this.#bytes > BUSY_BYTES) this.#turn(true, at);
  }

  #turn(mayGrow: boolean, at: number): void {
    this.#mayGrow = mayGrow;
    this.#bytes = 0;
    this.#at = at;
  }
}

/** From now on in this process. */
export function tendYoungGeneration(): void {
  const room = new Room();
  allowGrowth(false);
  setFlagsFromString(ONE_COLLECTOR);
  const observer = new PerformanceObserver((list) => {
    const before = room.mayGrow;
    room.collected(list.getEntries().filter(isSmall).length * placeBytes(), performance.now());
    if (room.mayGrow !== before) allowGrowth(room.mayGrow);
  });
  observer.observe({ entryTypes: ["gc"] });
}

/** `perf_hooks.constants.NODE_PERFORMANCE_GC_MINOR` */
const MINOR = 1;

function isSmall(entry: object): boolean {
  const detail: unknown = "detail" in entry ? entry.detail : null;
  return typeof detail === "object" && detail !== null && "kind" in detail && detail.kind === MINOR;
}

/** What is filled from one collection to the next: one of the two halves. */
function placeBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  return (space?.space_size ?? 0) / 2;
}

/**
 * Percent by which the heap of a busy desk may grow before V8 looks through all of it: four times its size, which is as far as V8 goes by itself
 * at full load. At a thousand messages a second it would stop at 16 MB, and look through everything each few seconds; and
 * for a twentieth of a second its threads take the processors from the store's thread and from the server beside the desk.
 */
const BUSY_GROWTH_PERCENT = 300;

/** Flags that V8 reads each time the place or the heap grows, and not at its start alone. 0: as V8 sees fit. */
function allowGrowth(allowed: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${allowed ? 2 : 1}`);
  setFlagsFromString(`--heap-growing-percent=${allowed ? BUSY_GROWTH_PERCENT : 0}`);
}
