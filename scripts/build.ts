/**
 * Compiles Frontdesk into dist/ for packing, or into another folder: `node scripts/build.ts [FOLDER]`. It mirrors the checkout (src, adapters, config,
 * package.json), so a path relative to a source file is right in both; only the ending `.ts` becomes `.js`.
 * A checkout runs without this.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules", ".bin", "tsc");
const target = resolve(root, process.argv[2] ?? "dist");

function main(): void {
  rmSync(target, { recursive: true, force: true });
  compile(["-p", "tsconfig.build.json", "--outDir", target]);
  for (const project of globSync("{src,adapters}/**/pages/tsconfig.json", { cwd: root })) {
    const folder = dirname(project);
    if (globSync(`${folder}/**/*.ts`, { cwd: root }).length > 0) {
      const emit = ["--noEmit", "false", "--rewriteRelativeImportExtensions", "--rootDir", "."];
      compile(["-p", project, ...emit, "--outDir", target]);
    }
  }
  copyAssets();
}

function compile(args: readonly string[]): void {
  const result = spawnSync(tsc, args, { cwd: root, stdio: "inherit" });
  if (result.status !== 0) {
    throw new Error(`tsc ${args.join(" ")} failed; its messages are above.`);
  }
}

/** Everything that is not TypeScript: pages, styles, migrations, the shipped configuration. */
function copyAssets(): void {
  const assets = globSync(["{src,adapters}/**/*.*", "config/**/*"], {
    cwd: root,
    exclude: (path) => path.endsWith(".ts") || path.endsWith("tsconfig.json") || path.endsWith("README.md"),
  });
  for (const asset of assets) {
    cpSync(join(root, asset), join(target, asset), { recursive: true });
  }
  // A `.js` file asks the nearest package.json whether it is a module.
  cpSync(join(root, "package.json"), join(target, "package.json"));
}

main();
