/**
 * The group `routing`, beside filtering and sorting everybody (naive-routing.ts). Both sides are given the same CSRs and requests and must make
 * the same choices: 50 skills with levels, one to three asked for, now and then a language, capacity, the least loaded first.
 *
 *     routing.decide-N    one decision among N CSRs: a request that has just come, the CSR who gets it
 *     routing.cycle-N     the whole of it in a centre that is never at rest: a conversation comes, its CSR is found and takes it, another
 *                         CSR finishes one. For that the naive side only changes two numbers; ours keeps its lists up to date.
 *     routing.freed-…     one decision when a CSR becomes free while many wait: who is next
 *     routing.freed-taken-… that, and whoever is served leaves the queue, and the CSR is busy again
 *     routing.freed-cycle-… that, and somebody else comes
 *     routing.crowd-…     100,000 CSRs and 1,000,000 who wait, on one core: what they take, and who is next
 *     routing.freed-to-…  from freed capacity to the offer at the CSR, through a whole desk with its store on the disk
 *     routing.same-as-…   decisions over all rules that are the same as the oracle's
 */
import { getHeapStatistics } from "node:v8";
import { Random } from "../../test/simulation/random.ts";
import { runDay } from "../../test/unit/routing-day.ts";
import { type Group, heapUsed, inTurn, median, type Row } from "./measure.ts";
import { Centre, indexedSide, naiveSide } from "./routing-centre.ts";
import { type FreedTimes, FullCentre, freedIndexed, freedNaive } from "./routing-freed.ts";
import { freedToOffer } from "./routing-offers.ts";
import { drawCsrs, drawRequest } from "./routing-people.ts";

/** How long one side runs at a time. */
const RUN_MS = 600;
const RUNS = 5;
/** Requests that come together, so that those who decide find them as they would one that has just come. */
const BATCH = 64;

export const routing: Group = {
  name: "routing",
  async *run(say): AsyncIterable<Row> {
    for (const [count, atLeast] of [
      [1_000, 40],
      [10_000, 150],
      [100_000, 1_000],
    ] as const) {
      say(`routing: decisions among ${count} CSRs`);
      yield* decisions(count, atLeast);
    }
    say("routing: a CSR becomes free while 100,000 wait");
    yield* freed(100_000, 1_000);
    say("routing: 100,000 CSRs, of whom one at a time becomes free, and 1,000,000 who wait");
    yield* crowd(100_000, 1_000_000);
    say("routing: from freed capacity to the offer, 1,000 CSRs, 10,000 waiting, a store on the disk");
    yield await freedToOffer();
    say("routing: a million random decisions over all rules, beside the oracle");
    yield oracle(1_000_000);
  },
};

// --- decisions -------------------------------------------------------------------------------------------------------

function warmUp(centre: Centre, decisions: number): void {
  for (let done = 0; done < decisions; done += BATCH) {
    centre.prepare(BATCH);
    for (let at = 0; at < BATCH; at += 1) centre.decideOnce();
  }
}

/** Decisions a second over some time. */
function pace(centre: Centre, step: () => void): number {
  let done = 0;
  let spent = 0;
  while (spent < RUN_MS) {
    centre.prepare(BATCH);
    const began = performance.now();
    for (let at = 0; at < BATCH; at += 1) step();
    spent += performance.now() - began;
    done += BATCH;
  }
  return (done * 1_000) / spent;
}

async function* decisions(count: number, atLeast: number): AsyncIterable<Row> {
  const [indexed, naive] = [new Centre(count, indexedSide), new Centre(count, naiveSide)];
  // Until every list that is asked for exists; this does not count.
  warmUp(naive, count > 10_000 ? 256 : 2_048);
  warmUp(indexed, 40_960);
  const differs = naive.choices.findIndex((choice, at) => choice !== indexed.choices[at]);
  if (differs >= 0) throw new Error(`the two sides differ in decision ${differs} among ${count} CSRs`);
  const against = "filtering and sorting all CSRs";
  for (const [name, goal, ours, theirs] of [
    ["decide", { atLeast }, () => indexed.chooseOnce(), () => naive.chooseOnce()],
    ["cycle", null, () => indexed.decideOnce(), () => naive.decideOnce()],
  ] as const) {
    const sides = { ours: async () => pace(indexed, ours), theirs: async () => pace(naive, theirs) };
    const paces = await inTurn(RUNS, sides);
    const id = `routing.${name}-${count}`;
    yield { id, unit: "decisions/s", ours: median(paces.ours), theirs: median(paces.theirs), against, goal };
  }
}

