/**
 * Rows as short texts. Most of a row is the same in thousands of them: the names of its fields, its network, queue and dialog, what is
 * empty. That is kept once, as a pattern; of the row itself stays what is its own: ids, times, what people wrote. Packing loses
 * nothing that JSON keeps, as the store does.
 */

/** A row as text: the number of its pattern, and what goes into its gaps. Means something to the `Packing` that made it alone. */
export type Packed = string;

export interface Packing {
  /** `id`: under which the row is kept; what it says again of that is not kept twice. */
  pack(row: object, id: string): Packed;
  /** A row equal to the one that was packed under that id; a new one each time. */
  unpack(packed: Packed, id: string): unknown;
}

/** Fields whose words come from the rules or are few by nature: they belong to the pattern. All other words are the row's own. */
const COMMON: ReadonlySet<string> = new Set([
  "state",
  "role",
  "network",
  "handle",
  "languageHint",
  "language",
  "dialog",
  "dialogVersion",
  "queue",
  "protocol",
  "features",
  "type",
  "kind",
  "rest",
  "style",
]);
/** Numbers below that are indexes, generations and levels, so they are few too. */
const FEW = 16;
/** Patterns that are kept; a row of yet another kind is its own pattern. */
const MAX_PATTERNS = 5_000;

/** In no JSON text: between the values of a row, and where its pattern has a gap. */
const BORDER = "\u0001";
/** In front of the place of an equal value that came before. */
const SAME = "=";
/** In front of the place from which on the row's id is the value. */
const OF_ID = "@";
/** In place of the number of a pattern: the row follows whole. */
const WHOLE = "!";
/** Values up to this length are not worth a reference. */
const SHORT = 4;

export function createPacking(maxPatterns = MAX_PATTERNS): Packing {
  const numbers = new Map<string, number>();
  /** What stands between the gaps of each. */
  const patterns: (readonly string[])[] = [];
  return {
    pack(row, id) {
      const values: string[] = [];
      const pattern = patternOf(row, false, values);
      let number = numbers.get(pattern);
      if (number === undefined) {
        if (patterns.length >= maxPatterns) return `${WHOLE}${JSON.stringify(row)}`;
        number = patterns.length;
        numbers.set(pattern, number);
        patterns.push(pattern.split(BORDER));
      }
      // One flat text; put together from pieces it would hold on to all of them.
      return [number, ...values.map((value, at) => shortened(value, at, values, id))].join(BORDER);
    },
    unpack(packed, id) {
      if (packed.startsWith(WHOLE)) return JSON.parse(packed.slice(WHOLE.length));
      const [number, ...values] = packed.split(BORDER);
      const pattern = patterns[Number(number)];
      if (pattern === undefined) throw new Error(`row ${id} was packed by pattern ${number}, which there is not`);
      return JSON.parse(filled(pattern, values, id));
    },
  };
}

/** A value, as JSON, in as few letters as can be told apart: a string needs no closing quote. */
function shortened(value: string, at: number, values: readonly string[], id: string): string {
  if (value.length > SHORT) {
    const same = values.indexOf(value);
    if (same < at) return `${SAME}${same}`;
    const start = id.length - (value.length - 2);
    if (start >= 0 && value === JSON.stringify(id.slice(start))) return `${OF_ID}${start}`;
  }
  return value.startsWith('"') ? value.slice(0, -1) : value;
}

function filled(pattern: readonly string[], values: readonly string[], id: string): string {
  const whole: string[] = [];
  let text = pattern[0] ?? "";
  for (const [gap, short] of values.entries()) {
    const value = lengthened(short, whole, id);
    whole.push(value);
    text += `${value}${pattern[gap + 1] ?? ""}`;
  }
  return text;
}

function lengthened(short: string, before: readonly string[], id: string): string {
  switch (short[0]) {
    case SAME:
      return before[Number(short.slice(1))] ?? "null";
    case OF_ID:
      return JSON.stringify(id.slice(Number(short.slice(1))));
    case '"':
      return `${short}"`;
    default:
      return short;
  }
}

/** The JSON of it with a gap for each value of its own, which are added to `values`. */
function patternOf(value: unknown, isCommon: boolean, values: string[]): string {
  if (typeof value === "string" ? !isCommon : typeof value === "number" && !isFew(value)) {
    values.push(JSON.stringify(value));
    return BORDER;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => patternOf(item ?? null, isCommon, values)).join()}]`;
  let fields = "";
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    fields += `${fields === "" ? "" : ","}${JSON.stringify(name)}:${patternOf(field, COMMON.has(name), values)}`;
  }
  return `{${fields}}`;
}

function isFew(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < FEW;
}
