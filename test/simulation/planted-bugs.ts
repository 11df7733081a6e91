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
    text: "await this.#parts.store.commit(draft.build(this.#parts.stepper.lastLine, place));",
    replacement: "void this.#parts.store.commit(draft.build(this.#parts.stepper.lastLine, place)).catch(() => {});",
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
    breaks: ["in-order", "goes-on"],
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
  {
    name: "an event that the network brings again is taken for a new one",
    file: "engine/stepper.ts",
    text: "if (arrival.lookup?.seen === true || this.recent.hasSeen(from.network, redelivery)) {",
    replacement: "if (false) {",
    breaks: ["once"],
  },
  {
    name: "what was handed on behind a batch that is refused is not stepped anew",
    file: "engine/batches.ts",
    text: "this.#again = this.#writing.flatMap(",
    replacement: "this.#again = this.#writing.slice(0, 1).flatMap(",
    breaks: ["nothing-left", "delivered-or-returned"],
  },
  {
    name: "what was tried for too long is thrown away",
    file: "outbox.ts",
    text: "this.#options.onUndelivered(slot.row, reason, null);",
    replacement:
      'this.#options.onSent({ id: slot.row.id, key: slot.row.outbound.key, kind: "failed", foreign: null, conversation: null });',
    breaks: ["delivered-or-returned"],
  },
  {
    name: "one send more than the window",
    file: "outbox.ts",
    text: "lane.inFlight < window",
    replacement: "lane.inFlight <= window",
    breaks: ["window"],
  },
  {
    name: "whose wrap-up is over is not thought of",
    file: "core/desk.ts",
    text: 'if (timer.name === "wrap-up") turn.stirred.add(timer.id.slice("wrap-up ".length));',
    replacement: "",
    breaks: ["no-idle-csr"],
  },
  {
    name: "others who were asked are not told that it is taken",
    file: "core/offering.ts",
    text: "const only = endOffers(turn, row, leg);",
    replacement: "const only = row;",
    breaks: ["one-csr", "capacity"],
  },
  {
    name: "a transfer begins the waiting anew",
    file: "core/conversation.ts",
    text: "passedOn: true,",
    replacement: "passedOn: true, waitingSince: turn.world.now,",
    breaks: ["waiting-kept"],
  },
  {
    name: "who gives no name is called by their address",
    file: "core/transcript.ts",
    text: 'return row.facts.name ?? say(turn, "customer", language);',
    replacement: "return row.facts.name ?? row.legs[0].address.id ?? language;",
    breaks: ["no-leak"],
  },
  {
    name: "an alias serves whoever knows it",
    file: "core/translation.ts",
    text: "alias.label !== null || !sameAddress(alias.viewer, from)",
    replacement: "alias.label !== null",
    breaks: ["stranger"],
  },
  {
    name: "a timer of a past state counts",
    file: "core/desk.ts",
    text: "else if (row.generation === timer.generation && Object.hasOwn(RINGS, timer.name))",
    replacement: "else if (Object.hasOwn(RINGS, timer.name))",
    breaks: ["stale-timers"],
  },
  {
    name: "not everything that changed is written",
    file: "engine/draft.ts",
    text: "changes: [...this.#changes.values()],",
    replacement: 'changes: [...this.#changes.values()].filter(({ table }) => table !== "csr"),',
    breaks: ["reload-equal"],
  },
  {
    name: "the core stumbles over the end of an invitation",
    file: "core/redirect.ts",
    text: "  if (row.continuation == null || row.continuation.until > turn.world.now) return;\n",
    replacement:
      '  if (row.continuation == null || row.continuation.until > turn.world.now) return;\n  throw new Error("stumbled");\n',
    breaks: ["no-defect"],
  },
  {
    name: "nobody looks whether both have fallen silent",
    file: "core/offering.ts",
    text: "const at = last + turn.rules.limits.idleSeconds * 1000;",
    replacement: "const at = last + 1e12;",
    breaks: ["all-end"],
  },
  {
    name: "timers of a conversation outlive it",
    file: "core/conversation.ts",
    text: 'for (const timer of ["silence", "idle", "absent", "round", "ring", "quiet"])',
    replacement: 'for (const timer of ["absent"])',
    breaks: ["nothing-left"],
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
