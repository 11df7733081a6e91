import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private folder of one test. */
export interface TemporaryFolder {
  /** Absolute path; the folder exists and is empty. */
  readonly path: string;
  /** Deletes it with all it holds; may be called again. */
  remove(): void;
}

const open = new Set<string>();

// A test that fails before its own clean-up must not leave its folder on the machine.
process.on("exit", () => {
  for (const path of open) {
    rmSync(path, { recursive: true, force: true });
  }
});

/** Makes a folder under the system's temporary folder; `purpose` becomes part of its name. */
export function temporaryFolder(purpose: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `frontdesk-${purpose}-`));
  open.add(path);
  return {
    path,
    remove: () => {
      open.delete(path);
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
