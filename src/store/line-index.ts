/**
 * Finds the line that an id names, in memory. The engine keeps one of the newest lines, so that receipts and edits rarely
 * have to ask the store; the memory store keeps one of everything. The rules are those of `Store.reference`.
 */
import type { Outbound } from "../core/model.ts";
import type { Line, LineReference } from "../core/step.ts";
import { isCopy, parseKey } from "./keys.ts";

interface Copy {
  readonly line: number;
  readonly leg: number;
  readonly network: string;
  readonly person: string;
}

interface Entry {
  line: Line;
  /** What other maps hold for this line, to be taken out with it. */
  readonly own: string | null;
  readonly copies: string[];
  readonly foreign: string[];
}

export class LineIndex {
  readonly #epoch: string;
  #highest: number;
  readonly #entries = new Map<number, Entry>();
  /** By key. */
  readonly #copies = new Map<string, Copy>();
  /** By network, person and id: lines by the id their author gave them. */
  readonly #own = new Map<string, number>();
  /** By network, person and id: keys of copies by the id the network gave them. */
  readonly #foreign = new Map<string, string>();

  /** `highest`: number of the last line before this index began. */
  constructor(epoch: string, highest = 0) {
    this.#epoch = epoch;
    this.#highest = highest;
  }

  get size(): number {
    return this.#entries.size;
  }

  get highest(): number {
    return this.#highest;
  }

  has(line: number): boolean {
    return this.#entries.has(line);
  }

  /** A line that was written, or handed out again with more viewers. */
  addLine(line: Line): void {
    const known = this.#entries.get(line.line);
    if (known !== undefined) {
      known.line = line;
      return;
    }
    // An old line that is handed out again must not take an id from a newer one that is not kept here.
    const isNewest = line.line > this.#highest;
    const own =
      isNewest && line.from !== null && line.foreign !== null
        ? name(line.from.network, line.from.id, line.foreign)
        : null;
    this.#entries.set(line.line, { line, own, copies: [], foreign: [] });
    if (own !== null) {
      this.#own.set(own, line.line);
    }
    this.#highest = Math.max(this.#highest, line.line);
  }

  /** A copy that goes out; ignored when it is of no line kept here. */
  addCopy(outbound: Outbound): void {
    const key = isCopy(outbound) ? parseKey(this.#epoch, outbound.key) : null;
    const entry = key === null ? undefined : this.#entries.get(key.line);
    if (key === null || entry === undefined) {
      return;
    }
    if (!this.#copies.has(outbound.key)) {
      entry.copies.push(outbound.key);
    }
    this.#copies.set(outbound.key, {
      line: key.line,
      leg: key.leg,
      network: outbound.to.network,
      person: outbound.to.id,
    });
  }

  /** The network's own id of a copy became known; ignored when the copy is not kept here. */
  addForeign(key: string, foreign: string): void {
    const copy = this.#copies.get(key);
    const entry = copy === undefined ? undefined : this.#entries.get(copy.line);
    if (copy === undefined || entry === undefined) {
      return;
    }
    const id = name(copy.network, copy.person, foreign);
    this.#foreign.set(id, key);
    entry.foreign.push(id);
  }

  /** See `Store.reference`; null also when the line is merely not kept here. */
  reference(network: string, person: string, id: string): LineReference | null {
    const copy = this.#copies.get(id);
    if (copy !== undefined && copy.person === person && copy.network === network) {
      return this.#describe(copy.line, copy.leg);
    }
    const named = name(network, person, id);
    const own = this.#own.get(named);
    if (own !== undefined) {
      return this.#describe(own, null);
    }
    const key = this.#foreign.get(named);
    const sent = key === undefined ? undefined : this.#copies.get(key);
    return sent === undefined ? null : this.#describe(sent.line, sent.leg);
  }

  forget(line: number): void {
    const entry = this.#entries.get(line);
    if (entry === undefined) {
      return;
    }
    this.#entries.delete(line);
    if (entry.own !== null && this.#own.get(entry.own) === line) {
      this.#own.delete(entry.own);
    }
    for (const key of entry.copies) {
      this.#copies.delete(key);
    }
    for (const id of entry.foreign) {
      const key = this.#foreign.get(id);
      if (key !== undefined && !this.#copies.has(key)) {
        this.#foreign.delete(id);
      }
    }
  }

  #describe(line: number, viewer: number | null): LineReference | null {
    const entry = this.#entries.get(line);
    return entry === undefined ? null : toReference(entry.line, viewer);
  }
}

/** A line as the core is told of it. */
export function toReference(line: Line, viewer: number | null): LineReference {
  const { conversation, author, content, from, desk, foreign, viewers } = line;
  return { line: line.line, conversation, author, content, from, desk, foreign, viewer, viewers };
}

/** Ids of networks and people hold no NUL, so the three parts cannot run into each other. */
function name(network: string, person: string, id: string): string {
  return `${network}\0${person}\0${id}`;
}
