/**
 * Numbers that people should not write into a chat: those of payment cards and telephones, however they are grouped and in whatever
 * script their digits are. Pure, and linear in the text.
 */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";

/** A place in a text, in UTF-16 code units. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Digits that stand together, as ASCII has them. */
interface Group extends Place {
  readonly digits: string;
}

const DIGITS = /\p{Nd}+/gu;
/** What people put between the groups of one number: at most three signs, some of which show nothing. */
const SEPARATOR = /^[\s\p{Cf}.\-–—‐/()_*]{1,3}$/u;

/** Digits of every script come ten in a row, from a code point that ends in 0 or in 6 (Unicode, general category Nd). */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const last = code & 0xf;
  return String(/\p{Nd}/u.test(String.fromCodePoint(code - last)) ? last % 10 : (last + 4) % 10);
}

const ASCII = /^[0-9]*$/u;

function inAscii(digits: string): string {
  return ASCII.test(digits) ? digits : Array.from(digits, digitOf).join("");
}

/** Groups of digits that may belong to one number, run by run. */
function runsOf(text: string): readonly (readonly Group[])[] {
  const runs: Group[][] = [];
  let last: Group | undefined;
  for (const { 0: digits, index: start } of text.matchAll(DIGITS)) {
    const group = { start, end: start + digits.length, digits: inAscii(digits) };
    const isNext = last !== undefined && SEPARATOR.test(text.slice(last.end, Math.min(start, last.end + 4)));
    if (isNext && start - (last?.end ?? 0) <= 3) runs.at(-1)?.push(group);
    else runs.push([group]);
    last = group;
  }
  return runs;
}

/** What makes a row of groups a number of that sort: how many digits it has, and what it is. */
interface Sort {
  readonly least: number;
  readonly most: number;
  /** `count`: how many groups there are from the first to the last. */
  is(digits: string, first: Group, last: Group, count: number): boolean;
}

/** Of each run the numbers of that sort, the longest from each beginning, none within another. */
function numbersIn(runs: readonly (readonly Group[])[], sort: Sort): readonly Place[] {
  const found: Place[] = [];
  for (const run of runs) {
    for (let first = 0; first < run.length; first += 1) {
      const length = longest(run, first, sort);
      const [from, to] = [run[first], run[first + length - 1]];
      if (length === 0 || from === undefined || to === undefined) continue;
      found.push({ start: from.start, end: to.end });
      first += length - 1;
    }
  }
  return found;
}

/** How many groups from `begin` on are such a number; 0: none. */
function longest(run: readonly Group[], begin: number, { least, most, is }: Sort): number {
  const first = run[begin];
  let digits = "";
  let length = 0;
  for (let next = begin; next < run.length; next += 1) {
    const last = run[next];
    digits += last?.digits ?? "";
    if (digits.length > most || first === undefined || last === undefined) break;
    const count = next + 1 - begin;
    if (digits.length >= least && is(digits, first, last, count)) length = count;
  }
  return length;
}

// --- cards ------------------------------------------------------------------------------------------------------------

/** Who issues cards, by the digits their numbers begin with (ISO/IEC 7812), and how many digits those have. */
const ISSUERS: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  ["4", "4", [13, 16, 19]],
  ["51", "55", [16]],
  ["2221", "2720", [16]],
  ["34", "34", [15]],
  ["37", "37", [15]],
  ["6011", "6011", [16, 17, 18, 19]],
  ["644", "659", [16, 17, 18, 19]],
  ["622126", "622925", [16, 17, 18, 19]],
  ["62", "62", [16, 17, 18, 19]],
  ["81", "81", [16, 17, 18, 19]],
  ["300", "305", [14, 16, 17, 18, 19]],
  ["3095", "3095", [14, 16, 17, 18, 19]],
  ["36", "36", [14, 16, 17, 18, 19]],
  ["38", "39", [14, 16, 17, 18, 19]],
  ["3528", "3589", [16, 17, 18, 19]],
  ["2200", "2204", [16, 17, 18, 19]],
  ["50", "50", [13, 14, 15, 16, 17, 18, 19]],
  ["56", "58", [13, 14, 15, 16, 17, 18, 19]],
  ["60", "60", [16]],
  ["63", "63", [13, 14, 15, 16, 17, 18, 19]],
  ["67", "67", [13, 14, 15, 16, 17, 18, 19]],
];
const CARD_LEAST = 13;
const CARD_MOST = 19;

