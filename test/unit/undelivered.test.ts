/** Lines that come back long after they were sent, when the one they were for has another part in the talk by then. */
import { expect } from "chai";
import { company, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

const ANNA = { network: "web", id: "anna" };
const ADA = { network: "xmpp", id: "ada" };
const BEN = { network: "xmpp", id: "ben" };

describe("a line that comes back from a CSR who by then listens as a supervisor", () => {
  const staff = {
    ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 }, supervises: ["billing"] },
    ben: { name: "Ben", at: ["xmpp"], skills: { billing: 1 } },
  } as const;

  /** Ada has served Anna, handed her to Ben, and listens. */
  function listening() {
    const core = new CoreDesk(playSetting(company({ csrs: staff })));
    const says = (from: typeof ANNA, to: string, text: string) => core.hear({ kind: "message", from, to, text });
    const isThere = (from: typeof ADA) =>
      core.hear({ kind: "presence", from, to: "desk", state: "available", text: null, all: true });
    const windowOf = ({ id }: typeof ADA) =>
      core.sent.findLast(({ kind, to, from }) => kind === "message" && to.id === id && from !== "desk")?.from ?? "";
    isThere(ADA);
    says(ANNA, "support", "hello");
    says(ADA, windowOf(ADA), "/accept");
    says(ANNA, "support", "said to Ada alone");
    isThere(BEN);
    says(ADA, windowOf(ADA), "/transfer ben");
    says(BEN, windowOf(BEN), "/accept");
    says(ADA, "desk", "/monitor ben");
    says(ANNA, "support", "said to Ben");
    /** What Anna is told when Ada's copy of that line comes back. */
    const comesBack = (text: string): readonly string[] => {
      const copy = core.sent.find((one) => one.kind === "message" && one.to.id === ADA.id && one.text.includes(text));
      const before = core.sent.length;
      core.hear({ kind: "bounce", from: ADA, to: "desk", of: copy?.key ?? "", reason: "gone", text: null });
      return core.sent
        .slice(before)
        .flatMap((one) => (one.kind === "message" && one.to.id === ANNA.id ? [one.text] : []));
    };
    return { core, comesBack };
  }

  it("is told to its author when it was said to them as the CSR they were", () => {
    expect(listening().comesBack("said to Ada alone").join()).to.match(/^Not delivered: .*said to Ada alone/u);
  });

  it("is told to nobody when they only listened: nobody is to learn of that", () => {
    expect(listening().comesBack("said to Ben")).to.deep.equal([]);
  });
});
