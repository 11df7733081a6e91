/** Texts of dialogs: the language that fits, and the values in their `{places}`. */

import type { Text } from "./script.ts";
import type { DialogFacts, DialogSurroundings } from "./types.ts";

/** `{name}`, `{answers-name}`, `{name|there}`: what stands behind the bar is said when the value is not known. */
export const PLACEHOLDER = /\{([a-z][a-z0-9_.-]*)(?:\|([^{}]*))?\}/giu;

/** The places that every dialog text may have besides the names of answers. */
export const FACT_PLACES: readonly string[] = [
  "name",
  "account",
  "customer",
  "language",
  "reason",
  "company",
  "software",
  "network",
];

/** The primary subtag of a BCP 47 tag, in lower case: "de-AT" → "de". */
export function primaryTag(tag: string): string {
  return tag.trim().toLowerCase().split(/[-_]/u, 1)[0] ?? "";
}

/** The first of the offered languages that a tag means, or null. */
export function offered(tag: string | null, languages: readonly string[]): string | null {
  if (tag === null) {
    return null;
  }
  const exact = languages.find((language) => language.toLowerCase() === tag.toLowerCase());
  return exact ?? languages.find((language) => primaryTag(language) === primaryTag(tag)) ?? null;
}

/** The wording for `language`; where there is none, for the first of `languages` that there is one for. */
export function wording(text: Text, language: string, languages: readonly string[]): string {
  if (typeof text === "string") {
    return text;
  }
  for (const tag of [language, primaryTag(language), ...languages, "en"]) {
    const words = text[tag];
    if (words !== undefined) {
      return words;
    }
  }
  return Object.values(text)[0] ?? "";
}

function value(place: string, facts: DialogFacts, around: DialogSurroundings): string | null {
  switch (place) {
    case "name":
      return facts.name;
    case "account":
      return facts.account;
    case "customer":
      return facts.customer === null ? null : (around.directory.byId(facts.customer)?.name ?? null);
    case "language":
      return facts.language;
    case "reason":
      return facts.reason;
    case "company":
      return around.company ?? null;
    case "software":
      return around.software?.name ?? null;
    case "network":
      return around.address.network;
  }
  return Object.hasOwn(facts.answers, place) ? (facts.answers[place] ?? null) : null;
}

/** A text of the script as this customer reads it. Values are put in once and never read for places again. */
export function compose(text: Text, language: string, facts: DialogFacts, around: DialogSurroundings): string {
  return wording(text, language, around.languages)
    .replace(
      PLACEHOLDER,
      (_, place: string, otherwise: string | undefined) => value(place, facts, around) ?? otherwise ?? "",
    )
    .trim();
}
