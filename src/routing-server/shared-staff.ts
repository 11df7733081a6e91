/**
 * The CSRs of several desks as one staff. Each desk reaches a CSR by networks and addresses of its own, so in the engine there is one
 * entry for each desk and CSR; what a person has in hand, and whether they are willing, is one and the same in all of them.
 */
import type { Need } from "../core/routing/needs.ts";
import type { RoutingCsr, RoutingEngine, Waiting } from "../core/routing/routing.ts";

/** Cannot be part of an id: what stands before it is the id, what stands behind it the desk. */
const SEPARATOR = "\u0000";
/** The attribute that says by which desk that entry's CSR is reached; no admin's attribute is called so. */
const DESK = `${SEPARATOR}desk`;

/** The name of something of that desk's in the engine. Equal ids of one desk are in the order of the ids. */
export function ownName(id: string, desk: string): string {
  return `${id}${SEPARATOR}${desk}`;
}

export function idOf(name: string): string {
  return name.slice(0, name.indexOf(SEPARATOR));
}

/** The request as the engine is to see it: the same, of this desk's own entries alone. */
export function ownRequest(waiting: Waiting, desk: string, notNow: readonly string[]): Waiting {
  const own = (id: string): string => ownName(id, desk);
  const { only, preferred } = waiting;
  return {
    ...waiting,
    conversation: own(waiting.conversation),
    seed: waiting.seed ?? waiting.conversation,
    needs: [...waiting.needs.map((need) => ownNeed(need, own)), { kind: "attribute", name: DESK, values: [desk] }],
    excluded: [...waiting.excluded, ...notNow].map(own),
    only: only === null ? null : own(only),
    ...(preferred === undefined
      ? {}
      : { preferred: preferred.map(({ need, score }) => ({ need: ownNeed(need, own), score })) }),
  };
}

function ownNeed(need: Need, own: (id: string) => string): Need {
  switch (need.kind) {
    case "csr":
      return { kind: "csr", csrs: need.csrs.map(own) };
    case "all":
    case "any":
      return { kind: need.kind, of: need.of.map((part) => ownNeed(part, own)) };
    case "not":
      return { kind: "not", of: ownNeed(need.of, own) };
    case "skill":
    case "language":
    case "attribute":
    case "network":
    case "software":
      return need;
  }
}

/** One CSR as the desks tell of them. */
interface Person {
  /** By desk. */
  readonly told: Map<string, RoutingCsr>;
  /** By desk: the weight of what was given to them there, and not answered yet. */
  readonly promised: Map<string, number>;
}

export class SharedStaff {
  readonly #engine: RoutingEngine;
  readonly #people = new Map<string, Person>();
  readonly #counts = new Map<string, number>();
  /** Desks that are connected, and have told everything. */
  readonly #present = new Set<string>();
  /** People whose entries have to be put again. */
  readonly #touched = new Set<string>();

  constructor(engine: RoutingEngine) {
    this.#engine = engine;
  }

  /** From now on that desk's conversations can be brought to them, or no more; what they have in hand there still counts. */
  setPresent(desk: string, isPresent: boolean): void {
    if (isPresent) this.#present.add(desk);
    else this.#present.delete(desk);
    for (const [id, { told }] of this.#people) if (told.has(desk)) this.#touched.add(id);
  }

  put(desk: string, csr: RoutingCsr): void {
    // One object for as long as it is the same: the engine takes another one for another reach.
    const attributes = { ...csr.attributes, [DESK]: desk };
    const { told } = this.#person(csr.id);
    if (!told.has(desk)) this.#counts.set(desk, this.count(desk) + 1);
    told.set(desk, { ...csr, attributes });
    this.#touched.add(csr.id);
  }

  remove(desk: string, id: string): void {
    const person = this.#people.get(id);
    if (person === undefined) return;
    if (person.told.delete(desk)) this.#counts.set(desk, this.count(desk) - 1);
    this.#engine.removeCsr(ownName(id, desk));
    this.#touched.add(id);
    this.#dropEmpty(id, person);
  }

  /** All that desk told, and all that was promised for it. */
  forget(desk: string): void {
    for (const [id, person] of [...this.#people]) {
      // Also of one whom that desk tells of no more: others wait for that room.
      if (person.promised.delete(desk)) this.#touched.add(id);
      if (person.told.has(desk)) this.remove(desk, id);
      else this.#dropEmpty(id, person);
    }
  }

  promise(desk: string, id: string, weight: number): void {
    const person = this.#person(id);
    const { promised } = person;
    const left = (promised.get(desk) ?? 0) + weight;
    if (left > TINY) promised.set(desk, left);
    else promised.delete(desk);
    this.#touched.add(id);
    this.#dropEmpty(id, person);
  }

  told(desk: string, id: string): RoutingCsr | null {
    return this.#people.get(id)?.told.get(desk) ?? null;
  }

  /** How many CSRs that desk has told of. */
  count(desk: string): number {
    return this.#counts.get(desk) ?? 0;
  }

  /** What that CSR has in hand, or was promised, at other desks than that one. */
  loadElsewhere(desk: string, id: string): number {
    const person = this.#people.get(id);
    return person === undefined ? 0 : loadBut(person, desk);
  }

  /** Those of these who have more in hand, at all desks together, than any desk says they have room for. */
  overbooked(ids: Iterable<string>): readonly string[] {
    return [...ids].filter((id) => {
      const person = this.#people.get(id);
      if (person === undefined || person.told.size < 2) return false;
      const capacity = Math.max(...[...person.told.values()].map((csr) => csr.capacity));
      return loadBut(person, null) > capacity + TINY;
    });
  }

  /** Tells the engine of everybody who was touched; their ids. */
  settle(): readonly string[] {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const id of touched) this.#putAll(id);
    return touched;
  }

  #putAll(id: string): void {
    const person = this.#people.get(id);
    if (person === undefined) return;
    const present = [...person.told].filter(([desk]) => this.#present.has(desk));
    const all = [...person.told.values()];
    const whole = {
      load: loadBut(person, null),
      // Who says at one desk that they are away is away.
      willing: present.every(([, { willing }]) => willing),
      idleSince: Math.max(...all.map(({ idleSince }) => idleSince)),
      offeredAt: Math.max(...all.map(({ offeredAt = 0 }) => offeredAt)),
      today: all.reduce((sum, { today = 0 }) => sum + today, 0),
    };
    for (const [desk, csr] of person.told) {
      if (!this.#present.has(desk)) this.#engine.removeCsr(ownName(id, desk));
      else this.#engine.putCsr({ ...csr, ...whole, id: ownName(id, desk) });
    }
  }

  #dropEmpty(id: string, { told, promised }: Person): void {
    if (told.size + promised.size === 0) this.#people.delete(id);
  }

  #person(id: string): Person {
    let person = this.#people.get(id);
    if (person === undefined) {
      person = { told: new Map(), promised: new Map() };
      this.#people.set(id, person);
    }
    return person;
  }
}

/** Weights are sums of fractions: less than this is nothing. */
const TINY = 1e-9;

function loadBut({ told, promised }: Person, but: string | null): number {
  let load = 0;
  for (const [desk, csr] of told) if (desk !== but) load += csr.load;
  for (const [desk, weight] of promised) if (desk !== but) load += weight;
  return load;
}
