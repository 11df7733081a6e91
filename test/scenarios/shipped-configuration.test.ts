/** The shipped configuration, as a newcomer meets it: the real dialogs, phrases, rules and people of config/. */
import { play } from "../support/play.ts";
import { shippedSetting } from "../support/play-rules.ts";

const BROWSER = {
  name: "Firefox",
  version: "133",
  features: ["choices", "edit", "typing", "delivered", "read"] as const,
};
const shop = () =>
  shippedSetting({
    anna: { language: "en", software: BROWSER },
    greta: { language: "de-AT", software: BROWSER },
  });

describe("the shipped configuration", () => {
  it("brings a newcomer from hello to a person in three answers at the most", () =>
    play(shop(), [
      "grace is available",
      "anna@web: hello",
      "anna sees: Welcome to Example Company!",
      "anna sees: What is your name, or your account number",
      "anna: Anna",
      "anna sees: What can we do for you, Anna?",
      "anna: my parcel has not arrived",
      "anna sees: next",
      "grace offered: New conversation: Anna · Support · Web … Writes from: Firefox 133 … Reason: … /accept",
      "grace: /accept",
      "anna sees: connected to Grace",
      "anna: it was due on Monday",
      "grace sees from Anna: it was due on Monday",
      "grace: I will look into it",
      "anna sees from Grace: I will look into it",
      "grace: /close",
      "anna sees: has been closed",
      "anna sees nothing more",
    ]));

  it("speaks the customer's language", () =>
    play(shop(), [
      "ada is available",
      "greta@web: guten Tag",
      "greta sees: Willkommen",
      "greta: Greta",
      "greta sees: Was können wir für Sie tun",
      "greta: auf meiner Rechnung ist ein Fehler",
      "ada offered: New conversation: Greta · Billing",
      "ada: /accept",
      "greta sees: Ada",
    ]));

  it("takes an answer by button", () =>
    play(shop(), [
      "grace is available",
      "anna@web: hello",
      "anna: Anna",
      "anna sees: What can we do for you",
      "anna picks: Buying something",
      "grace offered: Sales",
    ]));

  it("finds a person when asked for one", () =>
    play(shop(), ["grace is available", "anna@web: hello", "anna: a person, please", "grace offered: Support"]));
});
