/**
 * Bugs planted on purpose, to see that the simulation finds them: each is one exact piece of the source and what takes its place in a
 * temporary copy. The program itself has no switch for any of them. A piece that is not there any more is an error: then the bug
 * has to be planted anew, in whatever does that work now.
 */
import { copyOf, type Piece, type Plot } from "../support/planting.ts";
import type { Invariant } from "./invariants.ts";

/** `file` is relative to src/. */
export interface PlantedBug extends Piece {
  readonly name: string;
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
  {
    name: "what a CSR whispers is heard by everybody",
    file: "core/supervision.ts",
    text: '({ role, state }) => role === "supervisor" && state === "active");\n  if (text === ""',
    replacement: '({ state }) => state === "active");\n  if (text === ""',
    breaks: ["among-staff"],
  },
  {
    name: "a room waits for two although a third listens",
    file: "core/supervision.ts",
    text: 'takeBack(turn, before, "third")',
    replacement: "before",
    breaks: ["rooms"],
  },
  {
    name: "both are invited at once to a room that shows addresses",
    file: "core/introduction.ts",
    text: "return askToCome(turn, next, customerOf(next), csr);",
    replacement: "return askToCome(turn, askToCome(turn, next, customerOf(next), csr), csr, customerOf(next));",
    breaks: ["rooms"],
  },
];

/** Copies the checkout's src/ and puts the bug into the copy. `root`: the checkout. */
export async function plant(root: string, bug: PlantedBug): Promise<Plot & { readonly source: string }> {
  const plot = await copyOf(root, ["src"]);
  try {
    await plot.plant({ ...bug, file: `src/${bug.file}` });
  } catch (error) {
    await plot.remove();
    throw error;
  }
  return { ...plot, source: `${plot.folder}/src` };
}
