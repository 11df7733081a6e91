import { readFileSync } from "node:fs";
import { expect } from "chai";
import { act, compiled, surroundings } from "./dialog-play.ts";

/** The dialogs that Frontdesk ships with, config/dialogs.yaml. */
const shipped = compiled(readFileSync(new URL("../../config/dialogs.yaml", import.meta.url), "utf8"));
const QUESTION = "bot: What can we do for you…";

describe("dialog: the shipped ones", () => {
  it("a newcomer who picks from the list", () => {
    const { answers } = act(
      surroundings(shipped),
      `
      arrives
        bot: Welcome to Example Company! I am the automatic assistant and will find the right person for you.
        bot: What is your name, or your account number if you have one?
      customer: Zoë
        bot: What can we do for you, Zoë? Tell me in your own words, or pick a number.
          | 1. A bill or a payment
          | 2. An order or a delivery
          | 3. A technical problem
          | 4. My contract or my data
          | 5. Buying something
          | 6. Something else
      customer: 1
        bot: One moment, please.
        ends: queue billing
        knows: name=Zoë topic=billing reason="A bill or a payment"
    `,
    );
    expect(answers).to.be.at.most(3);
  });

  it("a newcomer whose language nobody knows is with a person after three answers all the same", () => {
    const { answers } = act(
      surroundings(shipped, { languageHint: null }),
      `
      arrives
        bot: Which language would you like to go on in?
          | In welcher Sprache möchten Sie weitermachen?
          | 1. English
          | 2. Deutsch
      customer: 2
        bot: Willkommen bei Example Company!…
        bot: Wie heißen Sie, oder wie lautet Ihre Kundennummer, falls Sie eine haben?
      customer: ich heiße Jürgen Groß
        bot: Was können wir für Sie tun, Jürgen Groß?…
      customer: die app stürzt dauernd ab
        bot: Einen Moment, bitte.
        ends: queue support
        knows: name="Jürgen Groß" topic=technical reason="die app stürzt dauernd ab" language=de
    `,
    );
    expect(answers).to.be.at.most(3);
  });

  it("the first message is listened to", () => {
    act(
      surroundings(shipped, { languageHint: null }),
      `
      customer: Hi, there is a mistake on the bill you sent me
        bot: Welcome to Example Company!…
        bot: What is your name…
      customer: Kim
        bot: I understand: A bill or a payment.
        ends: queue billing
        knows: reason="Hi, there is a mistake on the bill you sent me" language=en
    `,
    );
  });

  it("a matter told in place of a name is kept, not taken for one", () => {
    act(
      surroundings(shipped),
      `
      customer: hi
        bot: …
        bot: What is your name…
      customer: my parcel has not arrived yet
        bot: Thank you, I have noted that. And what is your name?
      customer: Kim
        bot: I understand: An order or a delivery.
        ends: queue support
        knows: name=Kim reason="my parcel has not arrived yet"
    `,
    );
  });

  it("a first message goes with those who want a person at once", () => {
    act(
      surroundings(shipped),
      `
      customer: the gizmo is on the fritz
        bot: …
        bot: What is your name…
      customer: a person please
        bot: Of course. I will find a person for you.
        ends: queue support
        knows: reason="the gizmo is on the fritz"
    `,
    );
  });

  it("did you mean, and no", () => {
    act(
      surroundings(shipped),
      `
      arrives
        bot: …
        bot: …
      customer: Kim
        ${QUESTION}
      customer: I need a different size router
        bot: Did you mean “A technical problem”? (yes/no)
      customer: help
        bot: Answer in your own words or with the number of a choice…
        bot: Did you mean “A technical problem”? (yes/no)
      customer: nope
        bot: All right. What is it then?
          | 1. A bill or a payment…
      customer: order
        bot: One moment, please.
        ends: queue support
        knows: topic=order reason="I need a different size router"
    `,
    );
  });

  it("did you mean, and yes: the customer's own words are the reason", () => {
    act(
      surroundings(shipped),
      `
      arrives
        bot: …
        bot: …
      customer: Kim
        ${QUESTION}
      customer: I need a different size router
        bot: Did you mean “A technical problem”? (yes/no)
      customer picks: yes
        bot: One moment, please.
        ends: queue support
        knows: topic=technical reason="I need a different size router"
    `,
    );
  });

  it("what nobody understands reaches a person with the customer's words", () => {
    act(
      surroundings(shipped),
      `
      arrives
        bot: …
        bot: …
      customer: Kim
        ${QUESTION}
      customer: asdfghjkl
        bot: Sorry, I did not understand that…
      customer: qwertyuiop
        bot: I do not quite understand, so I had better find a person for you.
        ends: queue support
        knows: reason=qwertyuiop name=Kim
    `,
    );
  });

  it("a known customer is not asked who they are, and gold goes first", () => {
    const { turn } = act(
      surroundings(shipped, { address: { network: "xmpp", id: "anna@example.com" } }),
      `
      arrives
        bot: Welcome to Example Company!…
        bot: Hello Anna Sample, good to see you again.
        bot: What can we do for you, Anna Sample?…
      customer: my parcel is lost
        bot: One moment, please.
        ends: queue support
    `,
    );
    expect(turn.end).to.deep.equal({ kind: "route", queue: "support", priority: 10, skills: {} });
  });

  it("the billing desk", () => {
    const { answers } = act(
      surroundings(shipped, { dialog: "billing" }),
      `
      arrives
        bot: This is the billing desk of Example Company.
        bot: What is your name, or your account number if you have one?
      customer: B-2002
        bot: What is your question, Bernd Beispiel? If it is about an invoice, its number helps us.
      customer: Invoice 4711 has the wrong VAT
        bot: One moment, please.
        ends: queue billing
        knows: customer=bernd reason="Invoice 4711 has the wrong VAT"
    `,
    );
    expect(answers).to.be.at.most(3);
    act(
      surroundings(shipped, { dialog: "billing" }),
      "customer: an agent please\nbot: …\nends: queue billing".replace("an agent please", "agent please"),
    );
  });
});
