/** A text with its looks as HTML for `formatted_body` (client-server API, "m.room.message msgtypes"). Built anew; pure. */
import type { Formatting, Span, Style } from "../../src/core/model.ts";

const TAGS: { readonly [S in Style]: readonly [open: string, close: string] } = {
  quote: ["<blockquote>", "</blockquote>"],
  preformatted: ["<pre><code>", "</code></pre>"],
  strong: ["<strong>", "</strong>"],
  emphasis: ["<em>", "</em>"],
  underline: ["<u>", "</u>"],
  strike: ["<del>", "</del>"],
  code: ["<code>", "</code>"],
};
/** Blocks hold the rest: a quote holds code, and code holds words. */
const LEVEL: { readonly [S in Style]: number } = {
  quote: 0,
  preformatted: 1,
  strong: 2,
  emphasis: 2,
  underline: 2,
  strike: 2,
  code: 2,
};
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Null where there is nothing to show but the text. Tags are always nested well, however the spans overlap. */
export function toHtml(text: string, formatting: Formatting): string | null {
  const spans = formatting.filter(({ start, end }) => start >= 0 && start < end && end <= text.length);
  if (spans.length === 0) {
    return null;
  }
  const borders = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])];
  borders.sort((one, other) => one - other);
  const swallowed = breaksAtBlocks(text, spans);
  let html = "";
  let open: readonly Span[] = [];
  const turn = (wanted: readonly Span[]): void => {
    const kept = open.findIndex((span, place) => span !== wanted[place]);
    const common = kept === -1 ? open.length : kept;
    html += open
      .slice(common)
      .reverse()
      .map(({ style }) => TAGS[style][1])
      .join("");
    html += wanted
      .slice(common)
      .map(({ style }) => TAGS[style][0])
      .join("");
    open = wanted;
  };
  borders.slice(0, -1).forEach((start, place) => {
    const end = borders[place + 1] ?? text.length;
    turn(spans.filter((span) => span.start <= start && span.end >= end).sort(outermostFirst));
    const isPreformatted = open.some(({ style }) => style === "preformatted");
    for (let at = start; at < end; at += 1) {
      html += swallowed.has(at) ? "" : written(text, at, isPreformatted);
    }
  });
  turn([]);
  return html;
}

function outermostFirst(one: Span, other: Span): number {
  return LEVEL[one.style] - LEVEL[other.style] || one.start - other.start || other.end - one.end;
}

/** Blocks break the line by themselves: the places of the line breaks before, behind and at the end of each. */
function breaksAtBlocks(text: string, spans: readonly Span[]): ReadonlySet<number> {
  const places = spans
    .filter(({ style }) => LEVEL[style] < LEVEL.strong)
    .flatMap(({ start, end }) => [start - 1, end - 1, end]);
  return new Set(places.filter((place) => text[place] === "\n"));
}

/** HTML shows one space of several, and none where a line begins. */
function written(text: string, at: number, isPreformatted: boolean): string {
  const character = text.charAt(at);
  if (character === "\n") {
    return isPreformatted ? character : "<br>";
  }
  if (character === " " && !isPreformatted) {
    return at === 0 || /[ \n]/u.test(text.charAt(at - 1)) ? "&nbsp;" : character;
  }
  return ESCAPES[character] ?? character;
}
