import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { freePort } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const START_LIMIT_MS = 60_000;

describe("the package that npm packs", function () {
  this.timeout(300_000);
  let folder: TemporaryFolder;
  let files: string[];
  let installed: string;

  before(() => {
    folder = temporaryFolder("package");
    files = pack(folder.path);
    installed = install(folder.path);
  });
  after(() => folder?.remove());

  it("holds compiled JavaScript, the shipped configuration and the pages; no TypeScript, no tests", () => {
    expect(files).to.include.members([
      "package/LICENSE",
      "package/package.json",
      "package/scripts/frontdesk.js",
      "package/dist/src/cli/main.js",
      "package/dist/config/frontdesk.yaml",
      "package/dist/adapters/web/pages/chat.html",
    ]);
    expect(files.filter((path) => /\.ts$|\/test\/|tsconfig/.test(path))).to.deep.equal([]);
  });

  it("says its version below node_modules, where Node refuses TypeScript", () => {
    const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
    const result = frontdesk(installed, ["--version"], folder.path);
    expect(result).to.deep.include({ status: 0, stdout: `${version}\n` });
  });

  it("starts in an empty folder from its own starter configuration, serves its pages, and stops", async () => {
    const desk = join(folder.path, "desk");
    mkdirSync(desk);
    expect(frontdesk(installed, ["init"], desk).status).to.equal(0);
    const port = await freePort();
    const settings = join(desk, "config", "frontdesk.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace("port: 8080", `port: ${port}`));
    const daemon = new ServerProcess({
      name: "frontdesk",
      program: process.execPath,
      args: [join(installed, "scripts", "frontdesk.js"), "start"],
      folder: desk,
    });
    try {
      await daemon.listening([port], START_LIMIT_MS);
      const health = await fetch(`http://127.0.0.1:${port}/healthz`);
      expect(health.status).to.equal(200);
      await expectPageWithScripts(`http://127.0.0.1:${port}/csr`);
    } finally {
      await daemon.stop();
    }
    expect(daemon.ended).to.equal("ended with exit code 0");
  });
});

describe("the launcher on a Node that is too old", () => {
  let folder: TemporaryFolder;
  let launcher: string;

  before(() => {
    folder = temporaryFolder("launcher");
    for (const part of ["scripts", "src/cli"]) {
      mkdirSync(join(folder.path, part), { recursive: true });
    }
    launcher = join(folder.path, "scripts", "frontdesk.js");
    cpSync(join(checkout, "scripts", "frontdesk.js"), launcher);
    writeFileSync(join(folder.path, "package.json"), '{"type": "module"}');
    const main = "const code: number = 7; process.stdout.write(process.argv.slice(2).join()); process.exitCode = code;";
    writeFileSync(join(folder.path, "src", "cli", "main.ts"), main);
  });
  after(() => folder?.remove());

  it("says in one sentence what is missing", () => {
    const result = onOldNode(launcher, ["start"]);
    expect(result.status).to.equal(1);
    expect(result.stderr).to.match(/^Frontdesk needs Node\.js 22\.18 or newer, and this is v20\.1\.0: .*\n$/);
  });

  it("starts itself on the Node that npm brought, and passes on arguments, output and exit code", () => {
    const bin = join(folder.path, "node_modules", "node", "bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, join(bin, "node"));
    expect(onOldNode(launcher, ["one", "two words"])).to.deep.include({
      status: 7,
      stdout: "one,two words",
      stderr: "",
    });
  });
});

/** Packs the checkout into a folder and lists what the archive holds. */
function pack(folder: string): string[] {
  const packed = spawnSync("npm", ["pack", "--pack-destination", folder], { cwd: checkout, encoding: "utf8" });
  expect(packed.status, packed.stderr).to.equal(0);
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  const unpacked = spawnSync("tar", ["-xvzf", archive], { cwd: folder, encoding: "utf8" });
  return unpacked.stdout.split("\n").filter((path) => path !== "");
}

/** As npm would install it: below node_modules, beside its dependencies, which are borrowed from the checkout. */
function install(folder: string): string {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(checkout, "node_modules")).filter((entry) => !entry.startsWith("."))) {
    symlinkSync(join(checkout, "node_modules", name), join(modules, name));
  }
  cpSync(join(folder, "package"), join(modules, "frontdesk"), { recursive: true });
  return join(modules, "frontdesk");
}

function frontdesk(installed: string, args: readonly string[], folder: string) {
  const launcher = join(installed, "scripts", "frontdesk.js");
  return spawnSync(process.execPath, [launcher, ...args], { cwd: folder, encoding: "utf8" });
}

/** This Node, made to believe that it is an old one. */
function onOldNode(launcher: string, args: readonly string[]) {
  const pretend = 'data:text/javascript,Object.defineProperty(process,"version",{value:"v20.1.0"})';
  return spawnSync(process.execPath, ["--import", pretend, launcher, ...args], { encoding: "utf8" });
}

/** The page is there, and every script and style it names is, too, as what a browser takes for one. */
async function expectPageWithScripts(url: string): Promise<void> {
  const page = await fetch(url);
  expect(page.status).to.equal(200);
  const html = await page.text();
  const named = [...html.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css))"/g)].map((match) => match[1] ?? "");
  expect(named).not.to.deep.equal([]);
  for (const path of named) {
    const asset = await fetch(new URL(path, url));
    expect(asset.status, path).to.equal(200);
    expect(asset.headers.get("content-type"), path).to.match(/^text\/(javascript|css)/);
  }
}
