/** XMPP addresses: one person is one address, and nothing invisible or reordering is part of one. */
import { expect } from "chai";
import { canonicalJid, parseJid } from "../../adapters/xmpp/jid.ts";
import { heapUsed } from "../../scripts/bench/measure.ts";

const LONG = "a".repeat(1_023);

const PREPARED: readonly (readonly [text: string, bare: string, resource: string | null])[] = [
  ["anna@im.example", "anna@im.example", null],
  ["Anna@IM.Example/Phone", "anna@im.example", "Phone"],
  ["anna@im.example.", "anna@im.example", null],
  ["im.example", "im.example", null],
  ["im.example/a@b/c", "im.example", "a@b/c"],
  ["anna@im.example/with space 👍", "anna@im.example", "with space 👍"],
  ["JOSÉ@im.example", "josé@im.example", null],
  ["jose\u0301@im.example", "josé@im.example", null],
  ["anna@BÜCHER.example", "anna@bücher.example", null],
  ["anna@xn--bcher-kva.example", "anna@bücher.example", null],
  ["anna%irc.example@biboumi.example/nick", "anna%irc.example@biboumi.example", "nick"],
  ["a\\20b@im.example", "a\\20b@im.example", null],
  ["anna@127.0.0.1", "anna@127.0.0.1", null],
  ["anna@[2001:db8::1]", "anna@[2001:db8::1]", null],
  ["__proto__@im.example/constructor", "__proto__@im.example", "constructor"],
  [`${LONG}@im.example/${LONG}`, `${LONG}@im.example`, LONG],
];

const REFUSED: readonly (readonly [what: string, text: string])[] = [
  ["nothing", ""],
  ["no domain", "anna@"],
  ["no local part", "@im.example"],
  ["no resource", "anna@im.example/"],
  ["a slash alone", "/"],
  ["an at sign in the domain", "a@b@c"],
  ["two dots", "anna@im..example"],
  ["a dot first", "anna@.example"],
  ["a space in the local part", "an na@im.example"],
  ["a quotation mark", 'an"na@im.example'],
  ["an angle bracket", "an<na@im.example"],
  ["a control character", "an\u0007na@im.example"],
  ["a line break", "anna@im.example\n"],
  ["a line break in the resource", "anna@im.example/x\ny"],
  ["a zero-width space", "an\u200bna@im.example"],
  ["a bidirectional override", "an\u202ena@im.example"],
  ["a bidirectional override in the resource", "anna@im.example/\u202egnp"],
  ["half a character", "an\ud83dna@im.example"],
  ["a private character", "an\ue000na@im.example"],
  ["a local part too long", `${LONG}a@im.example`],
  ["a local part too long in bytes", `${"é".repeat(512)}@im.example`],
  ["a resource too long", `anna@im.example/${LONG}a`],
  ["a megabyte", "a".repeat(1_000_000)],
  ["a URL", "http://im.example"],
  ["two dots at the end of a domain", "anna@im.example.."],
  ["a dot alone, as it is written in Chinese", "anna@．"],
];

describe("XMPP addresses", () => {
  for (const [text, bare, resource] of PREPARED) {
    it(`prepares ${text.slice(0, 60)}`, () => {
      const jid = parseJid(text);
      expect(jid?.bare).to.equal(bare);
      expect(jid?.resource).to.equal(resource);
      expect(jid?.full).to.equal(resource === null ? bare : `${bare}/${resource}`);
      expect(parseJid(jid?.full ?? ""), "preparing twice changes nothing").to.deep.equal(jid);
    });
  }
  for (const [what, text] of REFUSED) {
    it(`refuses ${what}`, () => {
      expect(parseJid(text)).to.equal(null);
      expect(parseJid(text), "asked again").to.equal(null);
      expect(canonicalJid(text)).to.equal(null);
    });
  }
  it("holds nothing of the text that an address was a part of", () => {
    const before = heapUsed();
    const kept = Array.from({ length: 200 }, (_, at) => {
      const stanza = Buffer.from(
        `<message from='anna@im.example/${at}-${"r".repeat(at * 2)}'>${"x".repeat(50_000)}`,
      ).toString();
      return parseJid(stanza.slice(stanza.indexOf("'") + 1, stanza.lastIndexOf("'")));
    });
    expect(heapUsed() - before, "10 MB came with them").to.be.lessThan(1_000_000);
    expect(kept.at(-1)?.domain).to.equal("im.example");
  });
  it("keeps Cyrillic and Latin look-alikes apart", () => {
    expect(canonicalJid("аnna@im.example")).not.to.equal(canonicalJid("anna@im.example"));
  });
});
