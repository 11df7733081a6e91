import { expect } from "chai";
import { parse } from "yaml";
import { z } from "zod";
import { dialogsSchema } from "../../src/config/schema-dialogs.ts";
import { compileDialogs } from "../../src/core/dialog.ts";
import { compiled, steps } from "./dialog-play.ts";

const KNOWN = { queues: ["support", "billing"], skills: ["french"], networks: ["web"], languages: ["en", "de"] };

function problemsOf(yaml: string): readonly string[] {
  const source = dialogsSchema.parse({ person: "support", ...(parse(yaml) as object) });
  return compileDialogs(source, KNOWN).problems.map((each) => `${each.path.join(".")}: ${each.message}`);
}

/** Problems of a dialog `d` with these steps, without the way there. */
function stepProblems(yaml: string): readonly string[] {
  const listed = yaml.replace(/^/gmu, "      ");
  return problemsOf(`dialogs:\n  d:\n    steps:\n${listed}`).map((each) => each.replace(/^dialogs\.d\.steps\./u, ""));
}

/** Problems the schema finds, as path and message. */
function formProblems(step: string): readonly string[] {
  const result = dialogsSchema.safeParse({ person: "support", dialogs: { d: { steps: parse(step) as unknown } } });
  return (result.error?.issues ?? []).map((issue) => `${issue.path.slice(3).join(".")}: ${issue.message}`);
}

describe("dialog: compilation", () => {
  describe("finds what cannot work, and where", () => {
    for (const [yaml, problem] of [
      ["- route: biling", '0.route: unknown queue "biling"; did you mean "billing"?'],
      ["- route: { queue: x, say: Hi }", '0.route.queue: unknown queue "x" (known: support, billing)'],
      [
        "- route: { queue: billing, skills: { frensh: 2 } }",
        '0.route.skills.frensh: unknown skill "frensh"; did you mean "french"?',
      ],
      ["- goto: elsewhere", '0.goto: unknown step of dialog "d": "elsewhere" (there is none)'],
      ["- goto: { dialog: e }", '0.goto.dialog: unknown dialog "e"; did you mean "d"?'],
      ["- call: nowhere", '0.call: unknown dialog "nowhere" (known: d)'],
      ["- say: { de: Hallo }", '0.say: there is no text in "en", the language the desk falls back to'],
      ["- say: { en: Hello, ed: Hallo }", '0.say.ed: unknown language "ed"; did you mean "en"?'],
      ["- say: Hello {nmae}", '0.say: unknown place "nmae"; did you mean "name"?'],
      ["- route: billing\n- say: Hello", "1: this step is never reached: the one before it always leaves"],
      [
        "- { id: a, say: x }\n- { id: a, say: y }",
        '1.id: the step "a" is there already; every id of a dialog is used once',
      ],
      ["- ask: What?", "0: the answer needs a name to be kept under: add as"],
      ["- ask: What?\n  as: it\n  type: choice", "0: a question of type choice needs choices"],
      ["- ask: What?\n  as: account", '0.as: "account" is learned by identify; choose another name'],
      [
        "- ask: What?\n  as: it\n  choices: [{ value: x }]",
        '0.choices.0: the choice "x" needs a label: there is no intent of that name to take it from',
      ],
      [
        "- ask: What?\n  as: it\n  choices: [{ value: x, label: X }, { value: x, label: Y }]",
        '0.choices.1.value: the choice "x" is there already',
      ],
      [
        "- ask: What?\n  as: it\n  intents: true\n  choices: [{ value: x, label: X, intents: [y] }]",
        '0.choices.0.intents.0: unknown intent "y" (there is none)',
      ],
      [
        "- branch: [{ when: { open: bill }, do: [] }]",
        '0.branch.0.when.open: unknown queue "bill" (known: support, billing)',
      ],
      ["- when: { answers: { never: x } }\n  say: Hi", '0.when.answers.never: unknown answer "never" (there is none)'],
      ["- when: { not: { network: wbe } }\n  say: Hi", '0.when.not.network: unknown network "wbe" (known: web)'],
    ] as const) {
      it(problem, () => {
        expect(stepProblems(yaml)).to.deep.equal([problem]);
      });
    }

    for (const [yaml, problem] of [
      ["person: nobody\ndialogs: {}", 'person: unknown queue "nobody" (known: support, billing)'],
      [
        "dialogs: {}\nphrases: { waiting.nxt: Soon }",
        'phrases.waiting.nxt: unknown phrase "waiting.nxt"; did you mean "waiting.next"?',
      ],
      [
        "dialogs: {}\nphrases: { waiting.next: 'Soon, {name}' }",
        'phrases.waiting.next: unknown place "name" (known: queue)',
      ],
      [
        "dialogs: {}\nintents: { a: { label: A, examples: { xx: [hello] } } }",
        'intents.a.examples.xx: unknown language "xx" (known: en, de)',
      ],
      [
        "dialogs: {}\ndefaults: { noMatch: { say: 'Hm {huh}?' } }",
        'defaults.noMatch.say: unknown place "huh" (known: name, account, customer, language, reason, company, software, network)',
      ],
    ] as const) {
      it(problem, () => {
        expect(problemsOf(yaml)).to.deep.equal([problem]);
      });
    }

    it("all at once", () => {
      expect(stepProblems("- say: { de: x }\n- say: '{y}'\n- route: z")).to.have.lengthOf(3);
    });
  });

  describe("the form", () => {
    for (const [step, problem] of [
      ["[{ says: Hi }]", '.0: Unrecognized key: "says"'],
      [
        "[{ id: x }]",
        ".0: a step needs one of say, ask, confirm, identify, language, set, branch, route, close, goto, call",
      ],
      ["[{ say: Hi, route: support }]", ".0.route: a step does one thing: make say and route steps of their own"],
      ["[{ say: Hi, choices: [{ value: x }] }]", ".0.choices: choices does not go with say"],
      [
        "[{ ask: Hi, type: telepathy }]",
        '.0.type: Invalid option: expected one of "choice"|"text"|"number"|"email"|"phone"|"date"',
      ],
      ["[{ branch: [{ do: [] }] }]", ".0.branch.0: must have when and do, or else alone"],
    ] as const) {
      it(problem, () => {
        expect(formProblems(step)).to.include(problem.replace(/^\./u, ""));
      });
    }

    it("has a JSON Schema for editors", () => {
      const schema = JSON.stringify(z.toJSONSchema(dialogsSchema, { io: "input" }));
      expect(schema).to.include("did you mean");
    });
  });

  describe("versions", () => {
    it("the same source has the same version, any change another", () => {
      const version = (yaml: string): string | undefined => steps(yaml).dialogs.get("welcome")?.version;
      expect(version("- close: Bye.")).to.equal(version("- close: Bye."));
      expect(version("- close: Bye.")).to.not.equal(version("- close: Bye!"));
    });

    it("another dialog's change leaves it alone", () => {
      const version = (other: string): string | undefined =>
        compiled(`dialogs: { a: { steps: [{ close: Bye. }] }, b: { steps: [{ close: ${other} }] } }`).dialogs.get("a")
          ?.version;
      expect(version("x")).to.equal(version("y"));
    });

    it("a script is plain JSON, so it can be stored beside its conversations", () => {
      const script = steps("- ask: What?\n  as: it\n- identify: true\n- route: billing").dialogs.get("welcome");
      expect(JSON.parse(JSON.stringify(script))).to.deep.equal(script);
    });
  });
});
