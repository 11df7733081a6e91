/** Which parts of a text the pages make into links. */
import { expect } from "chai";
import fc from "fast-check";
import { stretchesOf } from "../../adapters/web/pages/links.ts";

/** [text, the addresses that are links in it] */
const TEXTS: readonly (readonly [text: string, links: readonly string[]])[] = [
  ["no address here", []],
  ["", []],
  ["see https://example.com/bill.", ["https://example.com/bill"]],
  ["https://a.example/x, http://b.example/y!", ["https://a.example/x", "http://b.example/y"]],
  ["(https://example.com/a_(b))", ["https://example.com/a_(b)"]],
  ["[it](https://example.com/)", ["https://example.com/"]],
  ["„https://example.com/ä“", ["https://example.com/ä"]],
  ['<a href="https://example.com/">', ["https://example.com/"]],
  ["HTTPS://EXAMPLE.COM/A?b=c&d=e#f", ["HTTPS://EXAMPLE.COM/A?b=c&d=e#f"]],
  ["https://[2001:db8::1]:8443/x", ["https://[2001:db8::1]:8443/x"]],
  ["javascript:alert(1) data:text/html,x file:///etc/passwd xmpp:a@b.example", []],
  ["https://bank.example@evil.example/", []],
  ["https:// and http://", []],
  ["https://a.example/\u202egnp.exe", []],
  ["https://a.exam\u200bple/", []],
  ["xhttps://example.com", []],
  [`https://example.com/${"a".repeat(2_100)}`, []],
];

describe("web addresses in a text", () => {
  for (const [text, links] of TEXTS) {
    it(JSON.stringify(text.slice(0, 60)), () => {
      const found = stretchesOf(text).filter(({ address }) => address !== null);
      expect(found.map((stretch) => stretch.text)).to.deep.equal(links);
    });
  }

  it("leave every text as it is, and lead to http and https alone", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom("https://", "http://a.example/", "(", ")", ".", "@", " ", "javascript:"),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        const stretches = stretchesOf(text);
        expect(stretches.map((stretch) => stretch.text).join("")).to.equal(text);
        for (const { address } of stretches) {
          if (address !== null) expect(address).to.match(/^https?:\/\/[^@/]+(?:\/|$)/u);
        }
      }),
    );
  });

  it("are found in linear time, whatever they end with", () => {
    const quickest = (text: string): number => {
      const times = Array.from({ length: 3 }, () => {
        const started = performance.now();
        stretchesOf(text);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    const addresses = (end: string): string => `http://a.example/${end.repeat(2_000)} `.repeat(32);
    const plain = quickest(addresses("a"));
    for (const end of [")", "(", ".", "()"]) expect(quickest(addresses(end)), end).to.be.below(100 * plain);
    expect(quickest("https://a".repeat(7_000))).to.be.below(100 * plain);
    expect(quickest(`https://a.example/${")".repeat(60_000)}`)).to.be.below(100 * plain);
  });
});
