/** Integrity and order: a text arrives as it was written, once, in its place, and is never anything but text. */
import { expect } from "chai";
import { typed } from "../../../src/core/styling-writer.ts";
import type { FarPerson } from "../far-end.ts";
import type { ConformanceTest, Stage } from "./stage.ts";

interface Sample {
  readonly what: string;
  readonly text: string;
}

const SAMPLES: readonly Sample[] = [
  { what: "plain", text: "hello, is anybody there?" },
  {
    what: "markup",
    text: `<b>bold</b> & &amp; &lt; "double" 'single' *star* _under_ \`code\` [a](https://example.org/?a=1&b=2)`,
  },
  { what: "XML's own words", text: "<!-- no comment --> <![CDATA[ ]]> <?xml version='1.0'?>" },
  { what: "emoji", text: "thank you 🎉👍🏽 🇩🇪 ☎️" },
  { what: "zero-width joiners", text: "👩‍👩‍👧‍👦 and 👨🏿‍🚀 and क्‍ष" },
  { what: "right to left", text: "שלום abc مرحبا 123 \u202Eoverride\u202C done" },
  { what: "combining marks, not composed", text: "e\u0301 is not \u00e9; A\u030a is not \u00c5 nor \u212b" },
  { what: "beyond the basic plane", text: "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠮷 𓀀" },
  { what: "a leading slash", text: "/accept this, please" },
  { what: "a leading slash word of chat clients", text: "/me waves" },
  { what: "a leading colon", text: ":colon first" },
  { what: "a leading hash", text: "#k3 is not a label here" },
  { what: "trailing spaces", text: "three spaces follow   " },
  { what: "leading spaces", text: "  two spaces before" },
  { what: "a tab", text: "left\tright" },
  { what: "a full stop alone", text: "." },
  { what: "backslashes and percent signs", text: "C:\\new\\table %s %n %00 \\u0041 {{x}} $1" },
  { what: "JSON", text: '{"kind":"message","text":"inner"}' },
  { what: "a word that commands elsewhere", text: "QUIT" },
];

const LINES: Sample = { what: "several lines", text: "first\nsecond\n\n  fourth, indented\n" };
const LONGEST_SAMPLE = 200_000;

/** Of that many bytes, ending in a character of several bytes, so that a cut in the wrong place shows. */
function ofBytes(bytes: number): string {
  const end = "€";
  return `${"long line ".repeat(Math.ceil(bytes / 10)).slice(0, bytes - Buffer.byteLength(end))}${end}`;
}

function samples({ capabilities }: Stage): readonly Sample[] {
  const { maxTextBytes, features } = capabilities;
  const long = [
    { what: "a very long line", text: ofBytes(Math.min(maxTextBytes, 8_000)) },
    { what: "one byte under the limit", text: ofBytes(Math.min(maxTextBytes - 1, LONGEST_SAMPLE)) },
    { what: "the limit itself", text: ofBytes(Math.min(maxTextBytes, LONGEST_SAMPLE)) },
  ];
  return [...SAMPLES, ...(features.includes("multiline") ? [LINES] : []), ...long].filter(
    ({ text }) => Buffer.byteLength(text) <= maxTextBytes,
  );
}

async function textsOut(stage: Stage): Promise<void> {
  for (const name of stage.names) {
    for (const { what, text } of samples(stage)) {
      await stage.deliver(stage.message(stage.anna, text, { from: name }));
      const seen = await stage.sees(stage.anna, "message");
      expect(seen.text, what).to.equal(text);
      expect(seen.from, `sender of: ${what}`).to.equal(name);
    }
  }
  expect(stage.texts(stage.ben), "what somebody else saw").to.deep.equal([]);
}

async function textsIn(stage: Stage): Promise<void> {
  for (const name of stage.names) {
    for (const { what, text } of samples(stage)) {
      const { inbound } = await stage.hears(stage.anna, text, name);
      // Where people type their looks as marks they are out of the text, and not lost.
      expect(typed(inbound), what).to.equal(text);
      expect(inbound.to, `name written to: ${what}`).to.equal(name);
      expect(inbound.from, `sender of: ${what}`).to.deep.equal(stage.anna.address);
    }
  }
}

const IN_A_ROW = 40;
const numbered = (prefix: string): string[] => Array.from({ length: IN_A_ROW }, (_, index) => `${prefix} ${index + 1}`);

/** As the outbox does it: as many unanswered as the adapter allows to one person, and two persons at once. */
async function orderOut(stage: Stage): Promise<void> {
  const { window } = stage.capabilities;
  const lane = async (person: FarPerson, texts: readonly string[]): Promise<void> => {
    for (let at = 0; at < texts.length; at += window) {
      await Promise.all(texts.slice(at, at + window).map((text) => stage.deliver(stage.message(person, text))));
    }
  };
  await Promise.all([lane(stage.anna, numbered("to anna")), lane(stage.ben, numbered("to ben"))]);
  for (const [person, prefix] of [
    [stage.anna, "to anna"],
    [stage.ben, "to ben"],
  ] as const) {
    await stage.sees(person, "message", ({ text }) => text === `${prefix} ${IN_A_ROW}`);
    expect(stage.texts(person)).to.deep.equal(numbered(prefix));
  }
}

