/** How a question is put: its words, its choices as buttons and as a numbered list, what is said when no answer fits. */
import type { Choice } from "../model.ts";
import { endonym, languageSpellings } from "../phrases/languages.ts";
import type { Spelled } from "./choices.ts";
import type { AskStep, ScriptChoice } from "./script.ts";
import { compose, wording } from "./texts.ts";
import type { DialogFacts, DialogSurroundings, Say } from "./types.ts";

/** What is needed to say anything: to whom, in which language, knowing what. */
export interface Speaker {
  readonly around: DialogSurroundings;
  readonly facts: DialogFacts;
  readonly language: string;
}

export function speak(speaker: Speaker, key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return speaker.around.phrase(key, speaker.language, values);
}

function everyLabel(choice: ScriptChoice): readonly string[] {
  return typeof choice.label === "string" ? [choice.label] : Object.values(choice.label);
}

/** The choices of a question as this customer reads them; empty for open questions. */
export function choicesOf(step: AskStep, speaker: Speaker): readonly Choice[] {
  switch (step.answer) {
    case "choice":
      return step.choices.map((choice) => ({
        value: choice.value,
        label: wording(choice.label, speaker.language, speaker.around.languages),
      }));
    case "confirm":
      return [
        { value: "yes", label: speak(speaker, "yes") },
        { value: "no", label: speak(speaker, "no") },
      ];
    case "language":
      return speaker.around.languages.map((tag) => ({ value: tag, label: endonym(tag) }));
    case "text":
    case "number":
    case "email":
    case "phone":
    case "date":
    case "name":
    case "account":
    case "who":
      return [];
  }
}

/** The same choices with everything they may be answered by: a label in another language is understood too. */
export function spelledChoices(step: AskStep, speaker: Speaker): readonly Spelled[] {
  if (step.answer === "choice") {
    return step.choices.map((choice) => ({
      value: choice.value,
      spellings: [choice.value, ...everyLabel(choice), ...Object.values(choice.synonyms).flat()],
    }));
  }
  if (step.answer === "language") {
    return speaker.around.languages.map((tag) => ({
      value: tag,
      spellings: languageSpellings(tag),
    }));
  }
  return choicesOf(step, speaker).map((choice) => ({ value: choice.value, spellings: [choice.value, choice.label] }));
}

/** A line with choices: the buttons, and the same as a numbered list in the text. Two choices or fewer stand in one line. */
export function withChoices(prompt: string, choices: readonly Choice[]): Say {
  if (choices.length === 0) {
    return { text: prompt, choices, prompt };
  }
  const list = choices.map((choice, index) => `${index + 1}. ${choice.label}`);
  return { text: `${prompt}\n${list.join("\n")}`, choices, prompt };
}

/** Yes or no needs no numbers: "… (yes/no)". */
export function yesOrNo(prompt: string, speaker: Speaker): Say {
  const choices = [
    { value: "yes", label: speak(speaker, "yes") },
    { value: "no", label: speak(speaker, "no") },
  ];
  return { text: `${prompt} (${choices.map((choice) => choice.label).join("/")})`, choices, prompt };
}

/** The built-in wording of the questions that have one. */
const BUILT_IN: Readonly<Record<string, string>> = {
  language: "language.ask",
  name: "identify.name",
  account: "identify.account",
  who: "identify.who",
};

/** Languages in which the question for the language is put while none is known. */
const MAX_ASKED_LANGUAGES = 4;

function promptOf(step: AskStep, speaker: Speaker): string {
  if (step.answer === "language" && speaker.facts.language === null) {
    return inEveryLanguage(step, speaker);
  }
  if (step.text !== null) {
    return compose(step.text, speaker.language, speaker.facts, speaker.around);
  }
  const key = step.answer === "account" && step.optional ? "identify.account-optional" : BUILT_IN[step.answer];
  return key === undefined ? "" : speak(speaker, key);
}

function inEveryLanguage(step: AskStep, speaker: Speaker): string {
  const { around, facts } = speaker;
  const wordings = around.languages
    .slice(0, MAX_ASKED_LANGUAGES)
    .map((tag) => (step.text === null ? around.phrase("language.ask", tag) : compose(step.text, tag, facts, around)));
  return [...new Set(wordings)].join("\n");
}

/** The question, put for the first time or again; `lead` stands in place of its words when they were said already. */
export function put(step: AskStep, speaker: Speaker, lead: string | null): Say {
  const prompt = lead ?? promptOf(step, speaker);
  return step.answer === "confirm" ? yesOrNo(prompt, speaker) : withChoices(prompt, choicesOf(step, speaker));
}

/** The built-in wordings; the last one serves for all further times. */
const BUILT_IN_ATTEMPTS: Readonly<Record<"noInput" | "noMatch", readonly [string, string]>> = {
  noInput: ["dialog.no-input-1", "dialog.no-input-2"],
  noMatch: ["dialog.no-match-1", "dialog.no-match-2"],
};

/** Words for the nth time that nothing, or nothing that fits, was answered; null when all was said and it is time to leave. */
export function attempt(step: AskStep, which: "noInput" | "noMatch", count: number, speaker: Speaker): string | null {
  const attempts = step[which];
  if (attempts.say === null) {
    const [first, further] = BUILT_IN_ATTEMPTS[which];
    return count > attempts.tries ? null : speak(speaker, count === 1 ? first : further);
  }
  const text = attempts.say[count - 1];
  return text === undefined ? null : compose(text, speaker.language, speaker.facts, speaker.around);
}
