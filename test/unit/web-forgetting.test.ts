/** What the web network keeps of a person who is erased: nothing, of anybody else everything. */
import { expect } from "chai";
import { Uploads } from "../../adapters/web/uploads.ts";
import { TestContext } from "../support/adapter-context.ts";

describe("a person of the web who is erased", () => {
  it("leaves nothing of what they uploaded behind", async () => {
    const { state, clock } = new TestContext({ network: "web", handles: ["support"], desk: "desk", alias: null });
    const file = { url: "https://desk.example/files/a/b.png", name: "b.png", type: "image/png", bytes: 1 };
    const files = {
      maxBytes: 10,
      types: ["image/png"],
      take: async () => ({ kind: "taken", file, words: "b.png" }) as const,
    };
    const uploads = new Uploads({ files, state, clock } as unknown as ConstructorParameters<typeof Uploads>[0], 2);
    async function* bytes() {
      yield new Uint8Array(1);
    }
    for (const id of ["visitor-anna", "visitor-ben"]) await uploads.receive({ network: "web", id }, "b.png", bytes());
    expect(await state.keys("")).to.have.length(2);
    await uploads.forget("visitor-anna");
    const [left = "", ...others] = await state.keys("");
    expect(others).to.deep.equal([]);
    expect(await state.get(left)).to.include({ from: "visitor-ben" });
  });
});
