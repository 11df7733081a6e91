/**
 * One turn of a dialog: from the step that was reached to the next question or the end. Every turn has a budget of steps
 * and of sentences, so a script that goes in a circle ends with a person and not with a hanging desk.
 */

import { MAX_ANSWER_CHARS } from "./answers.ts";
import { holds } from "./conditions.ts";
import { put, type Speaker, speak, withChoices, yesOrNo } from "./question.ts";
import type { AskStep, Step } from "./script.ts";
import { compose, offered, wording } from "./texts.ts";
import type {
  DialogCall,
  DialogCheckpoint,
  DialogEnd,
  DialogFacts,
  DialogPosition,
  DialogScript,
  DialogSurroundings,
  DialogTurn,
  Say,
} from "./types.ts";
import { byIntent } from "./understand.ts";

/** Steps of one turn. */
export const MAX_STEPS_PER_TURN = 200;
/** Sentences of one turn. */
export const MAX_SAYS_PER_TURN = 20;
/** Answered questions that "back" can take back. */
export const MAX_TRAIL = 20;
/** Characters of JSON that the trail takes with each conversation: long answers shorten the way back. */
export const MAX_TRAIL_CHARS = 16_384;
/** Dialogs that are called within one another. */
export const MAX_CALLS = 8;

/** What one turn works on. Mutable, never kept beyond the turn. */
export interface Run {
  readonly around: DialogSurroundings;
  script: DialogScript;
  facts: DialogFacts;
  says: Say[];
  calls: readonly DialogCall[];
  trail: readonly DialogCheckpoint[];
  words: string | null;
  stepsLeft: number;
}

export function newRun(around: DialogSurroundings, script: DialogScript, facts: DialogFacts): Run {
  return { around, script, facts, says: [], calls: [], trail: [], words: null, stepsLeft: MAX_STEPS_PER_TURN };
}

/** The language of this turn: what the customer chose, what their software told, else the desk's first. */
export function languageOf(facts: DialogFacts, around: DialogSurroundings): string {
  return (
    offered(facts.language, around.languages) ??
    offered(around.languageHint, around.languages) ??
    around.languages[0] ??
    "en"
  );
}

export function speakerOf(run: Run): Speaker {
  return { around: run.around, facts: run.facts, language: languageOf(run.facts, run.around) };
}

export function say(run: Run, text: string): void {
  if (text !== "") {
    run.says.push(withChoices(text, []));
  }
}

/** The script of that name: the version the conversation began with where the caller still has it. */
export function scriptOf(around: DialogSurroundings, id: string): DialogScript | null {
  return around.script.id === id ? around.script : (around.scripts.get(id) ?? null);
}

/** Ends the dialog. Words that no question has used are the reason for contact where there is no other. One that would end in silence says a sentence first. */
export function end(run: Run, how: DialogEnd): DialogTurn {
  if (how.kind === "route" && run.facts.reason === null && run.words !== null) {
    run.facts = withAnswer(run, "reason", run.words);
  }
  if (run.says.length === 0) {
    say(run, speak(speakerOf(run), how.kind === "route" ? "dialog.routing" : "dialog.goodbye"));
  }
  return { says: run.says, position: null, facts: run.facts, end: how, silenceMs: null };
}

/** The way out that always is: a person. */
export function toPerson(run: Run, key: string): DialogTurn {
  say(run, speak(speakerOf(run), key));
  return end(run, { kind: "route", queue: run.script.person, priority: null, skills: {} });
}

/** Waits at a question. Counts start anew unless given. */
export function wait(
  run: Run,
  step: AskStep,
  at: Partial<Pick<DialogPosition, "noInput" | "noMatch" | "pending">> = {},
): DialogTurn {
  const position: DialogPosition = {
    dialog: run.script.id,
    version: run.script.version,
    step: step.id,
    noInput: at.noInput ?? 0,
    noMatch: at.noMatch ?? 0,
    trail: run.trail,
    pending: at.pending ?? null,
    calls: run.calls,
    words: run.words,
  };
  return { says: run.says, position, facts: run.facts, end: null, silenceMs: step.silenceMs };
}

