/** The levels of several skills in one number, four bits for each: whether somebody has all that is asked for is one subtraction. */

/** Skills that fit. */
export const MOST_SKILLS = 7;
/** Higher levels than this are not told apart. */
const HIGHEST = 7;
const BITS = 4;
/** The upper bit of each: it is lost where the level is lower than what is asked for. */
const FLAGS = 0x08888888;

/** That level of the skill at that place, to be added to the others. */
export function levelAt(place: number, level: number): number {
  return Math.max(0, Math.min(HIGHEST, Math.floor(level))) << (place * BITS);
}

/** Whether a number made of `levelAt` can say if that much is had. */
export function isTold(least: number): boolean {
  return Number.isInteger(least) && least >= 0 && least <= HIGHEST;
}

/** Whether all levels are at least what is asked for. */
export function reach(levels: number, least: number): boolean {
  return (((levels | FLAGS) - least) & FLAGS) === FLAGS;
}
