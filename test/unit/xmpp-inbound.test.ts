/** Stanzas of people, as the model says them. */
import { expect } from "chai";
import { decodeMessage, decodePresence, type Frame } from "../../adapters/xmpp/codec-inbound.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { stanza } from "../support/xmpp-xml.ts";

const from = parseJid("anna@im.example/phone");
if (from === null) {
  throw new Error("A good address was refused.");
}
const FRAME: Frame = { network: "xmpp", from, to: "support", archive: null, delivery: null };
const COMMON = { redelivery: null, from: { network: "xmpp", id: "anna@im.example" }, device: "phone", to: "support" };
const SAID = { kind: "message", id: "7", choice: null, replyTo: null, sentAt: null, language: null, nick: null };

/** Wraps the content of a chat message with id 7. */
const message = (content: string, attributes = "type='chat'"): string =>
  `<message from='anna@im.example/phone' to='support@desk.example' id='7' ${attributes}>${content}</message>`;
const decode = (xml: string, frame: Partial<Frame> = {}) => decodeMessage(stanza(xml), { ...FRAME, ...frame });

const EVENTS: readonly (readonly [what: string, xml: string, events: readonly object[]])[] = [
  ["a message", message("<body>hello</body>"), [{ ...SAID, text: "hello" }]],
  ["a message without type", message("<body>hello</body>", ""), [{ ...SAID, text: "hello" }]],
  [
    "a message of type normal, with its subject",
    message("<subject>Bill</subject><body>wrong</body>", "type='normal'"),
    [{ ...SAID, text: "Bill\nwrong" }],
  ],
  ["white space as it is", message("<body>  two\n\tlines  </body>"), [{ ...SAID, text: "  two\n\tlines  " }]],
  [
    "the language of the stanza",
    message("<body>hallo</body>", "xml:lang='de-AT'"),
    [{ ...SAID, text: "hallo", language: "de-AT" }],
  ],
  [
    "the language of the body",
    message("<body xml:lang='fr'>salut</body>", "xml:lang='de'"),
    [{ ...SAID, text: "salut", language: "fr" }],
  ],
  [
    "of several bodies that of the stanza's language",
    message("<body xml:lang='fr'>salut</body><body xml:lang='de'>hallo</body>", "xml:lang='de'"),
    [{ ...SAID, text: "hallo", language: "de" }],
  ],
  [
    "what its marks stand for (XEP-0393)",
    message("<body>it is *wrong*\n&gt; late</body>"),
    [
      {
        ...SAID,
        text: "it is wrong\nlate",
        formatting: [
          { style: "strong", start: 6, end: 11 },
          { style: "quote", start: 12, end: 16 },
        ],
      },
    ],
  ],
  [
    "marks that its sender says are none",
    message("<body>it is *wrong*</body><unstyled xmlns='urn:xmpp:styling:0'/>"),
    [{ ...SAID, text: "it is *wrong*" }],
  ],
  [
    "a correction with marks",
    message("<body>_right_</body><replace xmlns='urn:xmpp:message-correct:0' id='6'/>"),
    [{ kind: "edit", id: "7", of: "6", text: "right", formatting: [{ style: "emphasis", start: 0, end: 5 }] }],
  ],
  [
    "marks behind a quoted fallback, which is cut first",
    message(
      "<body>&gt; *sure*?\n*yes*</body><reply xmlns='urn:xmpp:reply:0' id='e-1-1'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='10'/></fallback>",
    ),
    [{ ...SAID, text: "yes", replyTo: "e-1-1", formatting: [{ style: "strong", start: 0, end: 3 }] }],
  ],
  ["no language that is none", message("<body>x</body>", "xml:lang='&quot;;drop'"), [{ ...SAID, text: "x" }]],
  [
    "a name (XEP-0172), made one harmless line",
    message("<body>x</body><nick xmlns='http://jabber.org/protocol/nick'>An\u202ena\n</nick>"),
    [{ ...SAID, text: "x", nick: "An na" }],
  ],
  [
    "when it was written (XEP-0203)",
    message("<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z'/>"),
    [{ ...SAID, text: "x", sentAt: Date.UTC(2026, 0, 2, 3, 4, 5) }],
  ],
  [
    "no time that is none",
    message("<body>x</body><delay xmlns='urn:xmpp:delay' stamp='yesterday'/>"),
    [{ ...SAID, text: "x" }],
  ],
  [
    "an origin id where there is no id (XEP-0359)",
    "<message><body>x</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>",
    [{ ...SAID, id: "o1", text: "x" }],
  ],
  [
    "a reply (XEP-0461)",
    message("<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='e-1-1'/>"),
    [{ ...SAID, text: "yes", replyTo: "e-1-1" }],
  ],
  [
    "a reply without what it quotes (XEP-0428)",
    message(
      "<body>&gt; 👍 sure?\nyes</body><reply xmlns='urn:xmpp:reply:0' id='e-1-1'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='10'/></fallback>",
    ),
    [{ ...SAID, text: "yes", replyTo: "e-1-1" }],
  ],
  [
    "a reply with a fallback beyond its text",
    message(
      "<body>yes</body><reply xmlns='urn:xmpp:reply:0' id='e'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='99'/></fallback>",
    ),
    [{ ...SAID, text: "yes", replyTo: "e" }],
  ],
  [
    "a reply whose quote cannot be told from it, but for whom it quotes",
    message(
      "<body>&gt; Anna &lt;a@x.example&gt; wrote:\n&gt; ask b@x.example\nwrite to c@y.example</body><reply xmlns='urn:xmpp:reply:0' id='e'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='999'/></fallback>",
    ),
    [
      {
        ...SAID,
        text: "ask …\nwrite to c@y.example",
        formatting: [{ style: "quote", start: 0, end: 5 }],
        replyTo: "e",
      },
    ],
  ],
  [
    "a correction (XEP-0308)",
    message("<body>better</body><replace xmlns='urn:xmpp:message-correct:0' id='6'/>"),
    [{ kind: "edit", id: "7", of: "6", text: "better" }],
  ],
  [
    "a retraction (XEP-0424)",
    message("<retract xmlns='urn:xmpp:message-retract:1' id='6'/><body>took it back</body>"),
    [{ kind: "retraction", of: "6" }],
  ],
  [
    "reactions (XEP-0444), each once",
    message(
      "<reactions xmlns='urn:xmpp:reactions:0' id='e-1-1'><reaction>👍</reaction><reaction>👍</reaction><reaction>🎉</reaction></reactions>",
    ),
    [{ kind: "reaction", of: "e-1-1", reactions: ["👍", "🎉"] }],
  ],
  [
    "all reactions taken back",
    message("<reactions xmlns='urn:xmpp:reactions:0' id='e-1-1'/>"),
    [{ kind: "reaction", of: "e-1-1", reactions: [] }],
  ],
  [
    "a chat state (XEP-0085)",
    message("<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
    [{ kind: "typing", state: "composing" }],
  ],
  [
    "a receipt (XEP-0184)",
    message("<received xmlns='urn:xmpp:receipts' id='e-1-1'/>"),
    [{ kind: "receipt", of: "e-1-1", state: "delivered" }],
  ],
  [
    "a displayed marker (XEP-0333)",
    message("<displayed xmlns='urn:xmpp:chat-markers:0' id='e-1-1'/>"),
    [{ kind: "receipt", of: "e-1-1", state: "read" }],
  ],
  [
    "a receipt and a state in one",
    message("<received xmlns='urn:xmpp:receipts' id='e'/><active xmlns='http://jabber.org/protocol/chatstates'/>"),
    [
      { kind: "receipt", of: "e", state: "delivered" },
      { kind: "typing", state: "active" },
    ],
  ],
  [
    "a form filled in (XEP-0004)",
    message("<x xmlns='jabber:x:data' type='submit'><field var='choice'><value>billing</value></field></x>"),
    [{ ...SAID, text: "billing", choice: "billing" }],
  ],
  [
    "a quick response (XEP-0439)",
    message("<body>My bill</body><response xmlns='urn:xmpp:tmp:quick-response' value='billing'/>"),
    [{ ...SAID, text: "My bill", choice: "billing" }],
  ],
  [
    "an action (XEP-0439)",
    message("<action-selected xmlns='urn:xmpp:tmp:quick-response' id='billing'/>"),
    [{ ...SAID, text: "billing", choice: "billing" }],
  ],
  [
    "the words beside encrypted content",
    message("<body>I sent you an encrypted message</body><encrypted xmlns='eu.siacs.conversations.axolotl'/>"),
    [{ ...SAID, text: "I sent you an encrypted message" }],
  ],
  [
    "what came back",
    "<message type='error' id='e-1-1'><body>x</body><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone</text></error></message>",
    [{ kind: "bounce", of: "e-1-1", reason: "item-not-found", text: "gone" }],
  ],
  [
    "what came back for no known reason",
    "<message type='error' id='e-1-1'><error><__proto__ xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    [{ kind: "bounce", of: "e-1-1", reason: "undefined-condition", text: null }],
  ],
];

const UPLOADED = "https://upload.im.example/1/photo.jpg";
const outOfBand = (url: string) => `<x xmlns='jabber:x:oob'><url>${url}</url></x>`;

const IGNORED: readonly (readonly [what: string, xml: string, reason: string])[] = [
  ["a room's message", message("<body>x</body>", "type='groupchat'"), "groupchat"],
  [
    "a room's invitation (XEP-0045), which comes from no person",
    message("<body>join us</body><x xmlns='http://jabber.org/protocol/muc#user'><invite from='a@b'/></x>"),
    "groupchat",
  ],
  ["a headline", message("<body>news</body>", "type='headline'"), "headline"],
  ["nothing", message(""), "empty"],
  ["an empty body", message("<body/>"), "empty"],
  ["a body of another namespace", message("<body xmlns='http://www.w3.org/1999/xhtml'>x</body>"), "empty"],
  ["an unknown extension", message("<x xmlns='urn:unknown'/>"), "empty"],
  ["a chat state that is none", message("<constructor xmlns='http://jabber.org/protocol/chatstates'/>"), "empty"],
  ["a receipt for nothing", message("<received xmlns='urn:xmpp:receipts'/>"), "empty"],
  ["an error that names nothing", "<message type='error'><error/></message>", "error without id"],
  ["a form that was cancelled", message("<x xmlns='jabber:x:data' type='cancel'/>"), "empty"],
  [
    "a forged carbon copy (XEP-0280)",
    message(
      "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='ceo@im.example'><body>pay</body></message></forwarded></received>",
    ),
    "empty",
  ],
];

describe("XMPP inbound codec", () => {
  describe("reads", () => {
    for (const [what, xml, events] of EVENTS) {
      it(what, () => {
        const decoded = decode(xml);
        const expected = events.map((event) => ({ ...COMMON, ...event }));
        expect(decoded.kind === "message" ? decoded.events : decoded).to.deep.equal(expected);
      });
    }
  });
  describe("finds nothing for the desk in", () => {
    for (const [what, xml, reason] of IGNORED) {
      it(what, () => expect(decode(xml)).to.deep.equal({ kind: "ignored", reason }));
    }
  });
  it("answers encrypted content without words in words", () => {
    const decoded = decode(message("<encrypted xmlns='eu.siacs.conversations.axolotl'/>"));
    expect(decoded.kind).to.equal("unreadable");
  });
  for (const [what, children] of [
    ["a shared file (XEP-0447)", `<body>${UPLOADED}</body><file-sharing xmlns='urn:xmpp:sfs:0'/>`],
    ["an encrypted file", `<body>aesgcm://upload.im.example/1/photo.jpg#0123456789abcdef</body>`],
    ["an encrypted file with a link beside it", outOfBand("aesgcm://upload.im.example/1/photo.jpg#0123456789abcdef")],
    ["a correction that brings one", `${outOfBand(UPLOADED)}<replace xmlns='urn:xmpp:message-correct:0' id='1'/>`],
  ] as const) {
    it(`answers ${what} in words, and passes nothing of it on`, () => {
      const decoded = decode(message(children));
      expect(decoded).to.deep.include({ kind: "unreadable", reason: "file" });
      expect(JSON.stringify(decoded)).not.to.contain("upload");
    });
  }
  for (const [what, children, text] of [
    ["its address as the words (XEP-0066)", `<body>${UPLOADED}</body>${outOfBand(UPLOADED)}`, ""],
    ["no words", outOfBand(UPLOADED), ""],
    ["words of its own", `<body>my bill</body>${outOfBand(UPLOADED)}`, "my bill"],
    ["words around its address", `<body>my bill ${UPLOADED}</body>${outOfBand(UPLOADED)}`, "my bill"],
  ] as const) {
    it(`has a file with ${what} fetched, and its address in no event`, () => {
      const decoded = decode(message(children));
      expect(decoded).to.deep.include({ kind: "file", link: UPLOADED });
      const event = decoded.kind === "file" ? decoded.event : null;
      expect(event?.text).to.equal(text);
      expect(JSON.stringify(event)).not.to.contain("upload");
    });
  }
  it("takes an address that somebody types as words", () => {
    const decoded = decode(message("<body>see https://shop.example/terms</body><x xmlns='jabber:x:oob'/>"));
    expect(decoded.kind).to.equal("message");
  });
  it("tells whether a receipt is wanted, and for what", () => {
    const wants = (xml: string) => {
      const decoded = decode(xml);
      return decoded.kind === "message" ? decoded.receipt : undefined;
    };
    expect(wants(message("<body>x</body><request xmlns='urn:xmpp:receipts'/>"))).to.equal("7");
    expect(wants(message("<body>x</body>"))).to.equal(null);
    expect(wants("<message><body>x</body><request xmlns='urn:xmpp:receipts'/></message>")).to.equal(null);
  });
  it("treats an id that is too long as none", () => {
    const decoded = decode(`<message id='${"7".repeat(2_000)}'><body>x</body></message>`);
    expect(decoded.kind === "message" && decoded.events[0]).to.include({ id: null });
  });

  describe("knows a redelivery by", () => {
    const ids = "<stanza-id xmlns='urn:xmpp:sid:0' by='support@im.example' id='s1'/>";
    const redelivery = (content: string, frame: Partial<Frame>) => {
      const decoded = decode(message(`<body>x</body>${content}`), frame);
      return decoded.kind === "message" ? decoded.events[0]?.redelivery : undefined;
    };
    const archive = "support@im.example";
    it("the id its own archive gave it (XEP-0359)", () =>
      expect(redelivery(ids, { archive })).to.equal("anna@im.example s1"));
    it("that id and its sender, so that an id a server let pass can hide nobody else's message", () => {
      const from = parseJid("mallory@im.example") ?? undefined;
      expect(redelivery(ids, { archive, ...(from === undefined ? {} : { from }) })).to.equal("mallory@im.example s1");
    });
    it("the place in the managed stream where no archive names it", () =>
      expect(redelivery("", { archive, delivery: "sm x 3" })).to.equal("sm x 3"));
    it("nothing a stranger wrote", () => {
      expect(redelivery(ids.replace("support@", "mallory@"), { archive })).to.equal(null);
      expect(redelivery(ids, { archive: null })).to.equal(null);
      expect(redelivery(ids + ids.replace("s1", "s2"), { archive }), "two of the same archive").to.equal(null);
    });
  });

  const PRESENCES: readonly (readonly [xml: string, presence: object])[] = [
    ["<presence/>", { state: "available", text: null, priority: 0 }],
    [
      "<presence><show>dnd</show><status>lunch</status><priority>5</priority></presence>",
      { state: "dnd", text: "lunch", priority: 5 },
    ],
    [
      "<presence><show>sideways</show><priority>many</priority></presence>",
      { state: "available", text: null, priority: 0 },
    ],
    [
      "<presence><show>constructor</show><priority>-999</priority></presence>",
      { state: "available", text: null, priority: -128 },
    ],
    ["<presence type='unavailable'><status>bye</status></presence>", { state: "offline", text: "bye", priority: 0 }],
  ];
  for (const [xml, presence] of PRESENCES) {
    it(`reads ${xml}`, () => expect(decodePresence(stanza(xml))).to.deep.equal(presence));
  }
});
