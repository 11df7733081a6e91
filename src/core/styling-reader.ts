/**
 * Formatting as people type it, read by the rules of XEP-0393 (Message Styling): `*strong*`, `_emphasis_`, `~strike~`, `` `code` ``,
 * lines that begin with `>`, and blocks between lines of three grave accents. Every character that is no mark stays in the text.
 *
 * One thing is read more kindly than the XEP does: a line that begins and ends with three grave accents is a block by itself. There it
 * would make all that follows preformatted, which nobody means who types it.
 */
import type { FormattedText, Formatting, Span, Style } from "./model.ts";
import { MAX_SPANS } from "./model.ts";

/** The marks around a stretch within a line. Underlining has none of its own. */
export const MARKS: ReadonlyMap<string, Style> = new Map([
  ["*", "strong"],
  ["_", "emphasis"],
  ["~", "strike"],
  ["`", "code"],
]);
export const FENCE = "```";
/** Quotes within quotes; a `>` beyond that is text. */
export const QUOTE_DEPTH = 8;

/** Texts without any of these characters have no marks in them. */
export const MAY_BE_STYLED = /[*_~`>]/u;
const SPACE = /[\s\p{Z}]/u;

/** What was read so far. */
interface Reading {
  text: string;
  readonly spans: Span[];
}

/** The text without its marks, and the looks they gave it. Takes time in proportion to its length. */
export function readTyped(typed: string): FormattedText {
  if (!MAY_BE_STYLED.test(typed)) return { text: typed };
  const reading: Reading = { text: "", spans: [] };
  readBlocks(typed.split("\n"), 0, reading);
  if (reading.spans.length === 0 || reading.spans.length > MAX_SPANS) return { text: typed };
  return { text: reading.text, formatting: inOrder(reading.spans) };
}

const RANK: Readonly<Record<Style, number>> = {
  quote: 0,
  preformatted: 1,
  strong: 2,
  emphasis: 3,
  underline: 4,
  strike: 5,
  code: 6,
};

/** Sorted by start, the longer first, blocks before what is within a line. */
export function inOrder(spans: readonly Span[]): Formatting {
  return spans.toSorted(
    (one, other) => one.start - other.start || other.end - one.end || RANK[one.style] - RANK[other.style],
  );
}

function readBlocks(lines: readonly string[], depth: number, reading: Reading): void {
  let at = 0;
  while (at < lines.length) {
    if (at > 0) reading.text += "\n";
    const line = lines[at] ?? "";
    at += line.startsWith(FENCE)
      ? readPreformatted(lines, at, reading)
      : line.startsWith(">") && depth < QUOTE_DEPTH
        ? readQuote(lines, at, depth, reading)
        : readLine(line, reading);
  }
}

/** Each reader of a block gives how many lines it took. */
function readLine(line: string, reading: Reading): number {
  readSpans(line, null, reading);
  return 1;
}

/** §4.1.2. What stands behind the opening accents says mostly which language it is; it is kept as the first line. */
function readPreformatted(lines: readonly string[], at: number, reading: Reading): number {
  const line = lines[at] ?? "";
  const about = line.slice(FENCE.length);
  const said = about.endsWith(FENCE) ? about.slice(0, -FENCE.length) : null;
  const isWhole = said !== null && said.trim() !== "" && !said.includes(FENCE);
  const close = isWhole ? at : lines.indexOf(FENCE, at + 1);
  const end = close === -1 ? lines.length : close;
  const content = isWhole ? [said] : [...(about.trim() === "" ? [] : [about.trim()]), ...lines.slice(at + 1, end)];
  if (content.every((one) => one.trim() === "")) return readLine(line, reading);
  const start = reading.text.length;
  reading.text += content.join("\n");
  pushBlock("preformatted", start, reading);
  return Math.min(end + 1, lines.length) - at;
}

/** §4.1.3: adjacent lines are one quote, whose content is read as blocks again. */
function readQuote(lines: readonly string[], at: number, depth: number, reading: Reading): number {
  const quoted: string[] = [];
  for (let line = lines[at]; line?.startsWith(">") === true; line = lines[at + quoted.length]) {
    quoted.push(line.slice(SPACE.test(line.charAt(1)) ? 2 : 1));
  }
  // Nobody quotes nothing: then the signs are what was meant.
  if (quoted.every((line) => line.trim() === "")) {
    reading.text += lines.slice(at, at + quoted.length).join("\n");
    return quoted.length;
  }
  const start = reading.text.length;
  readBlocks(quoted, depth + 1, reading);
  pushBlock("quote", start, reading);
  return quoted.length;
}

/** Empty lines at its end are behind it. */
function pushBlock(style: Style, start: number, { text, spans }: Reading): void {
  let end = text.length;
  while (text.charAt(end - 1) === "\n") end -= 1;
  spans.push({ style, start, end });
}

/** §4.2, from left to right, each closed by the first mark that can close it; `around` is the mark this stands within. */
function readSpans(line: string, around: string | null, reading: Reading): void {
  // Where nothing closes a mark nothing closes a later one either: so no line is searched twice for it.
  const unclosed = new Set<string>();
  let copied = 0;
  for (let at = 0; at < line.length; at += 1) {
    const mark = line.charAt(at);
    const style = MARKS.get(mark);
    if (style === undefined || unclosed.has(mark) || !opens(line, at, around)) continue;
    const close = closing(line, at);
    if (close === -1) {
      unclosed.add(mark);
      continue;
    }
    reading.text += line.slice(copied, at);
    const start = reading.text.length;
    const content = line.slice(at + 1, close);
    if (style === "code") reading.text += content;
    else readSpans(content, mark, reading);
    reading.spans.push({ style, start, end: reading.text.length });
    at = close;
    copied = close + 1;
  }
  reading.text += line.slice(copied);
}

/** At the beginning, after a space or after another opening mark, and before what is neither a space nor the same mark. */
function opens(line: string, at: number, around: string | null): boolean {
  const mark = line.charAt(at);
  const next = line.charAt(at + 1);
  const begins = at === 0 ? around !== mark : SPACE.test(line.charAt(at - 1));
  return begins && next !== "" && next !== mark && !SPACE.test(next);
}

function closing(line: string, opening: number): number {
  const mark = line.charAt(opening);
  let at = line.indexOf(mark, opening + 2);
  while (at !== -1 && SPACE.test(line.charAt(at - 1))) at = line.indexOf(mark, at + 1);
  return at;
}
