import { act, steps, surroundings } from "./dialog-play.ts";

describe("dialog: the words that always work, and languages", () => {
  describe("the words that always work", () => {
    const script = steps(`
- id: number
  ask: How many?
  as: count
  type: number
  help: Any number will do.
- ask: Which size?
  as: size
- confirm: "{count} of {size}?"
  as: fine
  no: [{ goto: number }]
- route: sales`);

    it("help, repeat and status answer and put the question again, without counting a mistake", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: How many?
        customer: help
          bot: Any number will do.
          bot: How many?
        customer: Again!
          bot: How many?
        customer: /status
          bot: You are talking to our automatic assistant…
          bot: How many?
        customer: 4
          bot: Which size?
        customer: what can I say?
          bot: Answer in your own words or with the number of a choice…
          bot: Which size?
      `,
      );
    });

    it("back goes back and forgets", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: How many?
        customer: 4
          bot: Which size?
        customer: big
          bot: 4 of big? (yes/no)
        customer: back
          bot: Which size?
          knows: count=4 size=nothing
        customer: go back
          bot: How many?
          knows: count=nothing size=nothing
        customer: back
          bot: This is the first question; there is nothing to go back to.
          bot: How many?
        customer: 5
          bot: Which size?
        customer: small
          bot: 5 of small? (yes/no)
      `,
      );
    });

    it("a person please, in the middle of anything, keeps what is known", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: How many?
        customer: 4
          bot: Which size?
        customer: A person, please.
          bot: Of course. I will find a person for you.
          ends: queue support
          knows: count=4
      `,
      );
    });

    it("a person as the first word of all", () => {
      act(
        surroundings(script),
        `
        customer: Can I speak to someone?
          bot: Of course. I will find a person for you.
          ends: queue support
      `,
      );
    });

    it("stop", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: How many?
        customer: bye
          bot: All right, we stop here. Write again at any time.
          ends: closed
      `,
      );
    });

    it("in the customer's language too", () => {
      act(
        surroundings(script, { languageHint: "de-AT" }),
        `
        arrives
          bot: How many?
        customer: zurück
          bot: Das ist die erste Frage; weiter zurück geht es nicht.
          bot: How many?
        customer: Ich möchte mit einem Menschen sprechen
          bot: Gern. Ich suche jemanden für Sie.
          ends: queue support
      `,
      );
    });

    it("but a choice that is named so goes before", () => {
      act(
        surroundings(
          steps(
            "- ask: About what?\n  as: topic\n  choices: [{ value: status, label: Status }, { value: help, label: Help }]\n- route: sales",
          ),
        ),
        `
        arrives
          bot: About what?…
        customer: status
          bot: One moment, please.
          ends: queue sales
      `,
      );
    });
  });

  describe("languages", () => {
    const script = steps(
      "- language: true\n- say: { en: Hello!, de: Guten Tag! }\n- ask: { en: Your wish?, de: Ihr Wunsch? }\n  as: wish",
    );

    it("the one the software tells needs no question", () => {
      act(
        surroundings(script, { languageHint: "de-CH" }),
        "arrives\nbot: Guten Tag!\nbot: Ihr Wunsch?\nknows: language=de",
      );
    });

    it("the first words give it away", () => {
      act(
        surroundings(script, { languageHint: null }),
        "customer: Hallo, ich habe ein Problem\nbot: Guten Tag!\nbot: Ihr Wunsch?",
      );
    });

    it("else it is asked, each language named in itself", () => {
      act(
        surroundings(script, { languageHint: null }),
        `
        arrives
          bot: Which language would you like to go on in?
            | In welcher Sprache möchten Sie weitermachen?
            | 1. English
            | 2. Deutsch
        customer: German
          bot: Guten Tag!
          bot: Ihr Wunsch?
        customer: back
          bot: Ihr Wunsch?…
      `.replace("bot: Ihr Wunsch?…", "bot: Which language…"),
      );
    });

    it("a hint for a language the desk does not offer is no hint", () => {
      act(surroundings(script, { languageHint: "pt" }), "arrives\nbot: Which language would you like to go on in?…");
    });

    it("a customer may ask for another one at any choice", () => {
      const choice = steps(
        "- ask: { en: Tea?, de: Tee? }\n  as: tea\n  choices: [{ value: green, label: { en: Green, de: Grün } }, { value: black, label: { en: Black, de: Schwarz } }]",
      );
      act(
        surroundings(choice),
        `
        arrives
          bot: Tea?…
        customer: Deutsch
          bot: Tee?
            | 1. Grün
            | 2. Schwarz
      `,
      );
    });
  });
});
