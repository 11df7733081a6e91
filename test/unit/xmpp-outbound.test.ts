/** What the desk says, as stanzas: built from the neutral content and nothing else. */
import { expect } from "chai";
import { encodeOutbound, encodeReceived, type OutboundFrame } from "../../adapters/xmpp/codec-outbound.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import type { Outbound } from "../../src/core/model.ts";

const to = parseJid("anna@im.example/phone");
if (to === null) {
  throw new Error("A good address was refused.");
}
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const FRAME: OutboundFrame = {
  from: "k3v9@desk.example/desk",
  to,
  now: NOW,
  forms: false,
  caps: { node: "urn:frontdesk", ver: "V=" },
  textBytes: 1_000,
};
const BASE = {
  key: "e-1-1",
  from: "k3v9",
  to: { network: "xmpp", id: "anna@im.example" },
  device: "phone",
  conversation: "c1",
};
const SAID = {
  ...BASE,
  kind: "message",
  text: "hello",
  choices: [],
  replyTo: null,
  sentAt: NOW,
  nick: null,
  language: null,
  notice: false,
} as const;

const HEAD = '<message to="anna@im.example/phone" type="chat" from="k3v9@desk.example/desk"';
const TRACK = '<request xmlns="urn:xmpp:receipts"/><markable xmlns="urn:xmpp:chat-markers:0"/>';
const ACTIVE = '<active xmlns="http://jabber.org/protocol/chatstates"/>';
const CHOICES = [{ value: "a", label: 'The "A"' }];

function encode(outbound: Outbound, frame: Partial<OutboundFrame> = {}): readonly string[] | object {
  const encoded = encodeOutbound(outbound, { ...FRAME, ...frame });
  return encoded.kind === "stanzas" ? encoded.stanzas.map(String) : encoded;
}

const STANZAS: readonly (readonly [what: string, outbound: Outbound, xml: string])[] = [
  ["a message", SAID, `${HEAD} id="e-1-1"><body>hello</body>${ACTIVE}${TRACK}</message>`],
  [
    "a message with all there is",
    { ...SAID, text: "1 < 2 & 3", nick: "Eva", replyTo: "m7", language: "de", choices: CHOICES, sentAt: NOW - 60_000 },
    `${HEAD} id="e-1-1" xml:lang="de"><body>1 &lt; 2 &amp; 3</body><nick xmlns="http://jabber.org/protocol/nick">Eva</nick>` +
      '<reply xmlns="urn:xmpp:reply:0" id="m7"/><response xmlns="urn:xmpp:tmp:quick-response" value="a" label="The &quot;A&quot;"/>' +
      `<delay xmlns="urn:xmpp:delay" stamp="2026-01-02T03:03:05.000Z"/>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "what XML cannot carry, as signs",
    { ...SAID, text: "a\u0000b\u001bc\ud83dd\r\ne\uffff" },
    `${HEAD} id="e-1-1"><body>a\u2400b\u241bc\ufffdd\ne\ufffd</body>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "looks, as marks (XEP-0393)",
    { ...SAID, text: "it is wrong", formatting: [{ style: "strong", start: 6, end: 11 }] },
    `${HEAD} id="e-1-1"><body>it is *wrong*</body>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "words that only look like marks",
    { ...SAID, text: "5 *literal* stars" },
    `${HEAD} id="e-1-1"><body>5 *literal* stars</body><unstyled xmlns="urn:xmpp:styling:0"/>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "marks of the desk's own words, which admins write",
    { ...SAID, text: "*Welcome*", notice: true },
    `${HEAD} id="e-1-1"><body>*Welcome*</body>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "no looks that would make it too long",
    { ...SAID, text: "x".repeat(999), formatting: [{ style: "strong", start: 0, end: 999 }] },
    `${HEAD} id="e-1-1"><body>${"x".repeat(999)}</body>${ACTIVE}${TRACK}</message>`,
  ],
  [
    "a correction with looks",
    { ...BASE, kind: "edit", of: "e-0-1", text: "ok", formatting: [{ style: "code", start: 0, end: 2 }], nick: null },
    `${HEAD} id="e-1-1"><body>\`ok\`</body><replace xmlns="urn:xmpp:message-correct:0" id="e-0-1"/>${TRACK}</message>`,
  ],
  [
    "a correction",
    { ...BASE, kind: "edit", of: "e-0-1", text: "better", nick: "Eva" },
    `${HEAD} id="e-1-1"><body>better</body><nick xmlns="http://jabber.org/protocol/nick">Eva</nick><replace xmlns="urn:xmpp:message-correct:0" id="e-0-1"/>${TRACK}</message>`,
  ],
  [
    "a retraction",
    { ...BASE, kind: "retraction", of: "e-0-1" },
    `${HEAD} id="e-1-1"><retract xmlns="urn:xmpp:message-retract:1" id="e-0-1"/><fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:message-retract:1"/>` +
      '<body>(An earlier message was retracted, but your software cannot hide it.)</body><store xmlns="urn:xmpp:hints"/></message>',
  ],
  [
    "reactions",
    { ...BASE, kind: "reaction", of: "m7", reactions: ["👍"] },
    `${HEAD} id="e-1-1"><reactions xmlns="urn:xmpp:reactions:0" id="m7"><reaction>👍</reaction></reactions><store xmlns="urn:xmpp:hints"/></message>`,
  ],
  [
    "a chat state",
    { ...BASE, kind: "typing", state: "paused" },
    `${HEAD}><paused xmlns="http://jabber.org/protocol/chatstates"/></message>`,
  ],
  [
    "read",
    { ...BASE, kind: "receipt", of: "m7", state: "read" },
    `${HEAD}><displayed xmlns="urn:xmpp:chat-markers:0" id="m7"/></message>`,
  ],
  [
    "delivered",
    { ...BASE, kind: "receipt", of: "m7", state: "delivered" },
    `${HEAD}><received xmlns="urn:xmpp:chat-markers:0" id="m7"/></message>`,
  ],
  [
    "presence",
    { ...BASE, kind: "presence", state: "dnd", text: "busy", nick: "Eva" },
    '<presence to="anna@im.example/phone" from="k3v9@desk.example/desk"><show>dnd</show><status>busy</status>' +
      '<nick xmlns="http://jabber.org/protocol/nick">Eva</nick><c xmlns="http://jabber.org/protocol/caps" hash="sha-1" node="urn:frontdesk" ver="V="/></presence>',
  ],
  [
    "absence",
    { ...BASE, kind: "presence", state: "offline", text: null, nick: "Eva" },
    '<presence to="anna@im.example/phone" from="k3v9@desk.example/desk" type="unavailable"/>',
  ],
  [
    "a contact request, from account to account",
    { ...BASE, kind: "subscription", state: "subscribe", nick: "Eva" },
    '<presence to="anna@im.example" from="k3v9@desk.example" type="subscribe"><nick xmlns="http://jabber.org/protocol/nick">Eva</nick></presence>',
  ],
  [
    "watching",
    { ...BASE, kind: "watch" },
    '<presence to="anna@im.example" from="k3v9@desk.example" type="subscribe"/>',
  ],
];

