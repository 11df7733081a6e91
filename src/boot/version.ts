/** The version of this Frontdesk, from its package.json, whether it runs from the checkout or compiled. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** "0.1.0"; "unknown" when the package file is not where it belongs. */
export function readVersion(): string {
  let folder = import.meta.dirname;
  for (let parent = dirname(folder); parent !== folder; folder = parent, parent = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      const found: unknown = JSON.parse(readFileSync(path, "utf8"));
      if (
        typeof found === "object" &&
        found !== null &&
        "version" in found &&
        "name" in found &&
        found.name === "frontdesk"
      ) {
        return String(found.version);
      }
    }
  }
  return "unknown";
}
