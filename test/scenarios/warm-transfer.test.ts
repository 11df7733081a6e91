/** Warm transfer: a colleague is asked first, heard by the CSR alone; then they go on with the customer, or the CSR does. */
import { play } from "../support/play.ts";
import { company, type PlayConfig } from "../support/play-rules.ts";

const CSRS: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
  ben: { name: "Ben", at: ["web"], skills: { tax: 1, sales: 1 } },
};
const DESK = company({ csrs: CSRS });
const CONSULTING = [
  "ada is available",
  "anna@web: hello",
  "ada offered: for Billing",
  "ada: /accept",
  "anna sees: Ada is here.",
  "anna: may I have my money back?",
  "ada sees: money back",
  "ben is available",
  "ada: /consult ben may she?",
  "ben sees: Ada asks you about customer: may she?",
  "ben sees: Earlier: … customer: may I have my money back?",
  "ada sees: Ben reads along",
];

describe("a warm transfer", () => {
  it("asks first: the colleague sees the talk, and what they say reaches the CSR alone", () =>
    play(DESK, [
      ...CONSULTING,
      "ben to Billing: she may",
      "ada sees: (Ben whispers) she may",
      "ada: /whisper all of it?",
      "ben sees: (Ada whispers) all of it?",
      "anna never sees: she may",
      "anna never sees: all of it",
      "ben: /takeover",
      "ben sees: That is for supervisors.",
    ]));

  it("is completed: the colleague goes on with the customer, and the CSR has room again", () =>
    play(DESK, [
      ...CONSULTING,
      "ada: /complete",
      "ada sees: Ben has taken over.",
      "ben sees: You talk with customer now.",
      "anna sees: Ben is here.",
      "10 seconds pass",
      "ben to Billing: you may",
      "anna sees: you may",
      "anna: thank you",
      "ben sees: thank you",
      "ada never sees: thank you",
      "berta@web: hello",
      "ada offered: for Billing",
    ]));

  it("keeps back what the colleague wrote at that very moment, and says so; nothing of it is lost", () =>
    play(DESK, [
      ...CONSULTING,
      "ada: /complete",
      "ben to Billing: but never more than twice",
      "ben sees: Not shown to customer, perhaps for Ada: but never more than twice",
      "ben to Billing: she always asks",
      "ben sees: Not shown to customer, perhaps for Ada: she always asks",
      "ben edits: she always asks -> good day",
      "the desk restarts",
      "ben takes back: but never more",
      "anna sees: Ben is here.",
      "anna sees nothing",
      "ben to Billing: /send",
      "anna sees exactly: good day",
      "ben to Billing: how are you?",
      "anna sees exactly: how are you?",
      "ben to Billing: /send",
      "ben sees: Nothing was kept back.",
      "anna never sees: never more",
      "anna never sees: she always asks",
    ]));

  it("keeps nothing back where admins want none kept", () =>
    play({ ...DESK, limits: { ...DESK.limits, crossingSeconds: 0 } }, [
      ...CONSULTING,
      "ada: /complete",
      "anna sees: Ben is here.",
      "ben to Billing: you may",
      "anna sees exactly: you may",
    ]));

  it("or returned: the colleague is out, and the CSR goes on", () =>
    play(DESK, [
      ...CONSULTING,
      "ada: /return",
      "ben sees: You listen no longer.",
      "ada: here I am again",
      "anna sees: here I am again",
      "ben never sees: here I am again",
      "ada: /complete",
      "ada sees: You are asking nobody.",
    ]));

  it("asks whoever has a skill, and nobody who is not there or has no room", () =>
    play(DESK, [
      ...CONSULTING.slice(0, 7),
      "ada: /consult ben hello?",
      "ada sees: Ben is",
      "ben is available",
      "ada: /consult tax: a question",
      "ben sees: Ada asks you about customer: a question",
      "ada: /close",
      "ben sees: You listen no longer.",
    ]));
});
