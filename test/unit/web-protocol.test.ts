import { expect } from "chai";
import fc from "fast-check";
import { toFrame, toHistoryLine, toInbounds } from "../../adapters/web/codec.ts";
import { utf8Bytes } from "../../adapters/web/pages/fields.ts";
import {
  FRAME_LIMITS,
  type NumberedFrame,
  parseClientFrame,
  parseServerFrame,
} from "../../adapters/web/pages/protocol.ts";
import type { Inbound, Outbound } from "../../src/core/model.ts";
import { cpuMs } from "../support/cpu-time.ts";

const ID = "aaaaaaaaaaaaaaaaaaaaaa";
const sender = { address: { network: "web", id: "visitor-x" }, device: "tab1", language: "en" };
const base = { from: sender.address, device: "tab1", to: "support" };

describe("web protocol: what a person sends, as the desk hears it", () => {
  const table: readonly (readonly [string, string, readonly Partial<Inbound>[]])[] = [
    [
      "a line",
      `{"kind":"line","id":"${ID}","desk":"support","text":"hello","choice":null}`,
      [
        {
          ...base,
          kind: "message",
          redelivery: `visitor-x/${ID}`,
          id: ID,
          text: "hello",
          choice: null,
          language: "en",
        },
      ],
    ],
    [
      "a pressed button",
      `{"kind":"line","id":"${ID}","desk":"support","text":"My bill","choice":"billing"}`,
      [{ kind: "message", text: "My bill", choice: "billing" }],
    ],
    [
      "fields nobody asked for",
      `{"kind":"line","id":"${ID}","desk":"support","text":"x","choice":null,"from":"desk","redelivery":"1","nick":"System"}`,
      [{ ...base, kind: "message", redelivery: `visitor-x/${ID}`, text: "x", nick: null }],
    ],
    [
      "an edit",
      `{"kind":"edit","id":"${ID}","desk":"support","of":"${ID}","text":"better"}`,
      [{ kind: "edit", of: ID, text: "better", redelivery: `visitor-x/${ID}` }],
    ],
    [
      "marks as the looks they stand for",
      `{"kind":"edit","id":"${ID}","desk":"support","of":"${ID}","text":"so *much* better"}`,
      [{ kind: "edit", text: "so much better", formatting: [{ style: "strong", start: 3, end: 7 }] }],
    ],
    [
      "the label of a button to the letter",
      `{"kind":"line","id":"${ID}","desk":"support","text":"*Bill*","choice":"billing"}`,
      [{ kind: "message", text: "*Bill*", choice: "billing" }],
    ],
    ["a retraction", `{"kind":"retract","id":"${ID}","desk":"support","of":"${ID}"}`, [{ kind: "retraction", of: ID }]],
    [
      "two lines read",
      `{"kind":"read","id":"${ID}","desk":"support","of":["e-1-0","e-2-0"]}`,
      [
        { kind: "receipt", state: "read", of: "e-1-0", redelivery: `visitor-x/${ID}/e-1-0` },
        { kind: "receipt", state: "read", of: "e-2-0", redelivery: `visitor-x/${ID}/e-2-0` },
      ],
    ],
    ["an opened chat", `{"kind":"open","id":"${ID}","desk":"support"}`, [{ kind: "arrival", language: "en" }]],
    [
      "an invitation followed",
      `{"kind":"continue","id":"${ID}","desk":"support","token":"abcdefgh234567ab"}`,
      [{ kind: "arrival", language: "en", token: "abcdefgh234567ab" }],
    ],
    ["an ended chat", `{"kind":"end","id":"${ID}","desk":"support"}`, [{ kind: "departure" }]],
  ];
  for (const [what, wire, expected] of table) {
    it(what, () => {
      const parsed = parseClientFrame(wire);
      expect(parsed.kind, JSON.stringify(parsed)).to.equal("frame");
      const inbounds = parsed.kind === "frame" ? toInbounds(parsed.frame as NumberedFrame, sender) : [];
      expect(inbounds).to.have.length(expected.length);
      inbounds.forEach((inbound, index) => {
        expect(inbound).to.deep.include(expected[index]);
      });
    });
  }

  it("keeps a text as it is, and makes half a character visible", () => {
    for (const text of [
      "",
      "  two  ",
      "a\r\nb\u0000c",
      "<b>&amp;</b>",
      "\u202Eevil",
      "👩‍👩‍👧",
      "/close",
      "{{x}} $& %s",
    ]) {
      const wire = JSON.stringify({ kind: "line", id: ID, desk: "support", text, choice: null });
      expect(parseClientFrame(wire)).to.nested.include({ "frame.text": text });
    }
    const half = `{"kind":"line","id":"${ID}","desk":"support","text":"a\\ud83d b","choice":null}`;
    expect(parseClientFrame(half)).to.nested.include({ "frame.text": "a\ufffd b" });
  });

  it("takes a text of the limit, and not one byte more", () => {
    for (const letter of ["a", "é", "€", "😀"]) {
      const text = letter.repeat(FRAME_LIMITS.textBytes / utf8Bytes(letter)).padEnd(1);
      const wire = (more: string) =>
        JSON.stringify({ kind: "line", id: ID, desk: "support", text: text + more, choice: null });
      expect(utf8Bytes(text)).to.be.within(FRAME_LIMITS.textBytes - 3, FRAME_LIMITS.textBytes);
      expect(parseClientFrame(wire("")).kind, letter).to.equal("frame");
      expect(parseClientFrame(wire("aaaa")).kind, letter).to.equal("fault");
    }
  });
});

