/**
 * Texts with their looks as values: checked once where they come in, then cut, joined and laid out without a look ever leaving its
 * words. Every function here gives looks that are in order and within their text.
 */
import { strict as assert } from "node:assert";
import { type FormattedText, type Formatting, MAX_SPANS, type Span, STYLES, wordsOf } from "./model.ts";
import { inOrder, QUOTE_DEPTH } from "./styling-reader.ts";
import { isBlock, linesOf } from "./styling-writer.ts";

/** Whether there is any look to be kept. */
export function isFormatted({ formatting }: FormattedText): boolean {
  return formatting !== undefined && formatting.length > 0;
}

/**
 * What an adapter reported, as the desk keeps it: within the text, between characters, blocks widened to whole lines, stretches of one
 * style that touch made one, quotes not deeper than shown. More than `MAX_SPANS`: the text stays and its looks go.
 */
export function checked({ text, formatting = [] }: FormattedText): FormattedText {
  if (formatting.length === 0 || formatting.length > MAX_SPANS) return { text };
  const sound = formatting.flatMap((span) => soundSpan(text, span) ?? []);
  const merged = STYLES.flatMap((style) => {
    const ofStyle = inOrder(sound.filter((span) => span.style === style));
    return style === "quote" ? nested(ofStyle) : touching(ofStyle);
  });
  return wordsOf({ text, formatting: inOrder(merged) });
}

function soundSpan(text: string, { style, start, end }: Span): Span | null {
  if (!Number.isInteger(start) || !Number.isInteger(end) || !STYLES.includes(style)) return null;
  const [from, to] = [Math.max(0, start), Math.min(end, text.length)];
  if (from >= to) return null;
  const [first, last] = isBlock({ style, start, end })
    ? [from === 0 ? 0 : text.lastIndexOf("\n", from - 1) + 1, lineEnd(text, to)]
    : [isWithinCharacter(text, from) ? from - 1 : from, isWithinCharacter(text, to) ? to + 1 : to];
  return first < last ? { style, start: first, end: last } : null;
}

/** Where the last line ends that has something of a stretch up to `to`. */
function lineEnd(text: string, to: number): number {
  let last = to;
  while (text.charAt(last - 1) === "\n") last -= 1;
  if (last < to) return last;
  const next = text.indexOf("\n", to);
  return next === -1 ? text.length : next;
}

/** Between the halves of a surrogate pair. */
function isWithinCharacter(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}

function touching(spans: Formatting): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    const isOne = last !== undefined && (isBlock(span) ? span.start < last.end : span.start <= last.end);
    if (isOne) merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}

/** Quotes that overlap are one within the other: what reaches out is cut. */
function nested(spans: Formatting): Span[] {
  const kept: Span[] = [];
  let open: Span[] = [];
  for (const span of spans) {
    open = open.filter((one) => one.end > span.start);
    const end = Math.min(span.end, ...open.map((one) => one.end));
    if (open.length >= QUOTE_DEPTH || end <= span.start) continue;
    const one = { ...span, end };
    open.push(one);
    kept.push(one);
  }
  return kept;
}

/** From `start` up to, not including, `end`. */
export function sliced(whole: FormattedText, start: number, end = whole.text.length): FormattedText {
  const text = whole.text.slice(start, end);
  const spans = (whole.formatting ?? []).flatMap((span) => {
    const from = Math.max(span.start, start) - start;
    const to = Math.min(span.end, end) - start;
    return from < to ? [{ style: span.style, start: from, end: to }] : [];
  });
  return wordsOf({ text, formatting: inOrder(spans) });
}

/**
 * Cuts a text from its beginning to its end: as `sliced`, but for places that never go back, so that not all looks are gone through
 * for each of a text's thousands of lines.
 */
export function slicer(whole: FormattedText): (start: number, end?: number) => FormattedText {
  const coming = inOrder(whole.formatting ?? []);
  let next = 0;
  let here: Span[] = [];
  return (start, end = whole.text.length) => {
    here = here.filter((span) => span.end > start);
    for (let span = coming[next]; span !== undefined && span.start < end; span = coming[next]) {
      here.push(span);
      next += 1;
    }
    return sliced({ text: whole.text, formatting: here }, start, end);
  };
}

/** The last part of a text, which is `end`. */
export function ending(whole: FormattedText, end: string): FormattedText {
  assert(whole.text.endsWith(end), "a text ends in its end");
  return sliced(whole, whole.text.length - end.length);
}

/** One after the other. */
export function joined(parts: readonly (string | FormattedText)[]): FormattedText {
  const spans: Span[] = [];
  let text = "";
  for (const part of parts) {
    const { text: words, formatting = [] } = typeof part === "string" ? { text: part } : part;
    for (const { style, start, end } of formatting)
      spans.push({ style, start: start + text.length, end: end + text.length });
    text += words;
  }
  return wordsOf({ text, formatting: spans.length > MAX_SPANS ? [] : inOrder(spans) });
}

/** `by` in place of every match of a global pattern, which looks do not go over. */
export function replaced(whole: FormattedText, pattern: RegExp, by: string): FormattedText {
  const parts: (string | FormattedText)[] = [];
  const cut = slicer(whole);
  let at = 0;
  for (const match of whole.text.matchAll(pattern)) {
    parts.push(cut(at, match.index), by);
    at = match.index + match[0].length;
  }
  return at === 0 ? whole : joined([...parts, cut(at)]);
}

/** A text as a quote of the whole of it. */
export function quoted(text: string): FormattedText {
  return text === "" ? { text } : { text, formatting: [{ style: "quote", start: 0, end: text.length }] };
}

/**
 * For where lines do not stand by themselves (a label in front of them, one message for each): quotes become signs in the text, and
 * preformatted lines code.
 */
export function flattened(whole: FormattedText): FormattedText {
  if (whole.formatting?.some(isBlock) !== true) return whole;
  const parts: (string | FormattedText)[] = [];
  for (const { line, start, end, spans } of linesOf(whole.text, whole.formatting)) {
    const here = spans.filter((span) => span.start < Math.max(end, start + 1) && span.end > start);
    const quotes = here.filter(({ style }) => style === "quote").length;
    const isCode = line.trim() !== "" && here.some(({ style }) => style === "preformatted");
    const looks = isCode
      ? [{ style: "code" as const, start: 0, end: line.length }]
      : (sliced({ text: whole.text, formatting: here.filter((span) => !isBlock(span)) }, start, end).formatting ?? []);
    parts.push(start === 0 ? "" : "\n", "> ".repeat(quotes), wordsOf({ text: line, formatting: looks }));
  }
  return joined(parts);
}