async function orderIn(stage: Stage): Promise<void> {
  for (const text of numbered("from anna")) {
    await stage.anna.say(stage.handle, text);
  }
  for (const text of numbered("from anna")) {
    const inbound = await stage.context.next("message", stage.anna.address, text);
    expect(inbound.text).to.equal(text);
  }
}

/** Texts that would be a second command if an adapter wrote them out as they are. */
const INJECTIONS: readonly Sample[] = [
  { what: "an IRC command after CRLF", text: "one\r\nPRIVMSG ben :two" },
  { what: "an IRC command after LF", text: "one\nQUIT :bye" },
  { what: "an IRC command after CR", text: "one\rQUIT :bye" },
  { what: "NUL", text: "one\u0000two" },
  { what: "other control characters", text: "bell \u0007 escape \u001b[31m backspace \u0008 delete \u007f" },
  { what: "a stanza", text: "one</body></message><message to='ben@localhost'><body>two</body></message>" },
  { what: "the end of a stream", text: "</stream:stream>" },
  { what: "a header", text: "one\r\nContent-Length: 0\r\n\r\nMESSAGE sip:ben@localhost SIP/2.0" },
  { what: "an event of a stream of events", text: "one\n\nevent: message\ndata: two\n\n" },
  { what: "a frame", text: '"}]}\n{"kind":"send"}' },
  { what: "line separators of Unicode", text: "one\u2028two\u2029three\u0085four" },
  { what: "CTCP", text: "\u0001VERSION\u0001" },
  { what: "half a character", text: "one \ud83d two" },
];

/**
 * Characters a network cannot carry may arrive as a visible sign in their place (U+FFFD, or the control pictures from
 * U+2400), and line ends in another form; nothing may be missing.
 */
function comparable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject.
  const signs = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff\ufffd\u2400-\u2426]/g;
  return text
    .toWellFormed()
    .replace(/\r\n|\r|\u0085|\u2028|\u2029/g, "\n")
    .replace(signs, "\ufffd");
}

async function injectionOut(stage: Stage): Promise<void> {
  for (const { what, text } of INJECTIONS) {
    const before = stage.texts(stage.anna).length;
    const outcome = await stage.send(stage.message(stage.anna, text));
    await stage.fence(stage.anna);
    const seen = stage.texts(stage.anna).slice(before, -1);
    if (outcome.kind === "rejected") {
      expect(seen, `rejected, yet on the wire: ${what}`).to.deep.equal([]);
    } else {
      expect(outcome.kind, what).to.equal("accepted");
      expect(seen.map(comparable), what).to.deep.equal([comparable(text)]);
    }
  }
  await stage.fence(stage.ben);
  expect(stage.texts(stage.ben), "what somebody else saw").to.have.length(1);
}

async function injectionIn(stage: Stage): Promise<void> {
  for (const { what, text } of INJECTIONS) {
    const before = stage.heard(stage.anna).length;
    // A client may refuse to write what its protocol cannot carry.
    const written = await stage.anna.say(stage.handle, text).then(
      () => true,
      () => false,
    );
    await stage.anna.say(stage.handle, `after ${what}`);
    await stage.context.inbounds.next(
      what,
      (inbound) => inbound.kind === "message" && inbound.text === `after ${what}`,
    );
    const heard = stage.heard(stage.anna).slice(before, -1);
    expect(heard.map(comparable), what).to.deep.equal(written ? [comparable(text)] : []);
  }
  expect(stage.heard(stage.ben), "what somebody else is said to have written").to.deep.equal([]);
}

async function tooLongIsRejected(stage: Stage): Promise<void> {
  const { maxTextBytes, features } = stage.capabilities;
  const text = ofBytes(maxTextBytes + 1);
  const outcome = await stage.send(stage.message(stage.anna, text));
  expect(outcome.kind, JSON.stringify(outcome)).to.equal("rejected");
  if (features.includes("edit")) {
    const original = stage.message(stage.anna, "short");
    await stage.deliver(original);
    const edit = stage.outbound("edit", stage.anna, { of: original.key, text, nick: null });
    expect((await stage.send(edit)).kind, "an edit that is too long").to.equal("rejected");
  }
  await stage.fence(stage.anna);
  const longest = Math.max(...stage.texts(stage.anna).map((seen) => seen.length));
  expect(longest, "length of what was on the wire").to.be.lessThan(200);
}

const law = { needs: "started", unexceptionable: true } as const;

export const textTests: readonly ConformanceTest[] = [
  { title: "texts go out unchanged", ...law, run: textsOut },
  { title: "texts come in unchanged", ...law, run: textsIn },
  { title: "texts go out in order, to each of two persons", ...law, run: orderOut },
  { title: "texts come in in order", ...law, run: orderIn },
  { title: "a text that goes out never becomes a second command", ...law, run: injectionOut },
  { title: "a text that comes in never becomes a second event", ...law, run: injectionIn },
  { title: "a text over the limit is rejected, with nothing on the wire", ...law, run: tooLongIsRejected },
];
