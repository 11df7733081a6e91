/** What the capabilities claim is carried both ways; what they do not claim is rejected by name, with nothing on the wire. */
import { expect } from "chai";
import type { Feature, Outbound, OutboundKind } from "../../../src/core/model.ts";
import type { ConformanceTest, Stage } from "./stage.ts";

/** A message of the desk that the person has, with the id their client knows it by. */
async function shown(stage: Stage): Promise<{ outbound: Outbound; id: string }> {
  const outbound = stage.message(stage.anna, "the original");
  await stage.deliver(outbound);
  const { id } = await stage.sees(stage.anna, "message");
  if (id === null) {
    throw new Error("A client that shows edits, reactions or receipts must know the message by an id.");
  }
  return { outbound, id };
}
/** A message of the person that the desk has, with the ids of both sides. */
async function said(stage: Stage): Promise<{ theirs: string; ours: string }> {
  const { id, inbound } = await stage.hears(stage.anna, "the original");
  if (id === null || inbound.id === null) {
    throw new Error("Edits, reactions and receipts need an id on the person's own message.");
  }
  return { theirs: id, ours: inbound.id };
}

async function edits(stage: Stage): Promise<void> {
  const { outbound, id } = await shown(stage);
  for (const text of ["better", "/better still  "]) {
    await stage.deliver(stage.outbound("edit", stage.anna, { of: outbound.key, text, nick: null }));
    const seen = await stage.sees(stage.anna, "edit");
    expect({ of: seen.of, text: seen.text }).to.deep.equal({ of: id, text });
  }
  const { theirs, ours } = await said(stage);
  await stage.anna.edit(stage.handle, theirs, "what I meant");
  const inbound = await stage.context.next("edit", stage.anna.address);
  expect({ of: inbound.of, text: inbound.text }).to.deep.equal({ of: ours, text: "what I meant" });
}

async function retractions(stage: Stage): Promise<void> {
  const { outbound, id } = await shown(stage);
  await stage.deliver(stage.outbound("retraction", stage.anna, { of: outbound.key }));
  expect((await stage.sees(stage.anna, "retraction")).of).to.equal(id);
  const { theirs, ours } = await said(stage);
  await stage.anna.retract(stage.handle, theirs);
  expect((await stage.context.next("retraction", stage.anna.address)).of).to.equal(ours);
}

async function reactions(stage: Stage): Promise<void> {
  const { outbound, id } = await shown(stage);
  for (const set of [["👍", "🎉"], ["🎉"], []]) {
    await stage.deliver(stage.outbound("reaction", stage.anna, { of: outbound.key, reactions: set }));
    // Where single reactions make a set, a client may have drawn it before all of them had come.
    await stage.sees(stage.anna, "reaction", ({ of, reactions }) => of === id && reactions.join() === set.join());
  }
  // People react to what the desk said: then `of` is the desk's key, or the network's id that the send answered with.
  await stage.anna.react(stage.handle, id, ["❤️"]);
  const inbound = await stage.context.next("reaction", stage.anna.address);
  expect(inbound.reactions).to.deep.equal(["❤️"]);
  expect(inbound.of).to.be.oneOf([outbound.key, id]);
}

async function replies(stage: Stage): Promise<void> {
  const { theirs, ours } = await said(stage);
  await stage.deliver(stage.message(stage.anna, "to that I say yes", { replyTo: ours }));
  const seen = await stage.sees(stage.anna, "message");
  expect({ text: seen.text, replyTo: seen.replyTo }).to.deep.equal({ text: "to that I say yes", replyTo: theirs });
}

