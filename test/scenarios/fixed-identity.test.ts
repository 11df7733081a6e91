/** A CSR on a network where the desk is one ordinary account: conversations are told apart by labels, and never guessed. */
import { play } from "../support/play.ts";
import { COMPANY, company } from "../support/play-rules.ts";

const ACCOUNT = company({
  networks: {
    ...COMPANY.networks,
    irc: {
      title: "IRC",
      handles: { support: "express" },
      identity: "fixed",
      features: ["presence"],
      maxTextBytes: 400,
    },
  },
  csrs: { ada: { name: "Ada", at: ["irc"], skills: { billing: 3 }, capacity: 3 } },
});
const TWO_TALKS = [
  "ada is available",
  "anna@web: hello",
  "ada sees: #1 customer for billing on Web",
  "ada offered: /accept",
  "ada: #1 /accept",
  "ada sees: #1 You talk with",
  "anna sees: Ada is here.",
  "berta@xmpp: hello",
  "ada sees: #2 customer for billing on XMPP",
  "ada offered: /accept",
  "ada: #2 /accept",
  "ada sees: #2 You talk with",
  "berta sees: Ada is here.",
];

describe("a CSR on an ordinary account", () => {
  it("with one conversation needs no label", () =>
    play(ACCOUNT, [
      "ada is available",
      "anna@web: hello",
      "ada offered: #1",
      "ada: /accept",
      "ada sees: You talk with",
      "anna sees: Ada is here.",
      "ada: good morning",
      "anna sees from Ada: good morning",
    ]));

  it("told of many who wait, has a label for every one of them", () => {
    const { name } = COMPANY.queues.billing ?? {};
    const billing = { name: name ?? "", skills: { billing: 1 }, offers: { atOnce: 100, announced: true } } as const;
    const crowd = [..."abcdefghijklmnopqrstuvwx"].map((letter) => `customer${letter}`);
    return play(
      company({
        ...ACCOUNT,
        csrs: { ada: { name: "Ada", at: ["irc"], skills: { billing: 3 } } },
        queues: { ...COMPANY.queues, billing },
      }),
      [
        "ada is available",
        ...crowd.flatMap((who, index) => [`${who}@web: hello`, `ada sees: #${index + 1} customer for`]),
        "ada: #24 /accept",
        "customerx sees: Ada is here.",
        "ada: to whom?",
        "ada sees: Which",
        "ada: #24 to you",
        "customerx sees from Ada: to you",
        "customeru never sees: to you",
      ],
    );
  });

  it("with two conversations tells them apart by label", () =>
    play(ACCOUNT, [
      ...TWO_TALKS,
      "anna: from anna",
      "ada sees: #1 customer: from anna",
      "berta: from berta",
      "ada sees: #2 customer: from berta",
      "ada: #2 to berta",
      "ada: #1: to anna",
      "anna sees from Ada: to anna",
      "berta sees from Ada: to berta",
      "anna never sees: to berta",
      "berta never sees: to anna",
      "anna never sees: #",
    ]));

  it("is asked which conversation an unlabelled line is for, and it reaches nobody", () =>
    play(ACCOUNT, [
      ...TWO_TALKS,
      "ada: your account is closed",
      "ada sees: Which conversation?",
      "ada sees: #1 customer · Billing · Web",
      "ada sees: #2 customer · Billing · XMPP",
      "ada: #7 hello",
      "ada sees: There is no #7.",
      "ada: /close",
      "ada sees: Which conversation?",
      "anna sees nothing",
      "berta sees nothing",
    ]));

  it("replying to a message needs no label", () =>
    play(
      company({
        ...ACCOUNT,
        networks: {
          ...ACCOUNT.networks,
          irc: {
            title: "IRC",
            handles: { support: "express" },
            identity: "fixed",
            features: ["presence", "reply", "multiline"],
          },
        },
      }),
      [
        "ada is available",
        "anna@web: hello",
        "ada offered: #1",
        "ada: #1 /accept",
        "anna sees: Ada is here.",
        "berta@xmpp: hello",
        "ada offered: #2",
        "ada: #2 /accept",
        "berta sees: Ada is here.",
        "berta: where are you?",
        "ada sees: where are you?",
        "ada replies to where are you: right here",
        "berta sees: right here",
        "anna sees nothing",
      ],
    ));

  it("cannot reach the next customer by the label of the last one", () =>
    play(ACCOUNT, [
      ...TWO_TALKS,
      "ada: #1 /close",
      "ada sees: #1 Closed",
      "anna sees: Ada has closed",
      "carl@web: hello",
      "ada offered: #3",
      "ada: #3 /accept",
      "ada: #1 and another thing",
      "ada sees: The conversation with … is over.",
      "carl never sees: and another thing",
      "anna sees nothing",
      "berta sees nothing",
      "ada: goodbye then",
      "ada sees: Which conversation?",
    ]));

  it("says /away and /back where nobody guesses a conversation", () =>
    play(ACCOUNT, [
      ...TWO_TALKS,
      "ada: /away",
      "ada sees: You are away.",
      "carl@web: hello",
      "ada is offered nothing",
      "ada: /back",
      "ada sees: You are back.",
      "ada offered: #3",
    ]));

  it("without presence on the network is reachable by their own word", () =>
    play(
      company({
        ...ACCOUNT,
        networks: {
          ...ACCOUNT.networks,
          irc: { title: "IRC", handles: { support: "express" }, identity: "fixed", features: [] },
        },
      }),
      [
        "ada comes online",
        "anna@web: hello",
        "ada is offered nothing",
        "ada: /back",
        "ada sees: You are back.",
        "ada offered: #1",
        "ada: /accept",
        "anna sees: Ada is here.",
      ],
    ));

  it("keeps the labels over a restart", () =>
    play(ACCOUNT, [
      ...TWO_TALKS,
      "the desk restarts",
      "ada: #2 to berta",
      "berta sees: to berta",
      "ada: hello?",
      "ada sees: Which conversation?",
      "anna sees nothing",
    ]));

  it("customers there need no label, and never see one", () =>
    play(
      company({
        ...ACCOUNT,
        csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, capacity: 2 } },
      }),
      [
        "ada is available",
        "anna@irc: hello",
        "anna sees: Hello! This is Example.",
        "ada offered: for billing on IRC",
        "ada: /accept",
        "berta@irc: hello",
        "ada offered: for billing on IRC",
        "ada: /accept",
        "anna: #1 of my questions",
        "ada sees: #1 of my questions",
        "anna never sees: #",
        "berta never sees: #",
      ],
    ));
});
