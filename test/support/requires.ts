import { isInstalled, type ProgramName, programs } from "./programs.ts";

/** What becomes of a suite: it runs, it is skipped with a reason, or (in CI) it fails with that reason. */
export type Decision = { readonly kind: "run" } | { readonly kind: "skip" | "fail"; readonly reason: string };

/** The rule in one place: a missing program skips the suite, but with CI=true it fails it. */
export function decide(missing: readonly ProgramName[], ci: boolean): Decision {
  if (missing.length === 0) {
    return { kind: "run" };
  }
  const packages = missing.map((name) => programs[name].debianPackage).join(" ");
  const verb = missing.length === 1 ? "is" : "are";
  const reason = `${missing.join(", ")} ${verb} not installed; \`npm test\` as root on Debian installs, or: apt-get install ${packages}`;
  return { kind: ci ? "fail" : "skip", reason };
}

/**
 * To be called first in a `describe`: the suite runs only if these programs are on the machine. Without them it is
 * skipped with a sentence; with CI=true it fails.
 */
export function requires(...names: ProgramName[]): void {
  before(function checkPrograms() {
    const decision = decide(
      names.filter((name) => !isInstalled(name)),
      process.env.CI === "true",
    );
    if (decision.kind === "fail") {
      throw new Error(decision.reason);
    }
    if (decision.kind === "skip") {
      process.stdout.write(`    skipped: ${decision.reason}\n`);
      this.skip();
    }
  });
}
