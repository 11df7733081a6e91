/** Nothing that somebody writes after a file overtakes it; what others write does not wait. */
import { expect } from "chai";
import { FileReception } from "../../adapters/xmpp/file-reception.ts";
import { type Jid, parseJid } from "../../adapters/xmpp/jid.ts";
import type { AdapterContext } from "../../src/adapter.ts";

const RULES = { trusted: [], seconds: 1 };

/** Where files are not taken, so that each is refused as soon as its turn comes. */
function make(): FileReception {
  const context = { network: "xmpp", count: () => undefined } as unknown as AdapterContext;
  return new FileReception(context, RULES, { of: async () => [] });
}

function person(address: string): Jid {
  const jid = parseJid(address);
  if (jid === null) throw new Error(`${address} is no address.`);
  return jid;
}

describe("XMPP: files under way", () => {
  const anna = person("anna@im.test/phone");

  it("are waited for by what the same person writes from any device, and by nobody else", async () => {
    const files = make();
    expect(files.underWay(anna.bare), "before").to.equal(null);
    const order: string[] = [];
    const first = files.take(anna, "support", "https://im.test/1").then(() => order.push("first file"));
    const words = files.underWay(anna.bare)?.then(() => order.push("words"));
    const second = files.take(anna, "support", "https://im.test/2").then(() => order.push("second file"));
    expect(words, "meanwhile").not.to.equal(undefined);
    expect(files.underWay("ben@im.test"), "of others").to.equal(null);
    await Promise.all([first, words, second]);
    expect(order).to.deep.equal(["first file", "words", "second file"]);
  });
  it("are forgotten when they have been taken", async () => {
    const files = make();
    await files.take(anna, "support", "https://im.test/1");
    await files.underWay(anna.bare);
    await new Promise((next) => setImmediate(next));
    expect(files.underWay(anna.bare)).to.equal(null);
  });
});
