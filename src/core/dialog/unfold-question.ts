/** Unfolds the steps that ask: what is asked, what is said when no answer fits, and where every answer leads. */
import { checkText, checkTexts, isOneText, problem, unknown } from "./check.ts";
import type { AnswerKind, AskStep, Attempts, ScriptChoice, Text } from "./script.ts";
import type { AttemptsSource, ChoiceSource, NoInputSource, StepSource } from "./source.ts";
import type { Place, Unfolding } from "./unfolding.ts";

/** Silence in seconds that counts as no input where dialogs.yaml does not say. */
export const DEFAULT_SILENCE_SECONDS = 180;
/** How often the built-in sentences for no input and no match are said. */
const BUILT_IN_TRIES = 2;

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
  const wayOut = own?.do;
  const to =
    wayOut !== undefined
      ? work.list(wayOut, [...place.path, which, "do"], `${place.id}.${which}.`, place.next)
      : (defaultWayOut(work, which, place) ?? null);
  return { say, tries: BUILT_IN_TRIES, to, own: own?.say !== undefined };
}

/** The file's default ways out are unfolded once in each dialog that needs them. */
function defaultWayOut(work: Unfolding, which: "noInput" | "noMatch", place: Place): string | null {
  const steps = work.source.defaults?.[which]?.do;
  if (steps === undefined || steps.length === 0) {
    return null;
  }
  const first = steps[0]?.id ?? `defaults.${which}.1`;
  if (!work.defaults.has(which)) {
    work.defaults.add(which);
    work.list(steps, ["defaults", which, "do"], `defaults.${which}.`, null);
  }
  // A question on the default way out has the built-in one, or it would lead to itself.
  return place.path[0] === "defaults" ? null : first;
}

/** What every question has, whatever it asks. */
export function question(
  work: Unfolding,
  step: StepSource,
  place: Place,
  answer: AnswerKind,
  text: Text | null,
): AskStep {
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
    as: step.as ?? step.id ?? "",
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

/** An answer without a name would be lost, unless it is the reason for contact. */
function checkNamed(work: Unfolding, step: StepSource, place: Place): void {
  if (step.as === undefined && step.id === undefined && step.reason !== true) {
    problem(work.checker, place.path, "the answer needs a name to be kept under: add as");
  }
}

export function askStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  const text = step.ask ?? "";
  checkText(work.checker, text, [...place.path, "ask"]);
  checkNamed(work, step, place);
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
      choice.do === undefined
        ? place.next
        : work.list(choice.do, [...path, "do"], `${place.id}.${choice.value}.`, place.next),
  };
}

function isList(value: readonly string[] | Readonly<Record<string, readonly string[]>>): value is readonly string[] {
  return Array.isArray(value);
}

export function confirmStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  checkText(work.checker, step.confirm ?? "", [...place.path, "confirm"]);
  checkNamed(work, step, place);
  const way = (answer: "yes" | "no"): string | null => {
    const steps = step[answer];
    return steps === undefined
      ? place.next
      : work.list(steps, [...place.path, answer], `${place.id}.${answer}.`, place.next);
  };
  return { ...question(work, step, place, "confirm", step.confirm ?? ""), yes: way("yes"), no: way("no") };
}

export function languageStep(work: Unfolding, step: StepSource, place: Place): AskStep {
  const wanted = step.language === true || step.language === undefined ? {} : step.language;
  if (wanted.ask !== undefined) {
    checkText(work.checker, wanted.ask, [...place.path, "language", "ask"]);
  }
  return { ...question(work, step, place, "language", wanted.ask ?? null), always: wanted.always ?? false };
}
