/** The desk's own ids of copies: `${epoch}-${line}-${leg}`, with `.1`, `.2` … for the earlier parts of a text sent in parts. */
import type { Outbound } from "../core/model.ts";

/** Which copy of which line a key names. `part` 0 is the copy that bears the key without suffix. */
export interface CopyKey {
  readonly line: number;
  readonly leg: number;
  readonly part: number;
}

const NUMBERS = /^(\d{1,15})-(\d{1,6})(?:\.(\d{1,6}))?$/;

/** Null for everything that is not a key of a line's copy made by the store of that epoch. */
export function parseKey(epoch: string, key: string): CopyKey | null {
  if (!key.startsWith(epoch) || key.charCodeAt(epoch.length) !== 45 /* - */) {
    return null;
  }
  const match = NUMBERS.exec(key.slice(epoch.length + 1));
  return match === null ? null : { line: Number(match[1]), leg: Number(match[2]), part: Number(match[3] ?? 0) };
}

/** The line number that a key of any kind uses up: `${epoch}-${line}-…`; 0 when it is none of ours. */
export function lineOfKey(epoch: string, key: string): number {
  if (!key.startsWith(epoch) || key.charCodeAt(epoch.length) !== 45 /* - */) {
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