/** Puts "did you mean …?" (one value) or "which of these?" (several) to the customer. */
export function askUnsure(
  run: Run,
  step: AskStep,
  values: readonly string[],
  counts: { readonly noMatch: number },
): DialogTurn {
  const speaker = speakerOf(run);
  const choices = values.map((value) => ({ value, label: labelOf(step, value, speaker) }));
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) {
    run.says.push(yesOrNo(speak(speaker, "dialog.did-you-mean", { label: only.label }), speaker));
  } else {
    run.says.push(withChoices(speak(speaker, "dialog.which-of-these"), choices));
  }
  return wait(run, step, { noMatch: counts.noMatch, pending: values.join(" ") });
}

export function labelOf(step: AskStep, value: string, speaker: Speaker): string {
  const choice = step.choices.find((each) => each.value === value);
  return choice === undefined ? value : wording(choice.label, speaker.language, speaker.around.languages);
}

/** Facts with one more answer; `reason` and `language` are facts of their own, everything else goes by its name. */
export function withAnswer(run: Run, name: string, value: string): DialogFacts {
  const kept = Array.from(value).slice(0, MAX_ANSWER_CHARS).join("");
  switch (name) {
    case "reason":
      return { ...run.facts, reason: kept };
    case "name":
      return { ...run.facts, name: kept };
    case "language":
      return { ...run.facts, language: offered(kept, run.around.languages) ?? run.facts.language };
  }
  return { ...run.facts, answers: { ...run.facts.answers, [name]: kept } };
}

type Arrived =
  | { readonly kind: "on"; readonly to: string | null }
  | { readonly kind: "turn"; readonly turn: DialogTurn };

function on(to: string | null): Arrived {
  return { kind: "on", to };
}

function recognise(run: Run, step: Extract<Step, { kind: "recognise" }>): Arrived {
  const entry = run.around.directory.byAddress(run.around.address);
  if (entry === null) {
    return on(step.next);
  }
  const untouched = run.trail.length === 0;
  const language = untouched || run.facts.language === null ? offered(entry.language, run.around.languages) : null;
  run.facts = {
    ...run.facts,
    customer: entry.id,
    name: entry.name,
    account: entry.account,
    language: language ?? run.facts.language,
  };
  const speaker = speakerOf(run);
  if (!step.silent) {
    say(
      run,
      step.greet === null
        ? speak(speaker, "identify.recognised", { name: entry.name })
        : compose(step.greet, speaker.language, run.facts, run.around),
    );
  }
  return on(step.known);
}

/** Reaching a question: those already answered are passed over, free text said before is tried first. */
function ask(run: Run, step: AskStep): Arrived {
  if (step.answer === "language" && !step.always && (run.facts.language !== null || run.around.languages.length < 2)) {
    run.facts = { ...run.facts, language: languageOf(run.facts, run.around) };
    return on(step.next);
  }
  if (step.informal && run.words !== null) {
    const meaning = byIntent(run.words, step, speakerOf(run));
    if (meaning.kind === "value") {
      say(run, speak(speakerOf(run), "dialog.understood", { label: labelOf(step, meaning.value, speakerOf(run)) }));
      return on(accept(run, step, meaning.value, run.words));
    }
    if (meaning.kind === "unsure" && meaning.values.length === 1) {
      return { kind: "turn", turn: askUnsure(run, step, meaning.values, { noMatch: 0 }) };
    }
  }
  run.says.push(put(step, speakerOf(run), null));
  return { kind: "turn", turn: wait(run, step) };
}

function learnAccount(run: Run, account: string): DialogFacts {
  const entry = run.around.directory.byAccount(account);
  if (entry === null) {
    return { ...run.facts, account };
  }
  const language = run.facts.language ?? offered(entry.language, run.around.languages);
  return { ...run.facts, account: entry.account, customer: entry.id, name: entry.name, language };
}

function learn(run: Run, step: AskStep, value: string): DialogFacts {
  switch (step.answer) {
    case "account":
      return learnAccount(run, value);
    case "who":
      return run.around.directory.byAccount(value) === null ? { ...run.facts, name: value } : learnAccount(run, value);
    case "name":
      return { ...run.facts, name: value };
    case "language":
      return { ...run.facts, language: value };
    case "choice":
    case "confirm":
    case "text":
    case "number":
    case "email":
    case "phone":
    case "date":
      return step.as === "" ? run.facts : withAnswer(run, step.as, value);
  }
}

