/**
 * Formatted bodies (`org.matrix.custom.html`, client-server API "m.room.message msgtypes") as a text and its looks. What the
 * model has a style for becomes a span; lists, tables, headings and links become words; everything else becomes the text in it.
 * Names of people that clients wrap into links (pills) stay names: their addresses are nobody's business. Pure.
 */
import { Parser } from "htmlparser2";
import { type Formatting, MAX_SPANS, type Span, type Style } from "../../src/core/model.ts";
import { type Link, linkWords } from "./html-links.ts";

export interface FormattedText {
  readonly text: string;
  readonly formatting: Formatting;
}

/** The specification recommends to follow 100 levels. */
const MAX_DEPTH = 100;
const MAX_TAGS = 5_000;
/** UTF-16 code units; an event has 64 kB. */
const MAX_HTML = 65_536;
const MAX_TEXT = 131_072;
const MAX_INDENT = 8;

const STYLE_OF: ReadonlyMap<string, Style> = new Map([
  ["b", "strong"],
  ["strong", "strong"],
  ...["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, "strong"] as const),
  ["i", "emphasis"],
  ["em", "emphasis"],
  ["u", "underline"],
  ["ins", "underline"],
  ["s", "strike"],
  ["del", "strike"],
  ["strike", "strike"],
  ["code", "code"],
  ["pre", "preformatted"],
  ["blockquote", "quote"],
]);
/** These cover whole lines. */
const LINE_STYLES: ReadonlySet<Style | null> = new Set(["preformatted", "quote"]);
/** What stands on lines of its own. A paragraph has an empty line around it. */
const BLOCKS: ReadonlySet<string> = new Set(
  `p div h1 h2 h3 h4 h5 h6 blockquote pre ul ol li table thead tbody tr caption hr details summary section article header footer
  main aside nav figure figcaption dl dt dd address center form fieldset`.split(/\s+/u),
);
/** What nobody is shown: the quoted message of a reply ("Rich replies"), and what is no text at all. */
const HIDDEN: ReadonlySet<string> = new Set("mx-reply script style title template iframe object".split(" "));
/** Without a sign 10⁵ would read 105. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ["sup", "^"],
  ["sub", "_"],
]);

interface Open {
  readonly name: string;
  readonly style: Style | null;
  readonly link: Link | null;
  /** Where its text begins; null as long as there is none. */
  start: number | null;
}
interface List {
  readonly ordered: boolean;
  next: number;
}

/** Null when it says nothing, or is beyond the limits: then the plain body counts. */
export function fromHtml(html: string): FormattedText | null {
  return html.length > MAX_HTML ? null : new HtmlReader().read(html.toWellFormed());
}

class HtmlReader {
  #text = "";
  /** In the order of their ends. */
  readonly #spans: Span[] = [];
  readonly #open: Open[] = [];
  readonly #lists: List[] = [];
  /** Line breaks and the space that come before the next text, if there is one. */
  #breaks = 0;
  #isSpaced = false;
  /** The mark of a list's item, before its text. */
  #mark = "";
  #hidden = 0;
  #preformatted = 0;
  #cells = 0;
  #tags = 0;
  #isBeyond = false;

  read(html: string): FormattedText | null {
    const parser = new Parser({
      onopentag: (name, attributes) => {
        this.#tags += 1;
        if (this.#tags > MAX_TAGS || this.#open.length >= MAX_DEPTH || this.#text.length > MAX_TEXT) {
          this.#isBeyond = true;
          parser.pause();
        } else {
          this.#begin(name, attributes);
        }
      },
      ontext: (data) => this.#say(data),
      onclosetag: () => this.#finish(),
    });
    parser.write(html);
    if (!this.#isBeyond) {
      parser.end();
    }
    const text = this.#text.trimEnd();
    if (this.#isBeyond || text === "") {
      return null;
    }
    const spans = this.#spans.map((span) => ({ ...span, end: Math.min(span.end, text.length) }));
    const kept = spans.filter(({ start, end }) => start < end);
    kept.sort((one, other) => one.start - other.start || other.end - one.end);
    return { text, formatting: kept.length > MAX_SPANS ? [] : kept };
  }

