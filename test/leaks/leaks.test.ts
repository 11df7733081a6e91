/**
 * Nothing leaks: what people do on one network, with all that their clients and servers write about them, never brings their address,
 * host, name or machine to the other side. What they type themselves is theirs; the rule for that is tested in test/scenarios.
 * `node scripts/leaks.ts` does the same a hundred thousand times for every pair.
 */
import { expect } from "chai";
import { leakInWords, runCampaign } from "./campaign.ts";
import { LEAK_NETWORKS } from "./networks.ts";
import { type Fault, PLANTED_LEAKS } from "./planted-leaks.ts";
import { Sieve } from "./sieve.ts";

const MESSAGES = 400;
const LIMIT_MS = 60_000;
/** Within so many messages each planted leak has to show. */
const FOUND_WITHIN = 2_000;

describe("nothing of either side is on the other's wire", function () {
  this.timeout(LIMIT_MS);
  for (const customer of LEAK_NETWORKS) {
    it(`a customer on ${customer}, a CSR on any network`, async () => {
      for (const csr of LEAK_NETWORKS) {
        const { leaks, messages, written } = await runCampaign({ customer, csr, messages: MESSAGES, seed: 1 });
        expect(leaks.map(leakInWords)).to.deep.equal([]);
        expect(messages, "messages").to.be.at.least(MESSAGES);
        expect(written, "written").to.be.greaterThan(messages / 3);
      }
    });
  }
});

describe("nor behind real encryption", function () {
  this.timeout(LIMIT_MS);
  for (const [customer, csr] of [
    ["matrix-encrypted", "web"],
    ["matrix", "matrix-encrypted"],
  ] as const) {
    const plan = { customer, csr, messages: MESSAGES, seed: 1, realCrypto: true };
    it(`of a customer on ${customer} and a CSR on ${csr}`, async () => {
      const { leaks, written } = await runCampaign(plan);
      expect(leaks.map(leakInWords)).to.deep.equal([]);
      expect(written, "written").to.be.greaterThan(MESSAGES / 3);
    });
  }
  it("where the reader's device would be shown one", async () => {
    const fault: Fault = {
      said: (outbound, { heard }) =>
        outbound.kind === "message" && !outbound.notice && outbound.to.network === "matrix-encrypted"
          ? { ...outbound, text: `${heard?.from.id}: ${outbound.text}` }
          : outbound,
    };
    const plan = { customer: "xmpp", csr: "matrix-encrypted", messages: MESSAGES, seed: 1, most: 1 };
    const [leak] = (await runCampaign({ ...plan, fault, realCrypto: true })).leaks;
    expect(leak?.of).to.equal("customer");
    expect(leak?.wire, "of what the homeserver saw").to.contain("m.megolm.v1.aes-sha2");
  });
});

describe("the leak fuzzer finds", function () {
  this.timeout(LIMIT_MS);
  for (const { name, customer, csr, fault } of PLANTED_LEAKS) {
    it(name, async () => {
      const { leaks } = await runCampaign({ customer, csr, messages: FOUND_WITHIN, seed: 1, fault, most: 1 });
      expect(leaks).to.have.length.greaterThan(0);
    });
  }
});

describe("the sieve", () => {
  const sieve = new Sieve([
    { what: "host", value: "hbcdfgh23" },
    { what: "IP address", value: "10.20.30.40" },
  ]);
  for (const [how, wire] of [
    ["as it stands", "<a>@x.hbcdfgh23.example</a>"],
    ["in capitals", "HBCDFGH23"],
    ["in punycode", "xn--bcher-hbcdfgh23-kva.example"],
    ["in per cent", "%68%62%63%64%66%67%68%32%33"],
    ["in per cent, twice", "%2568bcdfgh23"],
    ["as entities of XML", "&#104;bcdfgh&#x32;3"],
    ["as escapes of JSON", "\\u0068bcdfgh23"],
    ["as escapes of JIDs", "x\\40hbcdfgh23"],
    ["as a Matrix user id writes it", "=68bcdfgh23"],
    ["in hexadecimal", Buffer.from("hbcdfgh23").toString("hex").toUpperCase()],
    ["in base 64, at its beginning", Buffer.from("hbcdfgh23").toString("base64")],
    ["in base 64, behind one byte", Buffer.from("1hbcdfgh23 and more").toString("base64")],
    ["in base 64, behind two bytes", Buffer.from("12hbcdfgh23").toString("base64url")],
    ["reversed", "32hgfdcbh"],
    ["with joiners in it", "hbc\u200ddfgh\u00ad23"],
    ["in full width", "\uff48bcdfgh23"],
    ["as reversed octets", "40.30.20.10.in-addr.arpa"],
    ["as a number", "http://169090600/"],
    ["as a hexadecimal number", "0x0a141e28"],
  ] as const) {
    it(`finds it ${how}`, () => expect(sieve.find(wire), wire).not.to.equal(null));
  }
  it("finds nothing where nothing is", () => {
    expect(sieve.find("hello hbcdfgh24 10.20.30.4 %zz &unknown; \\uZZZZ =q")).to.equal(null);
  });
});
