import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { redact, resolveSecrets } from "../../src/config/secrets.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { compile, edited, problemsOf, shipped, type Texts } from "./config-support.ts";

function withXmpp(secret: string, domain = "desk.example.com"): Texts {
  const section = `networks:\n  xmpp:\n    adapter: xmpp\n    mode: component\n    domain: "${domain}"\n    secret: ${secret}\n    handles: {}`;
  return edited("frontdesk.yaml", "networks:", section, shipped());
}

describe("secrets", () => {
  it("come from the environment", () => {
    const { settings } = compile(withXmpp("{env: XMPP_SECRET}"), { env: { XMPP_SECRET: "hunter2" } });
    expect(settings?.networks.get("xmpp")?.config).to.deep.include({ secret: "hunter2" });
  });

  it("come from a file beside the configuration, without the line break at its end", () => {
    const folder = temporaryFolder("secrets");
    writeFileSync(join(folder.path, "secret"), "hunter2\n");
    const { settings } = compile(withXmpp("{file: secret}"), { folder: folder.path });
    expect(settings?.networks.get("xmpp")?.config).to.deep.include({ secret: "hunter2" });
    folder.remove();
  });

  for (const [reference, says] of [
    ["{env: XMPP_SECRET}", "the environment variable XMPP_SECRET is not set"],
    ["{file: /nowhere/at/all}", "the file /nowhere/at/all does not exist"],
    ["{file: /}", "cannot be read (EISDIR)"],
  ] as const) {
    it(`that are not there are named once, at their place: ${reference}`, () => {
      const problems = problemsOf(withXmpp(reference));
      expect(problems).to.have.length(1);
      expect(problems[0])
        .to.match(/^config\/frontdesk.yaml:\d+:\d+ /)
        .and.to.include(says);
    });
  }

  it("that are unset may be empty texts too", () => {
    expect(problemsOf(withXmpp("{env: XMPP_SECRET}"), { env: { XMPP_SECRET: "" } })).to.have.length(1);
  });

  it("never appear in a problem, whatever an adapter says", () => {
    const problems = problemsOf(withXmpp("{env: XMPP_SECRET}", "not a domain hunter2"), {
      env: { XMPP_SECRET: "hunter2" },
    });
    expect(problems.join("\n")).to.include("(secret)").and.not.to.include("hunter2");
    expect(redact("a hunter2 b hunter2", new Set(["hunter2"]))).to.equal("a (secret) b (secret)");
  });

  it("are references only in the very form of one", () => {
    const value = { a: { env: "A", file: "b" }, b: { env: 3 }, c: [{ env: "C" }] };
    const resolved = resolveSecrets(value, { env: { C: "see" }, folder: "/" });
    expect(resolved).to.deep.include({ value: { ...value, c: ["see"] }, faults: [] });
  });
});

describe("a folder of configuration", () => {
  it("is named in problems as the admin named it, and files that are not read are pointed out", () => {
    const folder = temporaryFolder("folder");
    for (const [file, text] of Object.entries(shipped())) {
      writeFileSync(join(folder.path, file === "people.yaml" ? "peopel.yaml" : file), text);
    }
    mkdirSync(join(folder.path, "directory.yaml.d"));
    const { problems } = loadConfiguration(folder.path, adapters, { env: {} });
    expect(problems.map(formatProblem)).to.deep.equal([
      `${folder.path}/peopel.yaml:1:1 warning: this file is not read; did you mean people.yaml?`,
      `${folder.path}/people.yaml:1:1 there is no such file; \`frontdesk init\` writes one into an empty folder`,
    ]);
    folder.remove();
  });

  it("may lack the directory", () => {
    const { "directory.yaml": _, ...texts } = shipped();
    expect(compile(texts).rules?.directory.size).to.equal(0);
  });

  it("is refused when a file is not UTF-8", () => {
    const folder = temporaryFolder("folder");
    for (const [file, text] of Object.entries(shipped())) {
      writeFileSync(
        join(folder.path, file),
        file === "people.yaml" ? Buffer.from(text.replace("Grace", "Gr\u00e4ce"), "latin1") : text,
      );
    }
    const { problems } = loadConfiguration(folder.path, adapters, { env: {} });
    expect(problems.map(formatProblem)).to.deep.equal([`${folder.path}/people.yaml:1:1 the file is not UTF-8 text`]);
    folder.remove();
  });
});
