/** Closed, full, or too long: where customers go whom a queue does not take or keeps no longer, and what they are told. */
import type { Overflow, Ring } from "../../src/core/queue-rules.ts";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const rule = (change: Partial<Overflow>): Overflow => ({ why: "closed", when: null, text: null, to: null, ...change });
const ring = (change: Partial<Ring>): Ring => ({
  afterSeconds: 60,
  when: null,
  needs: null,
  drop: [],
  levels: {},
  points: 0,
  strategies: null,
  compatibility: null,
  to: null,
  ...change,
});

const BEN = { name: "Ben", at: ["xmpp"], skills: { sales: 1 } } as const;
const ADA = { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } as const;

function desk(billing: PlayConfig["queues"][string], more: Partial<PlayConfig> = {}): PlayConfig {
  return company({
    csrs: { ada: ADA, ben: BEN },
    queues: {
      billing: { name: "Billing", skills: { billing: 1 }, ...billing },
      sales: { name: "Sales", skills: { sales: 1 } },
      messages: { name: "Messages", skills: { billing: 1 }, messages: true },
    },
    dialogs: {
      ...COMPANY.dialogs,
      dialogs: {
        ...COMPANY.dialogs.dialogs,
        message: {
          steps: [
            { ask: "How can we reach you, and when?", as: "reach" },
            { say: "Kept. Somebody will write to you here." },
            { route: "messages" },
          ],
        },
      },
    },
    ...more,
  });
}

describe("overflow", () => {
  it("tells those who come while a queue is closed in the admin's own words, by language", () =>
    play(
      desk(
        { overflow: [rule({ text: { en: "We sleep now.", de: "Wir schlafen." } })] },
        { people: { greta: { language: "de" } } },
      ),
      [
        "billing closes, opens Monday 09:00",
        "anna@web: hello",
        "anna sees: We sleep now.",
        "greta@web: hallo",
        "greta sees: Wir schlafen.",
      ],
    ));

  it("has another text for holidays", () =>
    play(
      desk({
        overflow: [
          rule({
            text: "Merry Christmas!",
            when: {
              customer: { network: "web" },
              handles: null,
              during: null,
              waiting: null,
              longestWait: null,
              staffed: null,
            },
          }),
          rule({ text: "We sleep now." }),
        ],
      }),
      [
        "billing closes, opens Monday 09:00",
        "anna@web: hello",
        "anna sees: Merry Christmas!",
        "bob@xmpp: hello",
        "bob sees: We sleep now.",
      ],
    ));

  it("sends them to another queue while the first is full", () =>
    play(desk({ maxWaiting: 1, overflow: [rule({ why: "full", to: { kind: "queue", queue: "sales" } })] }), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "berta@web: hello",
      "berta sees: next for Sales",
    ]));

  it("sends those who wait too long to another queue, their waiting time kept", () =>
    play(desk({ rings: [ring({ to: { kind: "queue", queue: "sales" } })] }), [
      "ada is available",
      "other@web: hello",
      "ada offered: Billing",
      "ada: /accept",
      "anna@web: hello",
      "anna sees: next for Billing",
      "ben is available",
      "59 seconds pass",
      "ben is offered nothing",
      "1 second passes",
      "anna sees: next for Sales",
      "ben offered: Sales",
    ]));

  it("lets them leave a message, with how to reach them, and go; a CSR who frees is offered it", () =>
    play(desk({ overflow: [rule({ to: { kind: "dialog", dialog: "message" } })] }), [
      "billing closes, opens Monday 09:00",
      "anna@web: my invoice is wrong",
      "anna sees: How can we reach you, and when?",
      "anna: here, after five",
      "anna sees: Kept. Somebody will write to you here.",
      "anna leaves",
      "10 minutes pass",
      "anna sees nothing more",
      "ada is available",
      "ada offered: my invoice is wrong … here, after five",
      "ada: /accept",
      "ada: It is corrected.",
      "anna sees from Ada: It is corrected.",
    ]));

  it("sends them to another handle: to what it opens there, and where they write they go on", () =>
    play(
      desk(
        { overflow: [rule({ to: { kind: "handle", handle: "shop" } })] },
        {
          networks: {
            ...COMPANY.networks,
            web: { title: "Web", handles: { support: "express", shop: "selling" } },
            xmpp: { title: "XMPP", handles: { support: "express", shop: "message" } },
          },
          dialogs: {
            ...COMPANY.dialogs,
            dialogs: {
              ...COMPANY.dialogs.dialogs,
              selling: { steps: [{ ask: "What would you like to buy?", as: "article" }, { route: "sales" }] },
              message: { steps: [{ ask: "How can we reach you?", as: "reach" }, { route: "messages" }] },
            },
          },
        },
      ),
      [
        "billing closes, opens Monday 09:00",
        "anna@web: hello",
        "anna sees: What would you like to buy?",
        "anna: a lamp",
        "anna sees: next for Sales",
        "bob@xmpp: hello",
        "bob sees: How can we reach you?",
      ],
    ));

  it("does not go round for ever", () =>
    play(desk({ overflow: [rule({ to: { kind: "dialog", dialog: "express" } })] }), [
      "billing closes, opens Monday 09:00",
      "anna@web: hello",
      "anna sees: Billing is closed, open again Monday 09:00.",
    ]));
});

