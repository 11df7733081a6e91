/**
 * What the desk itself says, in every language it has a catalogue for. Admins may word any of it anew in dialogs.yaml.
 * A phrase is asked for by key and has `{places}` for values. One catalogue a file, en.ts being the one that defines the keys.
 */
import { DE } from "./phrases/de.ts";
import { EN, type PhraseKey } from "./phrases/en.ts";
import { ES } from "./phrases/es.ts";
import { FR } from "./phrases/fr.ts";

export type { PhraseKey } from "./phrases/en.ts";

/** The built-in catalogues by language. */
export const CATALOGUES: ReadonlyMap<string, Readonly<Record<PhraseKey, string>>> = new Map([
  ["en", EN],
  ["de", DE],
  ["es", ES],
  ["fr", FR],
]);

const KEYS: readonly string[] = Object.keys(EN);

/** Every key there is. */
export function phraseKeys(): readonly string[] {
  return KEYS;
}

function isKey(key: string): key is PhraseKey {
  return Object.hasOwn(EN, key);
}

const PLACE = /\{([a-z][a-z0-9-]*)\}/giu;

/** The places of a phrase, in alphabetical order, each once. */
export function placesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(PLACE), ([, place = ""]) => place))].sort();
}

/** The places that the phrase of that key has. */
export function placesOf(key: string): readonly string[] {
  return isKey(key) ? placesIn(EN[key]) : [];
}

function template(overrides: ReadonlyMap<string, ReadonlyMap<string, string>>, key: string, language: string): string {
  const tag = language.toLowerCase();
  const dash = tag.indexOf("-");
  const primary = dash < 0 ? tag : tag.slice(0, dash);
  const own =
    overrides.size === 0
      ? undefined
      : (overrides.get(tag)?.get(key) ?? overrides.get(primary)?.get(key) ?? overrides.get("*")?.get(key));
  return own ?? (isKey(key) ? (CATALOGUES.get(primary) ?? EN)[key] : key);
}

/**
 * The phrase of that key in that language (null, and languages without a catalogue: English), its places filled. Values
 * are put in as they are and never read for places again; a place without a value stays empty. A key that is not there
 * comes back as it is, so that nothing throws in mid-conversation; a test keeps the keys in the code and here the same.
 */
export function phrase(
  overrides: ReadonlyMap<string, ReadonlyMap<string, string>>,
  key: string,
  language: string | null,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const found = template(overrides, key, language ?? "en");
  if (!found.includes("{")) {
    return found;
  }
  return found.replace(PLACE, (_, place: string) => (Object.hasOwn(values, place) ? String(values[place]) : ""));
}