const ISSUERS_BY_DIGIT = Array.from({ length: 10 }, (_none, digit) =>
  ISSUERS.filter(([from, to]) => from.charAt(0) <= String(digit) && String(digit) <= to.charAt(0)),
);

function isIssued(digits: string): boolean {
  return (ISSUERS_BY_DIGIT[Number(digits.charAt(0))] ?? []).some(([from, to, lengths]) => {
    const begin = digits.slice(0, from.length);
    return lengths.includes(digits.length) && from <= begin && begin <= to;
  });
}

/** The check digit of ISO/IEC 7812-1, annex B. */
function isChecked(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 0x30;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Where the text has the number of a payment card: of an issuer's beginning and length, and with the right check digit. */
export function cardsIn(text: string): readonly Place[] {
  return numbersIn(runsOf(text), {
    least: CARD_LEAST,
    most: CARD_MOST,
    is: (digits) => isIssued(digits) && isChecked(digits),
  });
}

/** The last four digits at that place, by which people know which of their cards it is. */
export function lastDigits(text: string, { start, end }: Place): string {
  return inAscii(text.slice(start, end).replace(/\P{Nd}+/gu, "")).slice(-4);
}

// --- telephones -------------------------------------------------------------------------------------------------------

/** ITU-T E.164: at most 15 digits; below seven nothing is told from any other number. With the digits of a call abroad. */
const PHONE_LEAST = 7;
const PHONE_MOST = 17;
/** Numbers looked at closely in one text; of a text with more of them all that could be one counts. */
const CLOSELY = 500;
const DATE = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?:\D|$)/u;
/** A plus, which says that the country's code follows; a parenthesis, of which only the second is among the separators. */
const SIGNS_BEFORE = /(?:([+＋])\s?)?\(?$/u;

/** `country`: where numbers without a country's code are from, as ISO 3166 has it; null: such numbers are none. */
export function phonesIn(text: string, country: string | null): readonly Place[] {
  const home = country !== null && isSupportedCountry(country) ? country : null;
  let looked = 0;
  const is: Sort["is"] = (digits, first, last, count) => {
    const isAbroad = SIGNS_BEFORE.exec(text.slice(Math.max(0, first.start - 3), first.start))?.[1] !== undefined;
    const isTrunk = !isAbroad && digits.startsWith("0");
    // A number in one piece, without any sign of a telephone, is an order's or an account's.
    if (!isAbroad && !digits.startsWith("00") && (home === null || (!isTrunk && count < 2))) return false;
    const written = text.slice(first.start, last.end);
    if (!isAbroad && DATE.test(written)) return false;
    looked += 1;
    return looked > CLOSELY || isPhone(isAbroad ? international(written, digits) : digits, home);
  };
  const places = numbersIn(runsOf(text), { least: PHONE_LEAST, most: PHONE_MOST, is });
  return places.map(({ start, end }) => {
    const before = SIGNS_BEFORE.exec(text.slice(Math.max(0, start - 3), start))?.[0].length ?? 0;
    return { start: start - before, end };
  });
}

/** `(0)` stands for what is left out when calling from abroad. */
function international(written: string, digits: string): string {
  const isPlain = ASCII.test(written.replace(/\P{Nd}+/gu, ""));
  return `+${isPlain ? written.replace(/\(\s?0\s?\)/u, "").replace(/\D+/gu, "") : digits}`;
}

function isPhone(number: string, home: CountryCode | null): boolean {
  if (number.startsWith("00")) return isPhone(`+${number.slice(2)}`, home);
  if (number.startsWith("+")) return parsePhoneNumberFromString(number)?.isValid() === true;
  const phone = home === null ? undefined : parsePhoneNumberFromString(number, home);
  if (home === null || phone?.isValid() !== true) return false;
  // Where numbers are written with a 0 in front, one without it is something else.
  return number.startsWith("0") || parsePhoneNumberFromString(`0${number}`, home)?.nationalNumber !== number;
}
