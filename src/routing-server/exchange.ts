/**
 * The routing server's inside: what several desks told, one routing engine over all of it, and the assignments that came of it. Pure: time
 * comes in, nothing goes out but what is returned.
 *
 * A desk is *announcing* until it has told everything, then *present*. When its connection is lost it is *leased*: nobody is brought
 * to its customers any more, who are its own, but what its CSRs have in hand there still counts, since the desk will be
 * back in a moment or its people are still in the middle of their talks. When the lease runs out it is forgotten.
 *
 * An assignment holds the CSR's room from the moment it is made until the desk has answered it; with the answer, in the same news,
 * comes what the CSR has in hand then. So no two desks are ever given the same room.
 */
import type { DelegatedRequest, RoutingNews } from "../core/routing/delegated-engine.ts";
import { createRoutingEngine } from "../core/routing/engine.ts";
import { idOf, ownName, ownRequest, SharedStaff } from "./shared-staff.ts";

export interface ExchangeOptions {
  /** For how long what a lost desk's CSRs have in hand counts, and the longest wait for desks that were not heard of yet. */
  readonly leaseMs: number;
  /** Desks that are waited for after the start before anything is decided: one of them may have anybody's hands full. */
  readonly expected: readonly string[];
  readonly now: number;
}

/** One conversation for one CSR, to be told to the desk whose conversation it is. Numbers rise and are used once. */
export interface Assignment {
  readonly assignment: number;
  readonly conversation: string;
  readonly revision: number;
  readonly csr: string;
}

interface Pending extends Assignment {
  readonly weight: number;
  readonly madeAt: number;
}

/** A request, and who could not be asked for it although it was thought so. */
interface Known {
  readonly request: DelegatedRequest;
  readonly notNow: readonly string[];
}

interface DeskRecord {
  readonly name: string;
  state: "announcing" | "present" | "leased";
  leaseEnds: number;
  readonly waiting: Map<string, Known>;
  readonly pending: Map<number, Pending>;
  /** What that desk was last told of its CSRs' hands elsewhere. */
  readonly elsewhere: Map<string, number>;
}

export interface DeskFigures {
  readonly desk: string;
  readonly state: "announcing" | "present" | "leased";
  readonly csrs: number;
  readonly waiting: number;
  readonly pending: number;
}

/** For how long a CSR who could not be asked, though nothing that was told says why, is left out for that request. */
const NOT_NOW_MS = 5_000;

