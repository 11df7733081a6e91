/**
 * Bugs planted on purpose, to see that the simulation finds them: each is one exact piece of the source and what takes its place in a
 * temporary copy. The program itself has no switch for any of them. A piece that is not there any more is an error: then the bug
 * has to be planted anew, in whatever does that work now.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Invariant } from "./invariants.ts";

export interface PlantedBug {
  readonly name: string;
  /** Relative to src/. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** The invariants it may be found by. */
  readonly breaks: readonly Invariant[];
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "a message is acknowledged, and answered, before the commit",
    file: "engine/batches.ts",
    text: "      await this.#commit(draft, arrivals.length);\n",
    replacement: "      void this.#commit(draft, arrivals.length).catch(() => {});\n",
    breaks: ["commit-first", "delivered-or-returned", "reload-equal"],
  },
  {
    name: "a released alias does not rest",
    file: "core/translation.ts",
    text: "turn.tables.alias.put(key, { ...alias, releasedAt: turn.world.now });",
    replacement: "turn.tables.alias.delete(key);",
    breaks: ["alias-rests", "right-person"],
  },
  {
    name: "an offer does not count towards capacity",
    file: "core/availability.ts",
    text: "    load += held === null ? 1 : weightInHand(turn, held, row.id);\n",
    replacement: '    load += held === null || held.state === "offered" ? 0 : weightInHand(turn, held, row.id);\n',
    breaks: ["capacity"],
  },
  {
    name: "a send that was deferred goes to the end of its lane",
    file: "outbox.ts",
    text: '    slot.state = "waiting";\n',
    replacement: '    slot.state = "done";\n    lane.advance();\n    lane.add(slot.row);\n',
    breaks: ["in-order"],
  },
  {
    name: "an unlabelled line is guessed to belong to the first open conversation",
    file: "core/translation.ts",
    text: "if (only !== undefined && labels.length === 1) return",
    replacement: "if (only !== undefined) return",
    breaks: ["right-person"],
  },
];

export interface Plot {
  /** Where the bug's copy of src/ is. */
  readonly source: string;
  remove(): Promise<void>;
}

/** Copies the checkout's src/ and puts the bug into the copy. `root`: the checkout. */
export async function plant(root: string, bug: PlantedBug): Promise<Plot> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-planted-"));
  const source = join(folder, "src");
  await cp(join(root, "src"), source, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const file = join(source, bug.file);
  const original = await readFile(file, "utf8");
  const places = original.split(bug.text).length - 1;
  if (places !== 1) {
    await rm(folder, { recursive: true });
    throw new Error(
      `"${bug.name}" cannot be planted: its text is in src/${bug.file} ${places} times and must be there once`,
    );
  }
  await writeFile(
    file,
    original.replace(bug.text, () => bug.replacement),
  );
  return { source, remove: () => rm(folder, { recursive: true }) };
}
