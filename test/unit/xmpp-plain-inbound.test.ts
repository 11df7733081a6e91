/** The short way of a message from the wire reads what the long way reads, and leaves to it whatever is not plain. */
import { expect } from "chai";
import { decodeAnyMessage, decodeMessage, type Frame } from "../../adapters/xmpp/codec-inbound.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { plainWords } from "../../adapters/xmpp/plain-inbound.ts";
import { stanza } from "../support/xmpp-xml.ts";

const PLAIN: readonly (readonly [what: string, stanza: string])[] = [
  ["a word", "<message id='7' type='chat'><body>hello</body></message>"],
  ["of no type", "<message id='7'><body>hello</body></message>"],
  ["of an ordinary type", "<message id='7' type='normal'><body>hello</body></message>"],
  [
    "with what clients put beside it",
    "<message id='7' type='chat'><body>1 &lt; 2 👍</body><thread>t</thread><active xmlns='http://jabber.org/protocol/chatstates'/>" +
      "<markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='o'/></message>",
  ],
  ["that asks for a receipt", "<message id='7'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>"],
  ["in a language", "<message id='7' xml:lang='de'><body>hallo</body></message>"],
  ["whose body is in a language", "<message id='7' xml:lang='de'><body xml:lang='fr'>salut</body></message>"],
  ["with marks", "<message id='7'><body>that is *important*</body></message>"],
  ["between line breaks", "<message id='7'>\n<body>a\n\tb</body>\n</message>"],
];

const NOT_PLAIN: readonly (readonly [what: string, stanza: string])[] = [
  ["no id", "<message><body>x</body></message>"],
  ["an empty body", "<message id='7'><body/></message>"],
  ["two bodies", "<message id='7'><body>x</body><body xml:lang='de'>y</body></message>"],
  ["a body of another namespace", "<message id='7'><body xmlns='urn:x'>x</body></message>"],
  ["a subject", "<message id='7'><body>x</body><subject>s</subject></message>"],
  ["an encrypted file", "<message id='7'><body>aesgcm://im.test/x</body></message>"],
  ["marks that are none", "<message id='7'><body>*x*</body><unstyled xmlns='urn:xmpp:styling:0'/></message>"],
  ["a correction", "<message id='7'><body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='6'/></message>"],
  ["a foreign element of a known name", "<message id='7'><body>x</body><request xmlns='urn:x'/></message>"],
  ["a known name without its namespace", "<message id='7'><body>x</body><active/></message>"],
  ["an archive's id", "<message id='7'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='a' id='s'/></message>"],
  ["an error", "<message id='7' type='error'><body>x</body></message>"],
  ["a room's", "<message id='7' type='groupchat'><body>x</body></message>"],
];

function frame(): Frame {
  const from = parseJid("anna@im.test/phone");
  if (from === null) throw new Error("This is an address.");
  return { network: "xmpp", from, to: "support", archive: null, delivery: "d1" };
}

describe("XMPP: a plain message from the wire", () => {
  for (const [what, text] of PLAIN) {
    it(`is what the long way reads: ${what}`, () => {
      const read = stanza(text);
      expect(plainWords(read)).not.to.equal(null);
      expect(decodeMessage(read, frame())).to.deep.equal(decodeAnyMessage(read, frame()));
    });
  }
  for (const [what, text] of NOT_PLAIN) {
    it(`is not: ${what}`, () => {
      expect(plainWords(stanza(text))).to.equal(null);
    });
  }
});
