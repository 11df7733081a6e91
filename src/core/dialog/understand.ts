/** What an answer means to the question it was given to: the one place where free text becomes a value. */
import { isConfirmable, isSure } from "../intents.ts";
import { fault, type Reading, readAnswer } from "./answers.ts";
import { exactChoice, nearChoice } from "./choices.ts";
import { namesThemselves, readName } from "./names.ts";
import { type Speaker, spelledChoices } from "./question.ts";
import type { AskStep } from "./script.ts";
import { isWord } from "./words.ts";

export type Meaning =
  | Reading
  /** Not sure: one value is "did you mean", several are "which of these". */
  | { readonly kind: "unsure"; readonly values: readonly string[] }
  | { readonly kind: "skip" }
  /** Their matter to the question for a name: kept for the question it answers. */
  | { readonly kind: "aside" }
  /** "Hello" to the question for a name: no answer, and no mistake either. */
  | { readonly kind: "greeting" };

/** Choices that "which of these" offers at most. */
const MAX_OFFERED = 3;

function heard(value: string): Meaning {
  return { kind: "value", value };
}

/** The choices that the text may mean, best first. What speaks for several intents of one choice adds up. */
function scoredChoices(text: string, step: AskStep, speaker: Speaker): readonly { value: string; score: number }[] {
  const among = step.choices.flatMap((each) => each.intents);
  const matches = speaker.around.intents.match(text, speaker.language, among);
  const scores = new Map<string, number>();
  for (const match of matches) {
    const value = step.choices.find((each) => each.intents.includes(match.intent))?.value;
    if (value !== undefined) {
      scores.set(value, (scores.get(value) ?? 0) + match.score);
    }
  }
  return [...scores].map(([value, score]) => ({ value, score })).sort((a, b) => b.score - a.score);
}

/** Free text against the example sentences behind the choices. */
export function byIntent(text: string, step: AskStep, speaker: Speaker): Meaning {
  const scored = scoredChoices(text, step, speaker);
  const [best] = scored;
  if (best === undefined) {
    return fault(null);
  }
  if (isSure(best.score)) {
    return heard(best.value);
  }
  const offered = isConfirmable(best.score) ? scored.slice(0, 1) : scored.slice(0, MAX_OFFERED);
  return { kind: "unsure", values: offered.map((each) => each.value) };
}

function choice(text: string, step: AskStep, speaker: Speaker): Meaning {
  const choices = spelledChoices(step, speaker);
  const named = exactChoice(text, choices) ?? nearChoice(text, choices);
  if (named !== null) {
    return heard(named);
  }
  return step.informal ? byIntent(text, step, speaker) : fault(null);
}

function confirm(text: string, speaker: Speaker): Meaning {
  const { languages } = speaker.around;
  const tags = [speaker.language, ...languages];
  if (isWord("yes", text, tags)) {
    return heard("yes");
  }
  if (isWord("no", text, tags)) {
    return heard("no");
  }
  const named = exactChoice(text, [
    { value: "yes", spellings: [speaker.around.phrase("yes", speaker.language)] },
    { value: "no", spellings: [speaker.around.phrase("no", speaker.language)] },
  ]);
  return named === null ? fault("answer.yes-or-no") : heard(named);
}

const NAME_FAULTS = { empty: "answer.name", long: "answer.name-long", reserved: "answer.name-reserved" } as const;

/** Fewer words than this are never taken for a matter told in place of a name. */
const MIN_ASIDE_WORDS = 3;

/** Whether somebody who was asked for their name told what they want instead: "my internet is down". */
function isAside(text: string, speaker: Speaker): boolean {
  const words = text.trim().split(/\s+/u).length;
  const [best] = speaker.around.intents.match(text, speaker.language, null);
  return words >= MIN_ASIDE_WORDS && !namesThemselves(text) && (text.trim().endsWith("?") || isSure(best?.score ?? 0));
}

function name(text: string, speaker: Speaker): Meaning {
  if (isAside(text, speaker)) {
    return { kind: "aside" };
  }
  if (text.trim().endsWith("?")) {
    return fault("answer.name");
  }
  const read = readName(text, speaker.around.reservedNames ?? []);
  return read.kind === "name" ? heard(read.name) : fault(NAME_FAULTS[read.why], { name: text.slice(0, 64) });
}

/** An account number is looked for in that many first characters. */
const MAX_ACCOUNT_CHARS = 200;

/** The account number within what was said: all of it and each word is looked up, so "it's A-1001" is found. */
function knownAccount(text: string, speaker: Speaker): string | null {
  const start = text.slice(0, MAX_ACCOUNT_CHARS);
  const words = start.split(/[\s,;:!?]+/u).map((word) => word.replace(/\.$/u, ""));
  for (const candidate of [start, ...words]) {
    const account =
      /\d/u.test(candidate) || words.length === 1 ? speaker.around.directory.byAccount(candidate)?.account : null;
    if (account !== null && account !== undefined) {
      return account;
    }
  }
  return null;
}

function account(text: string, step: AskStep, speaker: Speaker): Meaning {
  if (step.optional && isWord("guest", text, [speaker.language, ...speaker.around.languages])) {
    return { kind: "skip" };
  }
  const known = knownAccount(text, speaker);
  return known === null ? fault("answer.account") : heard(known);
}

/** A name, or an account number the directory knows. What has digits and is not known is asked again, not taken for a name. */
function who(text: string, speaker: Speaker): Meaning {
  const known = knownAccount(text, speaker);
  if (known !== null) {
    return heard(known);
  }
  return /\d{3}/u.test(text) ? fault("answer.account") : name(text, speaker);
}

/** Questions to which "hello" is no answer. */
const SHY_OF_GREETINGS: ReadonlySet<AskStep["answer"]> = new Set(["name", "who", "account"]);

/** What the text means as an answer to that question. */
export function understand(text: string, step: AskStep, speaker: Speaker): Meaning {
  if (step.optional && isWord("skip", text, [speaker.language, ...speaker.around.languages])) {
    return { kind: "skip" };
  }
  if (
    (step.informal || SHY_OF_GREETINGS.has(step.answer)) &&
    isWord("greeting", text, [speaker.language, ...speaker.around.languages])
  ) {
    return { kind: "greeting" };
  }
  switch (step.answer) {
    case "choice":
    case "language":
      return choice(text, step, speaker);
    case "confirm":
      return confirm(text, speaker);
    case "name":
      return name(text, speaker);
    case "account":
      return account(text, step, speaker);
    case "who":
      return who(text, speaker);
    case "text":
    case "number":
    case "email":
    case "phone":
    case "date":
      return readAnswer(step.answer, text, step, speaker.language);
  }
}
