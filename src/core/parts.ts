/** Long texts in parts that a network can carry: cut where words end, looks and all. */
import { isFormatted, slicer } from "./formatting.ts";
import type { FormattedText } from "./model.ts";

const ENCODER = new TextEncoder();

/** Length in UTF-8 bytes; half a surrogate pair counts as the U+FFFD it is sent as. */
export function byteLength(text: string): number {
  // Splitting asks this of every character, and nearly all are plain ASCII.
  if (text.length <= 1 && (text === "" || text.charCodeAt(0) < 0x80)) return text.length;
  return ENCODER.encode(text).length;
}

/** What one line ends with on networks whose messages are single lines; a bare CR ends one too, for whoever reads the wire. */
const LINE_END = /\r\n|[\n\r]/u;

/**
 * A text in parts of at most `maxBytes` UTF-8 bytes. Split at spaces and line ends where that leaves no part less than half
 * full, else between graphemes; a grapheme larger than that between code points. Joined again the parts are the text. Where
 * a message is one line (`multiline` false) every line is a part, blank ones are left out, and the line ends are the borders.
 */
export function partsOf(text: string, maxBytes: number, multiline: boolean): readonly string[] {
  // Nearly all that people write.
  if (multiline && text.length * 3 <= maxBytes) return [text];
  const pieces = multiline ? [text] : text.split(LINE_END).filter((piece) => piece.trim() !== "");
  const parts: string[] = [];
  for (const piece of pieces) {
    // A UTF-16 unit is at most three bytes, so short texts need no encoding to be known small.
    if (piece.length * 3 <= maxBytes || byteLength(piece) <= maxBytes) parts.push(piece);
    else splitLong(piece, maxBytes, parts);
  }
  return parts.length === 0 ? [text.trim()] : parts;
}

const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });
const SPACES: ReadonlySet<string> = new Set([" ", "\n", "\r\n", "\t"]);

function splitLong(text: string, maxBytes: number, parts: string[]): void {
  let part = "";
  let bytes = 0;
  /** Where the last space or line end of `part` ends. */
  let border = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    for (const atom of byteLength(segment) <= maxBytes ? [segment] : segment) {
      const size = byteLength(atom);
      // Twice where what is left after the border has no room for the next grapheme either.
      while (part !== "" && bytes + size > maxBytes) {
        const cut = border > part.length / 2 ? border : part.length;
        parts.push(part.slice(0, cut));
        part = part.slice(cut);
        bytes = byteLength(part);
        border = 0;
      }
      part += atom;
      bytes += size;
    }
    if (SPACES.has(segment)) border = part.length;
  }
  if (part !== "") parts.push(part);
}

/**
 * The same with looks, which are cut at the borders. `marks` tells how many bytes writing out those of a part takes; a part stays within
 * `maxBytes` together with them. Where they would take more than half of it the words go out plain.
 */
export function formattedParts(
  whole: FormattedText,
  maxBytes: number,
  multiline: boolean,
  marks: (part: FormattedText) => number,
): readonly FormattedText[] {
  if (!isFormatted(whole)) {
    const texts = partsOf(whole.text, maxBytes, multiline);
    return texts.length === 1 && texts[0] === whole.text ? [whole] : texts.map((text) => ({ text }));
  }
  const lines = multiline ? [whole] : linesIn(whole);
  const parts = lines.flatMap((line) => slices(line, maxBytes)).flatMap((part) => fitting(part, maxBytes, marks));
  return parts.length === 0 ? [{ text: "" }] : parts;
}

function slices(whole: FormattedText, maxBytes: number): readonly FormattedText[] {
  const cut = slicer(whole);
  let at = 0;
  return partsOf(whole.text, maxBytes, true).map((part) => {
    at += part.length;
    return cut(at - part.length, at);
  });
}

function fitting(
  part: FormattedText,
  maxBytes: number,
  marks: (part: FormattedText) => number,
): readonly FormattedText[] {
  const most = maxBytes - marks(part);
  if (byteLength(part.text) <= most) return [part];
  if (most < maxBytes / 2) return [{ text: part.text }];
  return slices(part, most).map((one) => (byteLength(one.text) + marks(one) <= maxBytes ? one : { text: one.text }));
}

/** Its lines that are not blank. */
function linesIn(whole: FormattedText): readonly FormattedText[] {
  const lines: FormattedText[] = [];
  const cut = slicer(whole);
  let at = 0;
  for (const text of whole.text.split(LINE_END)) {
    if (text.trim() !== "") lines.push(cut(at, at + text.length));
    at += text.length;
    at += whole.text.startsWith("\r\n", at) ? 2 : 1;
  }
  return lines;
}
