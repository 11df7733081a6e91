/**
 * The lines of those who wait, filed so that a CSR finds whom they may serve: each line lies in drawers, under a term that whoever may serve
 * it has, and there under up to two more skills of theirs. The turn of the first line of each drawer stands in an array: a CSR looks at
 * the drawers that are theirs in order of these, and opens those alone that can hold somebody before the best so far.
 */
import { OrderedList } from "./ordered-list.ts";
import type { Server } from "./staff.ts";
import { byHead, type Line } from "./waiting-lists.ts";

/** Where a line is filed: under a term that whoever may serve it has, and there under more skills of theirs, `MORE_SKILLS` at most. */
export interface Place {
  readonly term: string;
  readonly skills: readonly string[];
}
export const MORE_SKILLS = 2;

/** What lies under one term, or one more skill. */
interface Shelf {
  /** The number of the drawer of those who need no more; -1: there is none. */
  drawer: number;
  readonly more: Map<string, Shelf>;
}

/** Drawers that may be empty, beyond as many as there are lines: then all empty ones are thrown away. */
const MAX_EMPTY = 10_000;
/** New drawers that are tried one by one by a CSR who has not looked for a while; beyond that, theirs are found anew. */
const MAX_NEWS = 32;
/** Of the last turn there can be. */
const NOBODY = Number.POSITIVE_INFINITY;

export class Drawers {
  /** By number. They stay when they are empty, since the same is mostly asked for again. */
  readonly #drawers: OrderedList<Line>[] = [];
  /** Numbers of drawers that were thrown away. */
  readonly #free: number[] = [];
  readonly #shelves = new Map<string, Shelf>();
  /** Two numbers for each drawer: the priority of its first line below zero, and the time of its turn. */
  #turns = new Float64Array(64);
  /** All that were made, in order, so that CSRs learn of them; begun anew when some were thrown away. */
  #news: { readonly number: number; readonly place: Place }[] = [];
  /** Rises when the news are begun anew. */
  #edition = 1;

  /** The numbers of the drawers at those places. `lines`: how many there are in all. */
  at(places: readonly Place[], lines: number): readonly number[] {
    if (this.#drawers.length - this.#free.length > lines + MAX_EMPTY) this.#throwOutEmpty();
    return places.map((place) => {
      let shelf = shelfIn(this.#shelves, place.term);
      for (const skill of place.skills) shelf = shelfIn(shelf.more, skill);
      if (shelf.drawer < 0) shelf.drawer = this.#make(place);
      return shelf.drawer;
    });
  }

  file(line: Line, numbers: readonly number[]): void {
    for (const number of numbers) {
      const drawer = this.#drawers[number] as OrderedList<Line>;
      drawer.insert(line);
      this.#note(number, drawer);
    }
  }

  /** What the line is ordered by must not have changed since it was filed. */
  take(line: Line, numbers: readonly number[]): void {
    for (const number of numbers) {
      const drawer = this.#drawers[number] as OrderedList<Line>;
      drawer.remove(line);
      this.#note(number, drawer);
    }
  }

  /** The first of all lines in that CSR's drawers that fits; `fits` is asked as rarely as can be. */
  first(server: Server, fits: (line: Line) => boolean): Line | null {
    this.#assign(server);
    const left = [...server.drawers];
    let first: Line | null = null;
    for (let at = this.#lowest(left, first); at >= 0; at = this.#lowest(left, first)) {
      const drawer = this.#drawers[left[at] as number] as OrderedList<Line>;
      left[at] = left[left.length - 1] as number;
      left.pop();
      drawer.walk((line) => {
        if (first !== null && byHead(line, first) >= 0) return true;
        if (!fits(line)) return false;
        first = line;
        return true;
      });
    }
    return first;
  }

  /** Where in that list stands the drawer whose first line has the earliest turn; -1 when it cannot come before `best`. */
  #lowest(numbers: readonly number[], best: Line | null): number {
    let priority = best === null ? NOBODY : -best.head.priority;
    let turnAt = best === null ? NOBODY : best.head.turnAt;
    let lowest = -1;
    for (let at = 0; at < numbers.length; at += 1) {
      const turn = (numbers[at] as number) * 2;
      const lower = this.#turns[turn] as number;
      if (lower > priority || lower === NOBODY) continue;
      const earlier = this.#turns[turn + 1] as number;
      if (lower === priority && earlier > turnAt) continue;
      [lowest, priority, turnAt] = [at, lower, earlier];
    }
    return lowest;
  }

  /** Brings that CSR's drawers up to date. */
  #assign(server: Server): void {
    const news = this.#news.length;
    if (server.edition === this.#edition && news - server.news <= MAX_NEWS) {
      for (; server.news < news; server.news += 1) {
        const { number, place } = this.#news[server.news] as { number: number; place: Place };
        if (mayOpen(server, place)) server.drawers.push(number);
      }
      return;
    }
    server.drawers.length = 0;
    for (const term of server.terms) gather(this.#shelves.get(term), server);
    server.edition = this.#edition;
    server.news = news;
  }

  #note(number: number, drawer: OrderedList<Line>): void {
    const head = drawer.first()?.head;
    this.#turns[number * 2] = head === undefined ? NOBODY : -head.priority;
    this.#turns[number * 2 + 1] = head === undefined ? NOBODY : head.turnAt;
  }

  #make(place: Place): number {
    const number = this.#free.pop() ?? this.#drawers.length;
    this.#drawers[number] = new OrderedList<Line>(byHead);
    if (number * 2 >= this.#turns.length) {
      const turns = new Float64Array(this.#turns.length * 2);
      turns.set(this.#turns);
      this.#turns = turns;
    }
    this.#turns[number * 2] = NOBODY;
    this.#news.push({ number, place });
    return number;
  }

  #throwOutEmpty(): void {
    const prune = (shelves: Map<string, Shelf>): void => {
      for (const [name, shelf] of shelves) {
        prune(shelf.more);
        if (shelf.drawer >= 0 && this.#drawers[shelf.drawer]?.first() === null) {
          this.#free.push(shelf.drawer);
          shelf.drawer = -1;
        }
        if (shelf.drawer < 0 && shelf.more.size === 0) shelves.delete(name);
      }
    };
    prune(this.#shelves);
    this.#news = [];
    this.#edition += 1;
  }
}

function shelfIn(shelves: Map<string, Shelf>, name: string): Shelf {
  let shelf = shelves.get(name);
  if (shelf === undefined) {
    shelf = { drawer: -1, more: new Map() };
    shelves.set(name, shelf);
  }
  return shelf;
}

function mayOpen({ terms, levels }: Server, { term, skills }: Place): boolean {
  return terms.includes(term) && skills.every((skill) => levels.has(skill));
}

/** Adds all drawers on that shelf, and on those under it, that are the CSR's. */
function gather(shelf: Shelf | undefined, server: Server): void {
  if (shelf === undefined) return;
  if (shelf.drawer >= 0) server.drawers.push(shelf.drawer);
  if (shelf.more.size === 0) return;
  if (shelf.more.size < server.levels.size) {
    for (const [skill, more] of shelf.more) if (server.levels.has(skill)) gather(more, server);
  } else for (const skill of server.levels.keys()) gather(shelf.more.get(skill), server);
}
