/** create, start, stop: what every adapter does before, during and after its life. */
import { expect } from "chai";
import { FEATURES } from "../../../src/core/model.ts";
import { DEFAULT_LIMIT_MS, within } from "../../support/wait.ts";
import type { ConformanceTest, Stage } from "./stage.ts";

/** What holds a process open or reaches outside it; timers of the test runner itself come and go and do not count. */
const OUTSIDE = [
  "TCPSocketWrap",
  "TCPServerWrap",
  "PipeWrap",
  "TLSWrap",
  "GetAddrInfoReqWrap",
  "FSReqPromise",
  "FSReqCallback",
];

function outsideResources(): number {
  return process.getActiveResourcesInfo().filter((name) => OUTSIDE.includes(name)).length;
}

async function createIsQuiet(stage: Stage): Promise<void> {
  const before = outsideResources();
  const second = stage.another();
  expect(outsideResources(), "sockets and files opened by create()").to.equal(before);
  expect(second.context.calls, "calls into the context during create()").to.equal(0);
  await second.end();
}

async function capabilitiesAreSane({ adapter, far }: Stage): Promise<void> {
  const { features, identity, maxTextBytes, window } = adapter.capabilities;
  expect(maxTextBytes).to.be.greaterThan(0);
  expect(window).to.be.at.least(1);
  expect([...new Set(features)]).to.deep.equal([...features]);
  expect(FEATURES).to.include.members([...features]);
  expect(identity === "virtual", "an alias exactly where identity is virtual").to.equal(far.alias !== null);
}

async function startReportsOnline({ adapter, context }: Stage): Promise<void> {
  await context.listen();
  await within(3 * DEFAULT_LIMIT_MS, "start", adapter.start(new AbortController().signal));
  expect(context.statuses.all.at(-1)).to.equal("online");
}

async function startWaitsForTheNetwork({ adapter, context, far }: Stage): Promise<void> {
  await far.cut();
  try {
    await context.listen();
    const starting = adapter.start(new AbortController().signal);
    await context.backedOff(2);
    expect(context.statuses.all, "status while the network is away").not.to.include("online");
    await far.heal();
    await within(3 * DEFAULT_LIMIT_MS, "start once the network is back", starting);
  } finally {
    await far.heal();
  }
}

async function startCanBeGivenUp({ adapter, context, far }: Stage): Promise<void> {
  await far.cut();
  try {
    await context.listen();
    const giveUp = new AbortController();
    const starting = settled(adapter.start(giveUp.signal));
    await context.backedOff(1);
    giveUp.abort();
    expect(await within(DEFAULT_LIMIT_MS, "start to be given up", starting)).to.equal("rejected");
  } finally {
    await far.heal();
  }
}

async function wrongSecretIsFinal(stage: Stage): Promise<void> {
  const { createWithWrongSecret } = stage.far;
  if (createWithWrongSecret === null) {
    throw new Error("applies() should have said that there is no secret.");
  }
  const wrong = stage.another(createWithWrongSecret);
  await wrong.context.listen();
  const start = wrong.adapter.start(new AbortController().signal).then(
    () => null,
    (error: unknown) => error,
  );
  const error = await within(3 * DEFAULT_LIMIT_MS, "start to be refused", start);
  expect(error, "what start rejects with").to.be.instanceOf(Error);
  // The daemon logs what start rejects with, so it is looked through for secrets like any log.
  wrong.context.log.error("start.refused", { error });
  await wrong.end();
}

async function stopBeforeStart({ adapter }: Stage): Promise<void> {
  await within(DEFAULT_LIMIT_MS, "stop before start", adapter.stop());
}

async function stopDuringStart({ adapter, context }: Stage): Promise<void> {
  await context.listen();
  const starting = settled(adapter.start(new AbortController().signal));
  await within(DEFAULT_LIMIT_MS, "stop during start", adapter.stop());
  await within(DEFAULT_LIMIT_MS, "start to settle once stopped", starting);
}

async function stopTwice({ adapter }: Stage): Promise<void> {
  await within(DEFAULT_LIMIT_MS, "two stops at once", Promise.all([adapter.stop(), adapter.stop()]));
  await within(DEFAULT_LIMIT_MS, "one more stop", adapter.stop());
}

async function stopAnswersWhatIsUnderWay(stage: Stage): Promise<void> {
  const sends = ["one", "two", "three"].map((text) => stage.send(stage.message(stage.anna, text)));
  await within(DEFAULT_LIMIT_MS, "stop with sends under way", stage.adapter.stop());
  for (const outcome of await Promise.all(sends)) {
    expect(outcome.kind).to.be.oneOf(["accepted", "deferred"]);
  }
  const late = await stage.send(stage.message(stage.anna, "after the stop"));
  expect(late.kind).to.equal("deferred");
}

/** A second adapter works on the same network; all the while the stopped one must not be heard. */
async function silentAfterStop(stage: Stage): Promise<void> {
  await stage.adapter.stop();
  const { calls } = stage.context;
  // The person may or may not be able to write to a desk that is not there; both are the network's business.
  void stage.anna.say(stage.handle, "is anybody there?").catch(() => {});
  const second = stage.another();
  try {
    await second.start();
    await second.hears(second.ben, "good morning");
    await second.fence(second.ben);
  } finally {
    await second.end();
  }
  expect(stage.context.calls, "calls into the context after stop()").to.equal(calls);
}

async function aGoodLifeAfterAnother(stage: Stage): Promise<void> {
  for (let round = 1; round <= 2; round += 1) {
    const next = stage.another();
    await next.start();
    await next.hears(next.anna, `round ${round}`);
    await next.end();
  }
}

/** Whether it resolved; never rejects. */
async function settled(promise: Promise<void>): Promise<"resolved" | "rejected"> {
  return await promise.then(
    () => "resolved" as const,
    () => "rejected" as const,
  );
}

const dials = ({ far }: Stage): boolean => far.dials;
const made = { needs: "made", unexceptionable: false } as const;
const stops = { unexceptionable: true } as const;

export const lifecycleTests: readonly ConformanceTest[] = [
  { title: "create does no I/O", ...made, run: createIsQuiet },
  { title: "capabilities are known after create and make sense", ...made, run: capabilitiesAreSane },
  { title: "start resolves once online", ...made, run: startReportsOnline },
  { title: "start waits for a network that is away", ...made, applies: dials, run: startWaitsForTheNetwork },
  { title: "start can be given up", ...made, applies: dials, run: startCanBeGivenUp },
  {
    title: "a wrong secret makes start reject",
    ...made,
    applies: ({ far }) => far.createWithWrongSecret !== null,
    run: wrongSecretIsFinal,
  },
  { title: "stop before start", ...made, ...stops, run: stopBeforeStart },
  { title: "stop during start", ...made, ...stops, run: stopDuringStart },
  { title: "stop twice", needs: "started", ...stops, run: stopTwice },
  { title: "stop answers the sends under way", needs: "started", ...stops, run: stopAnswersWhatIsUnderWay },
  { title: "silent after stop", needs: "started", ...stops, run: silentAfterStop },
  { title: "one adapter after another on the same network", ...made, run: aGoodLifeAfterAnother },
];
