/** Formatted bodies of Matrix: HTML as text and looks, and back. */
import { expect } from "chai";
import fc from "fast-check";
import { fromHtml } from "../../adapters/matrix/html-inbound.ts";
import { toHtml } from "../../adapters/matrix/html-outbound.ts";
import { MAX_SPANS, STYLES } from "../../src/core/model.ts";

/** The text with its looks as `style(words)`. */
function drawn(html: string): string | null {
  const read = fromHtml(html);
  if (read === null) return null;
  const looks = read.formatting.map(({ style, start, end }) => `${style}(${read.text.slice(start, end)})`);
  return [read.text, ...looks].join(" ‖ ");
}

describe("HTML of Matrix messages as text and looks", () => {
  const TABLE: readonly (readonly [what: string, html: string, seen: string | null])[] = [
    ["nothing special", "a &lt;b&gt; &amp; c", "a <b> & c"],
    [
      "every style",
      "<b>a</b><em>b</em><u>c</u><del>d</del><code>e</code>",
      "abcde ‖ strong(a) ‖ emphasis(b) ‖ underline(c) ‖ strike(d) ‖ code(e)",
    ],
    ["styles that overlap", "<b>a <i>b</i></b> c", "a b c ‖ strong(a b) ‖ emphasis(b)"],
    ["twice the same", "<b><strong>a</strong></b>", "a ‖ strong(a)"],
    ["crossed tags", "<b>a<i>b</b>c</i>", "abc ‖ strong(ab) ‖ emphasis(b)"],
    ["tags that nobody closed", "<b>a", "a ‖ strong(a)"],
    ["white space as HTML has it", " <b> a </b>\n b\n<br> c ", "a b\nc ‖ strong(a)"],
    ["paragraphs", "<p>a</p>\n<p>b</p>", "a\n\nb"],
    ["line breaks", "a<br>b<br/><br/>c", "a\nb\n\nc"],
    ["a quote", "<blockquote>\n<p>a</p>\n</blockquote>\n<p>b</p>", "a\n\nb ‖ quote(a)"],
    ["a quote in a quote", "<blockquote>a<blockquote>b</blockquote></blockquote>", "a\nb ‖ quote(a\nb) ‖ quote(b)"],
    [
      "code in lines",
      '<pre><code class="language-sh">\na  b\n  c\n</code></pre>d',
      "a  b\n  c\nd ‖ preformatted(a  b\n  c)",
    ],
    ["a heading", "<h1>a</h1>b", "a\nb ‖ strong(a)"],
    ["a list", "x<ul><li>a</li><li><p>b</p></li></ul>y", "x\n- a\n- b\ny"],
    ["a numbered list", '<ol start="3"><li>a</li><li value="7">b</li><li>c</li></ol>', "3. a\n7. b\n8. c"],
    ["lists in lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"],
    ["a quote in a list", "<ul><li><blockquote>a</blockquote></li></ul>", "- a ‖ quote(- a)"],
    ["strong words in a list", "<ul><li><b>a</b></li></ul>", "- a ‖ strong(a)"],
    ["a table", "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a | b\n1 | 2"],
    ["a line", "a<hr>b", "a\n---\nb"],
    ["powers and indices", "10<sup>5</sup> H<sub>2</sub>O", "10^5 H_2O"],
    ["a picture among words", 'a <img alt="🙂" src="mxc://x/y"> b', "a 🙂 b"],
    ["a spoiler and colours", '<span data-mx-spoiler="why">a</span> <font color="red">b</font>', "a b"],
    ["unknown elements", "<marquee>a</marquee><x-y>b</x-y>", "ab"],
    ["what is no text", "<script>alert(1)</script><style>p{}</style>a<!-- b -->", "a"],
    ["the quoted message of a reply", "<mx-reply><blockquote>@eve:x <b>q</b></blockquote></mx-reply>a", "a"],
    ["a link", '<a href="https://example.com/f?a=1&amp;b=2">the form</a>', "the form (https://example.com/f?a=1&b=2)"],
    [
      "a link that says where it leads",
      '<a href="https://example.com/">example.com</a> <a href="mailto:a@b.c">a@b.c</a>',
      "example.com a@b.c",
    ],
    [
      "a link that lies",
      '<a href="https://evil.example/">https://bank.example/</a>',
      "https://bank.example/ (https://evil.example/)",
    ],
    ["a link without words", '<a href="https://example.com/"></a>', "https://example.com/"],
    ["a link that is a script", '<a href="javascript:alert(1)">a</a>', "a"],
    [
      "a strong link",
      '<b><a href="https://example.com/x">a</a></b> b',
      "a (https://example.com/x) b ‖ strong(a (https://example.com/x))",
    ],
    ["a person", '<a href="https://matrix.to/#/@ben:example.org">Ben</a>: hello', "Ben: hello"],
    ["a person by the other scheme", '<a href="matrix:u/ben:example.org">Ben</a>', "Ben"],
    [
      "a person without a name",
      '<a href="https://matrix.to/#/%40ben%3Aexample.org"><b>@ben:example.org</b></a>!',
      "ben! ‖ strong(ben)",
    ],
    ["a room", '<a href="https://matrix.to/#/!r:example.org?via=example.org">the room</a>', "the room"],
    [
      "a room by its alias",
      '<a href="https://matrix.to/#/#lobby:example.org">#lobby:example.org</a>, and <b>#1:2</b>',
      "#lobby, and #1:2 ‖ strong(#1:2)",
    ],
    ["broken HTML", "a < b <b", "a < b"],
    ["nothing at all", "<p> </p><br>", null],
    ["a picture without words", '<img src="mxc://x/y">', null],
  ];
  for (const [what, html, seen] of TABLE) {
    it(what, () => expect(drawn(html)).to.equal(seen));
  }

  const HOSTILE: readonly (readonly [what: string, html: string])[] = [
    ["too deep", "<b>".repeat(200)],
    ["too many tags", "<i></i>".repeat(9_000)],
    ["too long", "x".repeat(70_000)],
  ];
  for (const [what, html] of HOSTILE) {
    it(`is left alone when it is ${what}`, () => expect(fromHtml(`a${html}`)).to.equal(null));
  }
  it("keeps the text and lets the looks go when there are too many", () => {
    const read = fromHtml("<b>a</b> ".repeat(MAX_SPANS + 1));
    expect(read?.formatting).to.deep.equal([]);
    expect(read?.text).to.have.length(2 * MAX_SPANS + 1);
  });
  it("takes no more time for what is made to take time", () => {
    const pieces = [
      "<b>",
      "</b>",
      "<a href='x:y'>",
      "<li>",
      "<ol>",
      "</p>",
      "<pre>\n\n",
      "<td>",
      "&",
      "<!",
      "<a ",
      "\n",
    ];
    const began = performance.now();
    for (const piece of pieces) fromHtml(piece.repeat(Math.floor(65_000 / piece.length)));
    expect(performance.now() - began).to.be.below(3_000);
  });
  it("gives spans within the text, in order, never inside a surrogate pair, whatever comes", () => {
    const piece = fc.constantFrom(
      ..."<b>|</b>|<i>|</i>|<pre>|</pre>|<blockquote>|</blockquote>|<li>|<ol>|<br>|<p>|<td>|<a href='https://x/'>|</a>|\n| |a|🙂|&amp;|<".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const read = fromHtml(pieces.join(""));
        let last = 0;
        for (const { start, end } of read?.formatting ?? []) {
          expect(start).to.be.at.least(last);
          expect(end).to.be.within(start + 1, read?.text.length ?? 0);
          expect(read?.text.slice(start, end).isWellFormed()).to.equal(true);
          last = start;
        }
      }),
    );
  });
});

