/** What is recorded so that the same customers can come once more: who they were, and when CSRs could be asked. */
import { expect } from "chai";
import type { Fact, Step } from "../../src/core/step.ts";
import { recordedVisit } from "../../src/core/visit.ts";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const setting = playSetting(company());
const ada = { network: "xmpp", id: "ada" };
const anna = { network: "web", id: "anna" };

/** What CSRs' states were recorded as. */
function states({ facts }: Step): readonly string[] {
  return facts
    .filter(({ event }) => event === "csr.state")
    .map(({ csr, detail }) => `${csr} ${detail.state} ${detail.at}`);
}

function visitIn(facts: readonly Fact[], event: string): ReturnType<typeof recordedVisit> {
  const fact = facts.find((one) => one.event === event);
  expect(fact, `no ${event}`).to.not.equal(undefined);
  return fact === undefined ? null : recordedVisit(fact);
}

describe("facts that traffic is played again from", () => {
  it("tell who came to a queue, with all that rules may ask about", () => {
    const desk = new CoreDesk(setting);
    const { facts } = desk.hear({ kind: "message", from: anna, to: "support", text: "hello", language: "de" });
    expect(visitIn(facts, "queue.entered")).to.deep.include({
      address: anna,
      handle: "support",
      language: "de",
      customer: null,
      answers: {},
      priority: 0,
    });
  });

  it("tell nothing that may not be passed on, and of names and accounts only that there are any", () => {
    const billing = {
      name: "Billing",
      skills: { billing: 1 as const },
      content: { fromCustomer: { cards: "mask" }, fromCsr: {} },
    };
    const steps = [
      { identify: { account: false, askName: "What is your name?" } },
      { ask: "Which card?", type: "text" as const, as: "card" },
      { route: "billing" },
    ];
    const dialogs = { person: "billing", dialogs: { reception: { steps }, express: { steps } } };
    const desk = new CoreDesk(playSetting(company({ queues: { billing } as PlayConfig["queues"], dialogs })));
    for (const text of ["hello", "Anna Berg"]) desk.hear({ kind: "message", from: anna, to: "support", text });
    const { facts } = desk.hear({ kind: "message", from: anna, to: "support", text: "it is 4111 1111 1111 1111" });
    const visit = visitIn(facts, "queue.entered");
    expect(visit).to.deep.include({ named: true, account: false, answers: { card: "it is ••• 1111" } });
    expect(JSON.stringify(visit)).to.not.include("Berg");
  });

  it("tell of those whom a queue did not take, too", () => {
    const desk = new CoreDesk(setting);
    desk.step({ kind: "hours", open: { billing: false }, opens: {} });
    const { facts } = desk.hear({ kind: "message", from: anna, to: "support", text: "hello" });
    expect(visitIn(facts, "queue.refused")).to.deep.include({ address: anna });
    expect(facts.find(({ event }) => event === "queue.refused")?.detail).to.deep.include({
      queue: "billing",
      why: "closed",
    });
  });

  it("tell when a CSR may be asked, and where, each change once", () => {
    const desk = new CoreDesk(setting);
    const shows = (state: "available" | "dnd" | "offline") =>
      states(desk.hear({ kind: "presence", from: ada, to: "desk", all: true, state }));
    expect(shows("available")).to.deep.equal(["ada ready xmpp"]);
    expect(shows("available")).to.deep.equal([]);
    expect(shows("dnd")).to.deep.equal(["ada away "]);
    expect(shows("offline")).to.deep.equal(["ada off "]);
  });

  it("tell it anew after a restart, beginning with nobody", () => {
    const desk = new CoreDesk(setting);
    desk.hear({ kind: "presence", from: ada, to: "desk", all: true, state: "available" });
    desk.restart(setting.rules);
    expect(states(desk.hear({ kind: "presence", from: ada, to: "desk", all: true, state: "available" }))).to.deep.equal(
      ["ada ready xmpp"],
    );
  });
});
