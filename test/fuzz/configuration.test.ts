/**
 * Configuration files with slips in them, as tired people make them and as broken editors do: whatever is in them, they can be used, or it
 * is said what is wrong and where. Nothing is thrown, and nothing takes long.
 */
import { expect } from "chai";
import fc from "fast-check";
import { FILES } from "../../src/config/compile.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { compile, shipped } from "../unit/config-support.ts";
import { limitMs, runs } from "./runs.ts";

const SHIPPED = shipped();
/** Processor time for one set of files; the shipped ones take about a tenth of it. */
const MOST_MS = 5_000;

const scalar = fc.constantFrom(
  ...[
    "~",
    "[]",
    "{}",
    "-1",
    "1e400",
    "0x10",
    "yes",
    '"',
    "'",
    "|",
    ">-",
    "*a",
    "&a",
    "!!js/function x",
    "<<: *a",
    "a: b",
  ],
  ...[
    "__proto__",
    "constructor",
    "\t",
    "\u0000",
    "\ud800",
    "\u202e",
    "👍",
    "24/7",
    "Mo-Fr 25:00-26:00",
    "[a, b",
    "$secret",
  ],
  ...[
    "!secret x",
    "- - -",
    "? ",
    ": ",
    "# ",
    "%YAML 1.3",
    "---",
    "...",
    "null",
    ".nan",
    "0-0",
    "{{name}}",
    "/(/",
    "(a+)+$",
  ],
);

/** One slip: the text with a line gone, doubled, moved in or out, or with something else in a place of it. */
const slip = fc.record({
  file: fc.constantFrom(...FILES),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  how: fc.constantFrom("gone", "twice", "in", "out", "value", "key", "character", "cut", "swapped"),
  what: scalar,
});
type Slip = typeof slip extends fc.Arbitrary<infer One> ? One : never;

function slipped(text: string, { at, how, what }: Slip): string {
  const lines = text.split("\n");
  const index = Math.floor(at * lines.length);
  const line = lines[index] ?? "";
  const place = Math.floor(at * line.length);
  const replaced: Readonly<Record<Slip["how"], readonly string[]>> = {
    gone: [],
    twice: [line, line],
    in: [`  ${line}`],
    out: [line.replace(/^ {1,2}/u, "")],
    value: [line.replace(/:.*$/u, `: ${what}`)],
    key: [line.replace(/[\w-]+:/u, `${what}:`)],
    character: [line.slice(0, place) + what + line.slice(place)],
    cut: [line.slice(0, place)],
    swapped: [lines[index + 1] ?? "", line],
  };
  return lines.toSpliced(index, how === "swapped" ? 2 : 1, ...replaced[how]).join("\n");
}

describe("fuzzing: configuration", function () {
  this.timeout(limitMs(40_000));

  it("with slips in it can be used, or says what is wrong and where", () => {
    fc.assert(
      fc.property(fc.array(slip, { minLength: 1, maxLength: 4 }), (slips) => {
        const texts = { ...SHIPPED };
        for (const one of slips) texts[one.file] = slipped(texts[one.file] ?? "", one);
        const took = cpuMs(() => {
          const { rules, problems } = compile(texts);
          const errors = problems.filter(({ severity }) => severity === "error");
          expect(rules === null, problems.map(formatProblem).join("\n")).to.equal(errors.length > 0);
          for (const { file, line, column, message } of problems) {
            expect(
              FILES.some((known) => file.endsWith(known)),
              file,
            ).to.equal(true);
            expect(line).to.be.at.least(1);
            expect(column).to.be.at.least(1);
            expect(message).not.to.equal("");
          }
        });
        expect(took).to.be.lessThan(MOST_MS);
      }),
      runs(20),
    );
  });

  it("that is no YAML at all is refused in words", () => {
    const texts = fc.array(fc.oneof(scalar, fc.string({ unit: "binary" }), fc.constantFrom("\n", "  ", ": ", "- ")), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.constantFrom(...FILES), texts, (file, pieces) => {
        const { rules, problems } = compile({ ...SHIPPED, [file]: pieces.join("") });
        expect(rules === null).to.equal(problems.some(({ severity }) => severity === "error"));
      }),
      runs(20),
    );
  });
});
