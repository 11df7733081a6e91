/** Looks in a line of IRC: control characters read and written. */
import { expect } from "chai";
import fc from "fast-check";
import { MARK_BYTES, readCodes, withCodes, withoutCodes } from "../../adapters/irc/looks.ts";
import { checked, flattened } from "../../src/core/formatting.ts";
import { STYLES } from "../../src/core/model.ts";
import { typed } from "../../src/core/styling-writer.ts";

describe("IRC looks", () => {
  const READ: readonly (readonly [string, string])[] = [
    ["plain", "plain"],
    ["\u0002bold\u0002 \u001ditalic\u001d \u001estruck\u001e \u0011code\u0011", "*bold* _italic_ ~struck~ `code`"],
    ["\u001funder\u001f", "_under_"],
    ["a \u0002bold to the end", "a *bold to the end*"],
    ["\u0002\u001dboth\u000f none", "*_both_* none"],
    ["\u0002bold \u001dboth\u0002 italic\u001d", "*bold _both_* _italic_"],
    ["\u00034red\u0003, \u000312,5\u0002blue\u0002 on red\u000f, \u0016turned\u0016", "red, *blue* on red, turned"],
    ["\u0002\u0002nothing", "nothing"],
    ["*literal* stars", "*literal* stars"],
  ];
  for (const [line, marked] of READ) {
    it(`${JSON.stringify(line)} reads ${marked}`, () => {
      expect(typed(readCodes(line))).to.equal(marked);
      expect(readCodes(line).text).to.equal(withoutCodes(line));
    });
  }

  it("are put behind what stands before them", () => {
    const formatting = [{ style: "strong", start: 7, end: 12 }];
    expect(readCodes("\u0002waves\u0002", "* anna ")).to.deep.equal({ text: "* anna waves", formatting });
  });

  const LOOKS = fc
    .tuple(
      fc.string({ unit: fc.constantFrom("a", " ", "é", "👍", "4", ",", "*"), minLength: 1, maxLength: 40 }),
      fc.array(fc.tuple(fc.constantFrom(...STYLES), fc.nat(60), fc.nat(60)), { maxLength: 10 }),
    )
    .map(([text, spans]) => {
      const formatting = spans.map(([style, one, other]) => ({
        style,
        start: Math.min(one, other),
        end: Math.max(one, other),
      }));
      return checked(flattened(checked({ text, formatting })));
    });

  it("are read again as they were written, each code ends in its line, and their bytes are as reckoned", () => {
    fc.assert(
      fc.property(LOOKS, (formatted) => {
        const line = withCodes(formatted);
        expect(checked(readCodes(line))).to.deep.equal(formatted);
        for (const code of "\u0002\u001d\u001f\u001e\u0011") expect((line.split(code).length - 1) % 2).to.equal(0);
        const most = Buffer.byteLength(formatted.text) + (formatted.formatting?.length ?? 0) * MARK_BYTES;
        expect(Buffer.byteLength(line)).to.be.at.most(most);
      }),
      { numRuns: 3_000 },
    );
  });
});