export class Exchange {
  readonly #engine = createRoutingEngine();
  readonly #staff = new SharedStaff(this.#engine);
  readonly #desks = new Map<string, DeskRecord>();
  readonly #options: ExchangeOptions;
  readonly #unheard: Set<string>;
  /** People whose hands may have changed since desks were last told, and since it was last asked who has too much. */
  readonly #touched = new Set<string>();
  readonly #looked = new Set<string>();
  /** People who have more in hand than room: a desk came back after its lease, or desks decided by themselves. */
  readonly #overbooked = new Set<string>();
  #lastAssignment = 0;
  #forgetRefusalsAt: number | null = null;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#unheard = new Set(options.expected);
  }

  /** That desk is connected, anew or again, and will tell everything. */
  connect(name: string): void {
    const desk = this.#desks.get(name) ?? newRecord(name);
    this.#desks.set(name, desk);
    desk.state = "announcing";
    this.#silence(desk);
  }

  /** All of a desk's news since `connect` were told; from now on they are changes. What was not told again is not there any more. */
  announced(name: string, whole: RoutingNews): void {
    const desk = this.#record(name);
    this.#staff.forget(name);
    desk.pending.clear();
    desk.waiting.clear();
    desk.elsewhere.clear();
    desk.state = "present";
    this.#unheard.delete(name);
    this.#staff.setPresent(name, true);
    this.#learn(desk, whole);
  }

  /** What changed at a desk that is present. */
  changed(name: string, news: RoutingNews, now: number): void {
    const desk = this.#record(name);
    for (const { assignment, csr } of news.settled) this.#settle(desk, assignment, csr, now);
    this.#learn(desk, news);
  }

  disconnect(name: string, now: number): void {
    const desk = this.#desks.get(name);
    if (desk === undefined || desk.state === "leased") return;
    desk.state = "leased";
    desk.leaseEnds = now + this.#options.leaseMs;
    this.#silence(desk);
  }

  /** What the passing of time does: leases that run out. The desks that were forgotten. */
  tick(now: number): readonly string[] {
    const lost = [...this.#desks.values()].filter(({ state, leaseEnds }) => state === "leased" && leaseEnds <= now);
    for (const { name } of lost) {
      this.#staff.forget(name);
      this.#desks.delete(name);
    }
    if (this.#forgetRefusalsAt !== null && this.#forgetRefusalsAt <= now) this.#forgetRefusals();
    return lost.map(({ name }) => name);
  }

  /** Every assignment that can be made now, by desk. */
  decide(now: number): ReadonlyMap<string, readonly Assignment[]> {
    const made = new Map<string, Assignment[]>();
    this.#settleStaff();
    if (!this.isReady(now)) return made;
    for (let match = this.#engine.match(); match !== null; match = this.#engine.match()) {
      const [csr, desk] = [idOf(match.csr), this.#record(match.csr.slice(idOf(match.csr).length + 1))];
      const conversation = idOf(match.conversation);
      const known = desk.waiting.get(conversation);
      if (known === undefined) throw new Error(`a conversation was matched that does not wait: ${conversation}`);
      this.#lastAssignment += 1;
      const { revision, waiting } = known.request;
      const assignment = { assignment: this.#lastAssignment, conversation, revision, csr };
      const weight = waiting.weight ?? 1;
      desk.pending.set(assignment.assignment, { ...assignment, weight, madeAt: now });
      this.#engine.removeWaiting(match.conversation);
      this.#staff.promise(desk.name, csr, weight);
      this.#settleStaff();
      made.set(desk.name, [...(made.get(desk.name) ?? []), assignment]);
    }
    return made;
  }

  /** Nothing is decided before every desk that is expected was heard of, or has had its time. */
  isReady(now: number): boolean {
    return this.#unheard.size === 0 || now >= this.#options.now + this.#options.leaseMs;
  }

  /** By desk that is present: what changed of what its CSRs have in hand elsewhere. Every change is told once. */
  takeElsewhere(): ReadonlyMap<string, Readonly<Record<string, number>>> {
    this.#settleStaff();
    const touched = [...this.#touched];
    this.#touched.clear();
    const changes = new Map<string, Record<string, number>>();
    for (const desk of this.#desks.values()) {
      if (desk.state !== "present") continue;
      const changed: Record<string, number> = {};
      for (const id of touched) {
        const load = this.#staff.told(desk.name, id) === null ? 0 : this.#staff.loadElsewhere(desk.name, id);
        if ((desk.elsewhere.get(id) ?? 0) === load) continue;
        if (load === 0) desk.elsewhere.delete(id);
        else desk.elsewhere.set(id, load);
        changed[id] = load;
      }
      if (Object.keys(changed).length > 0) changes.set(desk.name, changed);
    }
    return changes;
  }

  /** Who has come to have more in hand than room since this was last asked. */
  takeOverbooked(): readonly string[] {
    this.#settleStaff();
    const now = new Set(this.#staff.overbooked(this.#looked));
    const fresh = [...now].filter((id) => !this.#overbooked.has(id));
    for (const id of this.#looked) {
      if (now.has(id)) this.#overbooked.add(id);
      else this.#overbooked.delete(id);
    }
    this.#looked.clear();
    return fresh;
  }

  /** When the oldest assignment that this desk has not answered was made; null when there is none. */
  oldestPending(name: string): number | null {
    for (const { madeAt } of this.#desks.get(name)?.pending.values() ?? []) return madeAt;
    return null;
  }

  /** Whether more of that desk's customers wait, or more of its CSRs are known, than that. */
  isLarger(name: string, most: number): boolean {
    return (this.#desks.get(name)?.waiting.size ?? 0) > most || this.#staff.count(name) > most;
  }

  figures(): readonly DeskFigures[] {
    return [...this.#desks.values()].map(({ name, state, waiting, pending }) => ({
      desk: name,
      state,
      csrs: this.#staff.count(name),
      waiting: waiting.size,
      pending: pending.size,
    }));
  }

  #settleStaff(): void {
    for (const id of this.#staff.settle()) {
      this.#touched.add(id);
      this.#looked.add(id);
    }
  }

  /** Nobody is brought to that desk's customers. */
  #silence(desk: DeskRecord): void {
    this.#staff.setPresent(desk.name, false);
    for (const conversation of desk.waiting.keys()) this.#engine.removeWaiting(ownName(conversation, desk.name));
  }

  #learn(desk: DeskRecord, { csrs, waiting }: RoutingNews): void {
    for (const [id, csr] of csrs) csr === null ? this.#staff.remove(desk.name, id) : this.#staff.put(desk.name, csr);
    for (const [conversation, request] of waiting) {
      if (request === null) {
        desk.waiting.delete(conversation);
        this.#engine.removeWaiting(ownName(conversation, desk.name));
      } else this.#ask(desk, { request, notNow: [] });
    }
  }

  #ask(desk: DeskRecord, known: Known): void {
    const { request, notNow } = known;
    desk.waiting.set(request.waiting.conversation, known);
    this.#engine.putWaiting(ownRequest(request.waiting, desk.name, notNow));
  }

  /** The room is the desk's to tell of again. Who could not be asked is left out for a while, unless the request has changed. */
  #settle(desk: DeskRecord, number: number, asked: string | null, now: number): void {
    const pending = desk.pending.get(number);
    if (pending === undefined) return;
    desk.pending.delete(number);
    this.#staff.promise(desk.name, pending.csr, -pending.weight);
    const known = desk.waiting.get(pending.conversation);
    if (asked !== null || known?.request.revision !== pending.revision) return;
    this.#ask(desk, { request: known.request, notNow: [...known.notNow, pending.csr] });
    this.#forgetRefusalsAt ??= now + NOT_NOW_MS;
  }

  #forgetRefusals(): void {
    this.#forgetRefusalsAt = null;
    for (const desk of this.#desks.values()) {
      const refused = [...desk.waiting.values()].filter(({ notNow }) => notNow.length > 0);
      const underWay = new Set([...desk.pending.values()].map(({ conversation }) => conversation));
      for (const known of refused) {
        const next = { request: known.request, notNow: [] };
        // What is under way is not asked again; its answer will be.
        if (underWay.has(known.request.waiting.conversation))
          desk.waiting.set(known.request.waiting.conversation, next);
        else if (desk.state === "present") this.#ask(desk, next);
      }
    }
  }

  #record(name: string): DeskRecord {
    const desk = this.#desks.get(name);
    if (desk === undefined) throw new Error(`there is no desk ${name}`);
    return desk;
  }
}

function newRecord(name: string): DeskRecord {
  return {
    name,
    state: "announcing",
    leaseEnds: 0,
    waiting: new Map(),
    pending: new Map(),
    elsewhere: new Map(),
  };
}
