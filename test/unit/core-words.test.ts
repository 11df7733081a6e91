/** How a CSR's line is read: a word for the desk, a slip of one, or words for the customer. */
import { expect } from "chai";
import { CSR_WORDS, type CsrLine, readLine, spokenAnswer } from "../../src/core/csr-words.ts";
import { phraseKeys } from "../../src/core/phrases.ts";

const word = (name: string, rest = ""): CsrLine => ({ kind: "word", word: name, rest });
const text = (said: string): CsrLine => ({ kind: "text", text: said });
const unknown = (name: string): CsrLine => ({ kind: "unknown", word: name });

const LINES: readonly (readonly [string, CsrLine])[] = [
  ["good morning", text("good morning")],
  ["  indented", text("  indented")],
  ["", text("")],
  ["/", text("/")],
  ["/ close", text("/ close")],
  ["/close", word("close")],
  ["/CLOSE", word("close")],
  ["  /close  ", word("close")],
  ["/close\n", word("close")],
  ["/transfer sales", word("transfer", "sales")],
  ["/transfer   Ben Okri  ", word("transfer", "Ben Okri")],
  ["/note first line\nsecond line", word("note", "first line\nsecond line")],
  ["/note", word("note")],
  ["/note\ttabbed", word("note", "tabbed")],
  ["/clsoe", unknown("clsoe")],
  ["/constructor", unknown("constructor")],
  ["/__proto__", text("/__proto__")],
  ["/etc/passwd is a file", text("/etc/passwd is a file")],
  ["/2 of it", text("/2 of it")],
  ["/me waves", text("/me waves")],
  ["/ME waves", text("/ME waves")],
  ["//close", text("/close")],
  ["  //close", text("/close")],
  ["///", text("//")],
  ["see /close", text("see /close")],
  ["\u202e/close", text("\u202e/close")],
  ["／close", text("／close")],
];

describe("a CSR's line", () => {
  for (const [line, read] of LINES) {
    it(`${JSON.stringify(line)} is ${read.kind}`, () => {
      expect(readLine(line, null)).to.deep.equal(read);
    });
  }

  it("knows every word, alone and with words behind it", () => {
    for (const name of CSR_WORDS) {
      expect(readLine(`/${name}`, null)).to.deep.equal(word(name));
      expect(readLine(`/${name} something`, null)).to.deep.equal(word(name, "something"));
    }
  });
});

const SIGNED: readonly (readonly [string, CsrLine])[] = [
  ["!accept", word("accept")],
  [" !note called twice", word("note", "called twice")],
  ["/accept", word("accept")],
  ["!clsoe", unknown("clsoe")],
  ["!important", text("!important")],
  ["!me waves", text("!me waves")],
  ["!!accept this", text("!accept this")],
  ["!!! really", text("!!! really")],
  ["! close", text("! close")],
  ["!", text("!")],
  ["well !close", text("well !close")],
];

describe("a line of a CSR, where ! does what the slash does", () => {
  for (const [line, read] of SIGNED) {
    it(`${JSON.stringify(line)} is ${read.kind}`, () => expect(readLine(line, "!")).to.deep.equal(read));
  }

  it("and nothing of it where it does not", () => {
    expect(readLine("!accept", null)).to.deep.equal(text("!accept"));
    expect(readLine("!!accept", null)).to.deep.equal(text("!!accept"));
  });
});

const ANSWERS: readonly (readonly [string, string | null])[] = [
  ["yes", "accept"],
  ["Yes!", "accept"],
  [" ok. ", "accept"],
  ["no", "decline"],
  ["N", "decline"],
  ["accept", "accept"],
  ["yes, in a minute", null],
  ["no?", null],
  ["", null],
  ["toString", null],
];

describe("a plain answer to an offer", () => {
  for (const [said, meant] of ANSWERS) {
    it(`${JSON.stringify(said)} means ${meant ?? "nothing yet"}`, () => {
      expect(spokenAnswer(said)).to.equal(meant);
    });
  }
});

describe("what the desk answers CSRs", () => {
  it("has words for every state they may be told of", () => {
    for (const state of ["free", "busy", "away", "wrap-up", "offline", "closed", "unserved"]) {
      expect(phraseKeys()).to.include(`csr.state.${state}`);
    }
  });
});
