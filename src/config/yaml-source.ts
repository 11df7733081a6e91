/**
 * One YAML file with the way back from a value to the line and column an admin sees. YAML 1.2 core schema: no merge
 * keys, no custom tags, no `yes` that means true.
 */

import { LRUCache } from "lru-cache";
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { Problem } from "./problem.ts";
import { type Piece, type Pieces, piecesOf } from "./yaml-pieces.ts";

/** Bytes of one file. A company's whole staff fits many times over; a log file given by mistake does not. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Aliases one file may resolve, weighed by what they stand for, against "billion laughs". */
export const MAX_ALIASES = 100;
/** Collections inside collections; deeper text is refused before it can exhaust the stack. */
export const MAX_DEPTH = 64;

/** Entries of long sections that are remembered: those of a file of the largest size that is read. */
const PIECES_KNOWN = 100_000;

export type Path = readonly (string | number)[];

/** A file as read. `value` is undefined when the text is not YAML; then `problems` says why. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the value at `path` begins, or its key when `at` is "key"; the nearest thing above when there is no such path. */
  position(path: Path, at?: "key" | "value"): { readonly line: number; readonly column: number };
  /** An error at `path`. */
  error(path: Path, message: string, at?: "key" | "value"): Problem;
  warning(path: Path, message: string, at?: "key" | "value"): Problem;
}

/** `file` is the name as it is to be shown. Never throws for what stands in the text. */
export function parseYaml(file: string, text: string): YamlSource {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES) {
    return sourceWithout(file, `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read`);
  }
  const pieces = piecesOf(text);
  // Whatever is wrong in a piece is told of by a look at the whole.
  return (pieces === null ? null : parsePieces(file, pieces)) ?? parseWhole(file, text);
}

/** The value of a piece that has nothing wrong in it, by its text; the one object for it as long as it is remembered. */
const known = new LRUCache<string, { readonly key: string; readonly value: unknown }>({ max: PIECES_KNOWN });

function parsePieces(file: string, { section, entries, frame, gone }: Pieces): YamlSource | null {
  const around = parseWhole(file, frame);
  const { value } = around;
  if (around.problems.length > 0 || typeof value !== "object" || value === null || section in value) return null;
  const values = new Map<string, unknown>();
  const places = new Map<string, Piece>();
  for (const piece of entries) {
    const entry = known.get(piece.text) ?? parsePiece(file, piece.text);
    if (entry === null || places.has(entry.key)) return null;
    known.set(piece.text, entry);
    places.set(entry.key, piece);
    if (entry.value !== undefined) values.set(entry.key, entry.value);
  }
  return makeSource(file, { ...value, [section]: Object.fromEntries(values) }, [], (path, at) => {
    const isWithin = path[0] === section;
    const own = isWithin && path.length > 1 ? places.get(String(path[1])) : undefined;
    // The section itself begins where its first entry does; so does what is not there, for want of a better place.
    const piece = own ?? (isWithin && at === "value" ? entries[0] : undefined);
    if (piece === undefined) {
      const { line, column } = around.position(path, at);
      return { line: line > gone.after ? line + gone.lines : line, column };
    }
    const { line, column } = parseWhole(file, piece.text).position(own === undefined ? [] : path.slice(1), at);
    return { line: line + piece.before, column };
  });
}

/** Null where anything is wrong with it. */
function parsePiece(file: string, text: string): { readonly key: string; readonly value: unknown } | null {
  const { value, problems, keys } = parseWhole(file, text);
  const [key] = keys;
  if (problems.length > 0 || key === undefined || keys.length !== 1) return null;
  return { key, value: (value as Record<string, unknown>)[key] };
}

/** With the keys at the top of the file, those without a value too. */
function parseWhole(file: string, text: string): YamlSource & { readonly keys: readonly string[] } {
  if (nestsTooDeep(text)) {
    return { ...sourceWithout(file, `brackets are nested more than ${MAX_DEPTH} deep`), keys: [] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    // Compared below: the parser would compare each with each.
    uniqueKeys: false,
    prettyErrors: false,
    stringKeys: true,
    merge: false,
  });
  const problems = [...document.errors, ...document.warnings].map((fault): Problem => {
    const { line, col } = lineCounter.linePos(fault.pos[0]);
    return {
      file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      severity: "error",
      message: yamlMessage(fault.code, fault.message),
    };
  });
  visit(document, {
    Map(_, map) {
      const keys = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (keys.has(String(key.value))) problems.push(duplicateAt(lineCounter.linePos(key.range?.[0] ?? 0), file));
        keys.add(String(key.value));
      }
    },
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === "__proto__") {
        const { line, col } = lineCounter.linePos(pair.key.range?.[0] ?? 0);
        problems.push({ file, line, column: col, severity: "error", message: '"__proto__" cannot be a name' });
      }
    },
  });
  const locate = (path: Path, at: "key" | "value") => locateNode(document, lineCounter, path, at);
  const readable = document.errors.length === 0 && document.warnings.length === 0;
  const value = readable ? plainValue(document, file, problems) : undefined;
  const { contents } = document;
  const keys = isMap(contents) ? contents.items.map(({ key }) => (isScalar(key) ? String(key.value) : "")) : [];
  return { ...makeSource(file, value, problems, locate), keys };
}

