/** The names that messages on IRC are said from: a new one is waited for, and nothing overtakes meanwhile. */
import { expect } from "chai";
import { Naming, type Source } from "../../adapters/irc/naming.ts";

describe("the name a message on IRC is said from", () => {
  it("is waited for by what comes later for the same recipient, whatever name that is said from, and by nobody else", async () => {
    const naming = new Naming();
    const disk = Promise.withResolvers<Source>();
    const said: Source[] = [];
    const say = async (recipient: string, find: () => Promise<Source> | Source) =>
      said.push(await naming.of(recipient, find));
    const all = [say("anna", () => disk.promise), say("anna", () => "second"), say("anna", () => "third")];
    expect(naming.of("ben", () => "at once")).to.equal("at once");
    expect(said).to.deep.equal([]);
    disk.resolve("first");
    await Promise.all(all);
    expect(said).to.deep.equal(["first", "second", "third"]);
    expect(
      naming.of("anna", () => "again at once"),
      "nobody waits any more",
    ).to.equal("again at once");
  });

  it("does not keep back what comes later when the first could not be had", async () => {
    const naming = new Naming();
    const first = naming.of("anna", () => Promise.reject(new Error("the disk is away")));
    const second = naming.of("anna", () => "second");
    const failure = await Promise.resolve(first).catch((error: unknown) => String(error));
    expect([failure, await second]).to.deep.equal(["Error: the disk is away", "second"]);
  });
});
