/**
 * Matches a customer's own words to the intents of dialogs.yaml by their example sentences. Pure and deterministic.
 * docs/bot.md carries the figures measured on sentences that are not in the configuration.
 *
 * A search library (MiniSearch, BM25) finds the examples that are like the text. They are compared by stemmed words and,
 * with less weight, by runs of four letters, which see through typing mistakes and compounds. What an intent scores is
 * the product of two questions: how much more do its examples look like the text than those of other intents (share),
 * and how much of what the text says do they say too (coverage). Coverage keeps texts about nothing we know low.
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
export const SURE_SCORE = 0.5;
/** From here on one intent is asked for: "did you mean …?" */
export const CONFIRM_SCORE = 0.25;
/** Below this nothing is offered at all; from here on up to three are. */
export const FLOOR_SCORE = 0.1;
/** Matches that are returned at most. */
export const MAX_MATCHES = 3;
/** Characters of a text that are read. */
export const MAX_MATCHED_CHARS = 1_000;

/** How many of an intent's best examples speak for it. */
const VOTING_EXAMPLES = 5;
/** Weight of four letters in a row beside that of a whole word. */
const RUN_WEIGHT = 0.25;
const RUN_CHARS = 4;
/** Above 1, the best intent's lead counts for more. */
const SHARE_EXPONENT = 3;
/** Below 1, words that nobody knows cost less. */
const COVERAGE_EXPONENT = 0.5;
/** BM25: term saturation, full length normalisation but for a little, no lower bound. */
const BM25 = { k: 1.2, b: 0.85, d: 0 };

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
    .slice(0, MAX_MATCHED_CHARS)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/['’`´]/gu, "");
}

/** Words are marked with `=`, so that they are told from runs of letters; `^` and `$` mark where a word begins and ends. */
const WORD_MARK = "=";

function termsOf(text: string, language: string): readonly string[] {
  const stem = STEMMERS.get(language) ?? ((word: string) => word);
  const terms = new Set<string>();
  for (const word of fold(text).match(/[\p{L}\p{N}]+/gu) ?? []) {
    const stemmed = stem(word);
    terms.add(WORD_MARK + stemmed);
    const marked = `^${stemmed}$`;
    for (let at = 0; stemmed.length >= RUN_CHARS && at + RUN_CHARS <= marked.length; at += 1) {
      terms.add(marked.slice(at, at + RUN_CHARS));
    }
  }
  return [...terms];
}

function weightOf(term: string): number {
  return term.startsWith(WORD_MARK) ? 1 : RUN_WEIGHT;
}

interface Example {
  readonly id: number;
  readonly intent: string;
  readonly text: string;
}

/** The examples of one language, indexed. */
interface LanguageIndex {
  readonly language: string;
  readonly search: MiniSearch<Example>;
  /** The examples themselves, folded, for the score 1. */
  readonly verbatim: ReadonlyMap<string, string>;
  /** How much a term tells: rare among examples, and among intents. */
  readonly informs: (term: string) => number;
}

function countBy(
  examples: readonly Example[],
  language: string,
): ReadonlyMap<string, { examples: number; intents: Set<string> }> {
  const counts = new Map<string, { examples: number; intents: Set<string> }>();
  for (const example of examples) {
    for (const term of termsOf(example.text, language)) {
      const count = counts.get(term) ?? { examples: 0, intents: new Set<string>() };
      count.examples += 1;
      count.intents.add(example.intent);
      counts.set(term, count);
    }
  }
  return counts;
}

function buildIndex(language: string, examples: readonly Example[]): LanguageIndex {
  const search = new MiniSearch<Example>({
    fields: ["text"],
    storeFields: ["intent"],
    tokenize: (text) => [...termsOf(text, language)],
    processTerm: (term) => term,
    searchOptions: { bm25: BM25, boostTerm: weightOf },
  });
  search.addAll(examples);
  const counts = countBy(examples, language);
  const intents = new Set(examples.map((example) => example.intent)).size;
  const informs = (term: string): number => {
    const count = counts.get(term);
    const among = count?.examples ?? 0;
    const rareAmongExamples = Math.log(1 + (examples.length - among + 0.5) / (among + 0.5));
    const rareAmongIntents = Math.log(1 + intents / (count?.intents.size ?? 1)) / Math.log(1 + intents);
    return weightOf(term) * rareAmongExamples * rareAmongIntents;
  };
  const verbatim = new Map(examples.map((example) => [fold(example.text).trim(), example.intent]));
  return { language, search, verbatim, informs };
}

/** What speaks for one intent. */
interface Support {
  readonly scores: number[];
  readonly terms: Set<string>;
}

function supportOf(index: LanguageIndex, text: string): ReadonlyMap<string, Support> {
  const support = new Map<string, Support>();
  for (const result of index.search.search(text)) {
    const intent = String(result.intent);
    const found = support.get(intent) ?? { scores: [], terms: new Set<string>() };
    support.set(intent, found);
    if (found.scores.length < VOTING_EXAMPLES) {
      found.scores.push(result.score);
      result.queryTerms.forEach((term) => {
        found.terms.add(term);
      });
    }
  }
  return support;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) {
    total += number;
  }
  return total;
}

/** Every intent's score for the text, best first; equal ones by name. */
function scoresIn(index: LanguageIndex, text: string): readonly IntentMatch[] {
  const support = supportOf(index, text);
  const weights = new Map([...support].map(([intent, each]) => [intent, sum(each.scores) ** SHARE_EXPONENT]));
  const all = sum(weights.values());
  const said = sum(termsOf(text, index.language).map(index.informs));
  const verbatim = index.verbatim.get(fold(text).trim());
  const matches = [...support].map(([intent, each]) => {
    const share = (weights.get(intent) ?? 0) / all;
    const coverage = Math.min(1, sum([...each.terms].map(index.informs)) / said);
    return { intent, score: intent === verbatim ? 1 : share * coverage ** COVERAGE_EXPONENT };
  });
  return matches.sort((a, b) => b.score - a.score || (a.intent < b.intent ? -1 : 1));
}

/** The customer's language first; the others when it has no examples, or none that are near. */
function bestScores(indexes: readonly LanguageIndex[], text: string, language: string | null): readonly IntentMatch[] {
  const primary = language?.toLowerCase().split("-", 1)[0] ?? null;
  const own = indexes.find((index) => index.language === primary);
  const best = own === undefined ? [] : scoresIn(own, text);
  if (isConfirmable(best[0]?.score ?? 0)) {
    return best;
  }
  const others = indexes.filter((index) => index !== own).map((index) => scoresIn(index, text));
  return others.reduce((found, other) => ((other[0]?.score ?? 0) > (found[0]?.score ?? 0) ? other : found), best);
}

/** Builds the index; done once for each configuration. */
export function createIntents(definitions: readonly IntentDefinition[]): Intents {
  const examples = new Map<string, Example[]>();
  for (const definition of definitions) {
    for (const [language, sentences] of definition.examples) {
      const list = examples.get(language) ?? [];
      examples.set(language, list);
      for (const text of sentences) {
        list.push({ id: list.length, intent: definition.id, text });
      }
    }
  }
  const indexes = [...examples].map(([language, list]) => buildIndex(language, list));
  return {
    match: (text, language, among) =>
      bestScores(indexes, text, language)
        .filter((match) => match.score >= FLOOR_SCORE && (among === null || among.includes(match.intent)))
        .slice(0, MAX_MATCHES),
  };
}
