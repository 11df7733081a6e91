/** Several CSRs asked at once: the first who accepts has it, the others are told, and it costs them nothing. */
import { ONE_AT_A_TIME } from "../../src/core/queue-rules.ts";
import { play } from "../support/play.ts";
import { company, type PlayConfig } from "../support/play-rules.ts";

const SKILLS = { billing: 3 } as const;
const TEAM: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: SKILLS },
  ben: { name: "Ben", at: ["web"], skills: SKILLS },
  cid: { name: "Cid", at: ["xmpp"], skills: SKILLS },
};
const THERE = ["ada is available", "ben is available", "cid is available"];

function asked(atOnce: number, announced = false, changes: Partial<PlayConfig["queues"][string]> = {}): PlayConfig {
  const billing = { name: "Billing", skills: { billing: 1 }, offers: { atOnce, announced }, ...changes } as const;
  return company({ csrs: TEAM, queues: { billing, sales: { name: "Sales" } } });
}

describe("offers to several CSRs at once", () => {
  it("go to so many, and the first who accepts has it", () =>
    play(asked(2), [
      ...THERE,
      "anna@web: hello",
      "ada offered: for Billing",
      "ben offered: for Billing",
      "cid is offered nothing",
      "ben: /accept",
      "ben sees: You talk with",
      "anna sees: Ben is here.",
      "ada sees: Ben has taken it.",
      "ada: /accept",
      "ada sees: There is nothing to accept here.",
      "anna: is anybody there?",
      "ben sees: is anybody there?",
      "ada never sees: is anybody there?",
      "ada has no windows",
    ]));

  it("go to the next one as soon as one of them declines", () =>
    play(asked(2), [
      ...THERE,
      "anna@web: hello",
      "ada offered: for Billing",
      "ben offered: for Billing",
      "ada: /decline",
      "ada sees: Declined.",
      "cid offered: for Billing",
      "ben: /decline",
      "cid: /accept",
      "anna sees: Cid is here.",
    ]));

  it("go to everybody with room, those who come later included", () =>
    play(asked(100), [
      "ada is available",
      "cid is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "cid offered: for Billing",
      "ben is available",
      "ben offered: for Billing",
      "ada: /accept",
      "ben sees: Ada has taken it.",
      "cid sees: Ada has taken it.",
      // Both have room again.
      "berta@web: hello",
      "ben offered: for Billing",
      "cid offered: for Billing",
    ]));

  it("ask for the second customer before they ask more for the first", () =>
    play(asked(2), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "berta@web: hello",
      "ben is available",
      "ben offered: for Billing",
      "ben: /accept",
      "berta sees: Ben is here.",
      "cid is available",
      "cid offered: for Billing",
      "cid: /accept",
      "anna sees: Cid is here.",
      "ada sees: Cid has taken it.",
    ]));

  it("run out one by one: whoever did not answer has missed it, whoever was overtaken has not", () =>
    play(asked(2, false, { missesUntilAway: 1 }), [
      "ada is available",
      "anna@web: hello",
      "10 seconds pass",
      "ben is available",
      "ben offered: for Billing",
      "20 seconds pass",
      "ada sees: Missed (1): you count as away.",
      "ben: /accept",
      "anna sees: Ben is here.",
      "ben: /status",
      "ben sees: You are busy with 1 of 1",
    ]));

  it("never set anybody away where the rules say so", () =>
    play(asked(1, false, { missesUntilAway: 0 }), [
      "ada is available",
      "anna@web: hello",
      "30 seconds pass",
      "ada sees: Missed (1).",
      "1 minute passes",
      "30 seconds pass",
      "ada sees: Missed (2).",
      "ada to desk: /status",
      "ada sees: You are free",
    ]));

  it("are withdrawn from all of them when the customer leaves", () =>
    play(asked(3), [
      ...THERE,
      "anna@web: hello",
      "anna: stop",
      "ada sees: The offer is withdrawn.",
      "ben sees: The offer is withdrawn.",
      "cid sees: The offer is withdrawn.",
      "ada has no windows",
    ]));

  it("take their buttons away where the network can change what was said", () =>
    play(asked(2), [
      "ada is available",
      "ben is available",
      "ben uses Console with choices, edit",
      "anna@web: hello",
      "ada offered: for Billing",
      "ada: /accept",
      "ben sees the edit: customer for Billing on Web … Ada has taken it.",
    ]));

  it("survive a restart, each with its own time", () =>
    play(asked(2), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "10 seconds pass",
      "ben is available",
      "ben offered: for Billing",
      "the desk restarts",
      "20 seconds pass",
      "ada sees: Missed (1).",
      "ben: /accept",
      "anna sees: Ben is here.",
    ]));
});

describe("an offer that ends without an answer of the CSR", () => {
  it("does not cost them their place as the one who was idle longest", () =>
    play(asked(1), [
      "ada is available",
      "5 minutes pass",
      "ben is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "1 minute passes",
      "anna: stop",
      "berta@web: hello",
      "ada offered: for Billing",
    ]));
});

describe("a broadcast", () => {
  const everybody = asked(100, true);

  it("holds nobody's capacity: a CSR is told of all who wait, and takes whom they like", () =>
    play(everybody, [
      "ada is available",
      "ben is available",
      "anna@web: hello",
      "berta@web: hello",
      "ada offered: for Billing",
      "ada offered: for Billing",
      "ben offered: for Billing",
      "ben offered: for Billing",
      "ada to desk: /status",
      "ada sees: You are free with 0 of 1; 2 waiting.",
    ]));

  it("is taken by the first, and by nobody whose hands are full", () =>
    play(everybody, [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "berta@xmpp: hello",
      "ada offered: for Billing on XMPP",
      "ben is available",
      "ben offered: for Billing on Web",
      "ben offered: for Billing on XMPP",
      "ada: /accept",
      "berta sees: Ada is here.",
      "ben sees: Ada has taken it.",
      "ada to Billing · Web: /accept",
      "ada sees: Your hands are full.",
      "ada to Billing · XMPP: /close",
      "ada to Billing · Web: /accept",
      "anna sees: Ada is here.",
      "ben sees: Ada has taken it.",
    ]));

  it("is no miss when it is let pass, and comes again", () =>
    play(asked(100, true, { missesUntilAway: 1 }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "30 seconds pass",
      "ada sees: Missed (0).",
      "1 minute passes",
      "ada offered: for Billing",
    ]));
});

describe("an automated system", () => {
  const BOT: PlayConfig["csrs"] = {
    bot: { name: "Robot", at: ["xmpp"], skills: SKILLS, capacity: 50, autoAccept: true },
    ada: { name: "Ada", at: ["web"], skills: { sales: 1 } },
  };
  const sales = { name: "Sales", skills: { sales: 1 } } as const;
  const withBot = company({
    csrs: BOT,
    queues: { billing: { name: "Billing", skills: { billing: 1 }, offers: ONE_AT_A_TIME }, sales },
  });

  it("is not asked: it is told whom it has, and hands over in words like anybody", () =>
    play(withBot, [
      "bot is available",
      "ada is available",
      "anna@web: hello",
      "bot sees: for Billing",
      "bot is offered nothing",
      "bot sees: You talk with",
      "anna sees: Robot is here.",
      "bot: Which order?",
      "anna sees from Robot: Which order?",
      "anna: 4711",
      "bot sees: 4711",
      "bot: /transfer sales",
      "ada offered: for Sales",
      "ada: /accept",
      "ada sees: Earlier: … Which order? … 4711",
      "anna sees: Ada is here.",
    ]));
});
