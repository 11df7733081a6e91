/** The desk's own ids of copies: `${epoch}-${line}-${leg}`, with `.1`, `.2` … for the earlier parts of a text sent in parts. */
import type { Outbound } from "../core/model.ts";

/** Which copy of which line a key names. `part` 0 is the copy that bears the key without suffix. */
export interface CopyKey {
  readonly line: number;
  readonly leg: number;
  readonly part: number;
}

const DASH = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** Digits of a line's number, and of a leg's and a part's. */
const LINE_DIGITS = 15;
const SMALL_DIGITS = 6;

/** Null for everything that is not a key of a line's copy made by the store of that epoch. */
export function parseKey(epoch: string, key: string): CopyKey | null {
  if (!key.startsWith(epoch) || key.charCodeAt(epoch.length) !== DASH) {
    return null;
  }
  const lineEnd = endOfDigits(key, epoch.length + 1, LINE_DIGITS);
  const legEnd = key.charCodeAt(lineEnd) === DASH ? endOfDigits(key, lineEnd + 1, SMALL_DIGITS) : -1;
  if (legEnd === -1) {
    return null;
  }
  const line = Number(key.slice(epoch.length + 1, lineEnd));
  const leg = Number(key.slice(lineEnd + 1, legEnd));
  if (legEnd === key.length) {
    return { line, leg, part: 0 };
  }
  const isPart = key.charCodeAt(legEnd) === DOT && key.charCodeAt(legEnd + 1) !== ZERO;
  const partEnd = isPart ? endOfDigits(key, legEnd + 1, SMALL_DIGITS) : -1;
  return partEnd === key.length ? { line, leg, part: Number(key.slice(legEnd + 1, partEnd)) } : null;
}

/** Where the number from `start` on ends; -1 when there is none, or it is not written as the desk does. A pattern would take three times as long. */
function endOfDigits(text: string, start: number, most: number): number {
  let end = start;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(end)) {
    end += 1;
  }
  const isPadded = end > start + 1 && text.charCodeAt(start) === ZERO;
  return end === start || end - start > most || isPadded ? -1 : end;
}

/** The line number that a key of any kind uses up: `${epoch}-${line}-…`; 0 when it is none of ours. */
export function lineOfKey(epoch: string, key: string): number {
  if (!key.startsWith(epoch) || key.charCodeAt(epoch.length) !== DASH) {
    return 0;
  }
  const line = Number.parseInt(key.slice(epoch.length + 1, epoch.length + 17), 10);
  return Number.isSafeInteger(line) && line > 0 ? line : 0;
}

/** Whether somebody may later name this send (edit, reply, receipt, bounce), so that its key must be kept. */
export function isCopy(outbound: Outbound): boolean {
  switch (outbound.kind) {
    case "message":
    case "edit":
    case "retraction":
    case "reaction":
      return true;
    case "typing":
    case "receipt":
    case "presence":
    case "subscription":
    case "watch":
    case "room":
      return false;
  }
}
