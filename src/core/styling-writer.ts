/**
 * Formatted texts written out: as nested pieces, for whoever makes elements of them, and as people type them, which
 * `readTyped` reads again.
 */
import type { FormattedText, Formatting, Span, Style } from "./model.ts";
import { FENCE, inOrder, MARKS, QUOTE_DEPTH } from "./styling-reader.ts";

/** A stretch of text, or a stretch of one style with what is in it. */
export type Piece = string | StyledPiece;
export interface StyledPiece {
  readonly style: Style;
  readonly pieces: readonly Piece[];
}

/** Styles of whole lines. */
export function isBlock({ style }: Span): boolean {
  return style === "quote" || style === "preformatted";
}

/**
 * The text as pieces within pieces, blocks outermost; what overlaps is cut at the borders. All strings in order are the text. No
 * style within itself but quotes, and those not deeper than `QUOTE_DEPTH`.
 */
export function piecesOf({ text, formatting = [] }: FormattedText): readonly Piece[] {
  return blockPieces(text, 0, text.length, inOrder(formatting.filter(isBlock)), inlineOf(formatting), 0);
}

function inlineOf(formatting: Formatting): Formatting {
  return inOrder(formatting.filter((span) => !isBlock(span)));
}

function blockPieces(
  text: string,
  start: number,
  end: number,
  blocks: Formatting,
  inline: Formatting,
  depth: number,
): Piece[] {
  return layered({ start, end, spans: blocks }, (from, to, span, within) => {
    if (span === null) return inlinePieces(text, from, to, inline, []);
    if (span.style === "preformatted") return [{ style: span.style, pieces: [text.slice(from, to)] }];
    const pieces = blockPieces(text, from, to, within, inline, depth + 1);
    return depth < QUOTE_DEPTH ? [{ style: span.style, pieces }] : pieces;
  });
}

/** `open`: styles this stands within already. */
function inlinePieces(text: string, start: number, end: number, spans: Formatting, open: readonly Style[]): Piece[] {
  return layered({ start, end, spans }, (from, to, span, within) => {
    if (span === null) return [text.slice(from, to)];
    if (open.includes(span.style)) return inlinePieces(text, from, to, within, open);
    return [{ style: span.style, pieces: inlinePieces(text, from, to, within, [...open, span.style]) }];
  });
}

interface Layer {
  readonly start: number;
  readonly end: number;
  /** In order; others than those between start and end are passed over. */
  readonly spans: Formatting;
}

/** Goes through a stretch of text: `piece` is asked for what no span covers (null) and for each outermost span, with those within it. */
function layered(
  { start, end, spans }: Layer,
  piece: (from: number, to: number, span: Span | null, within: Formatting) => Piece[],
): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  for (const [index, span] of spans.entries()) {
    if (span.start >= end) break;
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, end);
    if (from >= to) continue;
    if (from > at) pieces.push(...piece(at, from, null, []));
    pieces.push(...piece(from, to, span, withinOf(spans, index + 1, from, to)));
    at = to;
  }
  if (at < end) pieces.push(...piece(at, end, null, []));
  return pieces;
}

function withinOf(spans: Formatting, first: number, from: number, to: number): Formatting {
  const within: Span[] = [];
  for (let index = first; index < spans.length; index += 1) {
    const span = spans[index];
    if (span === undefined || span.start >= to) break;
    if (span.end > from) within.push(span);
  }
  return within;
}

const MARK_OF: Readonly<Partial<Record<Style, string>>> = {
  ...Object.fromEntries(Array.from(MARKS, ([mark, style]) => [style, mark])),
  // Who cannot underline means to emphasise.
  underline: "_",
};

/**
 * The text with its looks as people type them. Whatever typed marks could not say without saying something else (a part of a word,
 * words that hold the mark themselves) stays plain, so that the words are always right.
 */
export function typed({ text, formatting = [] }: FormattedText): string {
  if (formatting.length === 0) return text;
  const written: string[] = [];
  let block: Span | null = null;
  let signs = "";
  for (const { line, start, end, spans } of linesOf(text, formatting)) {
    const holds = (span: Span) => span.start <= start && span.end >= end && span.end > start;
    const held = spans.filter((span) => isBlock(span) && holds(span));
    const now: Span | null =
      held.find((span) => span === block || (span.style === "preformatted" && canBeFenced(text, span))) ?? null;
    if (block !== null && block !== now) written.push(signs + FENCE);
    signs = "> ".repeat(Math.min(held.filter(({ style }) => style === "quote").length, QUOTE_DEPTH));
    if (now !== null && now !== block) written.push(signs + FENCE);
    const content = now === null ? markedLine(line, inlinePieces(text, start, end, inlineOf(spans), [])) : line;
    written.push(signs + content);
    block = now;
  }
  if (block !== null) written.push(signs + FENCE);
  return written.join("\n");
}

/** Each line with the spans that reach into it. */
export function* linesOf(text: string, formatting: Formatting) {
  const coming = inOrder(formatting);
  let next = 0;
  let spans: Span[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const end = start + line.length;
    spans = spans.filter((span) => span.end > start);
    for (let span = coming[next]; span !== undefined && span.start <= end; span = coming[next]) {
      spans.push(span);
      next += 1;
    }
    yield { line, start, end, spans: spans as Formatting };
    start = end + 1;
  }
}

/** A line that is nothing but the closing fence would end the block. */
function canBeFenced(text: string, { start, end }: Span): boolean {
  const lines = text.slice(start, end).split("\n");
  return !lines.includes(FENCE) && lines.some((line) => line.trim() !== "");
}

function markedLine(line: string, pieces: readonly Piece[]): string {
  let at = 0;
  const write = (piece: Piece, around: string): string => {
    if (typeof piece === "string") {
      at += piece.length;
      return piece;
    }
    const from = at;
    const mark = MARK_OF[piece.style] ?? "";
    const inner = around.includes("`") ? "" : mark;
    const canBeMarked = inner !== "" && !around.includes(mark) && mayStand(line, from, from + lengthOf(piece), mark);
    const content = piece.pieces.map((one) => write(one, canBeMarked ? around + mark : around)).join("");
    if (!canBeMarked) return content;
    const words = content.trim();
    const before = content.length - content.trimStart().length;
    return content.slice(0, before) + mark + words + mark + content.slice(before + words.length);
  };
  return pieces.map((piece) => write(piece, "")).join("");
}

function lengthOf(piece: Piece): number {
  return typeof piece === "string" ? piece.length : piece.pieces.reduce((sum, one) => sum + lengthOf(one), 0);
}

const WORD = /[\p{L}\p{N}]/u;

/** Whether marks around these words would be read as such by people: not within a word, and not around the mark itself. */
function mayStand(line: string, from: number, to: number, mark: string): boolean {
  const stretch = line.slice(from, to);
  const words = stretch.trim();
  const start = from + stretch.length - stretch.trimStart().length;
  const end = start + words.length;
  return (
    words !== "" &&
    !words.includes(mark) &&
    !WORD.test(line.charAt(start - 1)) &&
    !WORD.test(line.charAt(end)) &&
    line.charAt(start - 1) !== mark &&
    line.charAt(end) !== mark
  );
}
