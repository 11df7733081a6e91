/** Unfolds the nested steps of one dialog into a flat table, each step knowing the one after it. */
import {
  type Checker,
  checkCondition,
  checkName,
  checkText,
  checkTexts,
  isOneText,
  type Path,
  problem,
  unknown,
} from "./check.ts";
import type { AnswerKind, AskStep, Attempts, ScriptChoice, Step, Text } from "./script.ts";
import type {
  AttemptsSource,
  ChoiceSource,
  DialogsSource,
  IdentifySource,
  NoInputSource,
  StepSource,
} from "./source.ts";

/** Silence in seconds that counts as no input where dialogs.yaml does not say. */
export const DEFAULT_SILENCE_SECONDS = 180;
/** Steps of one dialog, unfolded. */
export const MAX_STEPS = 2_000;
/** A wrong account number is asked again that often where dialogs.yaml does not say. */
const DEFAULT_TRIES = 2;
/** How often the built-in sentences for no input and no match are said. */
const BUILT_IN_TRIES = 2;

/** What unfolding one dialog works on. */
export interface Unfolding {
  readonly checker: Checker;
  readonly source: DialogsSource;
  readonly dialog: string;
  readonly person: string;
  readonly steps: Map<string, Step>;
  /** Which of the file's default ways out are unfolded already. */
  readonly defaults: Set<"noInput" | "noMatch">;
  /** `goto`s within the dialog, to be checked once all steps are known. */
  readonly jumps: { readonly step: string; readonly dialog: string; readonly path: Path }[];
}

interface Place {
  readonly id: string;
  readonly path: Path;
  readonly next: string | null;
}

function add(work: Unfolding, step: Step, path: Path): void {
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

/** Steps after which nothing in the same list is ever reached. */
function leaves(step: StepSource): boolean {
  return step.when === undefined && (step.route !== undefined || step.close !== undefined || step.goto !== undefined);
}

/** Unfolds a list; returns where it begins: its first step, or `next` when it is empty. */
export function unfoldList(
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
      cases.push({ when: one.when, to: unfoldList(work, one.then ?? [], [...path, "then"], prefix, place.next) });
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

/** The sentences and the way out of a question: its own, else the file's defaults, else the built-in ones. */
function attempts(
  work: Unfolding,
  which: "noInput" | "noMatch",
  own: AttemptsSource | undefined,
  place: Place,
): Attempts {
  const defaults = work.source.defaults?.[which];
  const texts = own?.say ?? defaults?.say;
  if (own?.say !== undefined) {
    checkTexts(work.checker, own.say, [...place.path, which, "say"]);
  }
  const say = texts === undefined ? null : isOneText(texts) ? [texts] : texts;
  const then = own?.then;
  const to =
    then !== undefined
      ? unfoldList(work, then, [...place.path, which, "then"], `${place.id}.${which}.`, place.next)
      : (defaultWayOut(work, which, place) ?? null);
  return { say, tries: BUILT_IN_TRIES, to, own: own?.say !== undefined };
}

/** The file's default ways out are unfolded once in each dialog that needs them. */
function defaultWayOut(work: Unfolding, which: "noInput" | "noMatch", place: Place): string | null {
  const then = work.source.defaults?.[which]?.then;
  if (then === undefined || then.length === 0) {
    return null;
  }
  const first = then[0]?.id ?? `defaults.${which}.1`;
  if (!work.defaults.has(which)) {
    work.defaults.add(which);
    unfoldList(work, then, ["defaults", which, "then"], `defaults.${which}.`, null);
  }
  // A question on the default way out has the built-in one, or it would lead to itself.
  return place.path[0] === "defaults" ? null : first;
}

/** What every question has, whatever it asks. */
function question(work: Unfolding, step: StepSource, place: Place, answer: AnswerKind, text: Text | null): AskStep {
  const noInput: NoInputSource | undefined = step.noInput;
  const seconds = noInput?.afterSeconds ?? work.source.defaults?.noInput?.afterSeconds ?? DEFAULT_SILENCE_SECONDS;
  if (step.help !== undefined) {
    checkText(work.checker, step.help, [...place.path, "help"]);
  }
  return {
    kind: "ask",
    id: place.id,
    when: step.when ?? null,
    next: place.next,
    answer,
    text,
    as: step.as ?? place.id,
    reason: step.reason ?? step.as === "reason",
    choices: [],
    informal: false,
    optional: step.optional ?? false,
    min: step.min ?? null,
    max: step.max ?? null,
    integer: step.integer ?? false,
    country: step.country ?? null,
    always: false,
    yes: place.next,
    no: place.next,
    help: step.help ?? work.source.defaults?.help ?? null,
    noInput: attempts(work, "noInput", noInput, place),
    noMatch: attempts(work, "noMatch", step.noMatch, place),
    silenceMs: seconds === 0 ? null : seconds * 1_000,
  };
}

function askStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  const text = step.ask ?? "";
  checkText(work.checker, text, [...place.path, "ask"]);
  const kind = step.type ?? (step.choices === undefined ? "text" : "choice");
  if ((kind === "choice") !== (step.choices !== undefined && step.choices.length > 0)) {
    problem(
      work.checker,
      place.path,
      kind === "choice"
        ? "a question of type choice needs choices"
        : `a question of type ${kind} has no choices; leave out type or choices`,
    );
  }
  if (step.as === "account" || step.as === "customer" || step.as === "language") {
    problem(
      work.checker,
      [...place.path, "as"],
      `${JSON.stringify(step.as)} is learned by ${step.as === "language" ? "language" : "identify"}; choose another name`,
    );
  }
  const asked = question(work, step, place, kind === "text" && step.as === "name" ? "name" : kind, text);
  const choices = (step.choices ?? []).map((choice, index) => scriptChoice(work, step, choice, index, place));
  const values = choices.map((choice) => choice.value);
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) {
      problem(
        work.checker,
        [...place.path, "choices", index, "value"],
        `the choice ${JSON.stringify(value)} is there already`,
      );
    }
  });
  return { ...asked, choices, informal: step.intents === true && choices.some((choice) => choice.intents.length > 0) };
}

