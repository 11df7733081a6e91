/** What goes wrong on a simulated network, and how slow it is. */

/** Chances are per send or event. */
export interface Weather {
  readonly latencyMs: number;
  readonly defer: number;
  readonly reject: number;
  /** A send is carried out, and the link breaks before the desk hears of it. */
  readonly loseAnswer: number;
  /** An event is delivered again, at once or later. */
  readonly repeat: number;
  /** The answer to a send comes after those to later ones; an event of one person after those that others sent later. */
  readonly reorder: number;
  /** A message is accepted, and comes back afterwards. */
  readonly bounce: number;
}

export const CALM: Weather = { latencyMs: 5, defer: 0, reject: 0, loseAnswer: 0, repeat: 0, reorder: 0, bounce: 0 };

/** How bad it becomes where an episode draws that. */
export const WORSE: Readonly<Omit<Weather, "latencyMs">> = {
  defer: 0.2,
  reject: 0.05,
  loseAnswer: 0.05,
  repeat: 0.3,
  reorder: 0.3,
  bounce: 0.05,
};
