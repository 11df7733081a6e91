/** Compatibility: who is asked, and where, by what both sides' software can show; and what the offer says of the rest. */
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const withRule = (rule: PlayConfig["queues"][string], csrs: PlayConfig["csrs"] = TWO_ON_XMPP): PlayConfig =>
  company({ queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, ...rule } }, csrs });

const skills = { billing: 3 } as const;
const TWO_ON_XMPP: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills },
  ben: { name: "Ben", at: ["xmpp"], skills },
};
const FAITHFUL = { strategies: ["fewest-losses", "longest-idle"] } as const;
const MUCH = "edit, reaction, typing, multiline";
const LITTLE = "presence, multiline";

describe("software that no network tells of", () => {
  const asking = company({
    dialogs: {
      person: "billing",
      dialogs: {
        express: {
          steps: [
            { ask: "Which program do you write with?", as: "software", when: { software: "" } },
            { route: "billing" },
          ],
        },
        reception: { steps: [{ route: "billing" }] },
      },
    },
  });

  it("is asked for, and what they say counts", () =>
    play(asking, [
      "ada is available",
      "anna@web: hello",
      "anna sees: Which program do you write with?",
      "anna: Element X",
      "ada offered: Software: Element X",
    ]));

  it("is not asked for where it is known, and what the network tells later counts for more", () =>
    play(asking, [
      "anna@web uses Gajim",
      "anna@web: hello",
      "anna sees: You are next for Billing.",
      "berta@web: hello",
      "berta sees: Which program do you write with?",
      "berta: Something",
      "berta uses Conversations",
      "anna: stop",
      "ada is available",
      "ada offered: Software: Conversations",
    ]));
});

describe("compatibility: same-software", () => {
  const rule = { compatibility: "same-software" } as const;

  it("only a CSR with a client of the same name, on whatever network", () =>
    play(withRule(rule), [
      "anna@web uses Gajim",
      "ada uses Dino",
      "ada is available",
      "anna: hello",
      "anna sees: next for billing",
      "ada is offered nothing",
      "ben uses gajim",
      "ben is available",
      "ben offered: billing",
      "ben: /accept",
      "anna sees: Ben is here.",
    ]));

  it("and the moment a CSR takes up that client they are asked", () =>
    play(withRule(rule), [
      "anna@web uses Gajim",
      "ada uses Dino",
      "ada is available",
      "anna: hello",
      "ada is offered nothing",
      "ada uses Gajim",
      "ada offered: billing",
    ]));

  it("on the customer's network, while the customer's software is not known", () =>
    play(withRule(rule, { ...TWO_ON_XMPP, ben: { name: "Ben", at: ["web"], skills } }), [
      "ada uses Gajim",
      "ada is available",
      "anna@web: hello",
      "ada is offered nothing",
      "ben is available",
      "ben offered: billing",
    ]));

  it("on the client that bears the name, of a CSR who is online twice", () =>
    play(withRule(rule, { ada: { name: "Ada", at: ["xmpp", "web"], skills } }), [
      "ada@xmpp uses Dino",
      "ada@web uses Gajim",
      "ada@xmpp is available",
      "ada@web is available",
      "anna@xmpp uses Gajim",
      "anna: hello",
      "ada@web offered: billing",
      "ada@xmpp sees nothing",
    ]));
});

describe("compatibility: translated", () => {
  it("the CSR who can show most of what the customer's client does, although another is longer idle", () =>
    play(withRule(FAITHFUL), [
      `ada uses Tiny with ${LITTLE}`,
      "ada is available",
      "1 minute passes",
      `ben uses Rich with ${MUCH}`,
      "ben is available",
      "anna@web: hello",
      "ben offered: billing",
      "ada is offered nothing",
    ]));

  it("the longest idle, when the customer's client has nothing to lose", () =>
    play(withRule(FAITHFUL), [
      `ada uses Tiny with ${LITTLE}`,
      "ada is available",
      "1 minute passes",
      `ben uses Rich with ${MUCH}`,
      "ben: /away",
      "1 minute passes",
      "ben: /back",
      "ben is available",
      `anna@web uses Tiny with ${LITTLE}`,
      "anna: hello",
      "ada offered: billing",
    ]));

  it("on the client that loses least, of a CSR who is online twice", () =>
    play(company({ csrs: { ada: { name: "Ada", at: ["xmpp", "web"], skills } } }), [
      `ada@xmpp uses Tiny with ${LITTLE}`,
      `ada@web uses Rich with ${MUCH}`,
      "ada@xmpp is available",
      "ada@web is available",
      "anna@xmpp: hello",
      "ada@web offered: billing",
      "ada@xmpp sees nothing",
    ]));
});

describe("the offer tells what will not come across", () => {
  it("of what either side can do and the other cannot", () =>
    play(company(), [
      "anna@web uses Rich with edit, reaction, typing, multiline",
      "ada uses Other with edit, reply, multiline",
      "ada is available",
      "anna: hello",
      "ada offered: Software: Rich Not across: reactions, replies Reason: hello",
      "ada: /who",
      "ada sees: Not across: reactions, replies",
    ]));

  it("nothing, when all of it does", () =>
    play(company(), [
      "anna@web uses Rich with edit, typing, multiline",
      "ada uses Other with edit, multiline",
      "ada is available",
      "anna: hello",
      "ada offered: billing",
      "ada never sees: Not across",
    ]));

  it("by their networks, while their software says nothing", () =>
    play(
      company({
        networks: {
          ...COMPANY.networks,
          web: { title: "Web", handles: { support: "express" }, features: ["edit", "file", "multiline"] },
        },
      }),
      [
        "ada is available",
        "anna@web: hello",
        "ada offered: Not across: formatting, retractions, reactions, replies Reason: hello",
      ],
    ));
});
