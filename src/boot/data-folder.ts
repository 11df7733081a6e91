/** The folder of the data: there, ours alone, and writable, or a sentence that says why not. */
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { StartFault } from "./steps.ts";

/** Makes the folder when it is missing. Throws StartFault. */
export function prepareDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory()) {
      throw new StartFault(`The data folder ${folder} is not a folder; see store.folder in frontdesk.yaml, or --data.`);
    }
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof StartFault) {
      throw error;
    }
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new StartFault(`${SENTENCES[code] ?? `The data folder % cannot be used (${code}).`}`.replace("%", folder));
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: "The data folder % may not be written by this user. Give it to them (chown), or name another with --data.",
  EPERM: "The data folder % may not be written by this user. Give it to them (chown), or name another with --data.",
  EROFS: "The data folder % lies on a file system that is read-only. Name another with --data.",
  EEXIST: "The data folder % is a file, not a folder; see store.folder in frontdesk.yaml, or --data.",
  ENOTDIR: "The data folder % lies below a file, not a folder; see store.folder in frontdesk.yaml, or --data.",
  ENOSPC: "The disk of the data folder % is full.",
};
