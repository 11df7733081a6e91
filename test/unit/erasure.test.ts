/** The order in which a customer is erased, and what becomes of one who comes back in the middle of it. */
import { expect } from "chai";
import { type ErasureParts, eraseCustomer } from "../../src/boot/erasure.ts";
import type { Verdict } from "../../src/core/model.ts";
import type { DeskCommand } from "../../src/core/step.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { CUSTOMER, line, message, NOTHING } from "../conformance/store.ts";

const BY = { actor: "command line:root", origin: null };
const OPEN: Verdict = {
  kind: "refused",
  reason: "unexpected-request",
  text: "their conversation c2 is open; close it first",
};
const URL_OF_FILE = "https://desk.example/files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/a.png";

describe("erasure of a customer", () => {
  /** `verdicts`: what the core says each time it is told to forget them. */
  async function erased(verdicts: readonly Verdict[]) {
    const store = createMemoryStore();
    const file = { name: "a.png", type: "image/png", bytes: 1, url: URL_OF_FILE, kind: "image" } as const;
    const visit = JSON.stringify({ address: CUSTOMER, customer: "c-7", answers: {} });
    await store.commit({
      ...NOTHING,
      lines: [
        line(1),
        line(2, { content: { ...message("a file"), file } as never }),
        line(3, { conversation: "other", from: null, author: null }),
      ],
      facts: [{ at: 1, conversation: "c1", csr: null, event: "queued", detail: { visit } }],
    });
    const did: string[] = [];
    const commands: DeskCommand[] = [];
    const left = [...verdicts];
    const parts = {
      store,
      engine: {
        submit: async (event: { readonly command: DeskCommand }) => {
          commands.push(event.command);
          return left.shift() ?? { kind: "accepted" };
        },
      },
      files: { forget: async (urls: readonly string[]) => did.push(`files ${urls.join(" ")}`) },
      host: { capabilities: () => ({}), forget: async () => void did.push("network") },
      audit: {
        record: async ({ action, outcome = "done" }: { readonly action: string; readonly outcome?: string }) =>
          void did.push(`${action} ${outcome}`),
      },
    } as unknown as ErasureParts;
    const report = await eraseCustomer(parts, CUSTOMER, true, BY);
    const lines = (await store.transcript("c1", 10)).length;
    return { report, did, commands, lines, others: (await store.transcript("other", 10)).length };
  }

  it("is the core's word, then recorded, then done: files, what the network keeps, the store", async () => {
    const { report, did, commands, lines, others } = await erased([]);
    expect(did).to.deep.equal(["customer.erased done", `files ${URL_OF_FILE}`, "network"]);
    expect(commands[0]).to.deep.equal({ kind: "forget", person: CUSTOMER, conversations: ["c1"], customers: ["c-7"] });
    expect(report).to.deep.include({ kind: "erased", conversations: 1, lines: 2, facts: 1 });
    expect([lines, others]).to.deep.equal([0, 1]);
  });

  it("is refused while a conversation is open, and nothing is done", async () => {
    const { report, did, lines } = await erased([OPEN]);
    expect(did).to.deep.equal(["customer.erased refused"]);
    expect(report).to.deep.equal({ kind: "refused", text: `Nothing was erased: ${"text" in OPEN ? OPEN.text : ""}` });
    expect(lines).to.equal(2);
  });

  it("leaves the room of one who has come back meanwhile, erases what there was, and says so", async () => {
    const { report, did, lines } = await erased([{ kind: "accepted" }, OPEN]);
    expect(did).to.deep.equal(["customer.erased done", `files ${URL_OF_FILE}`]);
    expect(lines).to.equal(0);
    expect(report.kind === "refused" && report.text).to.match(
      /^What there was is erased, but they have come back meanwhile: .* is open/u,
    );
  });
});
