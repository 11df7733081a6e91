import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { commandOf, readDockerfile } from "../../../scripts/dockerfile.ts";

const text = readFileSync(fileURLToPath(new URL("../../../Dockerfile", import.meta.url)), "utf8");

describe("the Dockerfile, as its check reads it", () => {
  it("has two stages, and the last runs as nobody's root, keeps its data apart and is asked for its health", () => {
    const stages = readDockerfile(text);
    expect(stages.map(({ name }) => name)).to.deep.equal(["build", "1"]);
    const last = stages[1]?.instructions ?? [];
    const rest = (word: string) => last.filter((instruction) => instruction.word === word).map((found) => found.rest);
    expect(rest("USER")).to.deep.equal(["frontdesk"]);
    expect(rest("VOLUME")).to.deep.equal(["/desk/data"]);
    expect(rest("EXPOSE")).to.deep.equal(["8080"]);
    expect(rest("HEALTHCHECK")[0]).to.contain("/healthz");
  });

  it("joins continued lines, skips comments, and separates flags", () => {
    const [stage] = readDockerfile("# x\nFROM a AS b\nRUN one \\\n # in between\n && two\nCOPY --from=c /d ./e\n");
    expect(stage?.instructions).to.deep.equal([
      { word: "RUN", flags: {}, rest: "one  && two", line: 3 },
      { word: "COPY", flags: { from: "c" }, rest: "/d ./e", line: 6 },
    ]);
  });

  it("knows the exec form from the shell form", () => {
    expect(commandOf('["a", "b c"]')).to.deep.equal(["a", "b c"]);
    expect(commandOf("a b")).to.deep.equal(["/bin/sh", "-c", "a b"]);
    expect(() => commandOf("[1]")).to.throw("no list of strings");
  });

  it("refuses what it does not understand, with the line", () => {
    expect(() => readDockerfile("FROM a\nADD b c\n")).to.throw("Dockerfile:2");
    expect(() => readDockerfile("RUN a\n")).to.throw("before the first FROM");
  });
});
