/** The command line as a whole: a table of subcommands, one file each. */
import { Command, CommanderError } from "commander";
import { readVersion } from "../boot/version.ts";
import { addAudit } from "./audit.ts";
import { addBackup, addRestore } from "./backup.ts";
import { addCheck } from "./check.ts";
import { addConversations } from "./conversations.ts";
import { addCsrs } from "./csrs.ts";
import { addErase } from "./erase.ts";
import { addExplain } from "./explain.ts";
import { addInit } from "./init.ts";
import { addKey } from "./key.ts";
import { addReload } from "./reload.ts";
import { addReplay } from "./replay.ts";
import { addReport } from "./report.ts";
import { addRoutingServer } from "./routing-server.ts";
import { addSimulate } from "./simulate.ts";
import { addStart } from "./start.ts";
import { addStatus } from "./status.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";
import { addToken } from "./token.ts";
import { addTranscript } from "./transcript.ts";
import { addTry } from "./try.ts";

/** In the order in which help lists them. */
const SUBCOMMANDS: readonly ((program: Command, terminal: Terminal) => void)[] = [
  addInit,
  addCheck,
  addTry,
  addReplay,
  addSimulate,
  addStart,
  addRoutingServer,
  addReload,
  addStatus,
  addReport,
  addConversations,
  addTranscript,
  addCsrs,
  addToken,
  addKey,
  addAudit,
  addBackup,
  addErase,
  addExplain,
  addRestore,
];

/** Runs one command line (without the program's own name). Sets the terminal's exit code; never ends the process. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<void> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    // Help and version end here as well, with 0; what was wrong with the line has been said.
    terminal.exitCode = error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("frontdesk")
    .description(
      "Frontdesk: one support handle on every instant-messaging network, the right representative behind it.",
    )
    .version(readVersion(), "-V, --version")
    .exitOverride()
    // Every command has it from here.
    .showHelpAfterError("Add --help to see what it takes.")
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk init && frontdesk start\n  frontdesk check && frontdesk reload\n  frontdesk conversations\n",
    );
  for (const add of SUBCOMMANDS) {
    add(program, terminal);
  }
  for (const command of everyCommand(program)) {
    command.exitOverride().copyInheritedSettings(program);
  }
  return program;
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((inner) => [inner, ...everyCommand(inner)]);
}
