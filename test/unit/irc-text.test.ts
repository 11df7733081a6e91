/** The IRC adapter's text: what stands in a line, what may be written into one, and bytes that are no line. */
import { expect } from "chai";
import { decodeLine, LineDecoder } from "../../adapters/irc/decoder.ts";
import { withoutCodes } from "../../adapters/irc/looks.ts";
import { ctcpOf, neutralised, softwareOf, withKeptEnd } from "../../adapters/irc/message-text.ts";

describe("IRC text", () => {
  const FORMATTED = [
    ["plain", "plain"],
    [
      "\u0002bold\u0002 \u001ditalic\u001d \u001funder\u001f \u001estruck\u001e \u0011code\u0011 \u0016turned\u0016",
      "bold italic under struck code turned",
    ],
    ["\u00034red\u0003 and \u000312,5blue on red\u000f", "red and blue on red"],
    ["\u00031,5 dogs", " dogs"],
    ["\u000312345", "345"],
    ["\u0003,5", ",5"],
    ["\u0004ff0000red\u0004 \u0004zz", "red zz"],
    ["bell \u0007 stays", "bell \u0007 stays"],
  ] as const;
  for (const [wire, words] of FORMATTED) {
    it(`${JSON.stringify(wire)} is ${JSON.stringify(words)} without its formatting`, () => {
      expect(withoutCodes(wire)).to.equal(words);
    });
  }

  const WRITTEN = [
    ["a\ttab and umlauts äöü", "a\ttab and umlauts äöü"],
    ["\u0001VERSION\u0001", "␁VERSION␁"],
    ["\u00034red", "␃4red"],
    ["nul \u0000, escape \u001b, delete \u007f", "nul ␀, escape ␛, delete ␡"],
    ["half \ud83d a character", "half \ufffd a character"],
    ["line ends\r\nstay to be refused", "line ends\r\nstay to be refused"],
  ] as const;
  for (const [text, written] of WRITTEN) {
    it(`${JSON.stringify(text)} is written as ${JSON.stringify(written)}`, () => {
      expect(neutralised(text)).to.equal(written);
    });
  }

  it("a space at the end is no longer the end", () => {
    expect(withKeptEnd("word ")).to.equal("word \u000f");
    expect(withKeptEnd("word")).to.equal("word");
  });

  const CTCPS = [
    ["hello", null],
    ["\u0001ACTION waves\u0001", { command: "ACTION", rest: "waves" }],
    ["\u0001action waves", { command: "ACTION", rest: "waves" }],
    ["\u0001VERSION\u0001", { command: "VERSION", rest: "" }],
    ["\u0001", { command: "", rest: "" }],
    ["\u0001\u0001", { command: "", rest: "" }],
    ["not at the \u0001VERSION\u0001 beginning", null],
  ] as const;
  for (const [text, expected] of CTCPS) {
    it(`${JSON.stringify(text)} ${expected === null ? "is no CTCP" : `is the CTCP ${expected.command || "of no name"}`}`, () => {
      expect(ctcpOf(text)).to.deep.equal(expected);
    });
  }

  const ANSWERS = [
    ["irssi v1.4.3", "irssi", "1.4.3", null],
    ["WeeChat 3.8 (Jan  8 2023)", "WeeChat", "3.8", null],
    ["HexChat 2.16.1 / Linux 6.1.0-18-amd64 [x86_64/2.4GHz]", "HexChat", "2.16.1", "Linux"],
    ["mIRC v7.72 Khaled Mardam-Bey", "mIRC", "7.72", null],
    ["Quassel IRC v0.14.0 (built 2022) -- https://quassel-irc.org", "Quassel IRC", "0.14.0", null],
    ["Textual 7.2.2 on macOS", "Textual", "7.2.2", "macOS"],
    ["KVIrc:5.0.0:Linux", "KVIrc", "5.0.0", "Linux"],
    ["\u0002my own bot\u0002", "my own bot", null, null],
  ] as const;
  for (const [answer, name, version, os] of ANSWERS) {
    it(`"${answer}" is ${name}${version === null ? "" : ` ${version}`}`, () => {
      expect(softwareOf(answer)).to.deep.equal({ name, version, os });
    });
  }
  it("an empty answer tells nothing, a long one is cut", () => {
    expect(softwareOf(" \u0002\u0007 ")).to.equal(null);
    expect(softwareOf("x".repeat(5_000))?.name.length).to.equal(200);
  });
});

describe("IRC bytes", () => {
  const TEXT = "价格€5 👍 naïve";
  const read = (most = 1_000) => {
    const told = { tooLong: 0 };
    const decoder = new LineDecoder(most, () => {
      told.tooLong += 1;
    });
    return { told, take: (bytes: Buffer) => decoder.take(bytes) };
  };

  it("are the same lines wherever the network splits them", () => {
    const bytes = Buffer.from(`${TEXT}\r\n\r\nsecond\nthird\r\n`);
    for (let at = 0; at <= bytes.length; at += 1) {
      const { take } = read();
      expect([...take(bytes.subarray(0, at)), ...take(bytes.subarray(at))]).to.deep.equal([TEXT, "second", "third"]);
    }
    const { take } = read();
    expect([...bytes].flatMap((byte) => [...take(Buffer.from([byte]))])).to.deep.equal([TEXT, "second", "third"]);
  });

  it("beyond the limit are left out and counted once, and the next line is read", () => {
    const { told, take } = read(100);
    const lines = [...take(Buffer.from("x".repeat(90))), ...take(Buffer.from("x".repeat(90)))];
    lines.push(...take(Buffer.from("x".repeat(1_000))), ...take(Buffer.from("end\ngood\n")));
    lines.push(...take(Buffer.from(`${"y".repeat(101)}\nbetter\n`)));
    expect({ lines, ...told }).to.deep.equal({ lines: ["good", "better"], tooLong: 2 });
  });

  it("that are no UTF-8 are Latin-1", () => {
    expect(decodeLine(Buffer.from("Grüße, café", "latin1"))).to.equal("Grüße, café");
  });

  for (const lost of [1, 2, 3]) {
    it(`of a full line lose half a character of which ${lost} are missing, and nothing else`, () => {
      const full = Buffer.from(`${"x".repeat(506)}👍`);
      expect(decodeLine(full.subarray(0, full.length - lost))).to.equal(`${"x".repeat(506)}\ufffd`);
    });
  }
});
