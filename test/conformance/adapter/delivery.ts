/** Commit, then act: acknowledgement, redelivery, de-duplication, link cuts, and those who cannot be reached. */
import { expect } from "chai";
import type { Outcome } from "../../../src/adapter.ts";
import { ACCEPTED, CONDITIONS } from "../../../src/core/model.ts";
import { DEFAULT_LIMIT_MS, within } from "../../support/wait.ts";
import type { FarEvent } from "../far-end.ts";
import type { ConformanceTest, Stage } from "./stage.ts";
import { freshKey, seeded } from "./stage.ts";

const CANNOT_TAKE = () => Promise.reject(new Error("the desk cannot take it now"));

async function senderIsReachable(stage: Stage): Promise<void> {
  const { inbound } = await stage.hears(stage.anna, "can you hear me?");
  await stage.deliver({ ...stage.message(stage.anna, "yes"), to: inbound.from });
  const seen = await stage.sees(stage.anna, "message");
  expect(seen.text).to.equal("yes");
}

async function noEcho(stage: Stage): Promise<void> {
  for (const text of ["one", "two", "three"]) {
    await stage.deliver(stage.message(stage.anna, text));
  }
  await stage.hears(stage.anna, "four");
  await stage.hears(stage.ben, "five");
  const heard = stage.context.inbounds.all.flatMap((inbound) => (inbound.kind === "message" ? [inbound.text] : []));
  expect(heard).to.deep.equal(["four", "five"]);
}

function acknowledged(stage: Stage, id: string | null): boolean {
  const isIt = (event: FarEvent): boolean => event.kind === "receipt" && event.state === "received" && event.of === id;
  return stage.anna.received.some(isIt);
}
async function seesAcknowledgement(stage: Stage, id: string | null): Promise<void> {
  await stage.sees(stage.anna, "receipt", ({ of, state }) => state === "received" && of === id);
}

async function acknowledgesAfterCommit(stage: Stage): Promise<void> {
  const release = stage.context.hold();
  const { id } = await stage.hears(stage.anna, "do you have it?");
  await stage.fence(stage.anna);
  expect(acknowledged(stage, id), "acknowledged before receive() resolved").to.equal(false);
  release();
  await seesAcknowledgement(stage, id);
}

async function notTakenIsNotAcknowledged(stage: Stage): Promise<void> {
  stage.context.judge(CANNOT_TAKE);
  const { id } = await stage.hears(stage.anna, "the disk is full");
  await stage.fence(stage.anna);
  expect(acknowledged(stage, id), "acknowledged although receive() failed").to.equal(false);
  stage.context.judge(async () => ACCEPTED);
  // The network goes on: with the same message where it redelivers, with the next one in any case.
  await stage.far.redeliver?.();
  await stage.anna.say(stage.handle, "and now?");
  await stage.context.inbounds.next("the next message", (next) => next.kind === "message" && next.text === "and now?");
}

async function redeliveredWithTheSameId(stage: Stage): Promise<void> {
  stage.context.judge(CANNOT_TAKE);
  const { id, inbound } = await stage.hears(stage.anna, "one");
  expect(inbound.redelivery, "redelivery id on a network that redelivers").to.be.a("string");
  stage.context.judge(async () => ACCEPTED);
  await stage.far.redeliver?.();
  const again = await stage.context.next("message", stage.anna.address, "the message once more");
  expect({ text: again.text, redelivery: again.redelivery }).to.deep.equal({
    text: "one",
    redelivery: inbound.redelivery,
  });
  if (stage.far.acknowledges) {
    await seesAcknowledgement(stage, id);
  }
  const { inbound: next } = await stage.hears(stage.anna, "two");
  expect(next.text).to.equal("two");
  expect(next.redelivery).not.to.equal(inbound.redelivery);
}

async function refusalReachesTheSender(stage: Stage): Promise<void> {
  stage.context.judge(async () => ({
    kind: "refused",
    reason: "policy-violation",
    text: "Too many messages at once.",
  }));
  const { id } = await stage.hears(stage.anna, "spam");
  const refusal = await stage.sees(stage.anna, "refusal");
  expect({ of: refusal.of, reason: refusal.reason }).to.deep.equal({ of: id, reason: "policy-violation" });
  expect(acknowledged(stage, id), "acknowledged although refused").to.equal(false);
  stage.context.judge(async () => ACCEPTED);
  await stage.hears(stage.anna, "sorry");
}

