/** What reads the bytes and texts of strangers, and what each promises: for the fuzzer that is led by what runs. */
import { expect } from "chai";
import { LineDecoder } from "../../adapters/irc/decoder.ts";
import { parseLine } from "../../adapters/irc/line.ts";
import { readCodes } from "../../adapters/irc/looks.ts";
import { ctcpOf, offeredFile, softwareOf } from "../../adapters/irc/message-text.ts";
import { decodeNews } from "../../adapters/matrix/account/sync-response.ts";
import { decodeSaid, decodeTransaction } from "../../adapters/matrix/codec-inbound.ts";
import { fromHtml } from "../../adapters/matrix/html-inbound.ts";
import { decodeAnswer, decodeCall } from "../../adapters/webhook/codec.ts";
import { decodeMessage, decodePresence } from "../../adapters/xmpp/codec-inbound.ts";
import { readError } from "../../adapters/xmpp/conditions.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { NS } from "../../adapters/xmpp/namespaces.ts";
import { examine } from "../../src/files/examine.ts";
import { FORBIDDEN } from "../support/forbidden-xml.ts";
import { gif, mp3, mp4, ogg, wav, webm } from "../support/media.ts";
import { photo, picture } from "../support/pictures.ts";
import { CONFIGURATION } from "./configuration-targets.ts";
import type { Target } from "./guided.ts";
import { endsOnce, readStream, STREAM_HEAD } from "./stream-reader.ts";

const jid = parseJid("anna@im.example/phone");
if (jid === null) throw new Error("the sender's address is none");
const FRAME = { network: "xmpp", from: jid, to: "support", archive: "support@im.example", delivery: null } as const;

const xmpp: Target = {
  name: "xmpp",
  seeds: [
    "<message type='chat' id='1'><body>hello &amp; 👍</body><request xmlns='urn:xmpp:receipts'/></message>",
    `<message id='2'><replace id='1' xmlns='${NS.correction}'/><body>&gt; a\nb</body><delay stamp='2026-01-01T00:00:00Z' xmlns='urn:xmpp:delay'/></message>`,
    "<message type='error' id='3'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    "<presence><show>away</show><status>a</status><priority>5</priority></presence>",
    ...FORBIDDEN.map(([, xml]) => xml),
  ],
  words: ["<![CDATA[", "]]>", "<!--", "<?", "&#x", "&lt;", "xmlns='", "</message>", "/>", ...Object.values(NS)],
  read(text) {
    const whole = readStream([STREAM_HEAD + text], (stanza) => {
      const decoded = decodeMessage(stanza, FRAME);
      const events = decoded.kind === "message" ? decoded.events : decoded.kind === "file" ? [decoded.event] : [];
      for (const { from } of events) expect(from).to.deep.equal({ network: "xmpp", id: "anna@im.example" });
      decodePresence(stanza);
      readError(stanza);
    });
    expect(endsOnce(whole), "an end that is the last").to.equal(true);
    const half = text.length >> 1;
    expect(readStream([STREAM_HEAD, text.slice(0, half), text.slice(half)])).to.deep.equal(whole);
  },
};

const irc: Target = {
  name: "irc",
  seeds: [
    "@time=2026-01-01T00:00:00Z;msgid=1 :anna!a@im.example PRIVMSG support :hello \u0002there\u0002\r\n",
    ":anna PRIVMSG support :\u0001ACTION waves\u0001\r\n:anna NOTICE support :\u0001VERSION x 1.2\u0001\r\n",
    ':anna PRIVMSG support :\u0001DCC SEND "a b.txt" 2130706433 4000 17\u0001\r\n',
    ":irc.example 005 support CASEMAPPING=rfc1459 LINELEN=512 :are supported\r\n",
  ],
  words: ["\r\n", "\u0001", "\u0003", "\u0004", "04,12", "DCC SEND ", "PRIVMSG", ":", " :", "@", "=", "\\s", "\u000f"],
  read(text) {
    const bytes = Buffer.from(text);
    const lines = [...new LineDecoder(400, () => {}).take(bytes)];
    const halves = new LineDecoder(400, () => {});
    const half = bytes.length >> 1;
    expect([...halves.take(bytes.subarray(0, half)), ...halves.take(bytes.subarray(half))]).to.deep.equal(lines);
    for (const line of lines) {
      const said = parseLine(line)?.params.at(-1) ?? "";
      const words = readCodes(said);
      for (const { start, end } of words.formatting ?? [])
        expect([start >= 0, end <= words.text.length]).not.include(false);
      expect(offeredFile(ctcpOf(said)?.rest ?? "") ?? "").not.to.match(/[/\\]/u);
      softwareOf(said);
    }
  },
};

