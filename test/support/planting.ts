/**
 * A throw-away copy of parts of the checkout, in which one exact piece of a file can be replaced by another and put back. With it the
 * simulation is shown to find bugs, and each defence is shown to be needed. The program itself has no switch for any of it.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Piece {
  /** Relative to the checkout. */
  readonly file: string;
  /** Is in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
}

export interface Plot {
  /** Where the copy is. */
  readonly folder: string;
  /** Replaces that piece; resolves with what puts the file back. Rejects when the piece is not there once: then it has to be chosen anew. */
  plant(piece: Piece): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

/** Copies those folders and files of the checkout `root`; packages are shared with it. */
export async function copyOf(root: string, parts: readonly string[]): Promise<Plot> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-planted-"));
  for (const part of parts) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  if (!parts.includes("package.json")) {
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    plant: (piece) => replace(folder, piece),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function replace(folder: string, { file, text, replacement }: Piece): Promise<() => Promise<void>> {
  const path = join(folder, file);
  const original = await readFile(path, "utf8");
  const places = original.split(text).length - 1;
  if (places !== 1) {
    throw new Error(`the piece to be replaced is in ${file} ${places} times and must be there once: ${text.trim()}`);
  }
  await writeFile(
    path,
    original.replace(text, () => replacement),
  );
  return () => writeFile(path, original);
}
