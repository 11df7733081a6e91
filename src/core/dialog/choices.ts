/** Which of the choices an answer means: by number, value, label, other word, unambiguous beginning, or a small slip. */
import { distance } from "fastest-levenshtein";
import { normalise } from "./words.ts";

/** A choice with every spelling it may be answered by (in the customer's language and the fallback ones). */
export interface Spelled {
  readonly value: string;
  readonly spellings: readonly string[];
}

/** Shortest beginning of a label that counts. */
const MIN_PREFIX_CHARS = 3;
/** Slips forgiven in a word of that many letters: none below 4, one up to 7, two from 8. */
function slips(length: number): number {
  return length < 4 ? 0 : length < 8 ? 1 : 2;
}
/** Texts longer than this are own words, not slips of a label. */
const MAX_LABEL_CHARS = 60;

function only(found: readonly Spelled[]): string | null {
  const values = new Set(found.map((each) => each.value));
  const [value] = values;
  return values.size === 1 ? (value ?? null) : null;
}

/** "2", "2.", "#2", "(2)", "number 2" → 2; null when the text is not just a number of at most three digits. */
export function ordinal(text: string): number | null {
  const digits = /^(?:no\.?|nr\.?|number|nummer|numero|option)?\s*[#(]?\s*(\d{1,3})\s*[.):]?$/iu.exec(
    text.normalize("NFKC").trim(),
  )?.[1];
  return digits === undefined ? null : Number(digits);
}

function has(choice: Spelled, test: (spelling: string) => boolean): boolean {
  return choice.spellings.some((spelling) => {
    const normal = normalise(spelling);
    return normal !== "" && test(normal);
  });
}

/** The choice that is exactly named: by number, value, label or other word. */
export function exactChoice(text: string, choices: readonly Spelled[]): string | null {
  const answer = normalise(text);
  const named = only(
    choices.filter((choice) => choice.value === text.trim() || has(choice, (spelling) => spelling === answer)),
  );
  if (named !== null) {
    return named;
  }
  const number = ordinal(text);
  return number === null ? null : (choices[number - 1]?.value ?? null);
}

/**
 * The one choice that the text comes near enough to, or null when none does or several do. Tried in this order: the
 * beginning of a spelling; a spelling within the text ("billing please"); a spelling with a slip of the finger.
 */
export function nearChoice(text: string, choices: readonly Spelled[]): string | null {
  const answer = normalise(text);
  if (answer === "" || answer.length > MAX_LABEL_CHARS) {
    return null;
  }
  const begun =
    answer.length < MIN_PREFIX_CHARS
      ? []
      : choices.filter((choice) => has(choice, (spelling) => spelling.startsWith(answer)));
  const within = choices.filter((choice) =>
    has(choice, (spelling) => spelling.length >= MIN_PREFIX_CHARS && ` ${answer} `.includes(` ${spelling} `)),
  );
  const slipped = choices.filter((choice) =>
    has(choice, (spelling) => distance(spelling, answer) <= Math.min(slips(spelling.length), slips(answer.length))),
  );
  return only(begun) ?? only(within) ?? only(slipped);
}
