import { expect } from "chai";
import { advance, type DialogPosition, NO_FACTS } from "../../src/core/dialog.ts";
import { act, compiled, steps, surroundings } from "./dialog-play.ts";

describe("dialog: the way through", () => {
  describe("the customer", () => {
    const script = steps("- identify: true\n- ask: And now?\n  as: wish");

    it("is recognised by address without a question", () => {
      act(
        surroundings(script, { address: { network: "xmpp", id: "anna@example.com" } }),
        `
        arrives
          bot: Hello Anna Sample, good to see you again.
          bot: And now?
          knows: customer=anna account=A-1001 name="Anna Sample"
      `,
      );
    });

    it("is else asked for the account number, forgivingly", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: What is your account number? If you have none, write “guest”.
        customer: it's a 1001, thanks
          bot: I cannot find that account number. Please check it, or write “a person, please”.
        customer: it is a-1001, thanks
          bot: And now?
          knows: customer=anna name="Anna Sample"
      `,
      );
    });

    it("may be a guest, and has a name then", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: What is your account number?…
        customer: I don't have an account
          bot: What is your name?
        customer: hello
          bot: Hello, and welcome!
          bot: What is your name?
        customer: My name is Zoë O'Neil.
          bot: And now?
          knows: name="Zoë O'Neil" account=nothing
      `,
      );
    });

    it("is not asked for ever", () => {
      act(
        surroundings(script),
        `
        arrives
          bot: What is your account number?…
        customer: 77
          bot: I cannot find that account number…
        customer: 78
          bot: I cannot find that account number…
        customer: 79
          bot: What is your name?
      `,
      );
    });

    it("can give the name or the number in one answer", () => {
      const either = steps("- identify: { account: or-name }\n- ask: And now?\n  as: wish");
      act(
        surroundings(either),
        `
        arrives
          bot: What is your name, or your account number if you have one?
        customer: B2002
          bot: And now?
          knows: name="Bernd Beispiel" customer=bernd
      `,
      );
      act(
        surroundings(either),
        `
        arrives
          bot: What is your name, or your account number if you have one?
        customer: X-9999
          bot: I cannot find that account number…
        customer: Xaver
          bot: And now?
          knows: name=Xaver customer=nothing
      `,
      );
    });

    it("cannot pass for the desk", () => {
      act(
        surroundings(steps("- identify: { account: false }"), { reservedNames: ["Grace Hopper"] }),
        `
        arrives
          bot: What is your name?
        customer: S y s t e m
          bot: I cannot call you that…
        customer: I'm Grace Hopper
          bot: I cannot call you that…
      `,
      );
    });
  });

  describe("the way through", () => {
    it("branches on answers, facts, network, software and opening hours", () => {
      const script = steps(`
- branch:
    - when: { network: xmpp, closed: billing }
      do: [{ say: Closed. }]
    - when: { software: "conv*", features: typing }
      do: [{ say: Phone. }]
    - when: { attributes: { tier: gold } }
      do: [{ say: Gold. }]
    - when: { any: [{ language: de }, { network: web }], not: { customer: true } }
      do: [{ say: Stranger. }]
    - else: [{ say: Other. }]
- close: Bye.`);
      const said = (setting: Parameters<typeof surroundings>[1]) =>
        advance(null, NO_FACTS, { kind: "open" }, surroundings(script, setting)).says[0]?.text;
      const software = {
        protocol: "xmpp",
        name: "Conversations",
        version: null,
        os: null,
        features: ["typing" as const],
        gateway: null,
      };
      expect(said({})).to.equal("Stranger.");
      expect(said({ address: { network: "xmpp", id: "x@y.z" }, isOpen: () => false })).to.equal("Closed.");
      expect(said({ address: { network: "xmpp", id: "x@y.z" } })).to.equal("Other.");
      expect(said({ address: { network: "xmpp", id: "x@y.z" }, software })).to.equal("Phone.");
    });

    it("goes to steps, calls dialogs and comes back, and skips what does not hold", () => {
      const script = compiled(`
dialogs:
  welcome:
    steps:
      - call: contact
      - say: Thank you, {email}.
      - goto: { dialog: farewell }
  contact:
    steps:
      - ask: Your e-mail address?
        as: email
        type: email
      - when: { answers: { email: [boss@example.com] } }
        say: Oh!
  farewell:
    steps:
      - close: Farewell.`);
      act(
        surroundings(script),
        `
        arrives
          bot: Your e-mail address?
        customer: no spam@please
          bot: That does not look like an e-mail address…
        customer: back
          bot: This is the first question; there is nothing to go back to.
          bot: Your e-mail address?
        customer: it is boss@example.com!
          bot: Oh!
          bot: Thank you, boss@example.com.
          bot: Farewell.
          ends: closed
      `,
      );
    });

    it("comes back from a call once", () => {
      const script = compiled(
        "dialogs: { welcome: { steps: [{ call: greet }, { say: And now to work. }] }, greet: { steps: [{ say: Hello. }] } }",
      );
      act(
        surroundings(script),
        "arrives\nbot: Hello.\nbot: And now to work.\nbot: Thank you. I will find a person for you.\nends: queue support",
      );
    });

    it("ends with a sentence and a person where the script just ends", () => {
      act(
        surroundings(steps("- set: { seen: true }")),
        "arrives\nbot: Thank you. I will find a person for you.\nends: queue support",
      );
    });

    it("ends with a person where the script goes in a circle", () => {
      act(
        surroundings(steps("- id: again\n  set: { a: '{a}{a}x' }\n- goto: again")),
        "arrives\nbot: Sorry, I have lost the thread…\nends: queue support",
      );
      const { says, end } = advance(
        null,
        NO_FACTS,
        { kind: "open" },
        surroundings(steps("- id: again\n  say: Hm.\n- goto: again")),
      );
      expect(says).to.have.lengthOf.at.most(21);
      expect(end).to.deep.include({ kind: "route", queue: "support" });
      const calls = compiled("dialogs: { welcome: { steps: [{ call: welcome }] } }");
      act(surroundings(calls), "arrives\nbot: Sorry, I have lost the thread…\nends: queue support");
    });

    it("never reads what a customer wrote for places again", () => {
      act(
        surroundings(steps("- ask: Say something.\n  as: word\n- close: 'You said: {word} {name|friend}'")),
        `
        arrives
          bot: Say something.
        customer: {word} {account} $&
          bot: You said: {word} {account} $& friend
          ends: closed
      `,
      );
    });
  });

  describe("a script that changed meanwhile", () => {
    const before = steps("- id: size\n  ask: Which size?\n- id: colour\n  ask: Which colour?\n- route: sales");

    it("goes on where the step is still there", () => {
      const turn = advance(null, NO_FACTS, { kind: "open" }, surroundings(before));
      const after = steps("- id: size\n  ask: What size exactly?\n- close: Done.");
      const next = advance(turn.position, turn.facts, { kind: "text", text: "42", choice: null }, surroundings(after));
      expect(next.says.map((say) => say.text)).to.deep.equal(["Done."]);
      expect(next.facts.answers).to.deep.equal({ size: "42" });
    });

    it("begins anew with an apology where it is not, and keeps what is known", () => {
      const first = advance(null, NO_FACTS, { kind: "open" }, surroundings(before));
      const second = advance(
        first.position,
        first.facts,
        { kind: "text", text: "42", choice: null },
        surroundings(before),
      );
      const after = steps("- id: material\n  ask: Which material?");
      const next = advance(
        second.position,
        second.facts,
        { kind: "text", text: "blue", choice: null },
        surroundings(after),
      );
      expect(next.says.map((say) => say.text)).to.deep.equal([
        "Sorry, our questions have just been changed, so I have to ask from the beginning. What you told me is kept.",
        "Which material?",
      ]);
      expect(next.facts.answers).to.deep.equal({ size: "42" });
    });

    it("even when the whole dialog is gone", () => {
      const position: DialogPosition = {
        dialog: "gone",
        version: "?",
        step: "x",
        noInput: 0,
        noMatch: 0,
        trail: [],
        pending: null,
        calls: [],
        words: null,
      };
      const next = advance(position, NO_FACTS, { kind: "silence" }, surroundings(before));
      expect(next.says.at(-1)?.text).to.equal("Which size?");
    });
  });
});
