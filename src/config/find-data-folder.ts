/** Where a desk keeps its data. Apart from the rest, so that commands which only ask a running desk load little and answer soon. */
import { join, resolve } from "node:path";
import { textAt } from "./raw.ts";
import { readText } from "./read-text.ts";
import { parseYaml } from "./yaml-source.ts";

/** Beside the folder of the configuration. */
export const DEFAULT_DATA_FOLDER = "../data";

/**
 * Where the data of the desk configured in `folder` is, even when the configuration has errors: the command line must find a
 * running desk to ask it anything. `override` (relative to the working directory) takes the place of `store.folder`.
 */
export function findDataFolder(folder: string, override: string | undefined): string {
  if (override !== undefined) {
    return resolve(override);
  }
  const read = readText(join(folder, "frontdesk.yaml"));
  const written =
    read.kind === "text" ? textAt(parseYaml("frontdesk.yaml", read.text).value, ["store", "folder"]) : null;
  return resolve(folder, written ?? DEFAULT_DATA_FOLDER);
}