describe("web protocol: hostile frames", () => {
  const line = (fields: object) =>
    JSON.stringify({ kind: "line", id: ID, desk: "support", text: "x", choice: null, ...fields });
  const table: readonly (readonly [string, string, string | null])[] = [
    ["nothing", "", null],
    ["no JSON", "{", null],
    ["a number", "7", null],
    ["null", "null", null],
    ["a list", "[1]", null],
    ["no kind", "{}", null],
    ["an unknown kind, with an id to answer", `{"kind":"launch","id":"${ID}"}`, ID],
    ["a kind of the prototype", '{"kind":"toString"}', null],
    ["a kind that is a prototype", '{"kind":"__proto__"}', null],
    ["a prototype for a frame", '{"__proto__":{"kind":"ping"}}', null],
    ["a kind that is an object", '{"kind":{"toString":"line"}}', null],
    ["a frame of the server", '{"kind":"welcome"}', null],
    ["a short id", line({ id: "a" }), null],
    ["a long id", line({ id: "a".repeat(65) }), null],
    ["an id with a slash, which scopes redeliveries", line({ id: "aaaaaaaaaaaaaaaa/aa" }), null],
    ["an id that is a list", line({ id: [ID] }), null],
    ["no desk", line({ desk: undefined }), ID],
    ["a desk with a space", line({ desk: "sup port" }), ID],
    ["a desk with a line break", line({ desk: "support\nx" }), ID],
    ["a desk that is too long", line({ desk: "d".repeat(129) }), ID],
    ["a text that is an object", line({ text: { toString: "x" } }), ID],
    ["no text", line({ text: null }), ID],
    ["a choice that is too long", line({ choice: "c".repeat(1_025) }), ID],
    ["too many keys", JSON.stringify({ kind: "read", id: ID, desk: "support", of: Array(101).fill("e-1-0") }), ID],
    ["keys that are none", JSON.stringify({ kind: "read", id: ID, desk: "support", of: [""] }), ID],
    ["an endless key", JSON.stringify({ kind: "got", key: "k".repeat(201) }), null],
    ["a typing state of our own", '{"kind":"typing","desk":"support","state":"dancing"}', null],
    ["a version that is none", '{"kind":"hello","version":1.5,"desk":null,"token":null,"language":null}', null],
    ["a token that is none", '{"kind":"hello","version":1,"desk":null,"token":"abc","language":null}', null],
    [
      "a language that is a header",
      '{"kind":"hello","version":1,"desk":null,"token":null,"language":"en\\r\\nX: y"}',
      null,
    ],
  ];
  for (const [what, wire, id] of table) {
    it(`${what}: a fault, in words`, () => {
      const parsed = parseClientFrame(wire);
      expect(parsed).to.include({ kind: "fault", id });
      expect(parsed.kind === "fault" && parsed.fault).to.match(/^\S.*\.$/);
    });
  }

  it("never throws, and never lets through more than the fields it knows", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((object) => JSON.stringify({ kind: "line", ...object })),
        ),
        (wire) => {
          const parsed = parseClientFrame(wire);
          if (parsed.kind === "frame") {
            expect(Object.getPrototypeOf(parsed.frame)).to.equal(Object.prototype);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("takes time in proportion to the size", () => {
    for (const wire of [
      `{"kind":"line","id":"${"a".repeat(250_000)}"}`,
      "[".repeat(250_000),
      `"${"\\u0000".repeat(40_000)}"`,
    ]) {
      expect(
        cpuMs(() => parseClientFrame(wire)),
        wire.slice(0, 20),
      ).to.be.lessThan(500);
    }
  });
});

describe("web protocol: what the desk says, as the page reads it", () => {
  const out = { key: "e-7-0", from: "support", to: sender.address, device: null, conversation: "c1" };
  const message = {
    ...out,
    kind: "message",
    text: "Hello\n<b>",
    choices: [],
    replyTo: null,
    sentAt: 5,
    nick: "Ada",
    language: "en",
    notice: false,
  } as const;
  const table: readonly (readonly [string, Outbound, "acknowledged" | "passing", object])[] = [
    [
      "a message",
      message,
      "acknowledged",
      { kind: "line", key: "e-7-0", desk: "support", text: "Hello\n<b>", nick: "Ada", notice: false, at: 5 },
    ],
    [
      "a question",
      { ...message, notice: true, choices: [{ value: "a", label: "A" }] },
      "acknowledged",
      { kind: "line", notice: true, choices: [{ value: "a", label: "A" }] },
    ],
    [
      "an edit",
      { ...out, kind: "edit", of: "e-6-0", text: "x", nick: null },
      "acknowledged",
      { kind: "edit", of: "e-6-0", text: "x" },
    ],
    ["a retraction", { ...out, kind: "retraction", of: "e-6-0" }, "acknowledged", { kind: "retract", of: "e-6-0" }],
    [
      "a receipt",
      { ...out, kind: "receipt", of: ID, state: "read" },
      "acknowledged",
      { kind: "receipt", of: ID, state: "read" },
    ],
    [
      "a line with looks",
      { ...message, text: "so", formatting: [{ style: "strong", start: 0, end: 2 }] },
      "acknowledged",
      { kind: "line", text: "so", formatting: [{ style: "strong", start: 0, end: 2 }] },
    ],
    [
      "typing",
      { ...out, kind: "typing", state: "composing" },
      "passing",
      { kind: "typing", desk: "support", state: "composing" },
    ],
    [
      "presence",
      { ...out, kind: "presence", state: "away", text: "soon", nick: null },
      "passing",
      { kind: "presence", state: "away", text: "soon" },
    ],
  ];
  for (const [what, outbound, kind, expected] of table) {
    it(what, () => {
      const encoded = toFrame(outbound);
      expect(encoded.kind).to.equal(kind);
      const frame = "frame" in encoded ? encoded.frame : null;
      expect(frame).to.deep.include(expected);
      // Whatever the server writes, the page takes.
      expect(parseServerFrame(JSON.stringify(frame))).to.deep.equal({ kind: "frame", frame });
    });
  }

  it("writes nothing of the conversation's inside", () => {
    expect(JSON.stringify(toFrame(message)))
      .to.not.contain("c1")
      .and.to.not.contain("visitor-x");
  });
  it("leaves choices that cannot be shown to the text, and shortens names alone", () => {
    const choices = [
      { value: "v".repeat(2_000), label: "too long" },
      ...Array.from({ length: 150 }, (_, n) => ({ value: `${n}`, label: `${n}` })),
    ];
    const encoded = toFrame({ ...message, choices, nick: "😀".repeat(1_000) });
    expect("frame" in encoded && parseServerFrame(JSON.stringify(encoded.frame)).kind).to.equal("frame");
    expect(encoded).to.have.nested.property("frame.choices").with.length(FRAME_LIMITS.choices);
  });
  it("has no word for reactions", () => {
    expect(toFrame({ ...out, kind: "reaction", of: "x", reactions: [] }).kind).to.equal("unsupported");
  });
  it("tells a history the page can read", () => {
    const told = toHistoryLine({
      id: "e-1-0",
      own: false,
      text: "x",
      edited: false,
      retracted: false,
      nick: "n".repeat(5_000),
      notice: true,
      choices: [],
      at: 1.5,
      state: "received",
    });
    expect(parseServerFrame(JSON.stringify({ kind: "history", desk: "support", lines: [told] })).kind).to.equal(
      "frame",
    );
  });
});