describe("those who wait when the hours end", () => {
  it("are served by whoever is still at work", () =>
    play(desk({}), [
      "ada is available",
      "other@web: hello",
      "ada offered: Billing",
      "ada: /accept",
      "anna@web: hello",
      "anna sees: next for Billing",
      "30 seconds pass",
      "billing closes, opens Monday 09:00",
      "anna sees nothing more",
      "ada: /close",
      "ada offered: Billing",
      "ada: /accept",
      "anna sees: Ada is here",
    ]));

  it("hear it when nobody is left, and go where those go who come to a closed queue", () =>
    play(desk({ overflow: [rule({ to: { kind: "dialog", dialog: "message" } })] }), [
      "ada is available",
      "other@web: hello",
      "ada offered: Billing",
      "ada: /accept",
      "anna@web: my invoice is wrong",
      "anna sees: next for Billing",
      "billing closes, opens Monday 09:00",
      "30 seconds pass",
      "anna sees nothing more",
      "ada goes offline",
      "anna sees: Billing has closed meanwhile.",
      "anna sees: How can we reach you, and when?",
      "anna: here, after five",
      "anna sees: Kept. Somebody will write to you here.",
    ]));

  it("are told and let go where there is nowhere else, also when the desk was down at that hour", () =>
    play(desk({}), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "the desk restarts",
      "billing closes, opens Monday 09:00",
      "29 seconds pass",
      "anna sees nothing more",
      "1 second passes",
      "anna sees: Billing has closed meanwhile.",
      "anna sees: Billing is closed, open again Monday 09:00.",
    ]));

  it("go at once where the queue says so, though somebody is there", () =>
    play(desk({ afterHours: "send-away", overflow: [rule({ to: { kind: "queue", queue: "sales" } })] }), [
      "ada is available",
      "other@web: hello",
      "ada offered: Billing",
      "ada: /accept",
      "anna@web: hello",
      "anna sees: next for Billing",
      "billing closes, opens Monday 09:00",
      "anna sees: Billing has closed meanwhile.",
      "anna sees: next for Sales",
    ]));

  it("wait until it opens where the queue keeps them, and messages always", () =>
    play(desk({ afterHours: "keep" }), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "billing closes, opens Monday 09:00",
      "1 hour passes",
      "anna sees nothing more",
      "billing opens",
      "ada is available",
      "ada offered: Billing",
    ]));

  it("with an offer out are answered first", () =>
    play(desk({ afterHours: "send-away" }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: Billing",
      "billing closes, opens Monday 09:00",
      "ada: /decline",
      "anna sees: Billing has closed meanwhile.",
      "anna sees: Billing is closed, open again Monday 09:00.",
    ]));
});