/** However the network writes it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: IRC writes it with one.
const STRONG = /(?:\*|<(?:strong|b)>|\u0002)wrong/u;

async function formatting(stage: Stage): Promise<void> {
  const looks = [{ style: "strong", start: 6, end: 11 }] as const;
  await stage.deliver(stage.message(stage.anna, "it is wrong", { formatting: looks }));
  expect((await stage.sees(stage.anna, "message")).formatted).to.match(STRONG);
  await stage.deliver(stage.message(stage.anna, "not *wrong* at all"));
  const literal = await stage.sees(stage.anna, "message");
  expect({ text: literal.text, formatted: literal.formatted ?? null }).to.deep.equal({
    text: "not *wrong* at all",
    formatted: null,
  });
  await stage.anna.format?.(stage.handle, "it is *wrong*", "it is <strong>wrong</strong>");
  const inbound = await stage.context.next("message", stage.anna.address);
  expect({ text: inbound.text, formatting: inbound.formatting }).to.deep.equal({
    text: "it is wrong",
    formatting: looks,
  });
}

async function typing(stage: Stage): Promise<void> {
  for (const state of ["composing", "paused"] as const) {
    await stage.deliver(stage.outbound("typing", stage.anna, { state }));
    await stage.sees(stage.anna, "typing", (event) => event.state === state);
  }
  await stage.anna.typing(stage.handle, "composing");
  const inbound = await stage.context.inbounds.next(
    "composing",
    (one) => one.kind === "typing" && one.state === "composing",
  );
  expect(inbound.from).to.deep.equal(stage.anna.address);
  expect(inbound.to).to.equal(stage.handle);
}

async function receipts(stage: Stage, state: "delivered" | "read"): Promise<void> {
  const { theirs, ours } = await said(stage);
  await stage.deliver(stage.outbound("receipt", stage.anna, { of: ours, state }));
  const seen = await stage.sees(stage.anna, "receipt", (event) => event.state === state);
  expect(seen.of).to.equal(theirs);
  const { outbound, id } = await shown(stage);
  await stage.anna.receipt(stage.handle, id, state);
  const isIt = (of: string): boolean => of === outbound.key || of === id;
  await stage.context.inbounds.next(
    `${state} of the desk's message`,
    (one) => one.kind === "receipt" && one.state === state && isIt(one.of),
  );
}

async function presence(stage: Stage): Promise<void> {
  await stage.deliver(stage.outbound("watch", stage.anna, {}));
  for (const state of ["away", "dnd", "available"] as const) {
    await stage.anna.presence(state);
    const inbound = await stage.context.inbounds.next(state, (one) => one.kind === "presence" && one.state === state);
    expect(inbound.from).to.deep.equal(stage.anna.address);
  }
  await stage.anna.subscribe(stage.handle, "subscribe");
  // Agreeing to be watched may have been reported before, as a subscription too.
  const request = await stage.context.inbounds.next(
    "a contact request",
    (one) => one.kind === "subscription" && one.state === "subscribe",
  );
  expect({ to: request.to, from: request.from }).to.deep.equal({ to: stage.handle, from: stage.anna.address });
  await stage.deliver(stage.outbound("subscription", stage.anna, { state: "subscribed", nick: null }));
  await stage.deliver(stage.outbound("presence", stage.anna, { state: "away", text: "two ahead of you", nick: null }));
  await stage.sees(stage.anna, "presence", (event) => event.state === "away" && event.from === stage.handle);
}

async function choices(stage: Stage): Promise<void> {
  const offered = [
    { value: "billing", label: "My bill" },
    { value: "sales", label: "Buy something" },
  ];
  const text = "What is it about? billing, sales";
  await stage.deliver(stage.message(stage.anna, text, { choices: offered, notice: true }));
  const seen = await stage.sees(stage.anna, "message", (event) => event.choices.length > 0);
  expect({ text: seen.text, choices: seen.choices }).to.deep.equal({ text, choices: offered });
  await stage.anna.choose(stage.handle, seen.id ?? "", { value: "billing", label: "My bill" });
  expect((await stage.context.next("message", stage.anna.address)).choice).to.equal("billing");
}

async function software(stage: Stage): Promise<void> {
  const expected = stage.anna.software;
  await stage.hears(stage.anna, "what am I writing from?");
  const { software: found } = await stage.context.next("software", stage.anna.address);
  expect({ name: found.name, version: found.version }).to.deep.equal(expected);
}

interface Claim {
  readonly feature: Feature;
  readonly run: (stage: Stage) => Promise<void>;
}
const CLAIMS: readonly Claim[] = [
  { feature: "formatting", run: formatting },
  { feature: "edit", run: edits },
  { feature: "retraction", run: retractions },
  { feature: "reaction", run: reactions },
  { feature: "reply", run: replies },
  { feature: "typing", run: typing },
  { feature: "delivered", run: (stage) => receipts(stage, "delivered") },
  { feature: "read", run: (stage) => receipts(stage, "read") },
  { feature: "presence", run: presence },
  { feature: "choices", run: choices },
];

/** One outbound for each feature that has a kind of its own. */
const PROBES: readonly { readonly feature: Feature; readonly kind: OutboundKind; readonly content: object }[] = [
  { feature: "edit", kind: "edit", content: { of: "0-0-0", text: "never shown", nick: null } },
  { feature: "retraction", kind: "retraction", content: { of: "0-0-0" } },
  { feature: "reaction", kind: "reaction", content: { of: "0-0-0", reactions: ["👍"] } },
  { feature: "typing", kind: "typing", content: { state: "composing" } },
  { feature: "delivered", kind: "receipt", content: { of: "0-0-0", state: "delivered" } },
  { feature: "read", kind: "receipt", content: { of: "0-0-0", state: "read" } },
  { feature: "presence", kind: "presence", content: { state: "away", text: "never shown", nick: null } },
];

async function unclaimedIsRejected(stage: Stage): Promise<void> {
  const { features } = stage.capabilities;
  const unclaimed = PROBES.filter(({ feature }) => !features.includes(feature));
  for (const { feature, kind, content } of unclaimed) {
    const outcome = await stage.send({ ...stage.outbound("watch", stage.anna, {}), kind, ...content } as Outbound);
    expect(outcome.kind, `${kind} without the feature ${feature}`).to.equal("rejected");
    if (outcome.kind === "rejected") {
      expect(outcome.reason).to.equal("feature-not-implemented");
      expect(outcome.text, "the refusal names the kind").to.contain(kind);
    }
  }
  await stage.fence(stage.anna);
  const strays = stage.anna.received.all.filter(
    ({ kind }) => kind !== "message" && unclaimed.some((probe) => probe.kind === kind),
  );
  expect(strays.filter((event) => event.kind !== "receipt" || event.state !== "received")).to.deep.equal([]);
}

const usual = { needs: "started", unexceptionable: false } as const;

export const featureTests: readonly ConformanceTest[] = [
  ...CLAIMS.map(
    ({ feature, run }): ConformanceTest => ({
      title: `${feature}: carried as claimed`,
      ...usual,
      applies: ({ capabilities }) => capabilities.features.includes(feature),
      run,
    }),
  ),
  { title: "a kind that is not claimed is rejected by name", ...usual, run: unclaimedIsRejected },
  {
    title: "the person's software is found out",
    ...usual,
    applies: ({ anna }) => anna.software !== null,
    run: software,
  },
];
