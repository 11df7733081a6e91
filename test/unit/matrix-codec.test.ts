/** Matrix events to words of the model and back, as tables of (wire, message). */
import { expect } from "chai";
import {
  decodeEphemeral,
  decodePresence,
  decodeSaid,
  decodeTransaction,
  type RoomEvent,
  type Said,
} from "../../adapters/matrix/codec-inbound.ts";
import {
  encodeEdit,
  encodeFileMessage,
  encodeMessage,
  outcomeOf,
  refusal,
  withoutLooks,
} from "../../adapters/matrix/codec-outbound.ts";
import type { Answer } from "../../adapters/matrix/homeserver.ts";
import { fileWords, type HostedFile, type OutboundOf } from "../../src/core/model.ts";

const EVENT = { room_id: "!r:x", sender: "@anna:x", event_id: "$e", origin_server_ts: 1 };
const said = (content: object, type = "m.room.message", more: object = {}): Said =>
  decodeSaid({ ...EVENT, ...more, type, content } as RoomEvent);
const text = (body: string, more: object = {}): object => ({ msgtype: "m.text", body, ...more });
const HTML = "org.matrix.custom.html";
const FILE = { name: "cat.jpg", server: "x:8448", media: "aB_-9", encryption: null, voice: false };
const ENCRYPTION = {
  v: "v2" as const,
  key: { kty: "oct" as const, alg: "A256CTR" as const, k: "k" },
  iv: "i",
  hashes: { sha256: "h" },
};
const replying = (event_id: string): object => ({ "m.relates_to": { "m.in_reply_to": { event_id } } });

