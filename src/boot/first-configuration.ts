/** What a start takes from the configuration: all that is needed to run, or the reason why it cannot. */
import type { Configuration } from "../config/compile.ts";
import { formatProblem } from "../config/problem.ts";
import type { Settings } from "../config/settings.ts";
import { type ClosableLogger, createLog } from "../log.ts";
import type { Running } from "./reload.ts";
import { StartFault } from "./steps.ts";

export interface FirstConfiguration {
  readonly settings: Settings;
  readonly running: Running;
  readonly warnings: readonly string[];
}

/** Throws StartFault with every problem there is. */
export function firstConfiguration({ rules, settings, staff, problems }: Configuration): FirstConfiguration {
  const told = problems.map(formatProblem);
  if (rules === null || settings === null) {
    throw new StartFault(["The configuration cannot be used:", ...told].join("\n"));
  }
  const running: Running = { rules, settings, staff, needsRestart: [] };
  return { settings, running, warnings: told };
}

/** To standard error, as the configuration says. */
export function logFor({ log }: Settings): ClosableLogger {
  const format = log.format === "auto" ? (process.stderr.isTTY ? "human" : "json") : log.format;
  return createLog({ level: log.level, format });
}