const html: Target = {
  name: "html",
  seeds: [
    "<p>a <b>b <i>c</i></b></p><ul><li>one<ol start=3><li>two</ol></ul><blockquote>q</blockquote>",
    "<mx-reply><blockquote>x</blockquote></mx-reply><pre><code>a\n b</code></pre><table><tr><td>1<td>2</table>",
    '<a href="https://matrix.to/#/@a:x">Anna</a> <a href="https://a.example">b</a> 10<sup>5</sup> <img alt="x">',
  ],
  words: ["<b>", "</b>", "<blockquote>", "<pre>", "<li>", "<a href='", "<!--", "&#0;", "&nbsp;", "</p>", "\ud800"],
  read(text) {
    const said = fromHtml(text);
    if (said === null) return;
    expect(said.text).to.equal(said.text.toWellFormed());
    for (const { start, end } of said.formatting)
      expect([start >= 0, end > start, end <= said.text.length]).not.include(false);
  },
};

const matrix: Target = {
  name: "matrix",
  seeds: [
    `{"events":[{"type":"m.room.message","room_id":"!r:x","event_id":"$e","sender":"@a:x","origin_server_ts":0,"content":{"msgtype":"m.text","body":"a","format":"org.matrix.custom.html","formatted_body":"<b>a</b>"}}]}`,
    `{"events":[{"type":"m.reaction","room_id":"!r:x","event_id":"$e","sender":"@a:x","origin_server_ts":0,"content":{"m.relates_to":{"rel_type":"m.annotation","event_id":"$f","key":"👍"}}}]}`,
    `{"rooms":{"join":{"!r:x":{"timeline":{"events":[{"type":"m.room.member","state_key":"@a:x","content":{"membership":"join"}}]}}}}}`,
  ],
  words: [
    `"m.image"`,
    `"m.replace"`,
    `"m.new_content"`,
    `"url"`,
    `"mxc://x/y"`,
    `"__proto__"`,
    "null",
    "[]",
    "{}",
    "-1e9",
  ],
  read(text) {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return;
    }
    for (const event of decodeTransaction(body)?.events ?? []) {
      const said = decodeSaid(event);
      if (said.kind === "message") expect(said.text).to.equal(said.text.toWellFormed());
    }
    decodeNews(body, "@support:im.example");
  },
};

const webhook: Target = {
  name: "webhook",
  seeds: [`{"text":"a","actions":[{"set":{"order":"7"}},{"transfer":{"to":"sales"}},{"note":"b"},{"close":true}]}`],
  words: [`"text"`, `"set"`, `"transfer"`, `"note"`, `"to"`, `"reason"`, "\\n", "null", "[]", "{}", "1e999"],
  read(text) {
    for (const decoded of [decodeAnswer(text, 5), decodeCall(text, 5)]) {
      if (decoded.kind === "malformed") expect(decoded.text).not.to.equal("");
      else expect(decoded.lines.filter((line) => /^\/(?:note|set|transfer)[\s\S]*\n/u.test(line))).to.deep.equal([]);
    }
  },
};

const letters = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const files: Target = {
  name: "files",
  // Each letter stands for a byte.
  seeds: [
    picture(),
    photo(6),
    gif(),
    wav(),
    mp3(),
    ogg("opus"),
    ogg("vorbis"),
    mp4("isom"),
    mp4("qt  "),
    webm("video"),
  ].map(letters),
  words: [
    "\u0000\u0000\u0000\u0001",
    "\u00ff\u00ff\u00ff\u00ff",
    "\u00ff\u00d8",
    "\u00ff\u00e1",
    "moov",
    "tEXt",
    "OggS",
    "RIFF",
  ],
  longest: 8_000,
  read(text) {
    const cleaned = examine(Buffer.from(text, "latin1"));
    if (cleaned === null) return;
    // What is clean stays as it is: a second look that finds more to take away tells that the first left something.
    const again = examine(cleaned.bytes);
    expect(again?.type, `a ${cleaned.type} that is cleaned is one`).to.equal(cleaned.type);
    expect(again?.bytes.equals(cleaned.bytes), `a ${cleaned.type} that is cleaned stays as it is`).to.equal(true);
  },
};

export const TARGETS: readonly Target[] = [xmpp, irc, html, matrix, webhook, files, ...CONFIGURATION];