/** Notes a question that is being left, for "back". */
export function remember(run: Run, step: AskStep): void {
  const checkpoint: DialogCheckpoint = {
    dialog: run.script.id,
    version: run.script.version,
    step: step.id,
    calls: run.calls,
    facts: run.facts,
  };
  run.trail = [...run.trail, checkpoint].slice(-MAX_TRAIL);
  while (run.trail.length > 1 && JSON.stringify(run.trail).length > MAX_TRAIL_CHARS) {
    run.trail = run.trail.slice(1);
  }
}

/** Keeps an answer and says where it leads. `said`: the customer's own words, or null when they picked a choice. */
export function accept(run: Run, step: AskStep, value: string, said: string | null): string | null {
  const label = labelOf(step, value, speakerOf(run));
  remember(run, step);
  run.facts = learn(run, step, value);
  if (step.reason) {
    run.facts = withAnswer(run, "reason", said ?? run.words ?? label);
    run.words = null;
  }
  if (step.answer === "confirm") {
    return value === "yes" ? step.yes : step.no;
  }
  const choice = step.choices.find((each) => each.value === value);
  return choice === undefined ? step.next : choice.to;
}

function jump(run: Run, dialog: string, step: string | null): Arrived {
  const script = scriptOf(run.around, dialog);
  if (script === null) {
    return { kind: "turn", turn: toPerson(run, "dialog.lost") };
  }
  run.script = script;
  return on(step ?? script.start);
}

function call(run: Run, step: Extract<Step, { kind: "call" }>): Arrived {
  if (run.calls.length >= MAX_CALLS) {
    return { kind: "turn", turn: toPerson(run, "dialog.lost") };
  }
  run.calls = [...run.calls, { dialog: run.script.id, version: run.script.version, step: step.next }];
  return jump(run, step.dialog, null);
}

function arrive(run: Run, step: Step): Arrived {
  const speaker = speakerOf(run);
  switch (step.kind) {
    case "say":
      say(run, compose(step.text, speaker.language, run.facts, run.around));
      return on(step.next);
    case "ask":
      return ask(run, step);
    case "recognise":
      return recognise(run, step);
    case "set":
      for (const [name, text] of Object.entries(step.answers)) {
        run.facts = withAnswer(run, name, compose(text, speaker.language, run.facts, run.around));
      }
      return on(step.next);
    case "branch":
      return on(
        (step.cases.find((each) => holds(each.when, speaker.language, run.facts, run.around)) ?? { to: step.otherwise })
          .to,
      );
    case "route":
      say(run, step.text === null ? "" : compose(step.text, speaker.language, run.facts, run.around));
      return {
        kind: "turn",
        turn: end(run, { kind: "route", queue: step.queue, priority: step.priority, skills: step.skills }),
      };
    case "close":
      say(
        run,
        step.text === null
          ? speak(speaker, "dialog.goodbye")
          : compose(step.text, speaker.language, run.facts, run.around),
      );
      return { kind: "turn", turn: end(run, { kind: "close" }) };
    case "goto":
      return step.dialog === null ? on(step.step ?? run.script.start) : jump(run, step.dialog, step.step);
    case "call":
      return call(run, step);
  }
}

/** The end of a dialog: back to the one that called it, else to a person, since nobody is left standing. */
function leaveDialog(run: Run): Arrived {
  const back = run.calls.at(-1);
  if (back === undefined) {
    return { kind: "turn", turn: toPerson(run, "dialog.finished") };
  }
  run.calls = run.calls.slice(0, -1);
  const arrived = jump(run, back.dialog, null);
  return arrived.kind === "on" ? on(back.step) : arrived;
}

/** Goes on from a step (null: the end of the dialog) to the next question or to the end. */
export function proceed(run: Run, from: string | null): DialogTurn {
  let at = from;
  for (;;) {
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0 || run.says.length >= MAX_SAYS_PER_TURN) {
      return toPerson(run, "dialog.lost");
    }
    if (at === null) {
      const left = leaveDialog(run);
      if (left.kind === "turn") {
        return left.turn;
      }
      at = left.to;
      continue;
    }
    const step: Step | undefined = Object.hasOwn(run.script.steps, at) ? run.script.steps[at] : undefined;
    if (step === undefined) {
      return toPerson(run, "dialog.lost");
    }
    if (step.when !== null && !holds(step.when, languageOf(run.facts, run.around), run.facts, run.around)) {
      at = step.next;
      continue;
    }
    const arrived = arrive(run, step);
    if (arrived.kind === "turn") {
      return arrived.turn;
    }
    at = arrived.to;
  }
}
