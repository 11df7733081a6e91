/**
 * Customers behind gateways: routed, shown and answered as being where they really are. A Matrix bridge is stood in for by the ids
 * it gives its users, a transport by what it says of itself.
 */
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const ANY = { network: null, type: null, name: null, users: null };
const BRIDGED = (changes: Partial<PlayConfig> = {}) =>
  company({
    networks: { ...COMPANY.networks, matrix: { title: "Matrix", handles: { support: "express" } } },
    gateways: [
      {
        id: "telegram",
        name: "Telegram",
        match: [
          { ...ANY, network: "matrix", users: "tg*" },
          { ...ANY, type: "telegram" },
        ],
        features: ["reply", "multiline"],
      },
    ],
    ...changes,
  });
const gatewayOfType = (type: string) => ({ software: { gateway: { type, name: "A gateway" } } });

describe("a customer behind a gateway", () => {
  it("is where the admins' table says: in the offer, in the window's name, in /who", () =>
    play(BRIDGED(), [
      "ada is available",
      "tganna@matrix: hello",
      "ada offered: for Billing on Telegram",
      "ada has the windows: customer · Billing · Telegram",
      "ada: /accept",
      "ada sees: You talk with",
      "ada: /who",
      "ada sees: … · Telegram",
    ]));

  it("on the same network without a gateway is on that network", () =>
    play(BRIDGED(), ["ada is available", "anna@matrix: hello", "ada offered: for Billing on Matrix"]));

  it("is known by what the gateway says of itself, too", () =>
    play(BRIDGED({ people: { anna: gatewayOfType("Telegram") } }), [
      "anna@xmpp to reception: hello",
      "anna sees: What is your name?",
      "anna: Anna",
      "anna sees: Billing or sales?",
      "anna: billing",
      "ada is available",
      "ada offered: for Billing on Telegram … Software: … A gateway",
    ]));

  it("is where the gateway says, when nobody listed it", () =>
    play(BRIDGED({ people: { anna: gatewayOfType("sms") } }), [
      "anna@xmpp to reception: hello",
      "anna sees: What is your name?",
      "anna: Anna",
      "anna sees: Billing or sales?",
      "anna: billing",
      "ada is available",
      "ada offered: for Billing on sms",
    ]));

  it("is told in words what the gateway does not carry, and in its own form what it does", () =>
    play(BRIDGED(), [
      "ada is available",
      "tganna@matrix: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada sees: You talk with",
      "tganna sees: Ada is here.",
      "tganna: my bill is wrong",
      "ada sees: my bill is wrong",
      "ada: see you at 9",
      "tganna sees: see you at 9",
      "ada edits: at 9 -> see you at 10",
      "tganna sees: (edited) see you at 10",
      "ada reacts 👍 to: my bill",
      'tganna sees: (👍 to "my bill is wrong")',
      "ada types: composing",
      "tganna sees nothing",
    ]));

  it("is led by the dialog another way", () =>
    play(
      BRIDGED({
        dialogs: {
          person: "billing",
          dialogs: {
            reception: { steps: [{ route: "billing" }] },
            express: {
              steps: [
                // Software is known a moment after the first word, so a dialog that asks for it asks something else first.
                { identify: { account: false, askName: "What is your name?" } },
                {
                  branch: [
                    { when: { network: "telegram" }, do: [{ say: "Hello, Telegram!" }] },
                    { when: { gateway: "sms" }, do: [{ say: "Hello, telephone!" }] },
                    { else: [{ say: "Hello, all others!" }] },
                  ],
                },
                { route: "billing" },
              ],
            },
          },
        },
        people: { ben: gatewayOfType("telegram"), cleo: gatewayOfType("sms") },
      }),
      [
        "tganna@matrix: hello",
        "tganna sees: What is your name?",
        "tganna: Tganna",
        "tganna sees: Hello, Telegram!",
        "ben@xmpp: hello",
        "ben sees: What is your name?",
        "ben: Ben",
        "ben sees: Hello, Telegram!",
        "cleo@xmpp: hello",
        "cleo sees: What is your name?",
        "cleo: Cleo",
        "cleo sees: Hello, telephone!",
        "dora@matrix: hello",
        "dora sees: What is your name?",
        "dora: Dora",
        "dora sees: Hello, all others!",
      ],
    ));
});