async function sameKeyOnce(stage: Stage): Promise<void> {
  const outbound = stage.message(stage.anna, "only once");
  await stage.deliver(outbound);
  await stage.deliver(outbound);
  await stage.deliver({ ...stage.message(stage.anna, "only once"), key: freshKey() });
  await stage.fence(stage.anna);
  expect(stage.texts(stage.anna).slice(0, -1)).to.deep.equal(["only once", "only once"]);
}

async function unknownRecipient(stage: Stage): Promise<void> {
  const outbound = { ...stage.message(stage.anna, "nobody reads this"), to: stage.far.stranger };
  const outcome = await stage.send(outbound);
  expect(outcome.kind, JSON.stringify(outcome)).to.be.oneOf(["rejected", "accepted"]);
  if (outcome.kind === "rejected") {
    expect(CONDITIONS).to.include(outcome.reason);
  } else {
    const isIt = (of: string): boolean => of === outbound.key;
    const bounce = await stage.context.inbounds.next(
      "a bounce",
      (inbound) => inbound.kind === "bounce" && isIt(inbound.of),
    );
    expect(CONDITIONS).to.include(bounce.kind === "bounce" ? bounce.reason : null);
    expect(bounce.from).to.deep.equal(stage.far.stranger);
  }
  await stage.fence(stage.anna);
  expect(stage.texts(stage.anna)).to.have.length(1);
}

/** Nobody waits for an answer for ever: giving up defers. */
async function sendCanBeGivenUp(stage: Stage): Promise<void> {
  const giveUp = new AbortController();
  giveUp.abort();
  const outcome = await stage.send(stage.message(stage.anna, "given up"), giveUp.signal);
  expect(outcome.kind).to.be.oneOf(["deferred", "accepted"]);
  await stage.fence(stage.anna);
}

async function linkCut(stage: Stage): Promise<void> {
  const { anna, far } = stage;
  // The desk sends to people it has heard of; a network need not know the others when they are not connected.
  await stage.hears(anna, "hello");
  await stage.deliver(stage.message(anna, "before"));
  await stage.sees(anna, "message");
  const underWay = stage.message(anna, "under way");
  const sending = stage.send(underWay);
  await far.cut();
  const during = stage.message(anna, "during");
  let interrupted: Outcome;
  try {
    interrupted = await sending;
    expect(interrupted.kind, JSON.stringify(interrupted)).to.be.oneOf(["accepted", "deferred"]);
    const outcome = await stage.send(during);
    expect(outcome.kind, JSON.stringify(outcome)).to.equal("deferred");
  } finally {
    await far.heal();
  }
  if (!far.dials) {
    await stage.context.reached.next("the person to be reachable again", ({ id }) => id === anna.address.id);
  }
  if (interrupted.kind === "deferred") {
    await stage.deliver(underWay);
  }
  await stage.deliver(during);
  await stage.deliver(stage.message(anna, "after"));
  await stage.sees(anna, "message", ({ text }) => text === "after");
  // Where keys are not told apart, what was under way may have arrived just before the cut, and arrives again.
  const texts = stage.texts(anna).filter((text, index, all) => text !== "under way" || text !== all[index - 1]);
  expect(stage.capabilities.deduplicates ? stage.texts(anna) : texts).to.deep.equal([
    "before",
    "under way",
    "during",
    "after",
  ]);
  await stage.hears(anna, "and back");
}

async function writtenDuringTheCut(stage: Stage): Promise<void> {
  const { anna, far, handle } = stage;
  await stage.hears(anna, "before");
  await far.cut();
  try {
    // A client without a connection keeps what it could not send; saying may last until it is back.
    void anna.say(handle, "during").catch(() => {});
  } finally {
    await far.heal();
  }
  const held = await stage.context.next("message", anna.address, "what was written during the cut");
  expect(held.text).to.equal("during");
  await stage.hears(anna, "after");
  expect([...new Set(stage.heard(anna))]).to.deep.equal(["before", "during", "after"]);
}

