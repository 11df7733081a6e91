/** Reading the configuration anew while the desk runs: all of it, or nothing. */
import type { NewPassword } from "../accounts.ts";
import { ConfigProblem, type Logger } from "../adapter.ts";
import type { Configuration } from "../config/compile.ts";
import { formatProblem } from "../config/problem.ts";
import { adoptable, needsRestart } from "../config/restart.ts";
import type { HttpSettings, Settings } from "../config/settings.ts";
import type { DeclaredStaff } from "../config/staff.ts";
import type { ReloadReport } from "../control/protocol.ts";
import type { Verdict } from "../core/model.ts";
import type { Rules } from "../core/rules.ts";

/** What the desk runs by. `settings` are those of the start and stay; `rules` are the last that were adopted. */
export interface Running {
  rules: Rules;
  staff: DeclaredStaff;
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
  /** Who may reach the HTTP server from now on. Throws ConfigProblem for a list that would guard nothing. */
  readonly letIn: (http: HttpSettings) => void;
  /** Where links lead now; see PublicAddress. */
  readonly addressed: (rules: Rules) => Rules;
  readonly log: Logger;
}

export interface Reloading {
  reload(): Promise<ReloadReport>;
  /** The rules that run, with links to where the desk is reached now; the files are not read. */
  readdress(): Promise<void>;
}

/** Two reloads never overlap: the second reads the files after the first has been adopted. */
export function createReload(parts: ReloadParts): Reloading {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(change: (parts: ReloadParts) => Promise<Result>): Promise<Result> => {
    const next = last.then(() => change(parts));
    last = next.catch(() => {}); // Whoever asked gets the error; the next one starts afresh.
    return next;
  };
  return { reload: () => inTurn(reload), readdress: () => inTurn(readdress) };
}

async function readdress({ running, adopt, addressed, log }: ReloadParts): Promise<void> {
  const rules = addressed(running.rules);
  const verdict = await adopt(rules);
  if (verdict.kind === "refused")
    log.error("reload.refused", { reason: verdict.text, note: "links lead to where they led" });
  else running.rules = rules;
}

async function reload({ running, load, adopt, addressed, letIn, follow, log }: ReloadParts): Promise<ReloadReport> {
  const start = performance.now();
  const configuration = load();
  const problems = configuration.problems.map(formatProblem);
  if (configuration.rules === null || configuration.settings === null) {
    return refuse(log, problems);
  }
  try {
    letIn(ofRunning(running, configuration.settings));
  } catch (error) {
    if (error instanceof ConfigProblem) return refuse(log, [error.message]);
    throw error;
  }
  const { rules: written, needsRestart: waiting } = adoptable(running.rules, configuration.rules);
  const rules = addressed(written);
  const verdict = await adopt(rules);
  if (verdict.kind === "refused") {
    return refuse(log, [`The desk could not adopt the rules (${verdict.reason}): ${verdict.text}`]);
  }
  running.rules = rules;
  running.staff = configuration.staff;
  running.needsRestart = [...new Set([...needsRestart(running.settings, configuration.settings), ...waiting])].sort();
  const passwords = await follow(rules);
  const ms = Math.round(performance.now() - start);
  log.info("reload.done", { rules: rules.version, ms, needsRestart: running.needsRestart, problems });
  return { kind: "reloaded", rules: rules.version, problems, needsRestart: running.needsRestart, passwords, ms };
}

/** A network that waits for a restart has nothing yet to be guarded. */
function ofRunning(running: Running, { http }: Settings): HttpSettings {
  const mounts = [...http.mounts].filter(([name]) => running.settings.networks.has(name));
  return { ...http, mounts: new Map(mounts) };
}

function refuse(log: Logger, problems: readonly string[]): ReloadReport {
  log.error("reload.refused", { problems, note: "the rules that were running go on" });
  return { kind: "refused", problems };
}
