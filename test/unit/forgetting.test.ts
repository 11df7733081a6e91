/** What the desk itself still knows of a customer who is erased: after the core's word nothing. */
import { expect } from "chai";
import { company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const ANNA = { network: "web", id: "anna-id" };
const ADA = { network: "xmpp", id: "ada" };
const KNOWN: Partial<PlayConfig> = {
  dialogs: {
    person: "billing",
    dialogs: { express: { steps: [{ identify: { account: false, askName: "Name?" } }, { route: "billing" }] } },
  },
  networks: {
    web: { title: "Web", handles: { support: "express" } },
    xmpp: { title: "XMPP", handles: { support: "express" } },
  },
  directory: [{ id: "c-7", name: "Anna", account: null, language: null, addresses: [ANNA], attributes: {} }],
};

/** Anna has talked with Ada, and it is over. */
function afterATalk(changes: Partial<PlayConfig>): {
  readonly core: CoreDesk;
  readonly conversations: readonly string[];
} {
  const core = new CoreDesk(playSetting(company(changes)));
  core.hear({ kind: "presence", from: ADA, to: "desk", state: "available", text: null, all: true });
  core.hear({ kind: "message", from: ANNA, to: "support", text: "hello" });
  const offer = core.sent.findLast(({ kind, to }) => kind === "message" && to.id === ADA.id);
  core.hear({ kind: "message", from: ADA, to: offer?.from ?? "", text: "/accept" });
  core.hear({ kind: "message", from: ADA, to: offer?.from ?? "", text: "/close" });
  return { core, conversations: [...core.conversations.keys()] };
}
const remembered = (core: CoreDesk): readonly string[] =>
  [...core.rows.keys()].filter((id) => id.startsWith("desk last"));

describe("a customer who is erased", () => {
  for (const [who, changes] of [
    ["a stranger", {}],
    ["one the company's directory knows", KNOWN],
  ] as const) {
    it(`${who}: nobody knows any more who talked with them last`, () => {
      const { core, conversations } = afterATalk(changes);
      expect(remembered(core)).to.have.length(1);
      const { verdict } = core.step({ kind: "command", command: { kind: "forget", person: ANNA, conversations } });
      expect(verdict).to.deep.equal({ kind: "accepted" });
      expect(remembered(core)).to.deep.equal([]);
    });
  }
});
