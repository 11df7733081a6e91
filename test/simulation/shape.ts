/** How much happens in one schedule: a whole busy day, or an episode of a few people in which little goes wrong at a time. */

export interface Shape {
  readonly name: "day" | "episode";
  /** How long customers come and things go wrong, in milliseconds since the beginning. */
  readonly busyMs: number;
  /** From when on customers are quiet; CSRs finish what they have. */
  readonly quietMs: number;
  /** By then every limit of silence has passed. */
  readonly endMs: number;
  /** Mean times between two customers, of which one is drawn. */
  readonly customersEveryMs: readonly number[];
  readonly mostCustomers: number;
  readonly mostCsrs: number;
  /** Kinds of faults, each once or a few times; null: every kind by its own chance, again and again. */
  readonly faults: { readonly least: number; readonly most: number } | null;
  /** Means of how often CSRs leave, in minutes. */
  readonly leavesEveryMinutes: readonly number[];
}

const MINUTE = 60_000;

export const SHAPES: Readonly<Record<Shape["name"], Shape>> = {
  day: {
    name: "day",
    busyMs: 15 * MINUTE,
    quietMs: 22 * MINUTE,
    endMs: 75 * MINUTE,
    customersEveryMs: [10_000, 25_000, 60_000],
    mostCustomers: Number.POSITIVE_INFINITY,
    mostCsrs: 4,
    faults: null,
    leavesEveryMinutes: [2, 10, 60],
  },
  episode: {
    name: "episode",
    busyMs: 3 * MINUTE,
    quietMs: 8 * MINUTE,
    endMs: 45 * MINUTE,
    customersEveryMs: [5_000, 20_000, 60_000],
    mostCustomers: 4,
    mostCsrs: 3,
    faults: { least: 1, most: 3 },
    leavesEveryMinutes: [1, 3, 60],
  },
};

/** One schedule, exactly: the same one gives the same world again. */
export interface Schedule {
  readonly shape: Shape["name"];
  readonly seed: number;
  /** Crossings at which the process dies (crossings.ts), rising; left out or empty: none but those that chance brings. */
  readonly crashAt?: readonly number[];
  /** Its state is in SQLite, as a desk's is; left out: in memory, which is quicker. */
  readonly sqlite?: boolean;
}

/** The command that plays it again, with a line for everything that happens. */
export function replayCommand({ shape, seed, crashAt = [], sqlite = false }: Schedule): string {
  const crash = crashAt.length === 0 ? "" : ` --crash-at ${crashAt.join(",")}`;
  return `node test/simulation/run.ts --shape ${shape} --seed ${seed}${crash}${sqlite ? " --sqlite" : ""}`;
}
