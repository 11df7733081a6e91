/** What the mill counts of the messages that went through it, and what must be zero of it. */

/**
 * What is done to both sides: `kill -9`, or a link reset. The aimed ones come the very moment a message has been shown, between the write
 * and its mark in the store; the others at any moment.
 */
export type Cause = "kill" | "kill aimed" | "cut" | "cut aimed";

/** In the order of the tables. */
export const CAUSES: readonly Cause[] = ["kill", "kill aimed", "cut", "cut aimed"];

export const NO_CAUSES: Readonly<Record<Cause, number>> = { kill: 0, "kill aimed": 0, cut: 0, "cut aimed": 0 };

/** Of all messages of one side. All are numbers of messages. */
export interface Totals {
  readonly sent: number;
  /** The desk (or relay) said that it has them; on Matrix the homeserver, which is to bring them to the desk. */
  readonly receipted: number;
  /** Shown to whom they were for; each counts once. */
  readonly arrived: number;
  /** The server or the desk refused them with an error: their sender knows. */
  readonly returned: number;
  /** Neither receipted nor refused, and never shown: their sender knows only that there is no receipt. */
  readonly unanswered: number;
  /** Shown again under the same id, by which a client can tell; on IRC, which has no ids, the same text. */
  readonly repeats: number;
  /** Receipted, and never shown. */
  readonly lost: number;
  /** Shown again under another id. */
  readonly doubled: number;
  /** Shown to somebody else, or as if somebody else had written. */
  readonly misaddressed: number;
  /** Shown for the first time after one that was written later in the same conversation. */
  readonly reordered: number;
}

/** The names of all counts, in the order of the tables. */
export const COUNTS = [
  "sent",
  "receipted",
  "arrived",
  "returned",
  "unanswered",
  "repeats",
  "lost",
  "doubled",
  "misaddressed",
  "reordered",
] as const satisfies readonly (keyof Totals)[];

/** A repeat under the same id may happen to one message in so many, where a network does not tell whether it took a message. */
export const MESSAGES_FOR_A_REPEAT = 10_000;

/** Nothing, as yet. */
export const NOTHING: Totals = {
  sent: 0,
  receipted: 0,
  arrived: 0,
  returned: 0,
  unanswered: 0,
  repeats: 0,
  lost: 0,
  doubled: 0,
  misaddressed: 0,
  reordered: 0,
};

/** Both together. */
export function together(one: Totals, other: Totals): Totals {
  const sums = { ...NOTHING } as Record<keyof Totals, number>;
  for (const count of COUNTS) sums[count] = one[count] + other[count];
  return sums;
}

/** The promises that these counts break, in words; empty when all are kept. Repeats are judged over a whole run, not here. */
export function broken({ lost, doubled, misaddressed, reordered }: Totals): readonly string[] {
  return Object.entries({ lost, doubled, misaddressed, reordered })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
}
