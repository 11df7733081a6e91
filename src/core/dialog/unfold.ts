/** Unfolds the nested steps of one dialog into a flat table, each step knowing the one after it. */
import { type Checker, checkCondition, checkName, checkText, type Path, problem, unknown } from "./check.ts";
import type { Step, Text } from "./script.ts";
import type { DialogsSource, StepSource } from "./source.ts";
import { unfoldIdentify } from "./unfold-identify.ts";
import { askStep, confirmStep, languageStep } from "./unfold-question.ts";
import { add, type Place, type Unfolding } from "./unfolding.ts";

/** Unfolds a whole dialog: where it begins, its steps by id, and its jumps, to be checked when all dialogs are known. */
export function unfoldDialog(
  checker: Checker,
  source: DialogsSource,
  dialog: string,
): { start: string | null; work: Unfolding } {
  const work: Unfolding = {
    list: (steps, path, prefix, next) => unfoldList(work, steps, path, prefix, next),
    checker,
    source,
    dialog,
    steps: new Map(),
    jumps: [],
    defaults: new Set(),
  };
  const steps = source.dialogs[dialog]?.steps ?? [];
  return { start: unfoldList(work, steps, ["dialogs", dialog, "steps"], "", null), work };
}

/** Steps after which nothing in the same list is ever reached. */
function leaves(step: StepSource): boolean {
  return step.when === undefined && (step.route !== undefined || step.close !== undefined || step.goto !== undefined);
}

function unfoldList(
  work: Unfolding,
  steps: readonly StepSource[],
  path: Path,
  prefix: string,
  next: string | null,
): string | null {
  const ids = steps.map((step, index) => step.id ?? `${prefix}${index + 1}`);
  steps.forEach((step, index) => {
    const place = { id: ids[index] ?? "", path: [...path, index], next: ids[index + 1] ?? next };
    if (leaves(step) && index + 1 < steps.length) {
      problem(work.checker, [...path, index + 1], "this step is never reached: the one before it always leaves");
    }
    if (step.when !== undefined) {
      checkCondition(work.checker, step.when, [...place.path, "when"]);
    }
    unfoldStep(work, step, place);
  });
  return ids[0] ?? next;
}

function unfoldStep(work: Unfolding, step: StepSource, place: Place): void {
  const base = { id: place.id, when: step.when ?? null, next: place.next };
  if (step.say !== undefined) {
    checkText(work.checker, step.say, [...place.path, "say"]);
    add(work, { ...base, kind: "say", text: step.say }, place.path);
  } else if (step.ask !== undefined) {
    add(work, askStep(work, step, place), place.path);
  } else if (step.confirm !== undefined) {
    add(work, confirmStep(work, step, place), place.path);
  } else if (step.language !== undefined) {
    add(work, languageStep(work, step, place), place.path);
  } else if (step.identify !== undefined) {
    unfoldIdentify(work, step, step.identify === true ? {} : step.identify, place);
  } else if (step.set !== undefined) {
    const answers: Record<string, Text> = {};
    for (const [name, value] of Object.entries(step.set)) {
      answers[name] = typeof value === "object" ? value : String(value);
      checkText(work.checker, answers[name], [...place.path, "set", name]);
    }
    add(work, { ...base, kind: "set", answers }, place.path);
  } else if (step.branch !== undefined) {
    add(work, { ...base, kind: "branch", ...branchCases(work, step, place) }, place.path);
  } else {
    add(work, leavingStep(work, step, place), place.path);
  }
}

function branchCases(
  work: Unfolding,
  step: StepSource,
  place: Place,
): { cases: Extract<Step, { kind: "branch" }>["cases"]; otherwise: string | null } {
  const cases: Extract<Step, { kind: "branch" }>["cases"][number][] = [];
  let otherwise = place.next;
  step.branch?.forEach((one, index) => {
    const path = [...place.path, "branch", index];
    const prefix = `${place.id}.${index + 1}.`;
    if (one.when !== undefined) {
      checkCondition(work.checker, one.when, [...path, "when"]);
      cases.push({ when: one.when, to: unfoldList(work, one.do ?? [], [...path, "do"], prefix, place.next) });
    } else {
      otherwise = unfoldList(work, one.else ?? [], [...path, "else"], prefix, place.next);
    }
  });
  return { cases, otherwise };
}

/** Steps that lead out of the list they stand in. */
function leavingStep(work: Unfolding, step: StepSource, place: Place): Step {
  const base = { id: place.id, when: step.when ?? null, next: place.next };
  if (step.route !== undefined) {
    const route = typeof step.route === "string" ? { queue: step.route } : step.route;
    checkName(
      work.checker,
      "queue",
      route.queue,
      typeof step.route === "string" ? [...place.path, "route"] : [...place.path, "route", "queue"],
    );
    for (const skill of Object.keys(route.skills ?? {})) {
      checkName(work.checker, "skill", skill, [...place.path, "route", "skills", skill]);
    }
    if (route.say !== undefined) {
      checkText(work.checker, route.say, [...place.path, "route", "say"]);
    }
    return {
      ...base,
      kind: "route",
      queue: route.queue,
      priority: route.priority ?? null,
      skills: route.skills ?? {},
      text: route.say ?? null,
    };
  }
  if (step.close !== undefined) {
    if (step.close !== true) {
      checkText(work.checker, step.close, [...place.path, "close"]);
    }
    return { ...base, kind: "close", text: step.close === true ? null : step.close };
  }
  if (step.call !== undefined) {
    checkDialog(work, step.call, [...place.path, "call"]);
    return { ...base, kind: "call", dialog: step.call };
  }
  const target =
    typeof step.goto === "string"
      ? { dialog: null, step: step.goto }
      : { dialog: step.goto?.dialog ?? work.dialog, step: step.goto?.step ?? null };
  if (target.dialog !== null) {
    checkDialog(work, target.dialog, [...place.path, "goto", "dialog"]);
  }
  if (target.step !== null) {
    const path = typeof step.goto === "string" ? [...place.path, "goto"] : [...place.path, "goto", "step"];
    work.jumps.push({ step: target.step, dialog: target.dialog ?? work.dialog, path });
  }
  return { ...base, kind: "goto", dialog: target.dialog, step: target.step };
}

function checkDialog(work: Unfolding, name: string, path: Path): void {
  if (!Object.hasOwn(work.source.dialogs, name)) {
    problem(work.checker, path, unknown("dialog", name, Object.keys(work.source.dialogs)));
  }
}
