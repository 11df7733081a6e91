/**
 * The bot's state machine: where the conversation stands, what the customer said, and out comes what is said next.
 * The order in which an answer is understood follows VoiceXML 2.0 (§3.1.4: the question's own words before those that
 * work everywhere): a pressed button; a choice exactly named; a universal word; yes or no to "did you mean"; then free text.
 */
import { exactChoice } from "./choices.ts";
import { attempt, put, type Speaker, speak, spelledChoices } from "./question.ts";
import {
  accept,
  askUnsure,
  end,
  languageOf,
  newRun,
  proceed,
  type Run,
  remember,
  say,
  scriptOf,
  speakerOf,
  toPerson,
  wait,
} from "./run.ts";
import type { AskStep } from "./script.ts";
import { compose, offered } from "./texts.ts";
import type {
  DialogFacts,
  DialogInput,
  DialogPosition,
  DialogScript,
  DialogSurroundings,
  DialogTurn,
} from "./types.ts";
import { type Meaning, understand } from "./understand.ts";
import { guessLanguage, isWord, type Universal, universalWord } from "./words.ts";

/** Longest first message that is kept for the question it may answer. */
const MAX_WORDS_CHARS = 1_000;

/**
 * One step of the bot. Pure; bounded work. `position` null begins the dialog: with `open` when the customer has not said
 * anything yet, with `text` when they have; that first text is kept, and answers the first informal question by itself
 * when it can. `open` at a running dialog changes nothing. A position whose step is not in the script any more begins
 * that dialog anew with an apology and keeps the facts.
 */
export function advance(
  position: DialogPosition | null,
  facts: DialogFacts,
  input: DialogInput,
  around: DialogSurroundings,
): DialogTurn {
  if (position === null) {
    return begin(facts, input, around);
  }
  const script = scriptOf(around, position.dialog);
  const step = script !== null && Object.hasOwn(script.steps, position.step) ? script.steps[position.step] : undefined;
  if (script === null || step?.kind !== "ask") {
    return renew(script ?? around.script, facts, input, around);
  }
  const run: Run = {
    ...newRun(around, script, facts),
    calls: position.calls,
    trail: position.trail,
    words: position.words,
  };
  const heard: DialogPosition = { ...position, noInput: 0 };
  switch (input.kind) {
    case "open":
      return wait(run, step, position);
    case "silence":
      return noInput(run, step, position);
    case "text":
      return answer(run, step, heard, input);
  }
}

function keptWords(text: string, languages: readonly string[]): string | null {
  const words = text.trim();
  return words === "" || words.length > MAX_WORDS_CHARS || isWord("greeting", words, languages) ? null : words;
}

function begin(facts: DialogFacts, input: DialogInput, around: DialogSurroundings): DialogTurn {
  const text = input.kind === "text" ? input.text : null;
  const known = offered(facts.language, around.languages) ?? offered(around.languageHint, around.languages);
  const guessed = text === null ? null : guessLanguage(text, around.languages);
  const run = newRun(around, around.script, { ...facts, language: known ?? guessed });
  if (text !== null) {
    const word = universalWord(text, [languageOf(run.facts, around), ...around.languages]);
    if (word === "person") {
      return toPerson(run, "dialog.person");
    }
    run.words = word === null ? keptWords(text, around.languages) : null;
  }
  return proceed(run, run.script.start);
}

/** The script has changed under the conversation: begin anew, say so, and keep what was learned. */
function renew(script: DialogScript, facts: DialogFacts, input: DialogInput, around: DialogSurroundings): DialogTurn {
  const run = newRun(around, script, facts);
  if (input.kind === "text") {
    const word = universalWord(input.text, [languageOf(facts, around), ...around.languages]);
    if (word === "person") {
      return toPerson(run, "dialog.person");
    }
    run.words = word === null ? keptWords(input.text, around.languages) : null;
  }
  say(run, speak(speakerOf(run), "dialog.renewed"));
  return proceed(run, script.start);
}

function noInput(run: Run, step: AskStep, position: DialogPosition): DialogTurn {
  const count = position.noInput + 1;
  const text = attempt(step, "noInput", count, speakerOf(run));
  if (text !== null) {
    say(run, text);
    return wait(run, step, { ...position, noInput: count });
  }
  if (step.noInput.to !== null) {
    return proceed(run, step.noInput.to);
  }
  say(run, speak(speakerOf(run), "dialog.no-input-close"));
  return end(run, { kind: "close" });
}

/** Nothing that fits: the next sentence, with the choices again, or the way out when all was said. */
function noMatch(run: Run, step: AskStep, position: DialogPosition, said: string, why: Meaning): DialogTurn {
  const speaker = speakerOf(run);
  const count = position.noMatch + 1;
  const scripted = attempt(step, "noMatch", count, speaker);
  if (scripted !== null) {
    const specific =
      !step.noMatch.own && why.kind === "fault" && why.phrase !== null ? speak(speaker, why.phrase, why.values) : null;
    run.says.push(put(step, speaker, specific ?? scripted));
    return wait(run, step, { noMatch: count });
  }
  if (step.reason && run.facts.reason === null) {
    run.facts = { ...run.facts, reason: said.slice(0, MAX_WORDS_CHARS) };
  }
  return step.noMatch.to === null ? toPerson(run, "dialog.no-match-person") : proceed(run, step.noMatch.to);
}

