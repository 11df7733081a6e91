/** Reads answers that are not choices: numbers, e-mail addresses, telephone numbers, dates, free text. */
import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";
import { visibleLine } from "./names.ts";
import type { AskStep } from "./script.ts";

/** Longest free text kept as an answer, in characters; longer is refused with a sentence, never cut. */
export const MAX_ANSWER_CHARS = 2_000;

/** What an answer was read as; or the key of the phrase that says what is wrong with it (null: nothing in particular). */
export type Reading =
  | { readonly kind: "value"; readonly value: string }
  | {
      readonly kind: "fault";
      readonly phrase: string | null;
      readonly values: Readonly<Record<string, string | number>>;
    };

export function fault(phrase: string | null, values: Readonly<Record<string, string | number>> = {}): Reading {
  return { kind: "fault", phrase, values };
}

/** Where the comma is the decimal sign and the point groups thousands. */
const COMMA_LANGUAGES: ReadonlySet<string> = new Set(["de", "es", "fr", "it", "nl", "pt", "pl"]);

function readNumber(text: string, step: AskStep, language: string): Reading {
  const found = text.normalize("NFKC").match(/[-+−]?\d[\d.,'’ \u00a0]*/gu);
  const [only] = found ?? [];
  if (found === null || found.length !== 1 || only === undefined) {
    return fault("answer.number");
  }
  const bare = only
    .replace("−", "-")
    .replace(/['’ \u00a0]/gu, "")
    .replace(/[.,]$/u, "");
  const grouped = COMMA_LANGUAGES.has(language)
    ? bare.replace(/\.(?=\d{3}(?:\D|$))/gu, "").replace(",", ".")
    : bare.replace(/,(?=\d{3}(?:\D|$))/gu, "").replace(",", ".");
  const number = Number(grouped);
  if (!Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER) {
    return fault("answer.number");
  }
  if (step.integer && !Number.isInteger(number)) {
    return fault("answer.integer");
  }
  if (step.min !== null && number < step.min) {
    return step.max === null
      ? fault("answer.number-min", { min: step.min })
      : fault("answer.number-range", { min: step.min, max: step.max });
  }
  if (step.max !== null && number > step.max) {
    return step.min === null
      ? fault("answer.number-max", { max: step.max })
      : fault("answer.number-range", { min: step.min, max: step.max });
  }
  return { kind: "value", value: String(number) };
}

/** The shape of the HTML standard's input type=email, with a dot in the domain: what mail servers on the internet take. */
const EMAIL = /[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/giu;

function readEmail(text: string): Reading {
  const found = [...new Set(text.match(EMAIL) ?? [])];
  const address = found[0]?.replace(/^\.+|[.-]+$/gu, "");
  const wellFormed = address !== undefined && !/\.\.|\.@|@[-.]|-\.|\.-/u.test(address);
  return found.length === 1 && wellFormed ? { kind: "value", value: address } : fault("answer.email");
}

function readPhone(text: string, step: AskStep): Reading {
  const country = step.country !== null && isSupportedCountry(step.country) ? step.country : undefined;
  const number = parsePhoneNumberFromString(text.normalize("NFKC"), country);
  // Possible, not valid: numbering plans grow faster than the tables that ship with a program.
  return number?.isPossible() === true
    ? { kind: "value", value: number.number }
    : fault(country === undefined ? "answer.phone-international" : "answer.phone");
}

function daysIn(month: number, year: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** ISO 8601, or day before month with points, slashes or dashes (31.12.2025): what is read is always said back as ISO. */
function readDate(text: string): Reading {
  const iso = /\b(\d{4})-(\d{1,2})-(\d{1,2})\b/u.exec(text);
  const european = /\b(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{4})\b/u.exec(text);
  const [year, month, day] =
    iso !== null ? [iso[1], iso[2], iso[3]] : european !== null ? [european[3], european[2], european[1]] : [];
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (!(y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(m, y))) {
    return fault("answer.date");
  }
  return {
    kind: "value",
    value: `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`,
  };
}

function readText(text: string, step: AskStep): Reading {
  const words = text
    .replace(/\r\n?/gu, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/\p{Bidi_Control}/gu, "")
    .trim();
  const max = Math.min(step.max ?? MAX_ANSWER_CHARS, MAX_ANSWER_CHARS);
  const length = Array.from(words).length;
  if (length > max) {
    return fault("answer.long", { max });
  }
  return length < (step.min ?? 1) ? fault(null) : { kind: "value", value: words };
}

/** Reads the answer to a question of one of these kinds. `language` decides what 1.234 means. */
export function readAnswer(
  kind: "text" | "number" | "email" | "phone" | "date",
  text: string,
  step: AskStep,
  language: string,
): Reading {
  if (kind !== "text" && text.length > MAX_ANSWER_CHARS) {
    return fault("answer.long", { max: MAX_ANSWER_CHARS });
  }
  switch (kind) {
    case "text":
      return readText(text, step);
    case "number":
      return readNumber(visibleLine(text), step, language);
    case "email":
      return readEmail(visibleLine(text));
    case "phone":
      return readPhone(visibleLine(text), step);
    case "date":
      return readDate(visibleLine(text));
  }
}
