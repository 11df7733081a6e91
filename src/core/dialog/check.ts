/** What compilation finds wrong, and the questions it asks of names and texts on the way. */
import { distance } from "fastest-levenshtein";
import type { Condition, Text } from "./script.ts";
import { FACT_PLACES, PLACEHOLDER, primaryTag } from "./texts.ts";

export type Path = readonly (string | number)[];

/** `path` leads to the place in dialogs.yaml; the message says what is wrong there and what would be right. */
export interface DialogProblem {
  readonly path: Path;
  readonly message: string;
}

/** Names that other files define. Left out: not checked. */
export interface KnownNames {
  readonly queues?: Iterable<string>;
  readonly skills?: Iterable<string>;
  readonly networks?: Iterable<string>;
  /** The languages the desk offers, the first being the fallback. */
  readonly languages?: readonly string[];
}

/** `unknown queue "biling"; did you mean "billing"?` or what there is. */
export function unknown(what: string, word: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const near = known
    .map((name) => ({ name, slips: distance(name.toLowerCase(), word.slice(0, 100).toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips)[0];
  if (near !== undefined && near.slips <= Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3))) {
    return `unknown ${what} ${JSON.stringify(word)}; did you mean ${JSON.stringify(near.name)}?`;
  }
  return `unknown ${what} ${JSON.stringify(word)} (${known.length === 0 ? "there is none" : `known: ${known.slice(0, 12).join(", ")}`})`;
}

/** Collects problems; knows the names that may be used. */
export interface Checker {
  readonly problems: DialogProblem[];
  readonly known: KnownNames;
  /** Names of answers that some step of some dialog gives. */
  readonly answers: ReadonlySet<string>;
}

export function problem(checker: Checker, path: Path, message: string): void {
  checker.problems.push({ path, message });
}

export function checkName(checker: Checker, what: "queue" | "skill" | "network", name: string, path: Path): void {
  const names = { queue: checker.known.queues, skill: checker.known.skills, network: checker.known.networks }[what];
  const list = names === undefined ? null : [...names];
  if (list !== null && !list.includes(name)) {
    problem(checker, path, unknown(what, name, list));
  }
}

function checkPlaces(checker: Checker, text: string, path: Path): void {
  for (const [, place = ""] of text.matchAll(PLACEHOLDER)) {
    if (!FACT_PLACES.includes(place) && !checker.answers.has(place)) {
      problem(checker, path, unknown("place", place, [...FACT_PLACES, ...checker.answers]));
    }
  }
}

/** Languages the desk does not offer, a missing fallback, places that nothing fills. */
export function checkText(checker: Checker, text: Text, path: Path): void {
  if (typeof text === "string") {
    checkPlaces(checker, text, path);
    return;
  }
  const languages = checker.known.languages;
  for (const [tag, words] of Object.entries(text)) {
    checkPlaces(checker, words, [...path, tag]);
    if (languages !== undefined && !languages.some((language) => primaryTag(language) === primaryTag(tag))) {
      problem(checker, [...path, tag], unknown("language", tag, languages));
    }
  }
  const [fallback] = languages ?? [];
  if (fallback !== undefined && !Object.keys(text).some((tag) => primaryTag(tag) === primaryTag(fallback))) {
    problem(checker, path, `there is no text in ${JSON.stringify(fallback)}, the language the desk falls back to`);
  }
}

export function isOneText(value: Text | readonly Text[]): value is Text {
  return !Array.isArray(value);
}

/** One text, or several said one after the other. */
export function checkTexts(checker: Checker, texts: Text | readonly Text[], path: Path): void {
  if (isOneText(texts)) {
    checkText(checker, texts, path);
    return;
  }
  texts.forEach((text, index) => {
    checkText(checker, text, [...path, index]);
  });
}

function each(
  value: string | readonly string[] | undefined,
  path: Path,
): readonly { readonly name: string; readonly path: Path }[] {
  if (value === undefined) {
    return [];
  }
  return typeof value === "string"
    ? [{ name: value, path }]
    : value.map((name, index) => ({ name, path: [...path, index] }));
}

export function checkCondition(checker: Checker, condition: Condition, path: Path): void {
  for (const key of ["open", "closed"] as const) {
    for (const queue of each(condition[key], [...path, key])) {
      checkName(checker, "queue", queue.name, queue.path);
    }
  }
  for (const network of each(condition.network, [...path, "network"])) {
    checkName(checker, "network", network.name, network.path);
  }
  for (const name of Object.keys(condition.answers ?? {})) {
    if (!checker.answers.has(name)) {
      problem(checker, [...path, "answers", name], unknown("answer", name, checker.answers));
    }
  }
  if (condition.not !== undefined) {
    checkCondition(checker, condition.not, [...path, "not"]);
  }
  condition.any?.forEach((one, index) => {
    checkCondition(checker, one, [...path, "any", index]);
  });
}
