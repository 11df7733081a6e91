/** Supervisors in plain text: they listen and nothing tells of it but what the rules say, whisper, join, take over. */
import { play } from "../support/play.ts";
import { company, type PlayConfig } from "../support/play-rules.ts";

const CSRS: PlayConfig["csrs"] = {
  ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } },
  eve: { name: "Eve", at: ["web"], supervises: ["billing"] },
  sam: { name: "Sam", at: ["web"], supervises: ["sales"] },
};

function desk(monitorNotice: "none" | "csr" | "both" = "none"): PlayConfig {
  const billing = { name: "Billing", skills: { billing: 1 }, monitorNotice } as const;
  return company({ csrs: CSRS, queues: { billing, sales: { name: "Sales", skills: { billing: 1 } } } });
}
const TALKING = [
  "ada is available",
  "anna@web: my bill",
  "ada offered: for Billing",
  "ada: /accept",
  "anna sees: Ada is here.",
  "anna: it is wrong",
  "ada sees: it is wrong",
  "eve is available",
  "sam is available",
];
const LISTENING = [...TALKING, "eve to desk: /monitor ada", "eve sees: You listen to Ada and customer."];

describe("a supervisor", () => {
  it("listens unseen: what both say, what was said before, and who says it", () =>
    play(desk(), [
      ...LISTENING,
      "eve sees: Earlier: … customer: it is wrong",
      "ada: which one?",
      "eve sees: Ada: which one?",
      "anna: the last",
      "eve sees: customer: the last",
      "ada sees: the last",
      "ada sees nothing more",
      "anna sees: which one?",
      "anna sees nothing more",
    ]));

  it("is heard, seen to type and to have read by nobody as long as they are silent", () =>
    play(desk(), [
      ...LISTENING,
      "anna: hm",
      "ada sees: hm",
      "eve sees: customer: hm",
      "eve to Billing: what a pity",
      "eve sees: You only listen",
      "eve types: composing",
      "eve read: customer: hm",
      "eve reacts 👍 to: customer: hm",
      "eve: /close",
      "eve sees: You only listen",
      "eve: /transfer sales",
      "eve sees: You only listen",
      "ada sees nothing",
      "anna sees nothing more",
    ]));

  it("whispers to the CSR, who whispers back; the customer sees nothing of it, corrected or not", () =>
    play(desk(), [
      ...LISTENING,
      "eve to Billing: /whisper offer a discount",
      "ada sees: (Eve whispers) offer a discount",
      "ada: /whisper how much?",
      "eve sees: (Ada whispers) how much?",
      "eve edits: /whisper offer a discount -> /whisper offer ten percent",
      "ada sees: (Eve whispers) offer ten percent",
      "eve edits: /whisper offer a discount -> plain words",
      "anna sees nothing",
      "anna has the history: I: my bill | desk: Hello! This is Example. | desk: You are next for Billing. | desk: Ada is here. | I: it is wrong",
    ]));

  it("joins, and from then on both read what they write", () =>
    play(desk(), [
      ...LISTENING,
      "eve to Billing: /barge",
      "eve sees: Both hear you now.",
      "ada sees: Eve has joined.",
      "anna sees: Eve has joined.",
      "eve: let me help",
      "anna sees: Eve: let me help",
      "ada sees: Eve: let me help",
      "anna: thank you",
      "eve sees: customer: thank you",
      "eve: /leave",
      "eve sees: You listen no longer.",
      "anna: still there?",
      "ada sees: still there?",
      "eve sees nothing more",
    ]));

  it("takes over: the CSR is out, has room again, and the customer knows", () =>
    play(desk(), [
      ...LISTENING,
      "eve to Billing: /takeover",
      "ada sees: Eve has taken over.",
      "eve sees: You talk with customer now.",
      "anna sees: Eve is here.",
      "eve: I am Eve",
      "anna sees: I am Eve",
      "anna: hello Eve",
      "eve sees: hello Eve",
      "ada sees nothing more",
      "berta@web: hello",
      "ada offered: for Billing",
      "eve: /close",
      "anna sees: Eve has closed",
    ]));

  it("is told when it is over, and hears nothing of what comes after", () =>
    play(desk(), [
      ...LISTENING,
      "ada: /close",
      "eve sees: You listen no longer.",
      "eve: /whisper hello?",
      "eve sees: is over.",
      "eve has no windows",
    ]));

  it("leaves with their connection, and holds nobody's capacity", () =>
    play(desk(), [
      ...LISTENING,
      "eve to desk: /status",
      "eve sees: You are free with 0 of 1",
      "eve goes offline",
      "eve comes online",
      "eve has no windows",
    ]));

  it("may do so where the rules say, and nobody else may", () =>
    play(desk(), [
      ...TALKING,
      "sam to desk: /monitor ada",
      "sam sees: There is no talk of ada.",
      "ada to desk: /monitor ada",
      "ada sees: That is for supervisors.",
      "ada to Billing: /barge",
      "ada sees: That is for supervisors.",
      "ada: /whisper to whom?",
      "ada sees: Whisper what?",
      "anna sees nothing",
    ]));

  it("is announced to whom the rules say", async () => {
    await play(desk("csr"), [...LISTENING, "ada sees: Eve listens.", "anna sees nothing"]);
    await play(desk("both"), [...LISTENING, "ada sees: Eve listens.", "anna sees: A supervisor may read this."]);
  });

  it("survives a restart, silent as before", () =>
    play(desk(), [
      ...LISTENING,
      "the desk restarts",
      "eve is available",
      "anna: again",
      "ada sees: again",
      "eve sees: customer: again",
      "eve to Billing: hm",
      "eve sees: You only listen",
      "anna sees nothing",
    ]));
});
