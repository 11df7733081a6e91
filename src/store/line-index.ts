/**
 * Finds the line that an id names, in memory. The memory store keeps one of everything; the engine finds the newest lines by
 * the same rules, those of `Store.reference`, in a form that costs less a message (engine/recent-lines.ts).
 */
import type { Address, Outbound } from "../core/model.ts";
import type { Line, LineReference } from "../core/step.ts";
import { type CopyKey, isCopy, parseKey } from "./keys.ts";

/** One copy of a line; found by its key, which names the line. */
interface Copy {
  readonly leg: number;
  readonly part: number;
  readonly to: Address;
}

interface Entry {
  line: Line;
  /** What other maps hold for this line, to be taken out with it. */
  readonly own: string | null;
  foreign: readonly string[];
  /** Mostly one. */
  copies: readonly Copy[];
}

const NO_COPIES: readonly Copy[] = [];
const NO_IDS: readonly string[] = [];

export class LineIndex {
  readonly #epoch: string;
  #highest: number;
  readonly #entries = new Map<number, Entry>();
  /** By network, person and id: lines by the id their author gave them. */
  readonly #own = new Map<string, number>();
  /** By network, person and id: copies by the id the network gave them. */
  readonly #foreign = new Map<string, CopyKey>();

  /** `highest`: number of the last line before this index began. */
  constructor(epoch: string, highest = 0) {
    this.#epoch = epoch;
    this.#highest = highest;
  }

  get highest(): number {
    return this.#highest;
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
        ? idOfPerson(line.from.network, line.from.id, line.foreign)
        : null;
    this.#entries.set(line.line, { line, own, foreign: NO_IDS, copies: NO_COPIES });
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
    const copy: Copy = { leg: key.leg, part: key.part, to: outbound.to };
    const others = ({ leg, part }: Copy): boolean => leg !== key.leg || part !== key.part;
    entry.copies = entry.copies.length === 0 ? [copy] : [...entry.copies.filter(others), copy];
  }

  /** The network's own id of a copy became known; ignored when the copy is not kept here. */
  addForeign(key: string, foreign: string): void {
    const named = parseKey(this.#epoch, key);
    const entry = named === null ? undefined : this.#entries.get(named.line);
    const copy = named === null ? null : this.#copy(named);
    if (named === null || entry === undefined || copy === null) {
      return;
    }
    const id = idOfPerson(copy.to.network, copy.to.id, foreign);
    this.#foreign.set(id, named);
    entry.foreign = [...entry.foreign, id];
  }

  /** See `Store.reference`; null also when the line is merely not kept here. */
  reference(network: string, person: string, id: string): LineReference | null {
    const key = parseKey(this.#epoch, id);
    const copy = key === null ? null : this.#copy(key);
    if (key !== null && copy?.to.id === person && copy.to.network === network) {
      return this.#describe(key.line, key.leg);
    }
    const named = idOfPerson(network, person, id);
    const own = this.#own.get(named);
    if (own !== undefined) {
      return this.#describe(own, null);
    }
    const sent = this.#foreign.get(named);
    return sent === undefined ? null : this.#describe(sent.line, sent.leg);
  }

  /** Conversations in which that person, as the customer, was shown a line kept here. Looks through all. */
  conversationsShownTo(network: string, person: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const { line, copies } of this.#entries.values()) {
      const isTheirs = copies.some(({ leg, to }) => leg === 0 && to.network === network && to.id === person);
      if (isTheirs) found.add(line.conversation);
    }
    return found;
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
    for (const id of entry.foreign) {
      if (this.#foreign.get(id)?.line === line) {
        this.#foreign.delete(id);
      }
    }
  }

  #copy(key: CopyKey): Copy | null {
    const copies = this.#entries.get(key.line)?.copies ?? NO_COPIES;
    return copies.find(({ leg, part }) => leg === key.leg && part === key.part) ?? null;
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

/** An id as that person knows it. Ids of networks and people hold no NUL, so the three parts cannot run into each other. */
export function idOfPerson(network: string, person: string, id: string): string {
  return `${network}\0${person}\0${id}`;
}
