/** `frontdesk key`: keys that seal what lies on the disk. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { createSealing, isKey, KEY_BYTES } from "../sealing.ts";
import { EXIT_CODES, plain, type Terminal } from "./terminal.ts";

export function addKey(program: Command, terminal: Terminal): void {
  const key = program
    .command("key")
    .summary("make a key that seals the store and the files, and tell its id")
    .description(
      "With a key the desk seals what lies on its disk (docs/operators.md, Sealed on the disk). Whoever loses it has lost the data:\n" +
        "keep a copy of it, apart from the backups.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk key create /etc/frontdesk/store-key\n  frontdesk key id /etc/frontdesk/store-key\n",
    );
  key
    .command("create")
    .argument("<file>", "a new file; one that is there is left alone")
    .summary("make a key, readable for you alone")
    .action((file: string) =>
      saying(terminal, file, "made", () => {
        const made = randomBytes(KEY_BYTES).toString("base64");
        write(file, `${made}\n`);
        terminal.out(`The key ${idOf(made)} is in ${plain(file)}. Name it in frontdesk.yaml, and restart the desk:`);
        // A relative one would be looked for beside frontdesk.yaml, wherever this was called.
        terminal.out(`\n  store:\n    key: {file: ${JSON.stringify(resolve(file))}}\n`);
        terminal.out(
          "The desk's own user must be able to read it (chown), and nobody else. Keep a copy of it, apart from the backups.",
        );
      }),
    );
  key
    .command("id")
    .argument("<file>", "a file with a key")
    .summary("tell the id of a key, by which the desk names it in what it says")
    .action((file: string) =>
      saying(terminal, file, "read", () => {
        const text = readFileSync(file, "utf8");
        if (isKey(text)) return terminal.out(idOf(text));
        terminal.err(
          `There is no key in ${plain(file)}: a key is 32 bytes in base64 or hex. \`frontdesk key create\` makes one.`,
        );
        terminal.exitCode = EXIT_CODES.failed;
      }),
    );
}

function idOf(key: string): string {
  return createSealing({ current: key, former: [] }).current ?? "";
}

/** Throws with EEXIST when there is something by that name, a link to nowhere too. Synced, since it is about to be all that opens the data. */
function write(file: string, text: string): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function saying(terminal: Terminal, file: string, what: "made" | "read", act: () => void): void {
  try {
    act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "EEXIST" ? "there is a file of that name, and it was left as it is" : (error as Error).message;
    terminal.err(`${plain(file)} was not ${what}: ${plain(why)}.`);
    terminal.exitCode = EXIT_CODES.failed;
  }
}
