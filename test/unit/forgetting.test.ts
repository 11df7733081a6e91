/** What the desk itself still knows of a customer who is erased: after the core's word nothing. */
import { expect } from "chai";
import type { AliasRow } from "../../src/core/state.ts";
import type { Fact } from "../../src/core/step.ts";
import { recordedVisit } from "../../src/core/visit.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const ANNA = { network: "web", id: "anna-id" };
const ADA = { network: "xmpp", id: "ada" };
const KNOWN: Partial<PlayConfig> = {
  dialogs: {
    person: "billing",
    dialogs: { express: { steps: [{ identify: { account: false, askName: "Name?" } }, { route: "billing" }] } },
  },
  networks: {
    web: { title: "Web", handles: { support: "express" } },
    xmpp: { title: "XMPP", handles: { support: "express" } },
  },
  directory: [{ id: "c-7", name: "Anna", account: null, language: null, addresses: [ANNA], attributes: {} }],
};

const LABELS: PlayConfig["networks"] = {
  web: { title: "Web", handles: { support: "express" } },
  xmpp: { title: "XMPP", handles: { support: "express" }, identity: "fixed" },
};

/** Anna has talked with Ada, and it is over. */
function afterATalk(
  changes: Partial<PlayConfig>,
  words: readonly string[] = ["hello"],
): {
  readonly core: CoreDesk;
  readonly conversations: readonly string[];
  readonly facts: readonly Fact[];
} {
  const facts: Fact[] = [];
  const core = new CoreDesk(playSetting(company(changes)), {}, (step) => void facts.push(...step.facts));
  core.hear({ kind: "presence", from: ADA, to: "desk", state: "available", text: null, all: true });
  for (const text of words) core.hear({ kind: "message", from: ANNA, to: "support", text });
  const offer = core.sent.findLast(({ kind, to }) => kind === "message" && to.id === ADA.id);
  // Where she has one conversation its label may be left out.
  for (const text of ["/accept", "/close"]) core.hear({ kind: "message", from: ADA, to: offer?.from ?? "", text });
  return { core, conversations: [...core.conversations.keys()], facts };
}
const remembered = (core: CoreDesk): readonly string[] =>
  [...core.rows.keys()].filter((id) => id.startsWith("desk last"));

describe("a customer who is erased", () => {
  for (const [who, changes] of [
    ["a stranger", {}],
    ["one the company's directory knows", KNOWN],
  ] as const) {
    it(`${who}: nobody knows any more who talked with them last`, () => {
      const { core, conversations } = afterATalk(changes);
      expect(remembered(core)).to.have.length(1);
      const { verdict } = core.step({ kind: "command", command: { kind: "forget", person: ANNA, conversations } });
      expect(verdict).to.deep.equal({ kind: "accepted" });
      expect(remembered(core)).to.deep.equal([]);
    });
  }

  it("one who was known by an account number alone: that is forgotten, too, with the entry that their talk was recorded with", () => {
    const identify = { account: true, askName: "Name?" };
    const dialogs = { express: { steps: [{ identify }, { route: "billing" }] } };
    const directory = [{ id: "c-7", name: "Anna", account: "A7", language: null, addresses: [], attributes: {} }];
    const { core, conversations, facts } = afterATalk(
      { ...KNOWN, dialogs: { person: "billing", dialogs }, directory },
      ["hello", "A7"],
    );
    expect(remembered(core)).to.deep.equal(["desk last customer c-7"]);
    const customers = facts.flatMap((fact) => recordedVisit(fact)?.customer ?? []);
    expect(customers).to.deep.equal(["c-7"]);
    core.step({ kind: "command", command: { kind: "forget", person: ANNA, conversations, customers } });
    expect(remembered(core)).to.deep.equal([]);
  });

  it("the label a CSR knew them by rests to the end, without their name: it is nobody else's yet", () => {
    const { core, conversations } = afterATalk({ ...KNOWN, networks: LABELS });
    const labels = (): readonly AliasRow[] =>
      [...core.rows].filter(([id]) => id.startsWith("alias ") && id.includes("#")).map(([, row]) => row as AliasRow);
    expect(labels().map(({ label, name }) => [label, name])).to.deep.equal([["#1", "Anna · Billing · Web"]]);
    core.step({ kind: "command", command: { kind: "forget", person: ANNA, conversations } });
    expect(labels().map(({ label, name }) => [label, name])).to.deep.equal([["#1", core.setting.rules.company]]);
    core.hear({ kind: "message", from: { network: "web", id: "ben" }, to: "support", text: "hello" });
    core.hear({ kind: "message", from: { network: "web", id: "ben" }, to: "support", text: "Ben" });
    const offered = core.sent.findLast(({ kind, to }) => kind === "message" && to.id === ADA.id);
    expect(offered?.kind === "message" && offered.text).to.match(/^#2 /u);
  });
});
