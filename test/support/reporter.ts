import Mocha from "mocha";
import { TRIED_AGAIN } from "../../scripts/tried-again.ts";
import { endAfter } from "./wait.ts";

/** How long what the tests left behind may take to come to its end. */
const END_LIMIT_MS = 60_000;

/**
 * Mocha's own list of suites and tests, and after it one line of a fixed form, `N passed, N failed, N skipped`, by
 * which `scripts/test.ts` counts. Written as a function that uses the list rather than a class that inherits from it.
 */
function reporter(runner: Mocha.Runner, options: Mocha.MochaOptions): Mocha.reporters.Base {
  const list = new Mocha.reporters.Spec(runner, options);
  runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test: Mocha.Test, error: Error) => {
    // On one line, by which `scripts/test.ts` finds it.
    const why = (error.stack ?? String(error)).split(/\s*\n\s*/).slice(0, 4);
    process.stdout.write(`${TRIED_AGAIN}${test.fullTitle()}: ${why.join(" | ")}\n`);
  });
  runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
    const { passes, failures, pending } = list.stats;
    process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    endAfter(END_LIMIT_MS);
  });
  return list;
}

// Mocha loads a reporter with require(), which takes this export as the module.
export { reporter as "module.exports" };