  #begin(name: string, attributes: Readonly<Record<string, string>>): void {
    const parent = this.#open.at(-1)?.name ?? null;
    const style = this.#styleOf(name);
    this.#open.push({ name, style, link: name === "a" ? { href: attributes.href ?? "" } : null, start: null });
    this.#hidden += HIDDEN.has(name) ? 1 : 0;
    this.#preformatted += name === "pre" ? 1 : 0;
    if (this.#hidden > 0) {
      return;
    }
    if (BLOCKS.has(name)) {
      this.#break(name === "p" && parent !== "li" ? 2 : 1);
    }
    this.#mark = name === "li" ? this.#markOf(attributes) : this.#mark;
    switch (name) {
      case "br":
        this.#breaks += 1;
        return;
      case "hr":
        this.#write("---");
        return;
      case "img":
        this.#say(attributes.alt ?? attributes.title ?? "");
        return;
      case "ul":
      case "ol":
        this.#lists.push({ ordered: name === "ol", next: number(attributes.start) ?? 1 });
        return;
      case "tr":
        this.#cells = 0;
        return;
      case "td":
      case "th":
        this.#cell();
        return;
    }
  }

  #finish(): void {
    const closed = this.#open.pop();
    if (closed === undefined) {
      return;
    }
    const { name, style, link, start } = closed;
    if (name === "pre") {
      this.#preformatted -= 1;
      let length = this.#text.length;
      while (this.#text[length - 1] === "\n") {
        length -= 1;
      }
      this.#replace(length, "");
    }
    if (style !== null && start !== null && start < this.#text.length) {
      this.#spans.push({ style, start, end: this.#text.length });
    }
    if (link !== null && this.#hidden === 0) {
      this.#link(link, start);
    }
    if (name === "ul" || name === "ol") {
      this.#lists.pop();
    } else if (name === "li") {
      this.#mark = "";
    }
    if (HIDDEN.has(name)) {
      this.#hidden -= 1;
    } else if (BLOCKS.has(name)) {
      this.#break(name === "p" && this.#open.at(-1)?.name !== "li" ? 2 : 1);
    }
  }

  /** Text of the document. White space outside of `pre` is one space at most, and none at the border of a line. */
  #say(data: string): void {
    if (this.#hidden > 0 || data === "") {
      return;
    }
    if (this.#preformatted > 0) {
      const isFirst = this.#open.findLast(({ name }) => name === "pre")?.start === null;
      const lines = data.replace(/\r\n?/gu, "\n");
      // A line break right behind <pre> is none (HTML standard).
      this.#write(isFirst && lines.startsWith("\n") ? lines.slice(1) : lines);
      return;
    }
    const words = data.replace(/[ \t\n\r\f]+/gu, " ");
    const said = words.replace(/^ | $/gu, "");
    this.#isSpaced ||= words.startsWith(" ");
    this.#write(said);
    this.#isSpaced ||= words.endsWith(" ");
  }

  #write(said: string): void {
    if (said === "") {
      return;
    }
    if (this.#text !== "") {
      this.#text += this.#breaks > 0 ? "\n".repeat(this.#breaks) : this.#isSpaced ? " " : "";
    }
    this.#breaks = 0;
    this.#isSpaced = false;
    const line = this.#text.length;
    this.#text += this.#mark;
    this.#mark = "";
    for (const open of this.#open) {
      if (open.start === null) {
        open.start = LINE_STYLES.has(open.style) ? line : this.#text.length;
        this.#text += SIGNS.get(open.name) ?? "";
      }
    }
    this.#text += said;
  }

  #break(lines: number): void {
    this.#breaks = Math.max(this.#breaks, lines);
  }

  /** Within `pre` all is code, and twice strong is strong. A quote within a quote is another one. */
  #styleOf(name: string): Style | null {
    const style = STYLE_OF.get(name) ?? null;
    const isAgain = style !== "quote" && this.#open.some((open) => open.style === style);
    return isAgain || (style === "code" && this.#preformatted > 0) ? null : style;
  }

  #markOf(attributes: Readonly<Record<string, string>>): string {
    const list = this.#lists.at(-1);
    const indent = "  ".repeat(Math.min(Math.max(this.#lists.length - 1, 0), MAX_INDENT));
    if (list?.ordered !== true) {
      return `${indent}- `;
    }
    const place = number(attributes.value) ?? list.next;
    list.next = place + 1;
    return `${indent}${place}. `;
  }

  #cell(): void {
    if (this.#cells > 0) {
      this.#isSpaced = true;
      this.#write("|");
      this.#isSpaced = true;
    }
    this.#cells += 1;
  }

  #link(link: Link, start: number | null): void {
    const label = start === null ? "" : this.#text.slice(start);
    const { shown, behind } = linkWords(label, link);
    if (start !== null && shown !== label) {
      this.#replace(start, shown);
    }
    if (behind !== "") {
      this.#isSpaced = this.#text !== "" && start !== null;
      this.#write(behind);
    }
  }

  /** Puts something else behind that place; the looks of what was there are its own now. */
  #replace(place: number, said: string): void {
    this.#text = this.#text.slice(0, place) + said;
    const end = this.#text.length;
    for (let last = this.#spans.length - 1; last >= 0; last -= 1) {
      const span = this.#spans[last];
      if (span === undefined || span.end <= place) {
        return;
      }
      this.#spans[last] = { ...span, start: Math.min(span.start, end), end };
    }
  }
}

const NUMBER = /^-?\d{1,9}$/u;
function number(written: string | undefined): number | null {
  return written !== undefined && NUMBER.test(written) ? Number(written) : null;
}
