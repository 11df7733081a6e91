/** Rules that change under conversations: queues, CSRs, addresses and languages that are gone while somebody needs them. */
import type { PlayLine } from "../support/play.ts";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig, playSetting } from "../support/play-rules.ts";

const adopt =
  (config: PlayConfig): PlayLine =>
  ({ desk }) =>
    desk.reload(playSetting(config));

const TALK: readonly PlayLine[] = [
  "ada is available",
  "anna@web: hello",
  "ada offered: billing",
  "ada: /accept",
  "ada sees: You talk with",
  "anna sees: Ada is here.",
];
const ADA_AND_BEN: Partial<PlayConfig> = {
  csrs: {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
    ben: { name: "Ben", at: ["xmpp"], skills: { billing: 3, sales: 3 } },
  },
};
/** Billing is gone; what led there leads to sales. */
const WITHOUT_BILLING: Partial<PlayConfig> = {
  queues: { sales: { name: "Sales", skills: { sales: 1 } } },
  dialogs: {
    person: "sales",
    dialogs: {
      reception: { steps: [{ say: "Hello! This is Example." }, { route: "sales" }] },
      express: { steps: [{ say: "Hello! This is Example." }, { route: "sales" }] },
    },
  },
};

describe("a queue that a reload took away", () => {
  it("hands those who wait to the queue for everybody else, with the waiting time kept", () =>
    play(company(ADA_AND_BEN), [
      "anna@web: hello",
      "anna sees: next for Billing",
      "5 minutes pass",
      adopt(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING })),
      "anna sees: next for Sales",
      "ben is available",
      "ben offered: for Sales … Waiting: 5 minutes",
    ]));

  it("takes its offers along", () =>
    play(company({ ...ADA_AND_BEN }), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      adopt(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING })),
      "ada sees: withdrawn",
      "ben is available",
      "ben offered: for Sales",
      "ben: /accept",
      "anna sees: Ben is here.",
    ]));

  it("leaves those who talk where they are; they can still be passed on", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      adopt(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING })),
      "anna: still there?",
      "ada sees: still there?",
      "ben is available",
      "ada: /transfer ben",
      "ada sees: Passed on to Ben.",
      "ben offered: /accept",
    ]));

  it("is no end for a customer whose CSR is cut off", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      adopt(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING })),
      "ada goes offline",
      "ben is available",
      "2 minutes pass",
      "anna sees: had to leave",
      "ben offered: for Sales",
    ]));

  it("is no end for a dialog that began when it was there", () =>
    play(company(ADA_AND_BEN), [
      "anna@web to reception: hello",
      "anna: Anna",
      adopt(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING })),
      "anna: billing",
      "anna sees: next for Sales",
      "ben is available",
      "ben offered: Anna for Sales",
    ]));

  it("is no end for anybody when the desk was down meanwhile", () =>
    play(company(ADA_AND_BEN), [
      "anna@web: hello",
      "anna sees: next for Billing",
      ({ desk }) => desk.restart(1_000, () => {}, playSetting(company({ ...ADA_AND_BEN, ...WITHOUT_BILLING }))),
      "ben is available",
      "ben offered: for Sales",
    ]));
});

describe("what a reload does not concern", () => {
  const another = company({ ...ADA_AND_BEN, languages: ["en"] });

  it("goes on: the bot's question, the place in the queue, the offer, the talk", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      "berta@web to reception: hello",
      "berta sees: your name",
      "ben is available",
      "carla@web: hello",
      "ben offered: for Billing",
      "dora@web: hello",
      "dora sees: next for Billing",
      adopt(another),
      "anna: still there?",
      "ada sees: still there?",
      "ben sees nothing",
      "ben: /accept",
      "carla sees: Ben is here.",
      "berta: Berta",
      "berta sees: Billing or sales?",
      "ada: /close",
      "ada offered: for Billing",
    ]));

  it("goes on when it comes in the middle of an offer that then runs out", () =>
    play(company(ADA_AND_BEN), [
      "ada is available",
      "anna@web: hello",
      "ada offered: for Billing",
      "ben is available",
      adopt(another),
      "40 seconds pass",
      "ada sees: Missed",
      "ben offered: for Billing",
      "ben: /accept",
      "anna sees: Ben is here.",
    ]));
});

describe("a CSR whom a reload took away", () => {
  const onlyBen = company({ csrs: { ben: { name: "Ben", at: ["xmpp"], skills: { billing: 2 } } } });

  it("keeps no customer: they go back to the queue with their waiting time", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      "ben is available",
      adopt(onlyBen),
      "anna sees: had to leave",
      "ben offered: for Billing",
      "ben: /accept",
      "anna sees: Ben is here.",
      "ada: are you there?",
      "anna sees nothing",
    ]));

  it("keeps no offer", () =>
    play(company(ADA_AND_BEN), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      adopt(onlyBen),
      "ada sees: withdrawn",
      "ben is available",
      "ben offered: for Billing",
    ]));

  it("who only moved house is asked at the new address", () =>
    play(company({ csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } } }), [
      ...TALK,
      "ada@web is available",
      adopt(company({ csrs: { ada: { name: "Ada", at: ["web"], skills: { billing: 3 } } } })),
      "ada@web offered: for Billing",
      "ada@web: /accept",
      "anna: moved?",
      "ada@web sees: moved?",
    ]));
});

describe("a customer who became a CSR", () => {
  it("ends what they began as a customer", () =>
    play(company(ADA_AND_BEN), [
      ...TALK,
      adopt(
        company({
          csrs: { ...ADA_AND_BEN.csrs, anna: { name: "Anna", at: ["web"], skills: { sales: 1 } } },
        }),
      ),
      "anna: one more thing",
      "ada sees: one more thing",
      "ada: of course",
      "anna sees: of course",
    ]));
});

describe("somebody who speaks a language the desk does not offer", () => {
  it("is spoken to in the desk's first, and waits for those who speak that", () =>
    play(
      company({
        ...COMPANY,
        queues: { ...COMPANY.queues, billing: { name: "Billing", skills: { billing: 1 }, matchLanguage: true } },
        people: { anna: { language: "pt-BR" } },
      }),
      ["ada is available", "anna@web: olá", "ada offered: billing", "anna sees: next for Billing"],
    ));
});

describe("rings that a reload brings", () => {
  it("count for those who wait already", () => {
    const skills = { billing: 5 } as const;
    const sales = { name: "Sales", skills: { sales: 1 } } as const;
    const ring = { when: null, needs: null, drop: ["billing"], levels: {}, points: 0, strategies: null };
    const rings = [{ ...ring, afterSeconds: 120, compatibility: null, to: null }];
    const csrs: PlayConfig["csrs"] = {
      ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
      ben: { name: "Ben", at: ["xmpp"], skills: { billing: 5 } },
    };
    return play(company({ csrs, queues: { billing: { name: "Billing", skills }, sales } }), [
      "ada is available",
      "anna@web: hello",
      "1 minute passes",
      adopt(company({ csrs, queues: { billing: { name: "Billing", skills, rings }, sales } })),
      "ada offered: billing",
    ]);
  });
});