// --- a CSR becomes free ----------------------------------------------------------------------------------------------

async function* freed(count: number, atLeast: number): AsyncIterable<Row> {
  const random = new Random(count);
  const csrs = drawCsrs(random, 1_000).map((csr) => ({ ...csr, capacity: 1, load: 1 }));
  const requests = Array.from({ length: count }, (_, number) => drawRequest(random, number, csrs));
  const indexed = new FullCentre(csrs, requests, freedIndexed(csrs));
  const naive = new FullCentre(csrs, requests, freedNaive());
  // As in `decisions`: until everything that is looked at exists. This does not count.
  indexed.run(40_960);
  naive.run(256);
  const differs = naive.choices.findIndex((choice, at) => choice !== indexed.choices[at]);
  if (differs >= 0)
    throw new Error(`the two sides differ in who is next for the CSR who became free as number ${differs}`);
  const { ours, theirs } = await inTurn(RUNS, {
    ours: async () => indexed.run(Number.POSITIVE_INFINITY, RUN_MS),
    theirs: async () => naive.run(Number.POSITIVE_INFINITY, RUN_MS),
  });
  for (const [id, goal, paceOf] of [
    [`routing.freed-${count}-waiting`, { atLeast }, chosenPace],
    [`routing.freed-taken-${count}`, null, takenPace],
    [`routing.freed-cycle-${count}`, null, wholePace],
  ] as const)
    yield {
      id,
      unit: "decisions/s",
      ours: median(ours.map(paceOf)),
      theirs: median(theirs.map(paceOf)),
      against: "filtering and sorting all who wait",
      goal,
    };
}

const chosenPace = ({ decisions, chosenMs }: FreedTimes): number => (decisions * 1_000) / chosenMs;
const takenPace = ({ decisions, takenMs }: FreedTimes): number => (decisions * 1_000) / takenMs;
const wholePace = ({ decisions, wholeMs }: FreedTimes): number => (decisions * 1_000) / wholeMs;

/** As many as one core is to hold: what routing knows of them, and that it still decides. */
async function* crowd(csrCount: number, waitingCount: number): AsyncIterable<Row> {
  const random = new Random(waitingCount);
  const csrs = drawCsrs(random, csrCount).map((csr) => ({ ...csr, capacity: 1, load: 1 }));
  const requests = Array.from({ length: waitingCount }, (_, number) => drawRequest(random, number, csrs));
  const before = heapUsed();
  const began = performance.now();
  const ours = new FullCentre(csrs, requests, freedIndexed(csrs));
  yield {
    id: "routing.crowd-build",
    unit: "s",
    ours: (performance.now() - began) / 1_000,
    theirs: 60,
    against: "a minute, in which a desk may be told of them all",
    goal: { atMost: 1 },
  };
  yield {
    id: "routing.crowd-heap",
    unit: "MB",
    ours: (heapUsed() - before) / MB,
    theirs: getHeapStatistics().heap_size_limit / MB,
    against: "the heap that Node gives a process here",
    goal: { atMost: 1 },
  };
  const theirs = new FullCentre(csrs, requests, freedNaive());
  const paces = await inTurn(RUNS, {
    ours: async () => chosenPace(ours.run(1_000)),
    theirs: async () => chosenPace(theirs.run(2)),
  });
  const paceRow = {
    ours: median(paces.ours),
    theirs: median(paces.theirs),
    against: "filtering and sorting all who wait",
  };
  yield { id: "routing.crowd-freed", unit: "decisions/s", ...paceRow, goal: { atLeast: 1_000 } };
}
const MB = 1_000_000;

// --- the oracle ------------------------------------------------------------------------------------------------------

/** How many of so many decisions are the same as the oracle's. A difference throws, with the day that shows it. */
function oracle(wanted: number): Row {
  let compared = 0;
  for (let day = 1; compared < wanted; day += 1) {
    const csrs = [8, 8, 8, 30, 30, 200][day % 6] ?? 8;
    const shortList = day % 2 === 0 ? { shortList: 1 } : {};
    compared += runDay(new Random(day), { csrs, conversations: csrs < 200 ? 16 : 40, events: 400, ...shortList });
  }
  return {
    id: "routing.same-as-oracle",
    unit: "decisions",
    ours: compared,
    theirs: compared,
    against: "the oracle decided alike",
    goal: { atLeast: 1 },
  };
}