describe("Matrix events, inbound", () => {
  const TABLE: readonly (readonly [what: string, wire: Said, expected: Said])[] = [
    ["a text", said(text("hello")), { kind: "message", text: "hello", replyTo: null }],
    ["markup is text", said(text("<b>x</b>")), { kind: "message", text: "<b>x</b>", replyTo: null }],
    [
      "looks",
      said(text("*y*", { format: HTML, formatted_body: "<b>y</b> z" })),
      { kind: "message", text: "y z", formatting: [{ style: "strong", start: 0, end: 1 }], replyTo: null },
    ],
    [
      "looks of a format nobody named",
      said(text("x", { formatted_body: "<b>y</b>" })),
      { kind: "message", text: "x", replyTo: null },
    ],
    [
      "looks without words",
      said(text("x", { format: HTML, formatted_body: "<p></p>" })),
      { kind: "message", text: "x", replyTo: null },
    ],
    [
      "an emote with looks",
      said({ msgtype: "m.emote", body: "waves", format: HTML, formatted_body: "<i>waves</i>" }),
      { kind: "message", text: "* waves", formatting: [{ style: "emphasis", start: 2, end: 7 }], replyTo: null },
    ],
    [
      "a reply with looks, its quote left out",
      said(
        text("> <@b:x> what?\n\nyes", {
          ...replying("$q"),
          format: HTML,
          formatted_body: "<mx-reply>what?</mx-reply>yes",
        }),
      ),
      { kind: "message", text: "yes", replyTo: "$q" },
    ],
    ["half a character", said(text("a \ud83d b")), { kind: "message", text: "a \ufffd b", replyTo: null }],
    ["an emote", said({ msgtype: "m.emote", body: "waves" }), { kind: "message", text: "* waves", replyTo: null }],
    ["a reply", said(text("yes", replying("$q"))), { kind: "message", text: "yes", replyTo: "$q" }],
    [
      "a reply that quotes",
      said(text("> <@b:x> what?\n> more\n\nyes", replying("$q"))),
      { kind: "message", text: "yes", replyTo: "$q" },
    ],
    [
      "a quotation without a reply, but for the address",
      said(text("> <@b:x> what?\n> > * <@c:y> who\n\nyes")),
      { kind: "message", text: "> what?\n> > * who\n\nyes", replyTo: null },
    ],
    [
      "a correction that quotes, but for the address",
      said({
        ...text("* yes"),
        "m.new_content": text("> <@b:x> what?\n\nyes"),
        "m.relates_to": { rel_type: "m.replace", event_id: "$q" },
      }),
      { kind: "edit", of: "$q", text: "> what?\n\nyes" },
    ],
    [
      "a reply that is nothing but a quotation",
      said(text("> <@b:x> what?", replying("$q"))),
      { kind: "message", text: "> what?", replyTo: "$q" },
    ],
    [
      "a reply whose quote is written less carefully",
      said(text("> * <@b:x> waves\n>\n> twice\nyes", replying("$q"))),
      { kind: "message", text: "yes", replyTo: "$q" },
    ],
    [
      "a thread",
      said(text("x", { "m.relates_to": { rel_type: "m.thread", event_id: "$t" } })),
      { kind: "message", text: "x", replyTo: "$t" },
    ],
    [
      "a location",
      said({ msgtype: "m.location", body: "Rome", geo_uri: "geo:41.9,12.5" }),
      { kind: "message", text: "Rome\ngeo:41.9,12.5", replyTo: null },
    ],
    [
      "a file",
      said({ msgtype: "m.image", body: "cat.jpg", url: "mxc://x:8448/aB_-9" }),
      { kind: "file", file: FILE, text: "", replyTo: null },
    ],
    [
      "a file with words that have looks",
      said({
        msgtype: "m.image",
        body: "my cat",
        filename: "cat.jpg",
        url: "mxc://x:8448/aB_-9",
        format: HTML,
        formatted_body: "my <b>cat</b>",
        ...replying("$q"),
      }),
      { kind: "file", file: FILE, text: "my cat", formatting: [{ style: "strong", start: 3, end: 6 }], replyTo: "$q" },
    ],
    [
      "a voice message",
      said({ msgtype: "m.audio", body: "cat.jpg", url: "mxc://x:8448/aB_-9", "org.matrix.msc3245.voice": {} }),
      { kind: "file", file: { ...FILE, voice: true }, text: "", replyTo: null },
    ],
    [
      "an encrypted file",
      said({ msgtype: "m.file", body: "cat.jpg", file: { ...ENCRYPTION, url: "mxc://x:8448/aB_-9" } }),
      { kind: "file", file: { ...FILE, encryption: ENCRYPTION }, text: "", replyTo: null },
    ],
    [
      "a file that is nowhere",
      said({ msgtype: "m.file", body: "my bill", filename: "bill.pdf" }),
      { kind: "message", text: 'my bill\n[file "bill.pdf"]', replyTo: null },
    ],
    [
      "a file whose address leads elsewhere",
      said({ msgtype: "m.file", body: "bill.pdf", url: "mxc://x/../../v3/account" }),
      { kind: "message", text: '[file "bill.pdf"]', replyTo: null },
    ],
    [
      "a file whose server is a way up",
      said({ msgtype: "m.file", body: "bill.pdf", url: "mxc://../config" }),
      { kind: "message", text: '[file "bill.pdf"]', replyTo: null },
    ],
    [
      "an edit of the words beside a file",
      said({
        ...text("* b"),
        "m.new_content": { msgtype: "m.image", body: "b", filename: "c.jpg", url: "mxc://x/y" },
        "m.relates_to": { rel_type: "m.replace", event_id: "$o" },
      }),
      { kind: "edit", of: "$o", text: 'b\n[picture "c.jpg"]' },
    ],
    [
      "an edit with looks",
      said({
        ...text("* b"),
        "m.new_content": text("b", { format: HTML, formatted_body: "<code>b</code>" }),
        "m.relates_to": { rel_type: "m.replace", event_id: "$o" },
      }),
      { kind: "edit", of: "$o", text: "b", formatting: [{ style: "code", start: 0, end: 1 }] },
    ],
    [
      "an edit",
      said({ ...text("* b"), "m.new_content": text("b"), "m.relates_to": { rel_type: "m.replace", event_id: "$o" } }),
      { kind: "edit", of: "$o", text: "b" },
    ],
    [
      "a reaction",
      said({ "m.relates_to": { rel_type: "m.annotation", event_id: "$o", key: "👍" } }, "m.reaction"),
      { kind: "reaction", of: "$o", reaction: "👍" },
    ],
    ["a redaction", said({}, "m.room.redaction", { redacts: "$o" }), { kind: "redaction", of: "$o" }],
    ["a redaction of room version 11", said({ redacts: "$o" }, "m.room.redaction"), { kind: "redaction", of: "$o" }],
    [
      "a kind of message that is a word of JavaScript",
      said({ msgtype: "constructor", body: "x" }),
      { kind: "message", text: "x", replyTo: null },
    ],
    [
      "a sticker",
      said({ body: "a cat", url: "mxc://x:8448/aB_-9" }, "m.sticker"),
      { kind: "file", file: { ...FILE, name: "a cat" }, text: "a cat", replyTo: null },
    ],
    [
      "a sticker that is nowhere",
      said({ body: "a cat" }, "m.sticker"),
      { kind: "message", text: "a cat", replyTo: null },
    ],
    [
      "a poll",
      said({ "m.text": [{ body: "Blue?\n1. Yes" }] }, "m.poll.start"),
      { kind: "message", text: "Blue?\n1. Yes", replyTo: null },
    ],
    [
      "a poll of the draft",
      said({ "org.matrix.msc1767.text": "Blue?" }, "org.matrix.msc3381.poll.start"),
      { kind: "message", text: "Blue?", replyTo: null },
    ],
    ["an encrypted message", said({ ciphertext: "x" }, "m.room.encrypted"), { kind: "encrypted" }],
  ];
  for (const [what, wire, expected] of TABLE) {
    it(what, () => expect(wire).to.deep.equal(expected));
  }

  const TOLD: readonly (readonly [what: string, wire: Said])[] = [
    ["a call", said({ call_id: "x" }, "m.call.invite")],
    ["a poll without words", said({}, "m.poll.start")],
    ["a device to be verified", said({ msgtype: "m.key.verification.request", body: "@anna:x wants to verify" })],
  ];
  for (const [what, wire] of TOLD) {
    it(`its sender is told that it cannot be passed on: ${what}`, () => expect(wire.kind).to.equal("unreadable"));
  }

  const NOTHING: readonly (readonly [what: string, wire: Said])[] = [
    ["a notice of another automatic client", said({ msgtype: "m.notice", body: "away" })],
    ["a redacted message", said({})],
    ["a body that is no text", said({ msgtype: "m.text", body: { x: 1 } })],
    ["an edit of nothing", said({ ...text("b"), "m.relates_to": { rel_type: "m.replace" } })],
    ["a reaction to nothing", said({ "m.relates_to": "x" }, "m.reaction")],
    ["a redaction of nothing", said({ redacts: 7 }, "m.room.redaction")],
    ["another kind", said({ body: "x" }, "org.example.poll")],
  ];
  for (const [what, wire] of NOTHING) {
    it(`nothing: ${what}`, () => expect(wire.kind).to.equal("nothing"));
  }
});

