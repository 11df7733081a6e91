import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { MAX_SAYS_PER_TURN, MAX_TRAIL } from "../../src/core/dialog/run.ts";
import {
  advance,
  type Compiled,
  type DialogFacts,
  type DialogInput,
  type DialogPosition,
  NO_FACTS,
} from "../../src/core/dialog.ts";
import { compiled, type Setting, surroundings } from "./dialog-play.ts";

const shipped = compiled(readFileSync(new URL("../../config/dialogs.yaml", import.meta.url), "utf8"));

/** One dialog with every kind of step, circles included. */
const everything = compiled(`
dialogs:
  welcome:
    steps:
      - { language: { always: true } }
      - { identify: true }
      - { id: top, ask: Number?, as: number, type: number, min: 1, max: 3, optional: true, noMatch: { say: [a, b], do: [{ say: on we go }] } }
      - { ask: Mail?, as: mail, type: email, noInput: { afterSeconds: 1, say: x, do: [{ goto: top }] } }
      - { ask: Phone?, as: phone, type: phone, country: DE, noMatch: { do: [{ goto: top }] } }
      - { ask: Date?, as: date, type: date, optional: true }
      - { confirm: "Really {number}?", as: really, no: [{ goto: top }] }
      - { call: other }
      - { set: { echo: "{echo}{mail}" } }
      - { branch: [{ when: { answers: { wish: again } }, do: [{ goto: top }] }, { else: [{ say: done }] }] }
      - { route: { queue: billing, say: Bye } }
  other:
    person: sales
    steps:
      - { ask: Wish?, as: wish, reason: true, intents: true, choices: [{ value: again, label: Again }, { value: billing, label: Bills, intents: [billing] }, { value: leave, label: Leave, do: [{ goto: { dialog: welcome } }] }] }
intents:
  billing: { label: Bills, examples: { en: [my bill is wrong, I was charged twice], de: [meine Rechnung] } }`);

const word = fc.constantFrom(
  ...[
    "hello",
    "1",
    "2",
    "3",
    "yes",
    "no",
    "back",
    "help",
    "repeat",
    "status",
    "skip",
    "guest",
    "A-1001",
    "my bill is wrong",
    "charged",
    "a@b.de",
    "030 901820",
  ],
  ...[
    "2024-02-29",
    "Deutsch",
    "again",
    "leave",
    "",
    " ",
    "\u0000",
    "{name}",
    "$&",
    "__proto__",
    "constructor",
    "toString",
    "x".repeat(5_000),
    "🦆",
  ],
);
const text = fc.oneof(
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
);
const input: fc.Arbitrary<DialogInput> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("text" as const), text, choice: fc.option(word, { freq: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "silence" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "open" as const }) },
);
const setting: fc.Arbitrary<Setting> = fc.record({
  languageHint: fc.constantFrom(null, "en", "de", "xx", "constructor"),
  address: fc.constantFrom({ network: "web", id: "v" }, { network: "xmpp", id: "anna@example.com" }),
});

/** Plays the inputs and checks every turn; returns where it ended up. */
function playThrough(
  all: Compiled,
  around: Setting,
  inputs: readonly DialogInput[],
): { position: DialogPosition | null; facts: DialogFacts } {
  let position: DialogPosition | null = null;
  let facts = NO_FACTS;
  for (const each of inputs) {
    const turn = advance(position, facts, each, surroundings(all, around));
    expect(turn.position === null, "it has ended exactly when it says how").to.equal(turn.end !== null);
    expect(turn.says.length).to.be.at.most(MAX_SAYS_PER_TURN + 2);
    expect(
      each.kind === "open" && position !== null ? 1 : turn.says.length,
      "it never answers with silence",
    ).to.be.greaterThan(0);
    expect(turn.says.filter((say) => say.text.trim() === "")).to.deep.equal([]);
    expect(turn.position?.trail.length ?? 0).to.be.at.most(MAX_TRAIL);
    expect(JSON.stringify(turn.position).length).to.be.lessThan(40_000);
    expect(JSON.stringify(turn.facts).length).to.be.lessThan(20_000);
    position = JSON.parse(JSON.stringify(turn.position)) as DialogPosition | null;
    facts = turn.facts;
    if (position === null) {
      break;
    }
  }
  return { position, facts };
}

describe("dialog: whatever customers write", () => {
  for (const [name, all] of [
    ["the shipped dialogs", shipped],
    ["a dialog with every kind of step", everything],
  ] as const) {
    it(`${name}: no fault, no hanging, no silence, bounded memory, and always a way to a person`, () => {
      fc.assert(
        fc.property(setting, fc.array(input, { minLength: 1, maxLength: 25 }), (around, inputs) => {
          const { position, facts } = playThrough(all, around, inputs);
          if (position !== null) {
            const person = advance(
              position,
              facts,
              { kind: "text", text: "a person, please", choice: null },
              surroundings(all, around),
            );
            expect(person.end?.kind).to.equal("route");
          }
        }),
        { numRuns: 400, seed: 20_250_101 },
      );
    });

    it(`${name}: silence alone ends it`, () => {
      const { position } = playThrough(all, {}, [
        { kind: "open" },
        ...Array.from({ length: 200 }, () => ({ kind: "silence" as const })),
      ]);
      expect(position).to.equal(null);
    });
  }

  it("is the same every time", () => {
    fc.assert(
      fc.property(fc.array(input, { minLength: 1, maxLength: 10 }), (inputs) => {
        expect(playThrough(everything, {}, inputs)).to.deep.equal(playThrough(everything, {}, inputs));
      }),
      { numRuns: 50, seed: 20_250_102 },
    );
  });
});
