/**
 * Measures how well customers' own words are understood: labelled sentences (sentences.en.json, sentences.de.json), none
 * of which is in the configuration, against the intents of config/dialogs.yaml. Every second sentence of each label was
 * held out while the matching was built; the figures in docs/bot.md are for all of them, and for those alone.
 * Run by itself it prints the table of docs/bot.md: `node test/unit/sentences.ts`.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { dialogsSchema } from "../../src/config/schema-dialogs.ts";
import { compileDialogs } from "../../src/core/dialog.ts";
import { createIntents, type Intents, isConfirmable, isSure } from "../../src/core/intents.ts";

export interface Labelled {
  readonly label: string;
  readonly text: string;
  readonly heldOut: boolean;
}

/** The label of sentences that fit no intent. */
export const NONE = "none";

export function labelledSentences(language: "en" | "de"): readonly Labelled[] {
  const file = readFileSync(new URL(`./sentences.${language}.json`, import.meta.url), "utf8");
  const lists = Object.entries(JSON.parse(file) as Record<string, readonly string[]>);
  return lists.flatMap(([label, texts]) => texts.map((text, index) => ({ label, text, heldOut: index % 2 === 1 })));
}

/** What would happen to a sentence in a dialog. */
export type Fate = "understood" | "did you mean" | "one of three" | "asked again" | "misunderstood";

export function fateOf(intents: Intents, sentence: Labelled, language: "en" | "de"): Fate {
  const matches = intents.match(sentence.text, language, null);
  const [best] = matches;
  if (best === undefined) {
    return "asked again";
  }
  const right = best.intent === sentence.label;
  if (isSure(best.score)) {
    return right ? "understood" : "misunderstood";
  }
  if (isConfirmable(best.score)) {
    // A "no" costs the customer one answer and nothing more.
    return right ? "did you mean" : "asked again";
  }
  return matches.some((match) => match.intent === sentence.label) ? "one of three" : "asked again";
}

export type Figures = Readonly<Record<Fate, number>> & { readonly sentences: number };

export function measure(intents: Intents, sentences: readonly Labelled[], language: "en" | "de"): Figures {
  const figures = { understood: 0, "did you mean": 0, "one of three": 0, "asked again": 0, misunderstood: 0 };
  for (const sentence of sentences) {
    figures[fateOf(intents, sentence, language)] += 1;
  }
  return { ...figures, sentences: sentences.length };
}

export function shippedIntents(): Intents {
  const file = readFileSync(new URL("../../config/dialogs.yaml", import.meta.url), "utf8");
  return createIntents(compileDialogs(dialogsSchema.parse(parse(file))).intents);
}

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}

/** The rows of the table in docs/bot.md. */
export function figureRows(intents: Intents): readonly string[] {
  const rows: string[] = [];
  for (const language of ["en", "de"] as const) {
    const all = labelledSentences(language);
    const name = { en: "English", de: "German" }[language];
    const sets = [
      [`${name}, all`, all.filter((sentence) => sentence.label !== NONE)],
      [`${name}, the half held out`, all.filter((sentence) => sentence.label !== NONE && sentence.heldOut)],
      [`${name}, about something else`, all.filter((sentence) => sentence.label === NONE)],
    ] as const;
    for (const [title, sentences] of sets) {
      const figures = measure(intents, sentences, language);
      const cells = (["understood", "did you mean", "one of three", "asked again", "misunderstood"] as const).map(
        (fate) => percent(figures[fate], figures.sentences),
      );
      rows.push(`| ${title} | ${figures.sentences} | ${cells.join(" | ")} |`);
    }
  }
  return rows;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${figureRows(shippedIntents()).join("\n")}\n`);
}
