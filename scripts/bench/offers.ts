/**
 * The group `offers`: a hundred thousand conversations of whom several CSRs are asked at once, with accepts, declines, customers who
 * leave, lost connections and offers that run out in the same moment, in the order of chance. Each must have one winner at most, who
 * has room for it; the others must be told and lose nothing by it. test/unit/offer-races.ts looks after every event.
 */
import { Random } from "../../test/simulation/random.ts";
import { race } from "../../test/unit/offer-races.ts";
import type { Group, Row } from "./measure.ts";

const CONVERSATIONS = 100_000;
const AT_A_TIME = 1_000;

export const offers: Group = {
  name: "offers",
  async *run(say): AsyncIterable<Row> {
    say(`offers: ${CONVERSATIONS} conversations, several CSRs asked for each at the same moment`);
    const random = new Random(7);
    const sum = { parallel: 0, offers: 0, late: 0 };
    while (sum.parallel < CONVERSATIONS) {
      const { parallel, offers: made, late } = race(random, AT_A_TIME);
      sum.parallel += parallel;
      sum.offers += made;
      sum.late += late;
    }
    say(`offers: ${sum.offers} offers, ${sum.late} accepted a moment too late`);
    const against = "conversations to be run";
    yield {
      id: "offers.one-winner",
      unit: "conversations with one winner",
      ours: sum.parallel,
      theirs: CONVERSATIONS,
      against,
      goal: { atLeast: 1 },
    };
  },
};
