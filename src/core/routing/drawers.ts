/**
 * The lines of those who wait, filed so that a CSR finds whom they may serve: each line lies in drawers, under a term that whoever may serve
 * it has, and there under up to two more skills of theirs. The turn of the first line of each drawer stands in an array: a CSR looks at
 * the drawers that are theirs in order of these, and opens those alone that can hold somebody before the best so far.
 */
import { isEligible, type Requirement, ROOM_SLACK } from "./eligibility.ts";
import { levelAt, reach } from "./levels.ts";
import type { Waiting } from "./routing.ts";
import { toldBy } from "./skill-sets.ts";
import type { Server } from "./staff.ts";
import { SKILL } from "./terms.ts";
import { TurnList } from "./turn-list.ts";
import type { Chunk } from "./turns.ts";
import type { Line } from "./waiting-lists.ts";

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
/**
 * What stands beside the turn of a line in its drawer, by which it is seen without looking at the line itself whether a CSR will do: the
 * room it takes, the levels it asks for in the drawer's skills, and its bits.
 */
const MORE = 4;
const [STRIDE, ROOM, LEAST, LOW, HIGH] = [2 + MORE, 2, 3, 4, 5];
/** Added to the levels when more is asked for than they and the bits tell. */
const UNSURE = 1 << 30;
/** Of the last turn there can be. */
const NOBODY = Number.POSITIVE_INFINITY;

/** The first line that was found to fit, and its turn as it stands in drawers: nobody is fetched to compare with it. */
interface Best {
  line: Line | null;
  priority: number;
  turnAt: number;
}

export class Drawers {
  /** By number. They stay when they are empty, since the same is mostly asked for again. */
  readonly #drawers: TurnList<Line>[] = [];
  /** The skills of which the levels stand in each drawer. */
  readonly #skills: (readonly string[])[] = [];
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
      const drawer = this.#drawers[number] as TurnList<Line>;
      drawer.insert(line, markOf(line.requirement, this.#skills[number] as readonly string[]));
      this.#note(number, drawer);
    }
  }

  take(line: Line, numbers: readonly number[]): void {
    for (const number of numbers) {
      const drawer = this.#drawers[number] as TurnList<Line>;
      drawer.remove(line);
      this.#note(number, drawer);
    }
  }

  /** The line is about to have that head. */
  move(line: Line, numbers: readonly number[], head: Waiting): void {
    for (const number of numbers) {
      const drawer = this.#drawers[number] as TurnList<Line>;
      drawer.move(line, head);
      this.#note(number, drawer);
    }
  }

  /** The first of all lines in that CSR's drawers that fits; looked at itself only where the numbers in the drawer do not tell. */
  first(server: Server, room: number): Line | null {
    this.#assign(server);
    const left = [...server.drawers];
    const best: Best = { line: null, priority: NOBODY, turnAt: NOBODY };
    for (let at = this.#lowest(left, best); at >= 0; at = this.#lowest(left, best)) {
      const drawer = this.#drawers[left[at] as number] as TurnList<Line>;
      const levels = left[at + 1] as number;
      const last = left.length - 2;
      [left[at], left[at + 1]] = [left[last] as number, left[last + 1] as number];
      left.length = last;
      let isOver = search(drawer, best, levels, room, server);
      for (let next = 0; !isOver && next < drawer.rest.length; next += 1) {
        isOver = search(drawer.rest[next] as Chunk<Line>, best, levels, room, server);
      }
    }
    return best.line;
  }

  /** Where in that list stands the drawer whose first line has the earliest turn; -1 when it cannot come before `best`. */
  #lowest(numbers: readonly number[], best: Best): number {
    let { priority, turnAt } = best;
    let lowest = -1;
    for (let at = 0; at < numbers.length; at += 2) {
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
        if (mayOpen(server, place)) this.#open(server, number);
      }
      return;
    }
    server.drawers.length = 0;
    for (const term of server.terms) this.#gather(this.#shelves.get(term), server);
    server.edition = this.#edition;
    server.news = news;
  }

  /** Adds all drawers on that shelf, and on those under it, that are the CSR's. */
  #gather(shelf: Shelf | undefined, server: Server): void {
    if (shelf === undefined) return;
    if (shelf.drawer >= 0) this.#open(server, shelf.drawer);
    if (shelf.more.size === 0) return;
    if (shelf.more.size < server.levels.size) {
      for (const [skill, more] of shelf.more) if (server.levels.has(skill)) this.#gather(more, server);
    } else for (const skill of server.levels.keys()) this.#gather(shelf.more.get(skill), server);
  }

  /** That drawer is one of that CSR's. */
  #open({ drawers, levels }: Server, number: number): void {
    const skills = this.#skills[number] as readonly string[];
    drawers.push(
      number,
      skills.reduce((sum, skill, place) => sum | levelAt(place, levels.get(skill) ?? 0), 0),
    );
  }

  #note(number: number, { items, numbers }: TurnList<Line>): void {
    this.#turns[number * 2] = items.length === 0 ? NOBODY : (numbers[0] as number);
    this.#turns[number * 2 + 1] = items.length === 0 ? NOBODY : (numbers[1] as number);
  }

  #make(place: Place): number {
    const number = this.#free.pop() ?? this.#drawers.length;
    this.#drawers[number] = new TurnList<Line>(MORE);
    this.#skills[number] = place.term.startsWith(SKILL)
      ? [place.term.slice(SKILL.length), ...place.skills]
      : place.skills;
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

function markOf({ asked, weight, isPlain }: Requirement, skills: readonly string[]): readonly number[] {
  const { least, rest } = toldBy(skills, asked.skills);
  const isSure = isPlain && rest.length === 0 && asked.untold.length === 0;
  return [weight - ROOM_SLACK, isSure ? least : least | UNSURE, asked.low, asked.high];
}

/** Makes the first line in that chunk that fits the best one, if it comes before. Whether the drawer need not be looked at further. */
function search({ items, numbers }: Chunk<Line>, best: Best, levels: number, room: number, server: Server): boolean {
  const { low, high } = server;
  for (let place = 0, at = 0; place < items.length; place += 1, at += STRIDE) {
    if (best.line !== null && isBehind(numbers, at, items[place] as Line, best, best.line)) return true;
    if ((numbers[at + ROOM] as number) > room) continue;
    const [lower, higher] = [numbers[at + LOW] as number, numbers[at + HIGH] as number];
    if ((lower & low) !== lower || (higher & high) !== higher) continue;
    const least = numbers[at + LEAST] as number;
    if (!reach(levels, least & ~UNSURE)) continue;
    const line = items[place] as Line;
    if ((least & UNSURE) !== 0 && !isEligible(server.csr, line.requirement, server.levels)) continue;
    [best.line, best.priority, best.turnAt] = [line, numbers[at] as number, numbers[at + 1] as number];
    return true;
  }
  return false;
}

function isBehind(numbers: Float64Array, at: number, line: Line, { priority, turnAt }: Best, { head }: Line): boolean {
  const lower = numbers[at] as number;
  if (lower !== priority) return lower > priority;
  const later = numbers[at + 1] as number;
  return later === turnAt ? line.head.conversation >= head.conversation : later > turnAt;
}
