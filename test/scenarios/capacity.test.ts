/** What conversations take of a CSR's capacity: by weight, less while they rest; and how long a CSR is left alone after each. */
import { play } from "../support/play.ts";
import { company, type PlayConfig, type PlayCsr } from "../support/play-rules.ts";

const ADA = { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } as const;
const billing = { name: "Billing", skills: { billing: 1 } } as const;

const sales = { name: "Sales", skills: { sales: 1 } } as const;
/** The company with that said of its billing. */
const withBilling = (change: PlayConfig["queues"][string], csr: Partial<PlayCsr> = {}): PlayConfig =>
  company({ queues: { billing: { ...billing, ...change }, sales }, csrs: { ada: { ...ADA, ...csr } } });

const TALK_WITH_ANNA = ["ada is available", "anna@web: hello", "ada offered: billing", "ada: /accept"];

describe("capacity", () => {
  it("comes back while a conversation is quiet, and is taken again by a word", () =>
    play(withBilling({ quiet: { afterSeconds: 300, weight: 0 } }), [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "4 minutes pass",
      "anna: still there?",
      "4 minutes pass",
      "ada is offered nothing",
      "1 minute passes",
      "ada offered: billing",
      "ada: /accept",
      "anna: and now",
      "ada sees: and now",
      "berta: hello",
      "carl@web: hello",
      "ada is offered nothing",
    ]));

  it("comes back while a conversation is on hold, whatever the customer writes", () =>
    play(withBilling({ heldWeight: 0.2 }, { capacity: 1.2 }), [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "ada is offered nothing",
      "ada: /hold",
      "anna sees: Ada needs a moment.",
      "ada sees: On hold.",
      "anna: all right",
      "ada offered: billing",
    ]));

  it("is taken again when the CSR goes on", () =>
    play(withBilling({ heldWeight: 0 }), [
      ...TALK_WITH_ANNA,
      "ada: /hold",
      "ada sees: On hold.",
      "ada: /resume",
      "ada sees: You go on.",
      "berta@web: hello",
      "ada is offered nothing",
    ]));

  it("weighs by the customer's network", () =>
    play(company({ csrs: { ada: { ...ADA, capacity: 1 } }, networkWeights: { web: 0.5 } }), [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "carl@web: hello",
      "ada is offered nothing",
    ]));
});

describe("wrap-up", () => {
  const rules = withBilling({ wrapUpSeconds: 60, wrapUp: { customer: 0, transfer: 10 } });

  it("is as long as how the talk ended asks for", () =>
    play(rules, [
      ...TALK_WITH_ANNA,
      "berta@web: hello",
      "anna leaves",
      "ada offered: billing",
      "ada: /accept",
      "carl@web: hello",
      "ada: /close",
      "59 seconds pass",
      "ada is offered nothing",
      "1 second passes",
      "ada offered: billing",
    ]));
});
