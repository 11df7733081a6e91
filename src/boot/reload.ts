/** Reading the configuration anew while the desk runs: all of it, or nothing. */
import type { NewPassword } from "../accounts.ts";
import type { Logger } from "../adapter.ts";
import type { Configuration } from "../config/compile.ts";
import { formatProblem } from "../config/problem.ts";
import { adoptable, needsRestart } from "../config/restart.ts";
import type { Settings } from "../config/settings.ts";
import type { ReloadReport } from "../control/protocol.ts";
import type { Verdict } from "../core/model.ts";
import type { Rules } from "../core/rules.ts";

/** What the desk runs by. `settings` are those of the start and stay; `rules` are the last that were adopted. */
export interface Running {
  rules: Rules;
  readonly settings: Settings;
  needsRestart: readonly string[];
}

export interface ReloadParts {
  readonly running: Running;
  /** Reads and checks the files now. */
  readonly load: () => Configuration;
  /** Sends the rules through the engine; resolves once they are committed. */
  readonly adopt: (rules: Rules) => Promise<Verdict>;
  /** Tells everything beside the engine that follows the rules; makes accounts for new CSRs. */
  readonly follow: (rules: Rules) => Promise<readonly NewPassword[]>;
  readonly log: Logger;
}

/** Two reloads never overlap: the second reads the files after the first has been adopted. */
export function createReload(parts: ReloadParts): () => Promise<ReloadReport> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(() => reload(parts));
    last = next.catch(() => {}); // Whoever asked gets the error; the next one starts afresh.
    return next;
  };
}

async function reload({ running, load, adopt, follow, log }: ReloadParts): Promise<ReloadReport> {
  const start = performance.now();
  const configuration = load();
  const problems = configuration.problems.map(formatProblem);
  if (configuration.rules === null || configuration.settings === null) {
    return refuse(log, problems);
  }
  const { rules, needsRestart: waiting } = adoptable(running.rules, configuration.rules);
  const verdict = await adopt(rules);
  if (verdict.kind === "refused") {
    return refuse(log, [`The desk could not adopt the rules (${verdict.reason}): ${verdict.text}`]);
  }
  running.rules = rules;
  running.needsRestart = [...new Set([...needsRestart(running.settings, configuration.settings), ...waiting])].sort();
  const passwords = await follow(rules);
  const ms = Math.round(performance.now() - start);
  log.info("reload.done", { rules: rules.version, ms, needsRestart: running.needsRestart, problems });
  return { kind: "reloaded", rules: rules.version, problems, needsRestart: running.needsRestart, passwords, ms };
}

function refuse(log: Logger, problems: readonly string[]): ReloadReport {
  log.error("reload.refused", { problems, note: "the rules that were running go on" });
  return { kind: "refused", problems };
}
