/**
 * Lines in memory, found by the ids that name them, up to a number. Each message is entered and few are ever asked for; and what is made for
 * each of thousands that are kept is copied twice by the collector. So the arrays here are made once, and to enter a line makes nothing. The
 * rules are those of `Store.reference`.
 */
import { randomBytes } from "node:crypto";
import type { Address, Outbound } from "../core/model.ts";
import type { Line, LineReference } from "../core/step.ts";
import { createKeyedHash, HASH_KEY_DIGITS, type KeyedHash } from "../store/keyed-hash.ts";
import { type CopyKey, isCopy, parseKey } from "../store/keys.ts";
import { idOfPerson, toReference } from "../store/line-index.ts";

/** One copy of a line. */
interface Copy {
  readonly leg: number;
  readonly part: number;
  readonly to: Address;
}

/** Heads of chains for each line there is room for: more make them no shorter. */
const HEADS_EACH = 2;
/** Characters of an id that tell it from others, from its end: what counts up stands there. */
const HASHED_CHARACTERS = 12;
/** Lines that are looked at in one chain before they are taken to have been put there; by chance it is five of thousands. */
const LONGEST_CHAIN = 16;
/** The end of a chain. Places are counted from 1 for it, so that arrays of nothing but zeros are empty. */
const END = 0;

export class RecentLines {
  readonly #epoch: string;
  readonly #most: number;
  /** From when a chain had become long; null: none has. */
  #keyed: KeyedHash | null = null;
  #highest = 0;
  #size = 0;
  /** By place: the line, and of its first copy whom it went to, as which leg and part. */
  readonly #lines: (Line | null)[];
  readonly #to: (Address | null)[];
  readonly #legs: Int32Array;
  readonly #parts: Int32Array;
  /** By line: all copies of those with several. */
  readonly #copies = new Map<number, Copy[]>();
  /** Chains of places, by the line's number, and by its author and the id they gave it; the newest first. */
  readonly #byNumber: Int32Array;
  readonly #nextByNumber: Int32Array;
  readonly #byOwn: Int32Array;
  readonly #nextByOwn: Int32Array;
  /** By network, person and id: copies by the id the network gave them. */
  readonly #foreign = new Map<string, CopyKey>();

  /** For the store of that epoch; `most`: lines there is room for. */
  constructor(epoch: string, most: number) {
    this.#epoch = epoch;
    this.#most = most;
    this.#lines = Array.from({ length: most + 1 }, () => null);
    this.#to = Array.from({ length: most + 1 }, () => null);
    this.#legs = new Int32Array(most + 1);
    this.#parts = new Int32Array(most + 1);
    this.#byNumber = new Int32Array(most * HEADS_EACH);
    this.#nextByNumber = new Int32Array(most + 1);
    this.#byOwn = new Int32Array(most * HEADS_EACH);
    this.#nextByOwn = new Int32Array(most + 1);
  }

  /** A line that is not kept here finds no room. */
  get isFull(): boolean {
    return this.#size >= this.#most;
  }

  /** Number of the last line that it was told of. */
  get highest(): number {
    return this.#highest;
  }

  /** Forgets everything; `highest`: number of the last line before what it is told from now on. */
  clear(highest = 0): void {
    this.#highest = highest;
    this.#size = 0;
    this.#lines.fill(null);
    this.#to.fill(null);
    this.#byNumber.fill(END);
    this.#byOwn.fill(END);
    this.#copies.clear();
    this.#foreign.clear();
  }

  has(line: number): boolean {
    return this.#place(line) !== END;
  }

  /** A line that was written, or handed out again with more viewers. Ignored when there is no room. */
  addLine(line: Line): void {
    const known = this.#place(line.line);
    if (known !== END) {
      this.#lines[known] = line;
      return;
    }
    if (this.isFull) {
      return;
    }
    this.#size += 1;
    const place = this.#size;
    this.#lines[place] = line;
    this.#enter(this.#byNumber, this.#nextByNumber, line.line, place);
    // An old line that is handed out again must not take an id from a newer one that is not kept here.
    if (line.line > this.#highest && line.foreign !== null && line.from !== null) {
      this.#enter(this.#byOwn, this.#nextByOwn, this.#ownNumber(line.from.id, line.foreign), place);
    }
    this.#highest = Math.max(this.#highest, line.line);
  }