function scriptChoice(
  work: Unfolding,
  step: StepSource,
  choice: ChoiceSource,
  index: number,
  place: Place,
): ScriptChoice {
  const path = [...place.path, "choices", index];
  const intents = work.source.intents ?? {};
  const intent = Object.hasOwn(intents, choice.value) ? intents[choice.value] : undefined;
  choice.intents?.forEach((name, at) => {
    if (!Object.hasOwn(intents, name)) {
      problem(work.checker, [...path, "intents", at], unknown("intent", name, Object.keys(intents)));
    }
  });
  const label = choice.label ?? intent?.label;
  if (label === undefined) {
    problem(
      work.checker,
      path,
      `the choice ${JSON.stringify(choice.value)} needs a label: there is no intent of that name to take it from`,
    );
  } else {
    checkText(work.checker, label, [...path, "label"]);
  }
  const { synonyms } = choice;
  return {
    value: choice.value,
    label: label ?? choice.value,
    synonyms: synonyms === undefined ? {} : isList(synonyms) ? { "": synonyms } : synonyms,
    intents: step.intents === true ? (choice.intents ?? (intent === undefined ? [] : [choice.value])) : [],
    to:
      choice.then === undefined
        ? place.next
        : unfoldList(work, choice.then, [...path, "then"], `${place.id}.${choice.value}.`, place.next),
  };
}

function isList(value: readonly string[] | Readonly<Record<string, readonly string[]>>): value is readonly string[] {
  return Array.isArray(value);
}

function confirmStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  checkText(work.checker, step.confirm ?? "", [...place.path, "confirm"]);
  const way = (answer: "yes" | "no"): string | null => {
    const steps = step[answer];
    return steps === undefined
      ? place.next
      : unfoldList(work, steps, [...place.path, answer], `${place.id}.${answer}.`, place.next);
  };
  return { ...question(work, step, place, "confirm", step.confirm ?? ""), yes: way("yes"), no: way("no") };
}

function languageStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  const wanted = step.language === true || step.language === undefined ? {} : step.language;
  if (wanted.ask !== undefined) {
    checkText(work.checker, wanted.ask, [...place.path, "language", "ask"]);
  }
  return { ...question(work, step, place, "language", wanted.ask ?? null), always: wanted.always ?? false };
}

/** `identify` is a silent look-up by address and, for strangers, one or two questions. */
function unfoldIdentify(work: Unfolding, step: StepSource, wanted: IdentifySource, place: Place): void {
  const account = wanted.account ?? "optional";
  const accountId = `${place.id}.account`;
  const nameId = `${place.id}.name`;
  const asksName = wanted.name !== false;
  const tries = wanted.tries ?? DEFAULT_TRIES;
  const nameKind = account === "or-name" ? "who" : "name";
  const texts = [
    ["greet", wanted.greet === false ? undefined : wanted.greet],
    ["askAccount", wanted.askAccount],
    ["askName", wanted.askName],
  ] as const;
  for (const [key, text] of texts) {
    if (text !== undefined) {
      checkText(work.checker, text, [...place.path, "identify", key]);
    }
  }
  const afterAccount = asksName ? nameId : place.next;
  const strangers = account === true || account === "optional" ? accountId : afterAccount;
  const greet = wanted.greet === false || wanted.greet === undefined ? null : wanted.greet;
  const lookId = step.when === undefined ? place.id : `${place.id}.look`;
  if (step.when !== undefined) {
    add(
      work,
      {
        kind: "branch",
        id: place.id,
        when: null,
        next: place.next,
        cases: [{ when: step.when, to: lookId }],
        otherwise: place.next,
      },
      place.path,
    );
  }
  add(
    work,
    {
      kind: "recognise",
      id: lookId,
      when: null,
      next: strangers,
      known: place.next,
      greet,
      silent: wanted.greet === false,
    },
    place.path,
  );
  if (strangers === accountId) {
    const asked = question(
      work,
      step,
      { ...place, id: accountId, next: afterAccount },
      "account",
      wanted.askAccount ?? null,
    );
    const to = step.noMatch?.then === undefined ? afterAccount : asked.noMatch.to;
    add(
      work,
      {
        ...asked,
        optional: account === "optional",
        when: { account: false },
        noMatch: { ...asked.noMatch, tries, to },
      },
      place.path,
    );
  }
  if (asksName) {
    const asked = question(work, step, { ...place, id: nameId }, nameKind, wanted.askName ?? null);
    add(work, { ...asked, as: "name", when: { name: false }, noMatch: { ...asked.noMatch, tries } }, place.path);
  }
}
