/** Networks behind gateways: what an adapter reports and whose ids a bridge hands out, turned into names and features. */
import { expect } from "chai";
import { carriedFeatures, gatewayOf, knownFeatures, originNames, originTitle } from "../../src/core/gateways.ts";
import type { Feature, Software } from "../../src/core/model.ts";
import type { Gateway, NetworkRules, Rules } from "../../src/core/rules.ts";

const ANY = { network: null, type: null, name: null, users: null };
const gateway = (id: string, name: string, match: Gateway["match"], features: Gateway["features"] = null): Gateway => ({
  id,
  name,
  match,
  features,
});

/** As an admin would list them: bridges by namespace, transports by what they say of themselves, IRC at the end. */
const GATEWAYS: readonly Gateway[] = [
  gateway("telegram", "Telegram", [
    { ...ANY, type: "telegram" },
    { ...ANY, network: "matrix", users: "@telegram_*:example.org" },
    { ...ANY, users: "*@telegram.example.org" },
  ]),
  gateway("whatsapp", "WhatsApp", [{ ...ANY, network: "matrix", users: "@whatsapp_*:example.org" }], ["reply"]),
  gateway("libera", "Libera.Chat", [{ ...ANY, type: "irc", users: "*%irc.libera.chat@irc.example.org" }]),
  gateway("irc", "IRC", [{ ...ANY, type: "irc" }], ["multiline"]),
  gateway("named", "Somewhere", [{ ...ANY, name: "slidge*" }]),
];

const network = (name: string, title: string): [string, NetworkRules] => [
  name,
  { name, title, desk: "desk", handles: [] },
];
const RULES = {
  gateways: GATEWAYS,
  networks: new Map([network("xmpp", "XMPP"), network("matrix", "Matrix"), network("web", "Web")]),
};

const software = (
  type: string | null,
  name: string | null = null,
  features: readonly Feature[] | null = null,
): Software => ({
  protocol: "xmpp",
  name: null,
  version: null,
  os: null,
  features,
  gateway: type === null ? null : { type, name },
});
const at = (net: string, id: string, known: Software | null = null) => ({
  address: { network: net, id },
  software: known,
});

describe("networks behind gateways", () => {
  for (const [what, origin, id, title] of [
    ["a customer of the network itself", at("xmpp", "anna@example.org"), null, "XMPP"],
    ["a network without a title", at("sms", "+49"), null, "sms"],
    ["the ghost of a Matrix bridge", at("matrix", "@telegram_4711:example.org"), "telegram", "Telegram"],
    ["another bridge's", at("matrix", "@whatsapp_491701:example.org"), "whatsapp", "WhatsApp"],
    ["a ghost of another homeserver's bridge", at("matrix", "@telegram_4711:evil.example"), null, "Matrix"],
    ["whoever only looks like a ghost", at("matrix", "@telegram_4711:example.org.evil"), null, "Matrix"],
    ["that id on another network", at("xmpp", "@telegram_4711:example.org"), null, "XMPP"],
    ["a user of a transport's domain", at("xmpp", "+4917012@telegram.example.org"), "telegram", "Telegram"],
    ["a transport that says what it is", at("xmpp", "x@t.example", software("telegram")), "telegram", "Telegram"],
    ["the same in capitals", at("xmpp", "x@t.example", software(" Telegram ")), "telegram", "Telegram"],
    [
      "one IRC network of several",
      at("xmpp", "anna%irc.libera.chat@irc.example.org", software("irc")),
      "libera",
      "Libera.Chat",
    ],
    ["its namespace without the word of its gateway", at("xmpp", "anna%irc.libera.chat@irc.example.org"), null, "XMPP"],
    ["all other IRC", at("xmpp", "anna%irc.oftc.net@irc.example.org", software("irc", "Biboumi")), "irc", "IRC"],
    [
      "a gateway known by what it calls itself",
      at("xmpp", "x@s.example", software("sms", "slidge 0.1")),
      "named",
      "Somewhere",
    ],
    ["a gateway that nobody listed", at("xmpp", "x@s.example", software("sms")), null, "sms"],
    ["a gateway that says nothing of itself", at("xmpp", "x@s.example", software("")), null, "XMPP"],
  ] as const) {
    it(`${what} is on ${title}`, () => {
      expect(gatewayOf(RULES, origin)?.id ?? null).to.equal(id);
      expect(originTitle(RULES, origin)).to.equal(title);
    });
  }

  it("without a table everybody is where the gateway says, or on the network itself", () => {
    const rules: Pick<Rules, "gateways" | "networks"> = { networks: RULES.networks };
    expect(gatewayOf(rules, at("xmpp", "x@t.example", software("telegram")))).to.equal(null);
    expect(originTitle(rules, at("xmpp", "x@t.example", software("telegram")))).to.equal("telegram");
    expect(originTitle(rules, at("matrix", "@telegram_4711:example.org"))).to.equal("Matrix");
  });

  it("a dialog may name the network the desk is on, the gateway's id, and the type it reports", () => {
    const anna = at("xmpp", "anna%irc.libera.chat@irc.example.org", software("irc"));
    expect(originNames(RULES, anna)).to.deep.equal({ networks: ["xmpp", "libera"], gateways: ["libera", "irc"] });
    expect(originNames(RULES, at("xmpp", "anna@example.org"))).to.deep.equal({ networks: ["xmpp"], gateways: [] });
    expect(originNames(RULES, at("matrix", "@whatsapp_1:example.org"))).to.deep.equal({
      networks: ["matrix", "whatsapp"],
      gateways: ["whatsapp"],
    });
  });

  const ALL: readonly Feature[] = ["edit", "reply", "typing", "choices", "multiline"];
  for (const [what, origin, carried, known] of [
    ["nobody behind a gateway: what the network can", at("xmpp", "anna@example.org"), ALL, null],
    ["a gateway whose features nobody listed", at("matrix", "@telegram_1:example.org"), ALL, null],
    ["a gateway that carries replies alone", at("matrix", "@whatsapp_1:example.org"), ["reply"], ["reply"]],
    [
      "what the software announces and the gateway does not carry",
      at("xmpp", "a%b@irc.example.org", software("irc", null, ["edit", "multiline", "read"])),
      ["multiline"],
      ["edit", "multiline", "read"],
    ],
    [
      "what the gateway could carry and the software does not show",
      at("matrix", "@whatsapp_1:example.org", software(null, null, ["edit"])),
      [],
      ["edit"],
    ],
  ] as const) {
    it(`features of ${what}`, () => {
      expect(carriedFeatures(RULES, origin, ALL)).to.deep.equal(carried);
      expect(knownFeatures(RULES, origin)).to.deep.equal(known);
    });
  }
});
