/**
 * A long file, taken apart at the entries of its longest section, so that after a change only the entries that changed have to be parsed: a
 * reload of ten thousand CSRs must not hold up the desk. Only where a glance can tell the entries: blocks of plain keys, all indented alike.
 */

/** One entry with all that belongs to it. */
export interface Piece {
  readonly text: string;
  /** Lines of the file before it. */
  readonly before: number;
}
export interface Pieces {
  readonly section: string;
  readonly entries: readonly Piece[];
  /** The file without those entries: so many lines are gone after so many. */
  readonly frame: string;
  readonly gone: { readonly after: number; readonly lines: number };
}

/** Shorter files are parsed quickly enough as they are. */
const LONG = 32_768;
/** Anchors, aliases and tags reach over entries; so do documents and directives. Tabs and carriage returns are for the parser to judge. */
const REACHING = /[\t\r]|^(?:---|\.\.\.|%)|(?:^|[\s[{,:-])[&*!](?=\S)/mu;
const HEADER = /^([A-Za-z_][\w-]*): *(?:#.*)?$/u;
const ENTRY = /^( +)[A-Za-z0-9][\w.-]*:(?: |$)/u;

/** Null where it cannot be taken apart, or need not be. */
export function piecesOf(text: string): Pieces | null {
  if (text.length < LONG || REACHING.test(text)) return null;
  const lines = text.split("\n");
  const block = longestBlock(lines);
  const indent =
    block === null ? null : (ENTRY.exec(lines.slice(block.from, block.to).find(isContent) ?? "")?.[1] ?? null);
  if (block === null || indent === null) return null;
  const starts: number[] = [];
  for (let at = block.from; at < block.to; at += 1) {
    const line = lines[at] ?? "";
    if (!isContent(line) || line.startsWith(`${indent} `)) continue;
    if (ENTRY.exec(line)?.[1] !== indent) return null;
    starts.push(at);
  }
  const entries = starts.map((from, index) => ({
    text: lines.slice(from, starts[index + 1] ?? block.to).join("\n"),
    before: from,
  }));
  const [first = block.to] = starts;
  const frame = [...lines.slice(0, first), ...lines.slice(block.to)].join("\n");
  return { section: block.section, entries, frame, gone: { after: first, lines: block.to - first } };
}

interface Block {
  readonly section: string;
  /** Lines after the header, up to the next line that is not indented. */
  readonly from: number;
  readonly to: number;
}

function longestBlock(lines: readonly string[]): Block | null {
  let longest: Block | null = null;
  let open: { section: string; from: number } | null = null;
  for (let at = 0; at <= lines.length; at += 1) {
    const line = lines[at];
    if (line !== undefined && (!isContent(line) || line.startsWith(" "))) continue;
    if (open !== null && at - open.from > (longest === null ? 0 : longest.to - longest.from))
      longest = { ...open, to: at };
    const section = HEADER.exec(line ?? "")?.[1];
    open = section === undefined ? null : { section, from: at + 1 };
  }
  return longest;
}

/** Neither empty nor a comment. */
function isContent(line: string): boolean {
  return /^ *[^ #]/u.test(line);
}