describe("text and looks as HTML for Matrix", () => {
  const TABLE: readonly (readonly [
    what: string,
    text: string,
    spans: [string, number, number][],
    html: string | null,
  ])[] = [
    ["no looks", "a", [], null],
    ["characters of HTML", '<&">', [["strong", 0, 4]], "<strong>&lt;&amp;&quot;&gt;</strong>"],
    [
      "looks within looks",
      "abc",
      [
        ["strong", 0, 3],
        ["emphasis", 1, 2],
      ],
      "<strong>a<em>b</em>c</strong>",
    ],
    [
      "looks that cross",
      "abc",
      [
        ["strong", 0, 2],
        ["emphasis", 1, 3],
      ],
      "<strong>a<em>b</em></strong><em>c</em>",
    ],
    ["a quote between lines", "a\nb\nc", [["quote", 2, 3]], "a<blockquote>b</blockquote>c"],
    [
      "strong words over a quote's border",
      "a\nb",
      [
        ["strong", 0, 3],
        ["quote", 2, 3],
      ],
      "<strong>a</strong><blockquote><strong>b</strong></blockquote>",
    ],
    ["code in lines", "a\n b  c\nd", [["preformatted", 0, 7]], "<pre><code>a\n b  c</code></pre>d"],
    ["spaces that HTML would swallow", " a  b\n c", [["code", 1, 2]], "&nbsp;<code>a</code> &nbsp;b<br>&nbsp;c"],
    ["a span that is none", "a", [["strong", 0, 9]], null],
  ];
  for (const [what, text, spans, html] of TABLE) {
    it(what, () => {
      const formatting = spans.map(([style, start, end]) => ({
        style: STYLES.find((one) => one === style) ?? "strong",
        start,
        end,
      }));
      expect(toHtml(text, formatting)).to.equal(html);
    });
  }

  it("reads back what it wrote", () => {
    const word = fc.constantFrom("a", "<b>", "&amp;", "naïve", "🙂", '"');
    const inline = STYLES.filter((style) => style !== "quote" && style !== "preformatted");
    const stretch = fc.record({
      style: fc.constantFrom(...inline),
      from: fc.nat(7),
      words: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 8, maxLength: 12 }), stretch, (words, { style, from, words: count }) => {
        const text = words.join(" ");
        const start = [...words.slice(0, from), ""].join(" ").length;
        const end = start + words.slice(from, from + count).join(" ").length;
        const formatting = [{ style, start, end }];
        expect(fromHtml(toHtml(text, formatting) ?? "")).to.deep.equal({ text, formatting });
      }),
    );
  });
});
