/** Numbers drawn from a seed, so that an estimate can be made again: the same seed, the same numbers. */

/** A stream of numbers in [0, 1) (Mulberry32). */
export type Chance = () => number;

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Exponentially distributed, with mean 1. */
export function exponential(chance: Chance): number {
  return -Math.log(1 - chance());
}

/** Normally distributed, mean 0 and deviation 1 (Box and Muller). */
export function normal(chance: Chance): number {
  return Math.sqrt(2 * exponential(chance)) * Math.cos(2 * Math.PI * chance());
}