function duplicateAt({ line, col }: { readonly line: number; readonly col: number }, file: string): Problem {
  return { file, line, column: col, severity: "error", message: "this key is written twice; keep one" };
}

/** A source that could not be read at all; `message` says why. */
export function sourceWithout(file: string, message: string): YamlSource {
  const problem: Problem = { file, line: 1, column: 1, severity: "error", message };
  return makeSource(file, undefined, [problem], () => ({ line: 1, column: 1 }));
}

function makeSource(
  file: string,
  value: unknown,
  problems: readonly Problem[],
  locate: (path: Path, at: "key" | "value") => { line: number; column: number },
): YamlSource {
  const make =
    (severity: Problem["severity"]) =>
    (path: Path, message: string, at: "key" | "value" = "value") => ({
      file,
      ...locate(path, at),
      severity,
      message,
    });
  return {
    file,
    value,
    problems,
    position: (path, at = "value") => locate(path, at),
    error: make("error"),
    warning: make("warning"),
  };
}

/** The document as plain data. Empty values (`key:` with nothing behind) count as not written. */
function plainValue(document: Document.Parsed, file: string, problems: Problem[]): unknown {
  try {
    return withoutEmpty(document.toJS({ maxAliasCount: MAX_ALIASES })) ?? {};
  } catch (error) {
    problems.push({ file, line: 1, column: 1, severity: "error", message: aliasMessage(error) });
    return undefined;
  }
}

/** What the parser throws when it resolves aliases: an unknown one, too many, or (out of stack) one that holds itself. */
function aliasMessage(error: unknown): string {
  if (error instanceof RangeError) {
    return "an alias (*name) stands inside the very value it names; write the value out";
  }
  const text = error instanceof Error ? error.message : String(error);
  return text.startsWith("Unresolved alias")
    ? `${text}: no anchor (&name) before it bears that name`
    : "too many aliases (*name); write the values out";
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutEmpty);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

/** Flow collections are the only way to nest deeply on few bytes; indentation needs a byte for each level and line. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let indicators = 0;
  for (const line of text.split("\n")) {
    indicators = Math.max(indicators, (/^ *((?:[-?] +)+)/.exec(line)?.[1] ?? "").replaceAll(" ", "").length);
    for (const character of line.replace(/(^|\s)#.*$/, "").replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "")) {
      depth += character === "[" || character === "{" ? 1 : character === "]" || character === "}" ? -1 : 0;
      if (depth > MAX_DEPTH) {
        return true;
      }
      depth = Math.max(0, depth);
    }
  }
  return indicators > MAX_DEPTH || /^ {1000}/m.test(text);
}

const YAML_MESSAGES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab indents this line; use spaces",
  BAD_INDENT: "this line is not indented like its neighbours",
  MULTIPLE_DOCS: "a second document begins here (---); one file holds one document",
  NON_STRING_KEY: "this key is not text; put it in quotes",
};

function yamlMessage(code: string, message: string): string {
  return YAML_MESSAGES[code] ?? `not valid YAML: ${message}`;
}

function locateNode(
  document: Document.Parsed,
  counter: LineCounter,
  path: Path,
  at: "key" | "value",
): { line: number; column: number } {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  let keyOffset = offset;
  for (const part of path) {
    const inner = child(document, node, part);
    if (inner === null) {
      break;
    }
    keyOffset = inner.key?.range?.[0] ?? keyOffset;
    offset = (inner.value ?? inner.key)?.range?.[0] ?? offset;
    node = inner.value;
  }
  offset = at === "key" ? keyOffset : offset;
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function child(
  document: Document.Parsed,
  parent: unknown,
  part: string | number,
): { key: Node | null; value: Node | null } | null {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
    return pair === undefined
      ? null
      : { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null };
  }
  if (isSeq(node) && typeof part === "number") {
    const item = node.items[part];
    return isNode(item) ? { key: item, value: item } : null;
  }
  return null;
}