/** "Back" really goes back: facts are as they were before the question that is put again. */
function back(run: Run, step: AskStep, position: DialogPosition): DialogTurn {
  let trail = run.trail;
  for (;;) {
    const checkpoint = trail.at(-1);
    trail = trail.slice(0, -1);
    if (checkpoint === undefined) {
      say(run, speak(speakerOf(run), "dialog.back-none"));
      return again(run, step, position);
    }
    const script = scriptOf(run.around, checkpoint.dialog);
    const earlier =
      script !== null && Object.hasOwn(script.steps, checkpoint.step) ? script.steps[checkpoint.step] : undefined;
    if (script !== null && earlier?.kind === "ask") {
      run.script = script;
      run.facts = checkpoint.facts;
      run.calls = checkpoint.calls;
      run.trail = trail;
      run.words = null;
      run.says.push(put(earlier, speakerOf(run), null));
      return wait(run, earlier);
    }
  }
}

function universal(word: Universal, run: Run, step: AskStep, position: DialogPosition): DialogTurn {
  const speaker = speakerOf(run);
  switch (word) {
    case "help":
      say(
        run,
        step.help === null
          ? speak(speaker, "dialog.help")
          : compose(step.help, speaker.language, run.facts, run.around),
      );
      return again(run, step, position);
    case "repeat":
      return again(run, step, position);
    case "status":
      say(run, speak(speaker, "dialog.status"));
      return again(run, step, position);
    case "back":
      return position.pending === null ? back(run, step, position) : again(run, step, { ...position, pending: null });
    case "person":
      return toPerson(run, "dialog.person");
    case "stop":
      say(run, speak(speaker, "dialog.stopped"));
      return end(run, { kind: "close" });
  }
}

/** The question as it stands, "did you mean" included, and no count touched. */
function again(run: Run, step: AskStep, position: DialogPosition): DialogTurn {
  if (position.pending !== null) {
    return askUnsure(run, step, position.pending.split(" "), position);
  }
  run.says.push(put(step, speakerOf(run), null));
  return wait(run, step, position);
}

/** A yes or no to "did you mean": true, false, or null when it is neither. */
function verdict(text: string, choice: string | null, speaker: Speaker): boolean | null {
  const tags = [speaker.language, ...speaker.around.languages];
  const yes = choice === "yes" || isWord("yes", text, tags);
  return yes ? true : choice === "no" || isWord("no", text, tags) ? false : null;
}

type Text = Extract<DialogInput, { kind: "text" }>;

/** What was picked by button, number or exact name; from "which of these" when that was asked, else from the question. */
function picked(input: Text, step: AskStep, pending: readonly string[], speaker: Speaker): string | null {
  const all = spelledChoices(step, speaker);
  if (input.choice !== null && all.some((choice) => choice.value === input.choice)) {
    return input.choice;
  }
  const offeredNow = pending.length > 1 ? all.filter((choice) => pending.includes(choice.value)) : all;
  const inOrder =
    pending.length > 1 ? pending.flatMap((value) => offeredNow.filter((choice) => choice.value === value)) : offeredNow;
  return exactChoice(input.text, inOrder) ?? exactChoice(input.text, pending.length > 1 ? all : []);
}

function answer(run: Run, step: AskStep, position: DialogPosition, input: Text): DialogTurn {
  const speaker = speakerOf(run);
  const pending = position.pending === null ? [] : position.pending.split(" ");
  const [meant] = pending;
  const choice = picked(input, step, pending, speaker);
  if (choice !== null) {
    return proceed(run, accept(run, step, choice, null));
  }
  const agreed = meant === undefined ? null : verdict(input.text, input.choice, speaker);
  if (agreed === true && meant !== undefined && pending.length === 1) {
    return proceed(run, accept(run, step, meant, run.words));
  }
  if (agreed === false) {
    return noMatch(run, step, position, input.text, { kind: "fault", phrase: "dialog.which-then", values: {} });
  }
  const word = universalWord(input.text, [speaker.language, ...run.around.languages]);
  return word === null ? freeText(run, step, position, input.text) : universal(word, run, step, position);
}

function freeText(run: Run, step: AskStep, position: DialogPosition, text: string): DialogTurn {
  const meaning = understand(text, step, speakerOf(run));
  switch (meaning.kind) {
    case "value":
      return proceed(run, accept(run, step, meaning.value, text.trim().slice(0, MAX_WORDS_CHARS)));
    case "skip":
      remember(run, step);
      return proceed(run, step.next);
    case "unsure":
      if (position.pending !== null) {
        // Asked twice already: the whole list helps better than a third guess.
        return noMatch(run, step, position, text, meaning);
      }
      run.words = text.trim().slice(0, MAX_WORDS_CHARS);
      return askUnsure(run, step, meaning.values, position);
    case "aside":
      run.words = run.words ?? text.trim().slice(0, MAX_WORDS_CHARS);
      return noMatch(run, step, position, text, { kind: "fault", phrase: "answer.name-aside", values: {} });
    case "greeting":
      say(run, speak(speakerOf(run), "dialog.greeting"));
      return again(run, step, position);
    case "fault":
      return otherLanguage(run, step, position, text) ?? noMatch(run, step, position, text, meaning);
  }
}

/** "Deutsch?" to a question that has choices: the desk goes on in that language. */
function otherLanguage(run: Run, step: AskStep, position: DialogPosition, text: string): DialogTurn | null {
  if (step.answer !== "choice" && step.answer !== "confirm") {
    return null;
  }
  const languages = spelledChoices({ ...step, answer: "language" }, speakerOf(run));
  const wanted = exactChoice(text, languages);
  if (wanted === null || /\d/u.test(text)) {
    return null;
  }
  run.facts = { ...run.facts, language: wanted };
  run.says.push(put(step, speakerOf(run), null));
  return wait(run, step, position);
}
