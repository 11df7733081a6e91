/**
 * The soak, short: a real desk under load by the command that runs for an hour (docs/performance.md). In a minute and a half it finds what is kept
 * of every message. `SOAK_MINUTES` in the environment makes it longer.
 */
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server-process.ts";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 1.5);
const LIMIT_MS = MINUTES * 60_000 + 120_000;
const SOAK = fileURLToPath(new URL("../../scripts/soak.ts", import.meta.url));
const LOAD = ["--conversations", "100", "--per-second", "200", "--endings", "2", "--every", "5"];

describe("the soak: a desk under load (real Prosody)", function soak() {
  this.timeout(LIMIT_MS + 20_000);
  requires("prosody");

  it(`loses nothing and does not grow in ${MINUTES} minutes`, async () => {
    const args = [SOAK, "--minutes", `${MINUTES}`, ...LOAD];
    const running = new ServerProcess({ name: "the soak", program: process.execPath, args });
    try {
      const how = await running.wait(LIMIT_MS);
      expect(how, running.output).to.equal("ended with exit code 0");
      const [, messages] = /(\d+) messages, \d+ conversations ended.*\n(?!.*messages,)/u.exec(running.output) ?? [];
      expect(Number(messages), running.output).to.be.greaterThan(MINUTES * 60 * 50);
    } finally {
      await running.kill();
    }
  });
});
