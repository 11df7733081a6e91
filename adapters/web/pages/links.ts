/** The web addresses in a text, to be followed by a click. Only what begins with http:// or https://, so that what is read is where it leads. */

/** A stretch of a text; with `address` it leads there. The stretches in order are the text. */
export interface Stretch {
  readonly text: string;
  readonly address: string | null;
}

/** Ends at what no address has in it unescaped, and at quotes and angle brackets, which people put around one. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"“”„«»`]+/giu;
/** What ends a sentence, not an address. */
const AFTERWARDS = /[.,;:!?'’…*_~]$/u;
const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
/** Signs that show nothing, or turn around how the rest is shown (U+202E): with them what is read is not where it leads. */
const UNSEEN = /[\p{Cf}\p{Cc}]/u;
/** Of one address, in characters; longer ones stay text. */
const LONGEST = 2_048;

export function stretchesOf(text: string): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const found = trimmed(match[0]);
    const address = addressOf(found);
    if (address === null) continue;
    if (match.index > end) stretches.push({ text: text.slice(end, match.index), address: null });
    stretches.push({ text: found, address });
    end = match.index + found.length;
  }
  if (end < text.length || stretches.length === 0) stretches.push({ text: text.slice(end), address: null });
  return stretches;
}

/** Without the end of the sentence, or a bracket that was opened before it. Goes over it once: strangers write it. */
function trimmed(found: string): string {
  let length = Math.min(found.length, LONGEST + 1);
  const counts = new Map<string, number>();
  for (const character of found.slice(0, length)) counts.set(character, (counts.get(character) ?? 0) + 1);
  for (; length > 0; length -= 1) {
    const last = found[length - 1] ?? "";
    const opening = CLOSING[last];
    const count = counts.get(last) ?? 0;
    const isUnopened = opening !== undefined && (counts.get(opening) ?? 0) < count;
    if (!isUnopened && !AFTERWARDS.test(last)) break;
    counts.set(last, count - 1);
  }
  return found.slice(0, length);
}

/** Null for what is none: too long, without a host, with unseen signs, or with a name in front of an @ that looks like the host and is not. */
function addressOf(found: string): string | null {
  if (found.length > LONGEST || UNSEEN.test(found)) return null;
  try {
    const { username, password, href } = new URL(found);
    return username === "" && password === "" ? href : null;
  } catch {
    return null;
  }
}
