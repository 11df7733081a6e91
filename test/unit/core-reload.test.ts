/** A reload at the core: what changed counts at once, what did not is left alone. */
import { expect } from "chai";
import type { Rules } from "../../src/core/rules.ts";
import type { Step } from "../../src/core/step.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const CSRS: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: { billing: 2 }, capacity: 2 },
  // Never there, but somebody who could.
  ben: { name: "Ben", at: ["xmpp"], skills: { billing: 2 }, languages: ["fr"] },
};
const billing = (change: Partial<PlayConfig["queues"][string]> = {}): Partial<PlayConfig> => ({
  csrs: CSRS,
  queues: { billing: { name: "Billing", skills: { billing: 1 }, ...change } },
  dialogs: {
    person: "billing",
    dialogs: { reception: { steps: [{ route: "billing" }] }, express: { steps: [{ route: "billing" }] } },
  },
});
const rulesOf = (config: Partial<PlayConfig>): Rules => playSetting(company(config)).rules;

function open(config: Partial<PlayConfig>): CoreDesk {
  const desk = new CoreDesk(playSetting(company(config)));
  desk.hear({ kind: "presence", from: { network: "xmpp", id: "ada" }, to: "desk", all: true, state: "available" });
  return desk;
}

const writes = (desk: CoreDesk, id: string): Step =>
  desk.hear({ kind: "message", from: { network: "web", id }, to: "support", text: "hello" });
const offered = ({ facts }: Step): readonly (string | null)[] =>
  facts.filter(({ event }) => event === "offer.made").map(({ csr }) => csr);
const watched = ({ outbounds }: Step): readonly string[] =>
  outbounds.filter(({ kind }) => kind === "watch").map(({ to }) => to.id);

describe("a reload at the core", () => {
  it("asks for the presence of new addresses alone", () => {
    const desk = open(billing());
    const more = { ...CSRS, ben: { name: "Ben", at: ["benjamin@xmpp"] }, cleo: { name: "Cleo", at: ["xmpp"] } };
    expect(watched(desk.step({ kind: "rules", rules: rulesOf({ ...billing(), csrs: more }) }))).to.deep.equal([
      "benjamin",
      "cleo",
    ]);
  });

  it("offers at once what other rules of a queue allow, though no CSR is another", () => {
    const needs = [{ when: null, need: { kind: "language", language: "fr" } }] as const;
    const desk = open(billing({ needs }));
    expect(offered(writes(desk, "anna"))).to.deep.equal([]);
    const { csrs } = desk.setting.rules;
    expect(offered(desk.step({ kind: "rules", rules: { ...rulesOf(billing()), csrs } }))).to.deep.equal(["ada"]);
  });

  it("weighs what CSRs have in hand anew, though they are the same", () => {
    const desk = open(billing());
    const { csrs } = desk.setting.rules;
    expect(offered(writes(desk, "anna"))).to.deep.equal(["ada"]);
    desk.step({ kind: "rules", rules: { ...rulesOf(billing({ weight: 2 })), csrs } });
    expect(offered(writes(desk, "berta"))).to.deep.equal([]);
  });

  it("takes a CSR who is gone from the rules for gone", () => {
    const desk = open(billing());
    const { facts } = desk.step({
      kind: "rules",
      rules: rulesOf({ ...billing(), csrs: { ben: { name: "Ben", at: ["xmpp"] } } }),
    });
    expect(facts.find(({ event }) => event === "csr.state")).to.deep.include({
      csr: "ada",
      detail: { state: "off", at: "" },
    });
    expect(offered(writes(desk, "anna"))).to.deep.equal([]);
  });
});
