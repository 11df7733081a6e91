/** The short way to the wire writes what the long way writes, and leaves to it whatever is not plain. */
import { expect } from "chai";
import { encodeOutbound, type OutboundFrame } from "../../adapters/xmpp/codec-outbound.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { plainMessage } from "../../adapters/xmpp/plain-message.ts";
import type { OutboundOf } from "../../src/core/model.ts";

const NOW = 1_700_000_000_000;

function frame(change: Partial<OutboundFrame> = {}): OutboundFrame {
  const to = parseJid("romeo@im.test/garden");
  if (to === null) throw new Error("This is an address.");
  const caps = { node: "https://example.org", ver: "x" };
  return { from: "support@desk.test/desk", to, now: NOW, forms: false, caps, textBytes: 1_000, ...change };
}

function message(change: Partial<OutboundOf<"message">> = {}): OutboundOf<"message"> {
  const address = { from: "support", to: { network: "xmpp", id: "romeo@im.test" }, device: null, conversation: "c1" };
  const rest = { choices: [], replyTo: null, sentAt: NOW, nick: null, language: null, notice: false };
  return { kind: "message", key: "e-1-0", text: "hello", ...address, ...rest, ...change };
}

const PLAIN: readonly (readonly [string, Partial<OutboundOf<"message">>, Partial<OutboundFrame>])[] = [
  ["a word", {}, {}],
  ["quotation marks and entities", { text: `"Tom" & 'Jerry' <3 &amp; ]]` }, {}],
  ["what XML cannot carry", { text: "a\u0000b\ud800c\ufffe\r\nd\re" }, {}],
  ["several lines, and other scripts", { text: "eins\n\tzwei\n价格€5 👍🏽 \u202emarhaba" }, {}],
  ["the beginning of markup", { text: "</body" }, {}],
  ["a name with markup", { nick: `O'Hara & "Sons" <x` }, {}],
  ["an empty name", { nick: "" }, {}],
  ["a name that they know", { nick: "Eva" }, { isNameKnown: true }],
  ["a language", { language: 'en"&<' }, {}],
  ["no address of its own", {}, { from: null }],
  ["a key that needs to be escaped", { key: `e'1"&<0` }, {}],
];

const NOT_PLAIN: readonly (readonly [string, Partial<OutboundOf<"message">>, Partial<OutboundFrame>])[] = [
  ["nothing said", { text: "" }, {}],
  ["what might be marks", { text: "2 * 3 * 4" }, {}],
  ["what might be a quote", { text: "> he said" }, {}],
  ["looks", { formatting: [{ style: "strong", start: 0, end: 5 }] }, {}],
  ["buttons", { choices: [{ value: "/yes", label: "Yes" }] }, {}],
  ["a reply", { replyTo: "e-0-1" }, {}],
  ["an old one", { sentAt: NOW - 60_000 }, {}],
  ["one that may be too long", { text: "x".repeat(400) }, {}],
];

describe("XMPP: the plain message", () => {
  for (const [what, change, inFrame] of PLAIN) {
    it(`is what the long way writes: ${what}`, () => {
      const long = encodeOutbound(message(change), frame(inFrame));
      expect(long.kind).to.equal("stanzas");
      const written = long.kind === "stanzas" ? long.stanzas.map(String).join("") : "";
      expect(plainMessage(message(change), frame(inFrame))).to.equal(written);
    });
  }
  it("is what the long way writes, whatever characters are in it", () => {
    const places = [0x0000, 0x0300, 0x2000, 0xd700, 0xd800, 0xdc00, 0xdf00, 0xe000, 0xf800, 0xff00];
    for (const code of places.flatMap((first) => Array.from({ length: 256 }, (_, at) => first + at))) {
      const text = `a${String.fromCharCode(code)}b`;
      const plain = plainMessage(message({ text, nick: text }), frame());
      const long = encodeOutbound(message({ text, nick: text }), frame());
      const written = long.kind === "stanzas" ? long.stanzas.map(String).join("") : "";
      if (plain !== null) expect(plain, `U+${code.toString(16)}`).to.equal(written);
    }
  });
  for (const [what, change, inFrame] of NOT_PLAIN) {
    it(`is not: ${what}`, () => expect(plainMessage(message(change), frame(inFrame))).to.equal(null));
  }
});
