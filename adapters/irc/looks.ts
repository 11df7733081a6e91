/** Looks of the words in a line: read from the control characters that IRC clients write, and written as such. Pure. */
import { type FormattedText, MAX_SPANS, type Span, type Style } from "../../src/core/model.ts";

/** Colours are two numbers at most, or two hexadecimal ones; they are left out. */
const COLOUR = "\\u0003(?:\\d{1,2}(?:,\\d{1,2})?)?|\\u0004(?:[0-9a-f]{6}(?:,[0-9a-f]{6})?)?";
/** Bold, reset, monospace, reverse, italics, strike-through, underline. */
const CODE = new RegExp(`${COLOUR}|[\\u0002\\u000f\\u0011\\u0016\\u001d-\\u001f]`, "giu");
// biome-ignore lint/suspicious/noControlCharactersInRegex: codes are control characters.
const MAY_BE_CODE = /[\u0002-\u001f]/;
const RESET = "\u000f";

/** Each turns its look on and off again. Reversed video has no place among the looks. */
const STYLE_OF: ReadonlyMap<string, Style> = new Map([
  ["\u0002", "strong"],
  ["\u001d", "emphasis"],
  ["\u001f", "underline"],
  ["\u001e", "strike"],
  ["\u0011", "code"],
]);
/** A quote is signs in the text already. */
const CODE_OF: Readonly<Partial<Record<Style, string>>> = {
  ...Object.fromEntries(Array.from(STYLE_OF, ([code, style]) => [style, code])),
  preformatted: "\u0011",
};
/** Bytes of the two codes around a stretch. */
export const MARK_BYTES = 2;

/** The words alone. */
export function withoutCodes(line: string): string {
  return line.replace(CODE, "");
}

/** The words and their looks; `before` is put in front of them. What is still on at the end of the line ends there. */
export function readCodes(line: string, before = ""): FormattedText {
  if (!MAY_BE_CODE.test(line)) return { text: before + line };
  const on = new Map<Style, number>();
  const formatting: Span[] = [];
  let text = before;
  let at = 0;
  const off = (style: Style): void => {
    const start = on.get(style) ?? text.length;
    on.delete(style);
    if (start < text.length) formatting.push({ style, start, end: text.length });
  };
  for (const { 0: code, index } of line.matchAll(CODE)) {
    text += line.slice(at, index);
    at = index + code.length;
    const style = STYLE_OF.get(code);
    if (code === RESET) for (const each of [...on.keys()]) off(each);
    else if (style !== undefined && on.has(style)) off(style);
    else if (style !== undefined) on.set(style, text.length);
  }
  text += line.slice(at);
  for (const each of [...on.keys()]) off(each);
  if (formatting.length === 0 || formatting.length > MAX_SPANS) return { text };
  return { text, formatting: formatting.sort((one, other) => one.start - other.start || other.end - one.end) };
}

/** The line with its looks, as far as they have room in so many bytes: the words come first. */
export function withLooks(words: FormattedText, bytes: number): string {
  const line = withCodes(words);
  return Buffer.byteLength(line) <= bytes ? line : words.text;
}

/** The line with its looks as codes; each that is turned on is turned off in it. */
export function withCodes({ text, formatting = [] }: FormattedText): string {
  if (formatting.length === 0) return text;
  const borders = [...new Set(formatting.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  let line = "";
  let at = 0;
  let on: ReadonlySet<string> = new Set();
  for (const border of borders) {
    const here = formatting.filter(({ start, end }) => start <= border && border < end);
    const now = new Set(here.flatMap(({ style }) => CODE_OF[style] ?? []));
    line += text.slice(at, border) + [...on.symmetricDifference(now)].join("");
    on = now;
    at = border;
  }
  return line + text.slice(at);
}
