/**
 * Every codec, given what it is not made for: it never throws, what it lets through has the shape that it promises, says who the frame
 * says it is from, and reading does not depend on where the network cuts.
 */
import { Element } from "@xmpp/xml";
import { expect } from "chai";
import fc from "fast-check";
import { LineDecoder } from "../../adapters/irc/decoder.ts";
import { BREAKS, formatLine, LINE_BYTES, parseLine } from "../../adapters/irc/line.ts";
import { readCodes } from "../../adapters/irc/looks.ts";
import { ctcpOf, neutralised, offeredFile, softwareOf } from "../../adapters/irc/message-text.ts";
import { decodeNews } from "../../adapters/matrix/account/sync-response.ts";
import { decodeEphemeral, decodeMember, decodeSaid, decodeTransaction } from "../../adapters/matrix/codec-inbound.ts";
import { canonicalUserId, displayName } from "../../adapters/matrix/identifiers.ts";
import { decodeAnswer, decodeCall } from "../../adapters/webhook/codec.ts";
import { decodeMessage, decodePresence, type Frame } from "../../adapters/xmpp/codec-inbound.ts";
import { readError } from "../../adapters/xmpp/conditions.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { NS } from "../../adapters/xmpp/namespaces.ts";
import { BEFORE_THE_STREAM, FORBIDDEN } from "../support/forbidden-xml.ts";
import { limitMs, runs } from "./runs.ts";
import { endsOnce, readStream, STREAM_HEAD } from "./stream-reader.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", "__proto__", "constructor", "\u202e", "\ud800", "a\u0000b", "\r\nQUIT", "1e999", "-1"),
);

// --- XMPP -----------------------------------------------------------------------------------------------------------

const sender = parseJid("anna@im.example/phone");
if (sender === null) throw new Error("the sender's address is none");
const FRAME: Frame = { network: "xmpp", from: sender, to: "support", archive: "support@im.example", delivery: null };
const CHILDREN = [
  ...["body", "subject", "request", "received", "displayed", "composing", "replace", "reply", "fallback", "reactions"],
  ...[
    "reaction",
    "x",
    "url",
    "field",
    "value",
    "stanza-id",
    "origin-id",
    "delay",
    "nick",
    "error",
    "text",
    "forwarded",
  ],
  ...["message", "encrypted", "file-sharing", "action-selected", "response", "unstyled", "show", "status", "priority"],
];
const ATTRIBUTES = [
  "id",
  "type",
  "xmlns",
  "by",
  "for",
  "start",
  "end",
  "stamp",
  "var",
  "xml:lang",
  "from",
  "to",
  "value",
];

const element: fc.Memo<Element> = fc.memo((depth) => {
  const attributes = fc.dictionary(
    fc.constantFrom(...ATTRIBUTES),
    fc.oneof(anyText, fc.constantFrom(...Object.values(NS), "submit", "error", "chat")),
  );
  const parts = depth <= 1 ? fc.array(anyText, { maxLength: 1 }) : fc.array(fc.oneof(anyText, element(depth - 1)));
  return fc.tuple(fc.constantFrom(...CHILDREN), attributes, parts).map(([name, attrs, children]) => {
    const made = new Element(name, attrs as Record<string, string>);
    for (const child of children) {
      if (typeof child === "string") made.t(child);
      else made.cnode(child);
    }
    return made;
  });
});

const message = fc
  .tuple(fc.constantFrom("chat", "normal", "error", "groupchat", "headline", "constructor"), fc.array(element(3)))
  .map(([type, children]) => {
    const made = new Element("message", { type, id: "7", from: "anna@im.example/phone", xmlns: "jabber:client" });
    for (const child of children) made.cnode(child);
    return made;
  });

/** Sound XML, forbidden XML, and pieces of both, as a stream could bring them. */
const stream = fc
  .array(
    fc.oneof(
      fc.constantFrom(...FORBIDDEN.map(([, xml]) => xml), ...BEFORE_THE_STREAM.map(([, xml]) => xml)),
      message.map(String),
      fc.constantFrom("<", ">", "&amp;", "</message>", "<message>", " ", "\n", "]]>", "<![CDATA[", "👍"),
      anyText,
    ),
    { maxLength: 12 },
  )
  .map(
    (pieces) =>
      // Without its end: what stands behind that in the same piece is not looked at.
      STREAM_HEAD + pieces.join(""),
  );

