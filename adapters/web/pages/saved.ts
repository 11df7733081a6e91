/** What a page keeps over a reload, in the tab's own memory: threads, drafts, and what the desk has not answered yet. */
import type { NumberedFrame } from "./protocol.ts";
import type { Thread } from "./thread.ts";

/** The tab's memory for one client: a text. */
export interface Memory {
  load(): string | null;
  /** False when it does not fit: then nothing is kept. */
  save(text: string): boolean;
}

export interface Saved {
  /** Whose it is: what somebody else left in the tab is not shown. */
  readonly self: string | null;
  readonly threads: readonly Thread[];
  readonly pending: readonly NumberedFrame[];
  readonly drafts: Readonly<Record<string, string>>;
}

const SAVED_THREADS = 40;
const SAVED_LINES = 200;
const NOTHING: Saved = { self: null, threads: [], pending: [], drafts: {} };

export function save(memory: Memory | null, saved: Saved): void {
  const threads = saved.threads.slice(-SAVED_THREADS).map((thread) => ({
    ...thread,
    typing: false,
    lines: thread.lines.slice(-SAVED_LINES),
  }));
  // The desk tells again what was said; what is unsent is here alone.
  if (memory?.save(JSON.stringify({ ...saved, threads })) === false) {
    memory.save(JSON.stringify({ ...saved, threads: [] }));
  }
}

export function load(memory: Memory | null): Saved {
  try {
    // Written by `save` alone, in this tab, by this version or an older one.
    const saved = JSON.parse(memory?.load() ?? "null") as Partial<Saved> | null;
    return { ...NOTHING, ...saved };
  } catch {
    return NOTHING;
  }
}