describe("Matrix transactions", () => {
  for (const body of [null, 1, "x", [], { events: {} }, { events: Array.from({ length: 1_001 }, () => EVENT) }]) {
    it(`refuses ${JSON.stringify(body)?.slice(0, 40)}`, () => expect(decodeTransaction(body)).to.equal(null));
  }
  it("takes the good events of a bad lot and counts the others", () => {
    const good = { ...EVENT, type: "m.room.message", content: text("x") };
    const taken = decodeTransaction({ events: [null, good, { ...good, event_id: 7 }, "x"] });
    expect(taken?.events.map(({ event_id }) => event_id)).to.deep.equal(["$e"]);
    expect(taken?.malformed).to.equal(3);
  });
  it("knows ephemeral signs under both names", () => {
    expect(decodeTransaction({ events: [], ephemeral: [1] })?.ephemeral).to.deep.equal([1]);
    expect(decodeTransaction({ events: [], "de.sorunome.msc2409.ephemeral": [2] })?.ephemeral).to.deep.equal([2]);
  });
  it("ignores signs of a shape it does not know", () => {
    expect(decodeEphemeral({ type: "m.typing", room_id: "!r", content: { user_ids: "x" } })).to.equal(null);
    expect(decodeEphemeral({ type: "m.unheard", content: {} })).to.equal(null);
  });
  for (const [presence, state] of [
    ["online", "available"],
    ["unavailable", "away"],
    ["offline", "offline"],
    ["org.matrix.msc3026.busy", "dnd"],
    ["constructor", "available"],
  ] as const) {
    it(`presence ${presence} is ${state}`, () => {
      expect(decodePresence({ presence, status_msg: null })).to.deep.equal({ state, text: null });
    });
  }
});