describe("fuzzing: XMPP", function () {
  this.timeout(limitMs(20_000));

  it("a message of whatever elements is words of its sender, or none", () => {
    fc.assert(
      fc.property(message, (stanza) => {
        const decoded = decodeMessage(stanza, FRAME);
        const events = decoded.kind === "message" ? decoded.events : decoded.kind === "file" ? [decoded.event] : [];
        for (const event of events) {
          expect(event.from).to.deep.equal({ network: "xmpp", id: "anna@im.example" });
          expect(event.to).to.equal("support");
        }
        if (decoded.kind === "message") expect(events).not.to.deep.equal([]);
        decodePresence(stanza);
        readError(stanza);
      }),
      runs(500),
    );
  });

  it("a stream is read the same wherever it is cut, and ends once", () => {
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 });
    fc.assert(
      fc.property(stream, cuts, (text, places) => {
        const borders = [...new Set([0, ...places.map((place) => place % (text.length + 1)), text.length])].sort(
          (a, b) => a - b,
        );
        const pieces = borders.slice(1).map((border, index) => text.slice(borders[index], border));
        const whole = readStream([text]);
        expect(readStream(pieces)).to.deep.equal(whole);
        expect(endsOnce(whole)).to.equal(true);
      }),
      runs(400),
    );
  });

  it("an address is itself when it is read again", () => {
    const parts = fc.array(fc.oneof(anyText, fc.constantFrom("@", "/", ".", "anna", "im.example", "xn--a")), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(parts, (texts) => {
        const jid = parseJid(texts.join(""));
        if (jid !== null) expect(parseJid(jid.full)).to.deep.equal(jid);
      }),
      runs(5_000),
    );
  });
});

// --- IRC ------------------------------------------------------------------------------------------------------------

const ircPiece = fc.oneof(
  anyText,
  fc.constantFrom(
    ":",
    " ",
    "@",
    "PRIVMSG",
    "NOTICE",
    "support",
    "\u0001",
    "DCC SEND ",
    '"',
    "\u0003",
    "04,12",
    "\u0002",
    "!",
  ),
);
const ircLine = fc.array(ircPiece, { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("fuzzing: IRC", function () {
  this.timeout(limitMs(20_000));

  it("bytes are the same lines wherever they are cut, and no line holds a line's end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 400 }), (given, place) => {
        const bytes = Buffer.from(given);
        const take = (pieces: readonly Buffer[]) => {
          const decoder = new LineDecoder(100, () => {});
          return pieces.flatMap((piece) => [...decoder.take(piece)]);
        };
        const at = place % (bytes.length + 1);
        const lines = take([bytes]);
        expect(take([bytes.subarray(0, at), bytes.subarray(at)])).to.deep.equal(lines);
        expect(lines.filter((line) => line.includes("\n"))).to.deep.equal([]);
      }),
      runs(3_000),
    );
  });

  it("whatever is read is a line or none; what is in it is never more than its words", () => {
    fc.assert(
      fc.property(ircLine, (line) => {
        parseLine(line);
        const words = readCodes(line);
        for (const { start, end } of words.formatting ?? []) {
          expect(start).to.be.at.least(0);
          expect(end).to.be.at.most(words.text.length).and.above(start);
        }
        const asked = ctcpOf(line);
        const file = asked === null ? null : offeredFile(asked.rest);
        if (file !== null) expect(file).not.to.match(/[/\\]/u);
        softwareOf(line);
      }),
      runs(5_000),
    );
  });

  it("no text that is written becomes a second command", () => {
    fc.assert(
      fc.property(ircLine, (text) => {
        const trailing = neutralised(text).split(BREAKS)[0] ?? "";
        if (Buffer.byteLength(trailing) > LINE_BYTES - 40) return;
        const line = formatLine({ command: "PRIVMSG", params: ["anna"], trailing });
        const read = parseLine(line);
        expect([read?.command, read?.params[0]]).to.deep.equal(["PRIVMSG", "anna"]);
        expect(line).not.to.match(BREAKS);
      }),
      runs(3_000),
    );
  });
});

