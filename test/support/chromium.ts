import { type Browser, chromium } from "playwright-core";
import { programs } from "./programs.ts";

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

/** Starts the installed Chromium, headless, with a profile of its own. Close it with `close()`. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: programs.chromium.path, headless: true, args: FLAGS, timeout: 30_000 });
}
