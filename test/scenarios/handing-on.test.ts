/** A customer is handed on: with a reason, to a skill, with facts; by a machine that names nobody, to people. */
import { play } from "../support/play.ts";
import { company, type PlayConfig } from "../support/play-rules.ts";

const CSRS: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
  ben: { name: "Ben Bell", at: ["web"], skills: { billing: 3, tax: 1 } },
  bot: { name: "Robot", at: ["xmpp"], skills: { sales: 1 }, autoAccept: true, capacity: 5 },
};
const DESK = company({
  csrs: CSRS,
  queues: { billing: { name: "Billing", skills: { billing: 1 } }, sales: { name: "Sales", skills: { sales: 1 } } },
});
const TALKING = [
  "ada is available",
  "anna@web: hello",
  "ada offered: for Billing",
  "ada: /accept",
  "anna sees: Ada is here.",
];

describe("/transfer", () => {
  it("to a colleague of several names, with a reason that the customer does not see", () =>
    play(DESK, [
      ...TALKING,
      "ben is available",
      "ada: /transfer Ben Bell wants a refund",
      "ada sees: Passed on to Ben Bell.",
      "ben offered: Passed on by Ada: wants a refund",
      "ben: /accept",
      "ben sees: Earlier: … [Ada] wants a refund",
      "anna sees: Ben Bell is here.",
      "anna never sees: refund",
    ]));

  it("to a skill goes to whoever has it", () =>
    play(DESK, [
      ...TALKING,
      "ben is available",
      "ada: /transfer tax: a form of last year",
      "ben offered: Passed on by Ada: a form of last year",
    ]));

  it("still needs a name of a person who says it", () =>
    play(DESK, [
      ...TALKING,
      "ada: /transfer",
      "ada sees: No queue or CSR is called",
      "ada: /who",
      "ada sees: Billing",
    ]));

  it("of a machine without a name goes to people, and never back to it", () =>
    play(
      company({
        ...DESK,
        dialogs: { person: "billing", dialogs: { express: { steps: [{ route: "sales" }] }, reception: { steps: [] } } },
      }),
      [
        "bot is available",
        "anna@web: hello",
        "anna sees: Robot is here.",
        "bot to Sales: /set order 4711",
        "bot sees: order is 4711.",
        "bot: /transfer a person is wanted",
        "ada is available",
        "ada offered: Passed on by Robot: a person is wanted … order: 4711",
        "ada: /decline",
        "5 minutes pass",
        "ada offered: for Billing",
      ],
    ));
});

describe("/set", () => {
  it("keeps a fact, changes it, forgets it, and says how it is written", () =>
    play(DESK, [
      ...TALKING,
      "ada: /set order 4711",
      "ada sees: order is 4711.",
      "ada: /who",
      "ada sees: order: 4711",
      "ada: /set order",
      "ada sees: order is forgotten.",
      "ada: /set 4 5",
      "ada sees: /set needs a name.",
      "anna sees nothing",
    ]));
});