// --- Matrix ---------------------------------------------------------------------------------------------------------

const FIELDS = [
  ...[
    "msgtype",
    "body",
    "format",
    "formatted_body",
    "url",
    "file",
    "info",
    "filename",
    "m.relates_to",
    "m.new_content",
  ],
  ...["rel_type", "event_id", "key", "m.in_reply_to", "membership", "displayname", "redacts", "user_ids", "m.mentions"],
  ...[
    "type",
    "room_id",
    "sender",
    "state_key",
    "content",
    "events",
    "ephemeral",
    "rooms",
    "join",
    "timeline",
    "__proto__",
  ],
];
const VALUES = [
  "m.text",
  "m.image",
  "m.replace",
  "m.annotation",
  "org.matrix.custom.html",
  "m.room.message",
  "m.reaction",
];
const json: fc.Memo<unknown> = fc.memo((depth) =>
  depth <= 1
    ? fc.oneof(anyText, fc.constantFrom<unknown>(...VALUES), fc.double(), fc.constantFrom<unknown>(null, true, -1))
    : fc.oneof(
        fc.dictionary(fc.constantFrom(...FIELDS), json(depth - 1)),
        fc.array(json(depth - 1), { maxLength: 3 }),
        anyText,
        fc.constantFrom<unknown>(...VALUES),
      ),
);
const types = fc.constantFrom("m.room.message", "m.reaction", "m.room.redaction", "m.room.encrypted", "m.sticker", "x");

describe("fuzzing: Matrix", function () {
  this.timeout(limitMs(20_000));

  it("a body of whatever JSON is a transaction or none, and an answer of /sync or none", () => {
    fc.assert(
      fc.property(json(5), (body) => {
        decodeTransaction(body);
        decodeEphemeral(body);
        decodeNews(body, "@support:im.example");
      }),
      runs(3_000),
    );
  });

  it("an event of whatever content says something, or why not", () => {
    const room = { room_id: "!r:x", event_id: "$e", sender: "@anna:x", origin_server_ts: 0 };
    fc.assert(
      fc.property(types, fc.dictionary(fc.constantFrom(...FIELDS), json(4)), (type, content) => {
        const taken = decodeTransaction({ events: [{ ...room, type, content }] });
        for (const event of taken?.events ?? []) {
          const said = decodeSaid(event);
          if (said.kind === "message") expect(said.text).to.equal(said.text.toWellFormed());
          decodeMember(event);
        }
      }),
      runs(3_000),
    );
  });

  it("a user id is one or none, and a name can be shown", () => {
    fc.assert(
      fc.property(anyText, anyText, (local, name) => {
        const id = canonicalUserId(`@${local}:im.example`);
        if (id !== null) expect(id).not.to.match(/[\s\p{Cc}]/u);
        expect(displayName(name) ?? "").not.to.match(/[\p{Cc}\u202e]/u);
      }),
      runs(3_000),
    );
  });
});

// --- programs -------------------------------------------------------------------------------------------------------

describe("fuzzing: webhooks", function () {
  this.timeout(limitMs(20_000));

  it("an answer of whatever JSON is lines or a sentence that says what is wrong; a field is never two words", () => {
    const fields = ["text", "set", "note", "transfer", "close", "accept", "to", "reason", "actions", "conversation"];
    const bodies = fc.oneof(
      anyText,
      fc.dictionary(fc.constantFrom(...fields), fc.oneof(json(2), anyText)).map((body) => JSON.stringify(body)),
      fc
        .record({ actions: fc.array(fc.dictionary(fc.constantFrom(...fields), anyText)) })
        .map((body) => JSON.stringify(body)),
      anyText.map((note) => JSON.stringify({ note, set: { order: note } })),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        for (const decoded of [decodeAnswer(body, 5), decodeCall(body, 5)]) {
          if (decoded.kind === "malformed") expect(decoded.text).not.to.equal("");
          else
            expect(decoded.lines.filter((line) => /^\/(?:note|set|transfer)[\s\S]*\n/u.test(line))).to.deep.equal([]);
        }
      }),
      runs(600),
    );
  });
});
