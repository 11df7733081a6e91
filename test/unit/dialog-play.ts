/**
 * Dialogs as plays. A play is text, one line each:
 *
 *     customer: my invoice is wrong        what the customer writes; the first one begins the conversation
 *     customer picks: billing              a button
 *     arrives                              the customer opens contact without a word
 *     silence                              nobody says anything for as long as the bot waits
 *     bot: Welcome …                       what the bot says; … stands for anything; every sentence must be there
 *        | 1. A bill                       a further line of the same sentence
 *     ends: queue billing                  or: ends: closed
 *     knows: name=Anna topic=billing       facts and answers so far (values without spaces, or "in quotes")
 */
import { expect } from "chai";
import { parse } from "yaml";
import { dialogsSchema } from "../../src/config/schema-dialogs.ts";
import {
  advance,
  type Compiled,
  compileDialogs,
  type DialogFacts,
  type DialogPosition,
  type DialogSurroundings,
  type DialogTurn,
  NO_FACTS,
} from "../../src/core/dialog.ts";
import { createDirectory, type DirectoryEntry } from "../../src/core/directory.ts";
import { createIntents, type Intents } from "../../src/core/intents.ts";
import { phrase } from "../../src/core/phrases.ts";

export const QUEUES = ["support", "billing", "sales"] as const;

export const CUSTOMERS: readonly DirectoryEntry[] = [
  {
    id: "anna",
    name: "Anna Sample",
    account: "A-1001",
    language: "en",
    addresses: [{ network: "xmpp", id: "anna@example.com" }],
    attributes: { tier: "gold" },
  },
  { id: "bernd", name: "Bernd Beispiel", account: "B-2002", language: "de", addresses: [], attributes: {} },
];

/** Compiles the text of a dialogs.yaml; `person: support` may be left out. Fails on any problem. */
export function compiled(yaml: string): Compiled {
  const written = parse(yaml) as Readonly<Record<string, unknown>>;
  const result = compileDialogs(dialogsSchema.parse({ person: "support", ...written }), {
    queues: QUEUES,
    languages: ["en", "de", "es", "fr"],
  });
  expect(result.problems).to.deep.equal([]);
  return result;
}

/** A dialog with these steps (a YAML list), called `welcome`. */
export function steps(yaml: string): Compiled {
  return compiled(`dialogs:\n  welcome:\n    steps:\n${yaml.replace(/^/gmu, "      ")}`);
}

export type Setting = Partial<Omit<DialogSurroundings, "script" | "scripts" | "intents" | "phrase">> & {
  readonly dialog?: string;
};

const indexes = new WeakMap<Compiled, Intents>();

/** The index takes a moment to build: once for each source. */
function intentsOf(all: Compiled): Intents {
  const intents = indexes.get(all) ?? createIntents(all.intents);
  indexes.set(all, intents);
  return intents;
}

export function surroundings(all: Compiled, setting: Setting = {}): DialogSurroundings {
  const script = all.dialogs.get(setting.dialog ?? [...all.dialogs.keys()][0] ?? "");
  if (script === undefined) {
    throw new Error("there is no such dialog in the play");
  }
  return {
    script,
    scripts: all.dialogs,
    intents: intentsOf(all),
    directory: createDirectory(CUSTOMERS),
    phrase: (key, language, values) => phrase(all.phrases, key, language, values),
    languages: ["en", "de"],
    address: { network: "web", id: "visitor" },
    software: null,
    languageHint: "en",
    isOpen: () => true,
    company: "Example Company",
    ...setting,
  };
}

interface Scene {
  readonly input: string;
  readonly expected: string[];
}

function scenesOf(play: string): readonly Scene[] {
  const scenes: Scene[] = [];
  for (const raw of play.split("\n").filter((line) => line.trim() !== "")) {
    const line = raw.trim();
    if (/^(customer|customer picks): |^(arrives|silence)$/u.test(line)) {
      scenes.push({ input: line, expected: [] });
    } else if (line.startsWith("|")) {
      const expected = scenes.at(-1)?.expected ?? [];
      expected.push(`${expected.pop() ?? ""}\n${line.slice(1).trim()}`);
    } else {
      const scene = scenes.at(-1);
      if (scene === undefined) {
        throw new Error(`a play begins with the customer, not with: ${line}`);
      }
      scene.expected.push(line);
    }
  }
  return scenes;
}

function fits(pattern: string, actual: string): boolean {
  const parts = pattern.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`, "u").test(actual);
}

function inputOf(line: string): Parameters<typeof advance>[2] {
  const [, picked, text] = /^customer( picks)?: (.*)$/u.exec(line) ?? [];
  if (text === undefined) {
    return line === "silence" ? { kind: "silence" } : { kind: "open" };
  }
  return { kind: "text", text, choice: picked === undefined ? null : text };
}

function knowledge(facts: DialogFacts): Readonly<Record<string, string | null>> {
  const { answers, ...rest } = facts;
  return { ...answers, ...rest };
}

/** What a turn did, in the words of the play; `knows` is repeated when the facts are as the line says. */
function told(turn: DialogTurn, knows: readonly string[]): string[] {
  const lines = turn.says.map((say) => `bot: ${say.text}`);
  if (turn.end !== null) {
    lines.push(turn.end.kind === "route" ? `ends: queue ${turn.end.queue}` : "ends: closed");
  }
  const facts = knowledge(turn.facts);
  for (const line of knows) {
    const pairs = Array.from(
      line.matchAll(/([a-z.-]+)=(?:"([^"]*)"|(\S+))/gu),
      ([, name = "", quoted, bare]) => [name, quoted ?? bare ?? ""] as const,
    );
    lines.push(
      `knows: ${pairs.map(([name, value]) => `${name}=${/\s/u.test(facts[name] ?? "") || value.includes(" ") ? `"${facts[name]}"` : String(facts[name] ?? "nothing")}`).join(" ")}`,
    );
  }
  return lines;
}

export interface Played {
  readonly turn: DialogTurn;
  readonly answers: number;
}

/** Acts a play and fails with both texts side by side when the bot says anything else. */
export function act(around: DialogSurroundings, play: string): Played {
  let position: DialogPosition | null = null;
  let facts = NO_FACTS;
  let last: DialogTurn | null = null;
  let answers = 0;
  const written: string[] = [];
  const happened: string[] = [];
  for (const scene of scenesOf(play)) {
    if (last !== null && position === null) {
      throw new Error(`the dialog has ended before: ${scene.input}`);
    }
    const turn: DialogTurn = advance(position, facts, inputOf(scene.input), around);
    answers += scene.input.startsWith("customer") ? 1 : 0;
    const actual = told(
      turn,
      scene.expected.filter((line) => line.startsWith("knows:")),
    );
    written.push(scene.input, ...scene.expected);
    happened.push(
      scene.input,
      ...actual.map((line, index) =>
        fits(scene.expected[index] ?? "", line) ? (scene.expected[index] ?? line) : line,
      ),
    );
    // What is stored between turns is JSON.
    position = JSON.parse(JSON.stringify(turn.position)) as DialogPosition | null;
    facts = JSON.parse(JSON.stringify(turn.facts)) as DialogFacts;
    last = turn;
  }
  expect(happened.join("\n")).to.equal(written.join("\n"));
  if (last === null) {
    throw new Error("an empty play");
  }
  return { turn: last, answers };
}
