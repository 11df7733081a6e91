import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { commandIn } from "./namespaces.ts";
import { programs } from "./programs.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/**
 * What keeps Chromium quiet: without these it tries to reach its maker's servers at every start. The sandbox needs a
 * user of its own, which a test that runs as root has not.
 */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the installed Chromium, headless, with a profile of its own, in that network namespace. Close it with `close()`. */
export async function startChromium(namespace?: string): Promise<Browser> {
  const folder = namespace === undefined ? null : temporaryFolder("chromium");
  const executablePath = folder === null ? programs.chromium.path : launcher(folder, namespace);
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS, timeout: 90_000 });
  browser.once("disconnected", () => folder?.remove());
  return browser;
}

/** A program of its own, since what starts browsers takes one path and no words before it. */
function launcher(folder: TemporaryFolder, namespace: string | undefined): string {
  const path = join(folder.path, "chromium");
  const command = commandIn(namespace, [programs.chromium.path]).join(" ");
  writeFileSync(path, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return path;
}
