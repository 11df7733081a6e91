/** What the desk is made of besides itself: pinned, explained, and without known holes. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string): string => readFileSync(`${ROOT}/${file}`, "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly link?: boolean }>
  >;
}
interface AuditReport {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly message?: string;
}

const manifest = JSON.parse(read("package.json")) as Manifest;

describe("dependencies", function () {
  this.timeout(300_000);

  it("are pinned by the lock file, each with the hash of what is to be installed", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as Lock;
    const loose = Object.entries(packages)
      .filter(([path, { integrity, link }]) => path !== "" && link !== true && integrity === undefined)
      .map(([path]) => path);
    expect(loose).to.deep.equal([]);
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(packages[`node_modules/${name}`]?.version, name).to.match(/^\d+\.\d+\.\d+/);
    }
  });

  it("each have their reason in ARCHITECTURE.md", () => {
    const [, told = ""] = read("ARCHITECTURE.md").split("## Dependencies");
    const unexplained = Object.keys(manifest.dependencies).filter((name) => !told.includes(`\`${name}\``));
    expect(unexplained).to.deep.equal([]);
  });

  it("are in docs/dependencies.md, where known holes were looked up, as they are locked", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as Lock;
    const rows = [...read("docs/dependencies.md").matchAll(/^\| `([^`]+)` \| (\d+\.\d+\.\d+) \|/gmu)];
    expect(rows).to.not.be.empty;
    for (const [, name = "", version] of rows) {
      expect(packages[`node_modules/${name}`]?.version, name).to.equal(version);
    }
  });

  it("have no hole that the registry knows of", function () {
    const { stdout, error } = spawnSync("npm", ["audit", "--json", "--omit=dev"], { cwd: ROOT, encoding: "utf8" });
    const report = error === undefined && stdout !== "" ? (JSON.parse(stdout) as AuditReport) : {};
    if (report.metadata === undefined) {
      const reason = report.message ?? error?.message ?? "npm said nothing";
      process.stdout.write(`    skipped: no registry here tells of known holes (${reason})\n`);
      this.skip();
    }
    const { info: _told, total: _all, ...holes } = report.metadata?.vulnerabilities ?? {};
    expect(holes).to.deep.equal({ low: 0, moderate: 0, high: 0, critical: 0 });
  });
});
