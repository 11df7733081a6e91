import { expect } from "chai";
import { advance, NO_FACTS } from "../../src/core/dialog.ts";
import { act, steps, surroundings } from "./dialog-play.ts";

const COLOURS = `
- id: colour
  ask: Which colour?
  choices:
    - value: red
      label: { en: Deep red, de: Dunkelrot }
    - value: green
      label: { en: Green, de: Grün }
      synonyms: { en: [lime, olive] }
    - value: blue
      label: { en: Sky blue, de: Himmelblau }
- say: "{colour} it is."
- route: sales
`;

describe("dialog: questions and answers", () => {
  describe("a choice is understood", () => {
    for (const [answer, why] of [
      ["2", "by number"],
      ["2.", "by number with a point"],
      ["#2", "by number with a sign"],
      ["green", "by value"],
      ["GREEN!", "by label, whatever the capitals"],
      ["Grün", "by its label in another language"],
      ["grun", "without accents"],
      ["olive", "by another word"],
      ["gre", "by an unambiguous beginning"],
      ["gren", "with a slip of the finger"],
      ["green please", "with something around it"],
    ] as const) {
      it(`${why}: ${answer}`, () => {
        act(
          surroundings(steps(COLOURS)),
          `
          arrives
            bot: Which colour?
              | 1. Deep red
              | 2. Green
              | 3. Sky blue
          customer: ${answer}
            bot: green it is.
            ends: queue sales
        `,
        );
      });
    }

    it("by button, and the buttons are those of the text", () => {
      const around = surroundings(steps(COLOURS));
      const turn = advance(null, NO_FACTS, { kind: "open" }, around);
      expect(turn.says[0]).to.deep.equal({
        text: "Which colour?\n1. Deep red\n2. Green\n3. Sky blue",
        prompt: "Which colour?",
        choices: [
          { value: "red", label: "Deep red" },
          { value: "green", label: "Green" },
          { value: "blue", label: "Sky blue" },
        ],
      });
      const next = advance(turn.position, turn.facts, { kind: "text", text: "Sky blue", choice: "blue" }, around);
      expect(next.facts.answers).to.deep.equal({ colour: "blue" });
    });

    it("but not when two begin alike, nor out of the blue", () => {
      act(
        surroundings(
          steps(
            "- ask: Which?\n  as: wish\n  choices: [{ value: card-a, label: Card A }, { value: card-b, label: Card B }]",
          ),
        ),
        `
        arrives
          bot: Which?…
        customer: card
          bot: Sorry, I did not understand that…
        customer: 3
          bot: Sorry, I still do not understand…
      `,
      );
    });
  });

  describe("no match", () => {
    it("is said in other words each time, with the choices again, and has a way out", () => {
      const script = steps(`
- ask: Tea or coffee?
  as: drink
  choices: [{ value: tea, label: Tea }, { value: coffee, label: Coffee }]
  noMatch:
    say: [We have tea and coffee., Just say 1 or 2.]
    do:
      - say: I will find somebody.
      - route: sales`);
      act(
        surroundings(script),
        `
        arrives
          bot: Tea or coffee?…
        customer: beer
          bot: We have tea and coffee.
            | 1. Tea
            | 2. Coffee
        customer: wine
          bot: Just say 1 or 2.
            | 1. Tea
            | 2. Coffee
        customer: gin
          bot: I will find somebody.
          ends: queue sales
      `,
      );
    });

    it("leads to a person when nobody wrote anything else", () => {
      act(
        surroundings(steps("- ask: How many?\n  as: count\n  type: number\n  min: 1\n  max: 9")),
        `
        arrives
          bot: How many?
        customer: a few
          bot: Please answer with a number.
        customer: 12
          bot: Please give a number from 1 to 9.
        customer: lots
          bot: Sorry, I do not understand. I will find a person for you.
          ends: queue support
      `,
      );
    });

    it("counts from the start again at the next question", () => {
      act(
        surroundings(
          steps("- ask: How many?\n  as: count\n  type: number\n- ask: How old?\n  as: age\n  type: number"),
        ),
        `
        arrives
          bot: How many?
        customer: x
          bot: Please answer with a number.
        customer: 3
          bot: How old?
        customer: x
          bot: Please answer with a number.
        customer: y
          bot: Please answer with a number.
      `,
      );
    });
  });

  describe("no input", () => {
    it("is asked about in growing urgency, then closed", () => {
      act(
        surroundings(steps("- ask: Your wish?\n  as: wish")),
        `
        arrives
          bot: Your wish?
        silence
          bot: Are you still there?…
        silence
          bot: I am still waiting…
        silence
          bot: I have not heard from you, so I close this for now…
          ends: closed
      `,
      );
    });

    it("starts anew after every word, and takes the way out that is written", () => {
      const script = steps(`
- ask: Your age?
  as: age
  type: number
  noInput:
    afterSeconds: 20
    say: Hello?
    do: [{ route: sales }]`);
      const { turn } = act(
        surroundings(script),
        `
        arrives
          bot: Your age?
        silence
          bot: Hello?
        customer: old
          bot: Please answer with a number.
        silence
          bot: Hello?
        silence
          bot: One moment, please.
          ends: queue sales
      `,
      );
      expect(turn.silenceMs).to.equal(null);
      expect(advance(null, NO_FACTS, { kind: "open" }, surroundings(script)).silenceMs).to.equal(20_000);
    });

    it("never happens with afterSeconds: 0", () => {
      const script = steps("- ask: Your wish?\n  as: wish\n  noInput: { afterSeconds: 0 }");
      expect(advance(null, NO_FACTS, { kind: "open" }, surroundings(script)).silenceMs).to.equal(null);
    });
  });

  describe("yes and no", () => {
    const script = steps(`
- confirm: Are you a customer already?
  as: known
  yes: [{ say: Welcome back. }]
  no:
    - say: Welcome.
    - ask: How did you hear of us?
      as: source
- route: sales`);
    for (const [answer, next] of [
      ["yes", "bot: Welcome back.\nends: queue sales"],
      ["Yep!", "bot: Welcome back.\nends: queue sales"],
      ["ja", "bot: Welcome back.\nends: queue sales"],
      ["nope", "bot: Welcome.\nbot: How did you hear of us?"],
      ["maybe", "bot: Please answer with yes or no. (yes/no)"],
    ] as const) {
      it(answer, () => {
        act(surroundings(script), `arrives\nbot: Are you a customer already? (yes/no)\ncustomer: ${answer}\n${next}`);
      });
    }
  });

  it("opening a running dialog again changes nothing", () => {
    const around = surroundings(steps(COLOURS));
    const turn = advance(null, NO_FACTS, { kind: "open" }, around);
    const again = advance(turn.position, turn.facts, { kind: "open" }, around);
    expect(again.says).to.deep.equal([]);
    expect(again.position).to.deep.equal(turn.position);
  });
});