/** Two outages: attempts are counted from the beginning in each, and each waits as long as it was told. */
async function reconnectsWithBackOff(stage: Stage): Promise<void> {
  for (let outage = 1; outage <= 2; outage += 1) {
    const first = stage.context.backoffs.length;
    await stage.far.cut();
    try {
      await stage.context.backedOff(first + 4);
    } finally {
      await stage.far.heal();
    }
    const tries = stage.context.backoffs.slice(first, first + 4);
    const [start] = tries;
    expect(start?.attempt, `number of the first attempt in outage ${outage}`).to.be.oneOf([0, 1]);
    tries.slice(1).forEach(({ attempt, at }, index) => {
      const before = tries[index];
      expect(attempt, "attempts count up").to.equal((before?.attempt ?? 0) + 1);
      // A timer may fire a millisecond early by the monotonic clock.
      expect(at - (before?.at ?? 0), "time between two attempts").to.be.at.least((before?.delayMs ?? 0) - 2);
    });
    await within(3 * DEFAULT_LIMIT_MS, "the link to come back", stage.fence(stage.anna));
    expect(stage.context.statuses.all.at(-1)).to.equal("online");
  }
  expect(stage.context.statuses.all.filter((status) => status === "online")).to.have.length(3);
}

const SEEDS = [1, 2, 3, 4, 5];
const PIECES = 12;

async function garbageStopsNothing(stage: Stage): Promise<void> {
  for (const seed of SEEDS) {
    const random = seeded(seed);
    for (let piece = 0; piece < PIECES; piece += 1) {
      await stage.far.garbage(random);
    }
    await goodMessageIsHeard(stage, `good after seed ${seed}`, stage.far.saidAfterGarbage ?? 1);
    await stage.fence(stage.anna);
  }
}

async function goodMessageIsHeard(stage: Stage, text: string, times: number): Promise<void> {
  await stage.anna.say(stage.handle, text);
  const heard = stage.context.inbounds.next(
    text,
    (inbound) => inbound.kind === "message" && inbound.text === text,
    DEFAULT_LIMIT_MS / times,
  );
  if (times === 1) await heard;
  else await heard.catch(() => goodMessageIsHeard(stage, text, times - 1));
}

const usual = { needs: "started", unexceptionable: false } as const;
const law = { needs: "started", unexceptionable: true } as const;

export const deliveryTests: readonly ConformanceTest[] = [
  { title: "the sender of an inbound can be sent to", ...usual, run: senderIsReachable },
  { title: "what the desk sends does not come back as an echo", ...usual, run: noEcho },
  {
    title: "a receipt goes out only after receive has resolved",
    ...usual,
    applies: ({ far }) => far.acknowledges,
    run: acknowledgesAfterCommit,
  },
  { title: "what the desk could not take is not acknowledged", ...usual, run: notTakenIsNotAcknowledged },
  {
    title: "what the desk could not take is redelivered with the same id",
    ...usual,
    applies: ({ far }) => far.redeliver !== null,
    run: redeliveredWithTheSameId,
  },
  {
    title: "what the desk refused is answered in the protocol's own terms",
    ...usual,
    applies: ({ far }) => far.refuses,
    run: refusalReachesTheSender,
  },
  {
    title: "the same key twice is delivered once",
    ...usual,
    applies: ({ capabilities }) => capabilities.deduplicates,
    run: sameKeyOnce,
  },
  { title: "an unknown recipient is rejected or bounces", ...law, run: unknownRecipient },
  { title: "a send that is given up is deferred", ...usual, run: sendCanBeGivenUp },
  { title: "a link cut defers, and once healed all is delivered, nothing twice", ...usual, run: linkCut },
  {
    title: "what a person wrote during a link cut arrives after it",
    ...usual,
    applies: ({ far }) => far.redeliver !== null,
    run: writtenDuringTheCut,
  },
  {
    title: "reconnects with the back-off it is told",
    ...usual,
    applies: ({ far }) => far.dials,
    run: reconnectsWithBackOff,
  },
  { title: "seeded garbage never stops the next good message", ...usual, run: garbageStopsNothing },
];
