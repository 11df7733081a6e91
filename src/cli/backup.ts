/** `frontdesk backup` and `frontdesk restore`: copies of the store, made while the desk runs and put back while it does not. */
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { findDataFolder } from "../config/find-data-folder.ts";
import { StoreFault } from "../store/store.ts";
import { STORE_FILE } from "../store/store-file.ts";
import { type PlaceOptions, withPlace } from "./desk-command.ts";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

export function addBackup(program: Command, terminal: Terminal): void {
  withPlace(program.command("backup <file>"))
    .summary("copy the store to a file, while the desk runs")
    .description(
      "Copies the store as it is at this moment to a new file, checks the copy, and syncs it to the disk. The desk may run: it goes on\n" +
        "meanwhile. What people have sent as files lies beside the store, in files/; those never change, so any program may copy them.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk backup /backups/frontdesk-monday.sqlite\n  frontdesk backup nightly.sqlite -c /etc/frontdesk && rsync -a data/files/ /backups/files/\n",
    )
    .action((file: string, options: PlaceOptions) =>
      saying(terminal, async () => {
        const { backUpStore } = await import("../store/sqlite-backup.ts");
        const { bytes, schema } = await backUpStore(storeOf(options), resolve(file));
        terminal.out(`The store was copied to ${file} (${megabytes(bytes)}, schema ${schema}) and checked.`);
      }),
    );
}

export function addRestore(program: Command, terminal: Terminal): void {
  withPlace(program.command("restore <file>"))
    .summary("put a copy of the store back, while no desk runs")
    .description(
      "Checks a copy that `frontdesk backup` made and puts it in the place of the store. Stop the desk first. The store that was there\n" +
        "is kept beside it. What happened after the copy was made is not in it; sends that it holds as unconfirmed are sent again, under\n" +
        "the ids they had.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk restore /backups/frontdesk-monday.sqlite\n  frontdesk restore nightly.sqlite --data /var/lib/frontdesk\n",
    )
    .action((file: string, options: PlaceOptions) =>
      saying(terminal, async () => {
        const { restoreStore } = await import("../store/sqlite-backup.ts");
        const path = storeOf(options);
        const before = `${path}.before-${new Date().toISOString().replaceAll(":", "-")}`;
        const { bytes, schema } = restoreStore(resolve(file), path, before);
        terminal.out(`The store is that of ${file} now (${megabytes(bytes)}, schema ${schema}). Start the desk.`);
        terminal.out(`What was there before, if anything, is ${before}; remove it when it is not needed any more.`);
      }),
    );
}

function storeOf({ config, data }: PlaceOptions): string {
  return join(findDataFolder(config, data), STORE_FILE);
}

/** What the disk says is for the person at the terminal; anything else is a defect. */
async function saying(terminal: Terminal, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    terminal.err(error.message);
    terminal.exitCode = EXIT_CODES.failed;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
