/** From dialogs.yaml, its form checked, to scripts: nesting unfolded, names resolved, everything that cannot work named. */
import type { IntentDefinition } from "../intents.ts";
import { phraseKeys, placesOf } from "../phrases.ts";
import {
  type Checker,
  checkName,
  checkText,
  checkTexts,
  type DialogProblem,
  type KnownNames,
  problem,
  unknown,
} from "./check.ts";
import { fingerprint } from "./fingerprint.ts";
import type { DialogsSource, StepSource } from "./source.ts";
import { PLACEHOLDER, primaryTag } from "./texts.ts";
import type { DialogScript } from "./types.ts";
import { unfoldDialog } from "./unfold.ts";
import type { Unfolding } from "./unfolding.ts";

export type { DialogProblem, KnownNames } from "./check.ts";

export interface Compiled {
  readonly dialogs: ReadonlyMap<string, DialogScript>;
  /** For `createIntents`. */
  readonly intents: readonly IntentDefinition[];
  /** For `Rules.phrases`: by language tag ("*": any), then key. */
  readonly phrases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Empty when all is well. With problems the rest is what could be made of it, and must not be used. */
  readonly problems: readonly DialogProblem[];
}

/** Names of answers that dialogs may give at most: they are kept with every conversation. */
export const MAX_ANSWERS = 50;

/** Every step of a list and of the lists within it. */
function everyStep(steps: readonly StepSource[]): readonly StepSource[] {
  return steps.flatMap((step) => {
    const lists = [
      step.yes,
      step.no,
      step.noInput?.do,
      step.noMatch?.do,
      ...(step.branch ?? []).flatMap((one) => [one.do, one.else]),
      ...(step.choices ?? []).map((choice) => choice.do),
    ];
    return [step, ...lists.flatMap((list) => (list === undefined ? [] : everyStep(list)))];
  });
}

function answerNames(source: DialogsSource): ReadonlySet<string> {
  const names = new Set<string>();
  const lists = [
    ...Object.values(source.dialogs).map((dialog) => dialog.steps),
    source.defaults?.noInput?.do ?? [],
    source.defaults?.noMatch?.do ?? [],
  ];
  for (const step of lists.flatMap(everyStep)) {
    const named = step.ask !== undefined || step.confirm !== undefined ? (step.as ?? step.id) : undefined;
    for (const name of [...(named === undefined ? [] : [named]), ...Object.keys(step.set ?? {})]) {
      names.add(name);
    }
  }
  return names;
}

/** Unfolds one dialog. Its version changes with its own steps, the defaults, and the labels it takes from intents. */
function compileDialog(checker: Checker, source: DialogsSource, id: string): { script: DialogScript; work: Unfolding } {
  const dialog = source.dialogs[id] ?? { steps: [] };
  const person = dialog.person ?? source.person;
  if (dialog.person !== undefined) {
    checkName(checker, "queue", dialog.person, ["dialogs", id, "person"]);
  }
  const { start, work } = unfoldDialog(checker, source, id);
  const steps = Object.fromEntries(work.steps);
  return { script: { id, version: fingerprint(JSON.stringify([person, start, steps])), start, person, steps }, work };
}

function checkJumps(checker: Checker, work: Unfolding, works: ReadonlyMap<string, Unfolding>): void {
  for (const jump of work.jumps) {
    const steps = works.get(jump.dialog)?.steps;
    if (steps !== undefined && !steps.has(jump.step)) {
      const named = [...steps.keys()].filter((id) => !/^\d|\.\d/u.test(id));
      problem(checker, jump.path, unknown(`step of dialog ${JSON.stringify(jump.dialog)}:`, jump.step, named));
    }
  }
}

function compileIntents(checker: Checker, source: DialogsSource): readonly IntentDefinition[] {
  return Object.entries(source.intents ?? {}).map(([id, intent]) => {
    checkText(checker, intent.label, ["intents", id, "label"]);
    const { languages } = checker.known;
    for (const tag of Object.keys(intent.examples)) {
      if (languages !== undefined && !languages.some((language) => primaryTag(language) === primaryTag(tag))) {
        problem(checker, ["intents", id, "examples", tag], unknown("language", tag, languages));
      }
    }
    return { id, examples: new Map(Object.entries(intent.examples)) };
  });
}

/** A wording of the admins' own may leave places out, and cannot have any that nothing fills. */
function checkPhrase(checker: Checker, key: string, text: string, path: readonly (string | number)[]): void {
  const places = placesOf(key);
  for (const [, place = ""] of text.matchAll(PLACEHOLDER)) {
    if (!places.includes(place)) {
      problem(
        checker,
        path,
        places.length === 0
          ? `this phrase has no place {${place}}; it has none at all`
          : unknown("place", place, places),
      );
    }
  }
}

function compilePhrases(checker: Checker, source: DialogsSource): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const phrases = new Map<string, Map<string, string>>();
  for (const [key, text] of Object.entries(source.phrases ?? {})) {
    if (!phraseKeys().includes(key)) {
      problem(checker, ["phrases", key], unknown("phrase", key, phraseKeys()));
      continue;
    }
    for (const [tag, words] of typeof text === "string" ? [["*", text] as const] : Object.entries(text)) {
      checkPhrase(checker, key, words, tag === "*" ? ["phrases", key] : ["phrases", key, tag]);
      phrases.set(tag, (phrases.get(tag) ?? new Map<string, string>()).set(key, words));
    }
  }
  return phrases;
}

function checkDefaults(checker: Checker, source: DialogsSource): void {
  checkName(checker, "queue", source.person, ["person"]);
  const { defaults } = source;
  if (defaults?.help !== undefined) {
    checkText(checker, defaults.help, ["defaults", "help"]);
  }
  for (const which of ["noInput", "noMatch"] as const) {
    const say = defaults?.[which]?.say;
    if (say !== undefined) {
      checkTexts(checker, say, ["defaults", which, "say"]);
    }
  }
  if (checker.answers.size > MAX_ANSWERS) {
    problem(
      checker,
      ["dialogs"],
      `the dialogs keep ${checker.answers.size} different answers; ${MAX_ANSWERS} is the most a conversation carries`,
    );
  }
}

function withoutRepeats(problems: readonly DialogProblem[]): readonly DialogProblem[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}

/**
 * Compiles all of dialogs.yaml. Never throws for what an admin wrote: every fault is a problem with the path that leads
 * to it. `known` are the names that other files define; what is left out is not checked.
 */
export function compileDialogs(source: DialogsSource, known: KnownNames = {}): Compiled {
  const checker: Checker = { problems: [], known, answers: answerNames(source) };
  checkDefaults(checker, source);
  const compiled = Object.keys(source.dialogs).map((id) => [id, compileDialog(checker, source, id)] as const);
  const works = new Map(compiled.map(([id, { work }]) => [id, work]));
  for (const work of works.values()) {
    checkJumps(checker, work, works);
  }
  const intents = compileIntents(checker, source);
  const phrases = compilePhrases(checker, source);
  return {
    dialogs: new Map(compiled.map(([id, { script }]) => [id, script])),
    intents,
    phrases,
    problems: withoutRepeats(checker.problems),
  };
}