describe("XMPP outbound codec", () => {
  for (const [what, outbound, xml] of STANZAS) {
    it(`writes ${what}`, () => expect(encode(outbound)).to.deep.equal([xml]));
  }
  it("leaves the sender to the server where the account is the sender", () => {
    expect(encode({ ...BASE, kind: "watch" }, { from: null })).to.deep.equal([
      '<presence to="anna@im.example" type="subscribe"/>',
    ]);
    expect(String(encode({ ...BASE, kind: "typing", state: "gone" }, { from: null }))).not.to.contain("from=");
  });
  it("adds a form for a device that shows them", () => {
    const xml = String(encode({ ...SAID, choices: CHOICES }, { forms: true }));
    expect(xml).to.contain(
      '<x xmlns="jabber:x:data" type="form"><field var="choice" type="list-single"><option label="The &quot;A&quot;"><value>a</value></option></field></x>',
    );
    expect(String(encode({ ...SAID, choices: CHOICES }))).not.to.contain("jabber:x:data");
    expect(String(encode(SAID, { forms: true }))).not.to.contain("jabber:x:data");
  });
  it("confirms what the desk has (XEP-0184)", () => {
    expect(String(encodeReceived("m7", FRAME))).to.equal(
      `${HEAD}><received xmlns="urn:xmpp:receipts" id="m7"/></message>`,
    );
  });
  it("rejects what is too long, in bytes, and what says nothing", () => {
    const rejected = (text: string) => encodeOutbound({ ...SAID, text }, { ...FRAME, textBytes: 6 });
    expect(rejected("€€")).to.have.property("kind", "stanzas");
    expect(rejected("€€x")).to.deep.include({ kind: "rejected", reason: "policy-violation" });
    expect(rejected("")).to.deep.include({ kind: "rejected", reason: "bad-request" });
    const edit = encodeOutbound(
      { ...BASE, kind: "edit", of: "x", text: "€€€", nick: null },
      { ...FRAME, textBytes: 6 },
    );
    expect(edit).to.deep.include({ kind: "rejected", reason: "policy-violation" });
  });
  it("rejects an unknown kind by name", () => {
    const outbound = { ...BASE, kind: "hologram" } as unknown as Outbound;
    const encoded = encodeOutbound(outbound, FRAME);
    expect(encoded).to.deep.include({ kind: "rejected", reason: "feature-not-implemented" });
    expect(encoded.kind === "rejected" && encoded.text).to.contain("hologram");
  });
  it("writes nothing of who is behind it", () => {
    for (const [, outbound] of STANZAS) {
      expect(JSON.stringify(encode(outbound))).not.to.match(/c1|conversation|xmpp id/);
    }
  });
});