const MESSAGE: OutboundOf<"message"> = {
  kind: "message",
  key: "e-1-1",
  from: "support",
  to: { network: "matrix", id: "@anna:x" },
  device: null,
  conversation: null,
  text: "@room: hello",
  choices: [],
  replyTo: null,
  sentAt: 0,
  nick: null,
  language: null,
  notice: false,
};

describe("Matrix events, outbound", () => {
  it("rings nobody's bell, quotes nothing, and bears the key", () => {
    expect(encodeMessage(MESSAGE, "$q")).to.deep.equal({
      msgtype: "m.text",
      body: "@room: hello",
      "m.mentions": {},
      "m.relates_to": { "m.in_reply_to": { event_id: "$q" } },
      "io.frontdesk.key": "e-1-1",
    });
  });
  it("says the desk's own words as notices", () => {
    expect(encodeMessage({ ...MESSAGE, notice: true }, null).msgtype).to.equal("m.notice");
  });
  it("writes an edit with its words once more for clients without edits", () => {
    const content = encodeEdit({ ...MESSAGE, kind: "edit", of: "e-0-1", text: "b", nick: null }, "$o");
    expect(content.body).to.equal("* b");
    expect(content["m.new_content"]).to.include({ body: "b" });
    expect(content["m.relates_to"]).to.deep.equal({ rel_type: "m.replace", event_id: "$o" });
  });
  it("shows looks beside the words, and lets them go where both are too large", () => {
    const formatting = [{ style: "strong" as const, start: 0, end: 5 }];
    const shown = {
      msgtype: "m.text",
      body: "@room: hello",
      format: HTML,
      formatted_body: "<strong>@room</strong>: hello",
    };
    const content = encodeMessage({ ...MESSAGE, formatting }, null);
    expect(content).to.include(shown);
    expect(withoutLooks(content)).to.deep.equal(encodeMessage(MESSAGE, null));
    const edit = { ...MESSAGE, kind: "edit" as const, of: "e-0-1", nick: null };
    const edited = encodeEdit({ ...edit, formatting }, "$o");
    expect(edited["m.new_content"]).to.include(shown);
    expect(edited.formatted_body).to.equal("* <strong>@room</strong>: hello");
    expect(withoutLooks(edited)).to.deep.equal(encodeEdit(edit, "$o"));
  });

  const hosted = { name: "bill.pdf", type: "application/pdf", bytes: 9, url: "https://desk/files/x/bill.pdf" };
  const place = { url: "mxc://x/y" };
  for (const [what, file, words, expected] of [
    [
      "a document",
      hosted,
      fileWords(hosted),
      { msgtype: "m.file", body: "bill.pdf", filename: "bill.pdf", url: "mxc://x/y" },
    ],
    [
      "a file with words",
      hosted,
      `see this\n${fileWords(hosted)}`,
      { msgtype: "m.file", body: "see this", filename: "bill.pdf" },
    ],
    ["a picture", { ...hosted, kind: "image", width: 4, height: 3 }, fileWords(hosted), { msgtype: "m.image" }],
    ["a film", { ...hosted, kind: "video", durationMs: 7.2 }, fileWords(hosted), { msgtype: "m.video" }],
    ["a recording", { ...hosted, kind: "audio" }, fileWords(hosted), { msgtype: "m.audio" }],
  ] as const) {
    it(`shows ${what}`, () => {
      const content = encodeFileMessage({ ...MESSAGE, text: words }, file, place, "$q");
      expect(content).to.deep.include({ ...expected, "m.mentions": {}, "io.frontdesk.key": "e-1-1" });
      expect(content["m.relates_to"]).to.deep.equal({ "m.in_reply_to": { event_id: "$q" } });
      expect(JSON.stringify(content)).not.to.contain("https://desk");
    });
  }
  it("tells size, length and voice of a file as far as they are known", () => {
    const info = (more: Partial<HostedFile>) => encodeFileMessage(MESSAGE, { ...hosted, ...more }, place, null);
    expect(info({}).info).to.deep.equal({ mimetype: "application/pdf", size: 9 });
    expect(info({ kind: "image", width: 4, height: 3 }).info).to.deep.include({ w: 4, h: 3 });
    const voice = info({ kind: "audio", durationMs: 7.2, voice: true });
    expect(voice.info).to.deep.include({ duration: 7 });
    expect(voice["org.matrix.msc3245.voice"]).to.deep.equal({});
    expect(voice["org.matrix.msc1767.audio"]).to.deep.equal({ duration: 7 });
  });

  it("refuses what is too long or not carried, by name", () => {
    expect(refusal({ ...MESSAGE, text: "é".repeat(11) }, [], 20)).to.include({ reason: "policy-violation" });
    expect(refusal({ ...MESSAGE, kind: "receipt", of: "$x", state: "delivered" }, ["read"], 20)).to.include({
      reason: "feature-not-implemented",
    });
    expect(refusal(MESSAGE, [], 20)).to.equal(null);
  });

  const failed = (
    status: number,
    errcode: string,
    retryAfterMs: number | null = null,
  ): Exclude<Answer, { kind: "ok" }> => ({
    kind: "error",
    status,
    errcode,
    text: "words",
    retryAfterMs,
  });
  for (const [answer, outcome] of [
    [failed(403, "M_FORBIDDEN"), { kind: "rejected", reason: "forbidden", text: "words" }],
    [failed(404, "M_NOT_FOUND"), { kind: "rejected", reason: "item-not-found", text: "words" }],
    [failed(404, "M_UNKNOWN"), { kind: "rejected", reason: "item-not-found", text: "words" }],
    [failed(413, "M_TOO_LARGE"), { kind: "rejected", reason: "policy-violation", text: "words" }],
    [failed(400, "M_UNKNOWN"), { kind: "rejected", reason: "undefined-condition", text: "words" }],
    [failed(429, "M_LIMIT_EXCEEDED", 1_500), { kind: "deferred", reason: "resource-constraint", retryAfterMs: 1_500 }],
    [failed(429, "M_LIMIT_EXCEEDED"), { kind: "deferred", reason: "resource-constraint" }],
    [failed(500, "M_UNKNOWN"), { kind: "deferred", reason: "remote-server-timeout" }],
    [failed(401, "M_UNKNOWN_TOKEN"), { kind: "deferred", reason: "remote-server-timeout" }],
    [
      { kind: "unreachable", text: "refused" },
      { kind: "deferred", reason: "remote-server-timeout" },
    ],
  ] as const) {
    it(`${JSON.stringify(answer).slice(0, 60)} is ${outcome.kind}`, () =>
      expect(outcomeOf(answer)).to.deep.equal(outcome));
  }
});
