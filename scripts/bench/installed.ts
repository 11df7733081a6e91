/** The desk as an operator runs it: compiled, so that no compiler that strips types is in its memory. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Installed {
  /** Its `scripts/frontdesk.js`. */
  readonly launcher: string;
  remove(): void;
}

/** Builds the checkout as it is into a private folder beside its dependencies; throws when it does not compile. */
export function install(): Installed {
  const folder = temporaryFolder("installed");
  const build = spawnSync(process.execPath, [join(ROOT, "scripts", "build.ts"), join(folder.path, "dist")], {
    encoding: "utf8",
  });
  if (build.status !== 0) {
    folder.remove();
    throw new Error(`The checkout cannot be built:\n${build.stdout}${build.stderr}`);
  }
  const launcher = join(folder.path, "scripts", "frontdesk.js");
  mkdirSync(join(folder.path, "scripts"));
  cpSync(join(ROOT, "scripts", "frontdesk.js"), launcher);
  cpSync(join(ROOT, "package.json"), join(folder.path, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(folder.path, "node_modules"));
  return { launcher, remove: folder.remove };
}
