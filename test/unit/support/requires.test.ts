import { expect } from "chai";
import { decide } from "../../support/requires.ts";

describe("what becomes of a suite whose programs are missing", () => {
  it("runs when nothing is missing, in CI and elsewhere", () => {
    expect(decide([], true)).to.deep.equal({ kind: "run" });
    expect(decide([], false)).to.deep.equal({ kind: "run" });
  });

  it("is skipped on a developer's machine, with a sentence that names the Debian package", () => {
    const decision = decide(["slixmpp"], false);
    expect(decision.kind).to.equal("skip");
    expect(decision).to.have.property("reason").that.contains("apt-get install python3-slixmpp");
  });

  it("fails in CI", () => {
    expect(decide(["prosody", "chromium"], true).kind).to.equal("fail");
  });
});
