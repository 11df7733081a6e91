/** `frontdesk reload`: the running desk takes a changed configuration over, or refuses it whole. */
import type { Command } from "commander";
import { passwordLines } from "../boot/greeting.ts";
import type { ReloadReport } from "../control/protocol.ts";
import { ask, type DeskOptions, withDesk } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export function addReload(program: Command, terminal: Terminal): void {
  withDesk(program.command("reload"))
    .summary("let the running desk read its configuration anew")
    .description(
      "Lets the running desk read its configuration anew. All or nothing: with an error in it nothing changes and every\n" +
        "problem is printed. No conversation drops. What only counts after a restart is named.",
    )
    .addHelpText("after", "\nExamples:\n  frontdesk check && frontdesk reload\n")
    .action((options: DeskOptions) =>
      ask<ReloadReport>(terminal, options, "POST", "/reload", (report) => show(report, terminal)),
    );
}

function show(report: ReloadReport, terminal: Terminal): void {
  if (report.kind === "refused") {
    return; // Told as an error already.
  }
  for (const problem of report.problems) {
    terminal.out(problem);
  }
  terminal.out(terminal.paint("green", `The new rules count from now on (${report.rules}, ${report.ms} ms).`));
  if (report.needsRestart.length > 0) {
    terminal.out(terminal.paint("yellow", `These changes wait for a restart: ${report.needsRestart.join(", ")}`));
  }
  if (report.passwords.length > 0) {
    terminal.out(passwordLines(report.passwords).join("\n"));
  }
}
