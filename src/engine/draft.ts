/** One batch while it is being stepped: everything it will write, and everything to be done once that is written. */
import type { Outbound } from "../core/model.ts";
import { VOLATILE_OUTBOUND } from "../core/model.ts";
import type { Change, DeskEvent, Fact, HistoryQuery, Line, Step, TimerChange } from "../core/step.ts";
import type { Batch, Mark, OutboxRow } from "../store/store.ts";

export class Draft {
  readonly at: number;
  readonly inbox: Batch["inbox"][number][] = [];
  readonly lines: Line[] = [];
  readonly outbox: OutboxRow[] = [];
  readonly volatile: Outbound[] = [];
  readonly facts: Fact[] = [];
  readonly queries: HistoryQuery[] = [];
  readonly quarantine: Batch["quarantine"][number][] = [];
  readonly adapterState: Batch["adapterState"][number][] = [];
  readonly marks: Mark[];
  /** For the observer; filled only when there is one. */
  readonly observed: { readonly event: DeskEvent; readonly step: Step }[] | null;
  /** Of several changes of one row, and several settings of one timer, only the last is worth writing. */
  readonly #changes = new Map<string, Change>();
  readonly #timers = new Map<string, TimerChange>();

  constructor(at: number, marks: readonly Mark[], isObserved: boolean) {
    this.at = at;
    this.marks = [...marks];
    this.observed = isObserved ? [] : null;
  }

  /** `nextRow` gives out numbers of the outbox. */
  add(step: Step, nextRow: () => number): void {
    for (const change of step.changes) this.#changes.set(`${change.table} ${change.id}`, change);
    for (const line of step.lines) this.lines.push(line);
    for (const outbound of step.outbounds) {
      if (VOLATILE_OUTBOUND.has(outbound.kind)) this.volatile.push(outbound);
      else this.outbox.push({ id: nextRow(), outbound, at: this.at });
    }
    for (const change of step.timers) this.addTimer(change);
    for (const fact of step.facts) this.facts.push(fact);
    for (const query of step.queries) this.queries.push(query);
  }

  addTimer(change: TimerChange): void {
    this.#timers.set(change.kind === "set" ? change.timer.id : change.id, change);
  }

  hasTimer(id: string): boolean {
    return this.#timers.has(id);
  }

  timers(): Iterable<TimerChange> {
    return this.#timers.values();
  }

  /** Nothing is worth a commit. */
  get isEmpty(): boolean {
    return (
      this.marks.length === 0 &&
      this.inbox.length === 0 &&
      this.#changes.size === 0 &&
      this.lines.length === 0 &&
      this.outbox.length === 0 &&
      this.#timers.size === 0 &&
      this.facts.length === 0 &&
      this.quarantine.length === 0 &&
      this.adapterState.length === 0
    );
  }

  build(lastLine: number, place: number): Batch {
    return {
      place,
      inbox: this.inbox,
      changes: [...this.#changes.values()],
      lines: this.lines,
      outbox: this.outbox,
      timers: [...this.#timers.values()],
      facts: this.facts,
      marks: this.marks,
      quarantine: this.quarantine,
      adapterState: this.adapterState,
      lastLine,
    };
  }
}
