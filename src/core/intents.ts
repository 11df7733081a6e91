/**
 * Matches a customer's own words to the intents of dialogs.yaml by their example sentences. Pure and deterministic.
 * docs/bot.md carries the figures measured on sentences that are not in the configuration.
 */
import { stemmer as englishStemmer } from "@orama/stemmers/english";
import { stemmer as frenchStemmer } from "@orama/stemmers/french";
import { stemmer as germanStemmer } from "@orama/stemmers/german";
import { stemmer as spanishStemmer } from "@orama/stemmers/spanish";
import MiniSearch from "minisearch";

export interface IntentMatch {
  readonly intent: string;
  /** 0 (nothing in common) to 1 (the very example). */
  readonly score: number;
}

export interface Intents {
  /** Best first, at most three, none below the floor. `among` narrows the field to those intents. */
  match(text: string, language: string | null, among: readonly string[] | null): readonly IntentMatch[];
}

export interface IntentDefinition {
  readonly id: string;
  /** Example sentences by language tag. */
  readonly examples: ReadonlyMap<string, readonly string[]>;
}

/** From here on the intent is taken without asking. */
export const SURE_SCORE = 0.55;
/** From here on one intent is asked for: "did you mean …?" */
export const CONFIRM_SCORE = 0.35;
/** Below this nothing is offered at all. */
export const FLOOR_SCORE = 0.2;
/** Matches that are returned at most. */
export const MAX_MATCHES = 3;
/** Characters of a text that are read. */
export const MAX_MATCHED_CHARS = 1_000;

export function isSure(score: number): boolean {
  return score >= SURE_SCORE;
}
export function isConfirmable(score: number): boolean {
  return score >= CONFIRM_SCORE;
}

const STEMMERS: ReadonlyMap<string, (word: string) => string> = new Map([
  ["en", englishStemmer],
  ["de", germanStemmer],
  ["es", spanishStemmer],
  ["fr", frenchStemmer],
]);

function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/['’`´]/gu, "");
}

function termsOf(text: string, language: string): readonly string[] {
  const stem = STEMMERS.get(language) ?? ((word: string) => word);
  return (
    fold(text.slice(0, MAX_MATCHED_CHARS))
      .match(/[\p{L}\p{N}]+/gu)
      ?.map((word) => stem(word)) ?? []
  );
}

interface Example {
  readonly id: number;
  readonly intent: string;
  readonly text: string;
}

/** Builds the index; done once for each configuration. */
export function createIntents(definitions: readonly IntentDefinition[]): Intents {
  const indexes = new Map<string, MiniSearch<Example>>();
  const examples = new Map<string, Example[]>();
  for (const definition of definitions) {
    for (const [tag, sentences] of definition.examples) {
      const list = examples.get(tag) ?? [];
      list.push(...sentences.map((text, index) => ({ id: list.length + index, intent: definition.id, text })));
      examples.set(tag, list);
    }
  }
  for (const [tag, list] of examples) {
    const index = new MiniSearch<Example>({
      fields: ["text"],
      storeFields: ["intent"],
      tokenize: (text) => [...termsOf(text, tag)],
      processTerm: (term) => term,
    });
    index.addAll(list);
    indexes.set(tag, index);
  }
  return {
    match(text, language, among) {
      const tag = (language ?? "").toLowerCase().split("-", 1)[0] ?? "";
      const wanted = among === null ? null : new Set(among);
      const found = new Map<string, number>();
      for (const [each, index] of tag !== "" && indexes.has(tag) ? [[tag, indexes.get(tag)] as const] : indexes) {
        const results =
          index?.search([...termsOf(text, each)].join(" "), { tokenize: (query) => query.split(" "), fuzzy: 0.2 }) ??
          [];
        for (const result of results) {
          const intent = String(result["intent"]);
          if (wanted === null || wanted.has(intent)) {
            found.set(intent, Math.max(found.get(intent) ?? 0, Math.min(1, result.score / 20)));
          }
        }
      }
      return [...found]
        .map(([intent, score]) => ({ intent, score }))
        .filter((match) => match.score >= FLOOR_SCORE)
        .sort((a, b) => b.score - a.score || (a.intent < b.intent ? -1 : 1))
        .slice(0, MAX_MATCHES);
    },
  };
}
