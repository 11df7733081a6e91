/** What is wrong with a configuration, where, and how it is said: `config/routing.yaml:12:5 unknown skill "biling"; did you mean "billing"?` */
import { distance } from "fastest-levenshtein";

export interface Problem {
  /** As it is shown: the folder as the admin named it, then the file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** An error keeps the configuration from being used; a warning is only told. */
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** Problems that are shown at most, so that one slip on top of a long file does not bury the terminal. */
export const MAX_PROBLEMS = 200;

export function formatProblem(problem: Problem): string {
  const mark = problem.severity === "warning" ? "warning: " : "";
  return `${problem.file}:${problem.line}:${problem.column} ${mark}${problem.message}`;
}

/** By file, line and column; each said once; at most `MAX_PROBLEMS` of them. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = [...problems].sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column ||
      (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
  );
  const unique = new Map(sorted.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].slice(0, MAX_PROBLEMS);
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

/** Words longer than this are not compared: the comparison takes time in the product of the lengths. */
const COMPARED_LENGTH = 100;

/** The candidate nearest to `word` when it is near enough to be a slip of the finger, else null. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > COMPARED_LENGTH) {
    return null;
  }
  const limit = Math.ceil(word.length / 3);
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    if (steps < bestDistance) {
      best = candidate;
      bestDistance = steps;
    }
  }
  return best;
}

/** `unknown skill "biling"; did you mean "billing"?`, or what there is to choose from when nothing is near. */
export function unknownWord(what: string, word: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const guess = nearest(word, known);
  if (guess !== null) {
    return `unknown ${what} ${JSON.stringify(word)}; did you mean ${JSON.stringify(guess)}?`;
  }
  const shown = known.slice(0, 12).join(", ");
  const choice =
    known.length === 0 ? "there is none to choose from" : `known: ${shown}${known.length > 12 ? ", …" : ""}`;
  return `unknown ${what} ${JSON.stringify(word)} (${choice})`;
}