  /** A copy that goes out; ignored when it is of no line kept here. */
  addCopy(outbound: Outbound): void {
    const key = isCopy(outbound) ? parseKey(this.#epoch, outbound.key) : null;
    const place = key === null ? END : this.#place(key.line);
    if (key === null || place === END) {
      return;
    }
    const { line, leg, part } = key;
    const isFirst = this.#to[place] === null;
    if (isFirst) {
      this.#to[place] = outbound.to;
      this.#legs[place] = leg;
      this.#parts[place] = part;
      return;
    }
    const others = this.#copiesOf(line, place).filter((copy) => copy.leg !== leg || copy.part !== part);
    this.#copies.set(line, [...others, { leg, part, to: outbound.to }]);
  }

  /** The network's own id of a copy became known; ignored when the copy is not kept here. */
  addForeign(key: string, foreign: string): void {
    const named = parseKey(this.#epoch, key);
    const to = named === null ? null : this.#sentTo(named);
    if (named !== null && to !== null) {
      this.#foreign.set(idOfPerson(to.network, to.id, foreign), named);
    }
  }

  /** See `Store.reference`; null also when the line is merely not kept here. */
  reference(network: string, person: string, id: string): LineReference | null {
    const key = parseKey(this.#epoch, id);
    const to = key === null ? null : this.#sentTo(key);
    if (key !== null && to?.id === person && to.network === network) {
      return this.#describe(this.#place(key.line), key.leg);
    }
    const own = this.#ownPlace(network, person, id);
    if (own !== END) {
      return this.#describe(own, null);
    }
    const sent = this.#foreign.size === 0 ? undefined : this.#foreign.get(idOfPerson(network, person, id));
    return sent === undefined ? null : this.#describe(this.#place(sent.line), sent.leg);
  }

  #enter(heads: Int32Array, next: Int32Array, number: number, place: number): void {
    const head = number % heads.length;
    next[place] = heads[head] ?? END;
    heads[head] = place;
  }

  #place(line: number): number {
    let place = this.#byNumber[line % this.#byNumber.length] ?? END;
    while (place !== END && this.#lines[place]?.line !== line) place = this.#nextByNumber[place] ?? END;
    return place;
  }

  /** The newest that person gave that id. */
  #ownPlace(network: string, person: string, id: string): number {
    let place = this.#byOwn[this.#ownNumber(person, id) % this.#byOwn.length] ?? END;
    for (let looks = 1; place !== END; place = this.#nextByOwn[place] ?? END, looks += 1) {
      const line = this.#lines[place];
      if (line?.foreign === id && line.from?.id === person && line.from.network === network) break;
      if (looks === LONGEST_CHAIN && this.#keyed === null) {
        this.#spread();
        return this.#ownPlace(network, person, id);
      }
    }
    return place;
  }

  #ownNumber(person: string, id: string): number {
    const keyed = this.#keyed;
    return keyed === null ? hash(id) : (Math.imul(keyed(person), 31) ^ keyed(id)) >>> 0;
  }

  /**
   * People choose their ids, and could choose thousands that end alike, so that whoever looks for one goes through all of them. Under a key
   * nobody knows which ids share a chain, and under the person's address who says one id over and over lengthens their own alone. That takes
   * 0.16 µs of each message, so only a desk that needs it does it.
   */
  #spread(): void {
    this.#keyed = createKeyedHash(randomBytes(HASH_KEY_DIGITS / 2).toString("hex"));
    const places: number[] = [];
    for (const head of this.#byOwn)
      for (let place = head; place !== END; place = this.#nextByOwn[place] ?? END) places.push(place);
    this.#byOwn.fill(END);
    for (const place of places.sort((one, other) => one - other)) {
      const { from = null, foreign = null } = this.#lines[place] ?? {};
      if (from !== null && foreign !== null)
        this.#enter(this.#byOwn, this.#nextByOwn, this.#ownNumber(from.id, foreign), place);
    }
  }

  #copiesOf(line: number, place: number): readonly Copy[] {
    const to = this.#to[place] ?? null;
    const several = this.#copies.get(line);
    if (several !== undefined || to === null) return several ?? [];
    return [{ leg: this.#legs[place] ?? 0, part: this.#parts[place] ?? 0, to }];
  }

  #sentTo(key: CopyKey): Address | null {
    const copies = this.#copiesOf(key.line, this.#place(key.line));
    return copies.find(({ leg, part }) => leg === key.leg && part === key.part)?.to ?? null;
  }

  #describe(place: number, viewer: number | null): LineReference | null {
    const line = this.#lines[place] ?? null;
    return line === null ? null : toReference(line, viewer);
  }
}

function hash(id: string): number {
  let sum = id.length;
  for (let at = Math.max(0, id.length - HASHED_CHARACTERS); at < id.length; at += 1) {
    sum = (Math.imul(sum, 31) + id.charCodeAt(at)) | 0;
  }
  return sum >>> 0;
}
