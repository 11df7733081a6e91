/** `frontdesk start`: the desk, in the foreground, until it is told to stop. */
import type { Command } from "commander";
import { refuseBrotli } from "../boot/brotli.ts";
import { StartFault } from "../boot/steps.ts";
import { tendYoungGeneration } from "../boot/young-generation.ts";
import { type PlaceOptions, withPlace } from "./desk-command.ts";
import type { Terminal } from "./terminal.ts";

export function addStart(program: Command, terminal: Terminal): void {
  withPlace(program.command("start"))
    .summary("start the desk, in the foreground")
    .description(
      "Starts the desk, in the foreground. SIGTERM and Ctrl-C stop it: it takes nothing new, finishes what it has, and leaves.\n" +
        "A second time it leaves at once; what was confirmed is kept either way. SIGHUP reads the configuration anew.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk start\n  frontdesk start -c /etc/frontdesk --data /var/lib/frontdesk\n",
    )
    .action((options: PlaceOptions) => start(options, terminal));
}

async function start(options: PlaceOptions, terminal: Terminal): Promise<void> {
  tendYoungGeneration();
  refuseBrotli();
  // Only here: the other commands need none of what a desk is built of, and answer sooner without it.
  const { run } = await import("../main.ts");
  // Transcripts and hashes are nobody else's business, in whatever folder they lie.
  process.umask(0o077);
  try {
    const daemon = await run({ folder: options.config, dataFolder: options.data, print: terminal.out, signals: true });
    terminal.exitCode = await daemon.ended;
  } catch (error) {
    if (!(error instanceof StartFault)) {
      throw error;
    }
    terminal.exitCode = error.exitCode;
    terminal.err(error.message);
  }
  // Whatever still holds the process open (a socket somebody does not close) is not worth waiting for: all is committed.
  terminal.leave();
}
