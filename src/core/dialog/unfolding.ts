/** What unfolding one dialog works on: shared by the files that unfold its steps. */
import { type Checker, type Path, problem } from "./check.ts";
import type { Step } from "./script.ts";
import type { DialogsSource, StepSource } from "./source.ts";

/** Steps of one dialog, unfolded. */
export const MAX_STEPS = 2_000;

/** What unfolding one dialog works on. */
export interface Unfolding {
  /** Unfolds a list within a step; answers where it begins: its first step, or `next` when it is empty. */
  readonly list: (steps: readonly StepSource[], path: Path, prefix: string, next: string | null) => string | null;
  readonly checker: Checker;
  readonly source: DialogsSource;
  readonly dialog: string;
  readonly steps: Map<string, Step>;
  /** Which of the file's default ways out are unfolded already. */
  readonly defaults: Set<"noInput" | "noMatch">;
  /** `goto`s within the dialog, to be checked once all steps are known. */
  readonly jumps: { readonly step: string; readonly dialog: string; readonly path: Path }[];
}

/** Where a step stands: its id, its place in dialogs.yaml, and the step after it. */
export interface Place {
  readonly id: string;
  readonly path: Path;
  readonly next: string | null;
}

/** Adds a step; an id that is there already is a problem. */
export function add(work: Unfolding, step: Step, path: Path): void {
  if (work.steps.has(step.id)) {
    problem(
      work.checker,
      [...path, "id"],
      `the step ${JSON.stringify(step.id)} is there already; every id of a dialog is used once`,
    );
  }
  if (work.steps.size === MAX_STEPS) {
    problem(work.checker, path, `the dialog is longer than ${MAX_STEPS} steps; divide it and use call`);
  }
  work.steps.set(step.id, step);
}
