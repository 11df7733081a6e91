/** What the web network keeps of a person who is erased: nothing, of anybody else everything. */
import { expect } from "chai";
import { Uploads } from "../../adapters/web/uploads.ts";
import { TestContext } from "../support/adapter-context.ts";

describe("a person of the web who is erased", () => {
  it("leaves nothing of what they uploaded behind", async () => {
    const { state, clock } = new TestContext({ network: "web", handles: ["support"], desk: "desk", alias: null });
    const file = { url: "https://desk.example/files/a/b.png", name: "b.png", type: "image/png", bytes: 1 };
    const forgotten: string[] = [];
    const files = {
      maxBytes: 10,
      types: ["image/png"],
      forget: async (urls: readonly string[]) => forgotten.push(...urls),
      take: async () => ({ kind: "taken", file, words: "b.png" }) as const,
    };
    const uploads = new Uploads({ files, state, clock } as unknown as ConstructorParameters<typeof Uploads>[0], 2);
    async function* bytes() {
      yield new Uint8Array(1);
    }
    for (const id of ["visitor-anna", "visitor-ben"]) await uploads.receive({ network: "web", id }, "b.png", bytes());
    // As an older version left it.
    await state.set("upload/old", { file, words: "b.png", at: 0 });
    expect(await state.keys("")).to.have.length(3);
    await uploads.forget("visitor-anna");
    const [left = "", ...others] = await state.keys("");
    expect(others).to.deep.equal([]);
    expect(forgotten).to.deep.equal([file.url]);
    expect(await state.get(left)).to.include({ from: "visitor-ben" });
  });
});
