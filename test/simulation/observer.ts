/**
 * Stands between the engine and the core and looks at every step: keeps a copy of the state of its own, checks what must hold of
 * it, and remembers what became of every message that is followed. It changes nothing.
 */
import type { Outbound } from "../../src/core/model.ts";
import { addressKey, VOLATILE_OUTBOUND } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { Desk, DeskEvent, Snapshot, Step, Table, Timer, World } from "../../src/core/step.ts";
import type { Ledger, Message } from "./ledger.ts";
import type { Random } from "./random.ts";
import { type Mirror, StateChecks } from "./state-checks.ts";
import type { Subject } from "./subject.ts";

/** What a step did with a message that is followed. */
export interface Hearing {
  readonly conversation: string | null;
  /** Keys under which the message itself goes to others. */
  readonly relayed: readonly string[];
  /** Number of the step. */
  readonly step: number;
  /** Its author was told something in the same step. */
  readonly answered: boolean;
}

/** How many superseded timers are kept for probing. */
const PAST_TIMERS = 200;
/** How often, after a step, a superseded timer is rung to see that it does nothing. */
const PROBE_CHANCE = 0.2;
/** Timers that belong to one state of a conversation and name its generation. */
const OF_ONE_STATE = new Set(["silence", "dialog-idle", "offer", "idle", "absent"]);

export function emptyMirror(): Mirror {
  return { conversation: new Map(), alias: new Map(), contact: new Map(), csr: new Map(), desk: new Map() };
}

export class Observer {
  readonly #subject: Subject;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #checks: StateChecks;
  readonly #committed: Mirror = emptyMirror();
  #uncommitted: { readonly step: Step; readonly event: DeskEvent; readonly number: number }[] = [];
  readonly #hearings = new Map<number, Hearing>();
  readonly #committedKeys = new Set<string>();
  /** By conversation: the step in which a CSR last took it. */
  readonly #accepted = new Map<string, number>();
  /** Timers as the steps so far have set them. */
  readonly timers = new Map<string, Timer>();
  readonly #past: Timer[] = [];
  #desk: Desk | null = null;
  rules: Rules;
  steps = 0;

  readonly #delegates: boolean;

  /** `delegates`: somebody else decides; then whoever waits may wait for their answer. */
  constructor(subject: Subject, ledger: Ledger, random: Random, rules: Rules, delegates: boolean) {
    this.#delegates = delegates;
    this.#subject = subject;
    this.#ledger = ledger;
    this.#random = random;
    this.rules = rules;
    this.#checks = new StateChecks(ledger, delegates);
  }

  /** The state as of the last step, committed or not. */
  get state(): Mirror {
    return this.#checks.mirror;
  }

  /** What the engine is given for `createDesk`. A snapshot that is not what was committed is a violation. */
  createDesk(snapshot: Snapshot): Desk {
    this.#uncommitted = [];
    this.#compare(snapshot, "the store gave back");
    this.#checks.reset(snapshot);
    const desk = this.#subject.createDesk(this.rules, snapshot, { delegates: this.#delegates });
    this.#desk = desk;
    return { ...desk, step: (event, world) => this.#step(desk, event, world) };
  }

  /** The timers the store holds, at the beginning of a life. */
  loaded(timers: Iterable<Timer>): void {
    this.timers.clear();
    for (const timer of timers) {
      this.timers.set(timer.id, timer);
    }
  }

  /** A batch is on its way to the store; call the result once it is there. */
  committing(): () => void {
    const batch = this.#uncommitted;
    this.#uncommitted = [];
    return () => {
      for (const { step, event, number } of batch) {
        apply(this.#committed, step);
        this.#ledger.coverage.see(step);
        for (const outbound of step.outbounds) {
          this.#committedKeys.add(outbound.key);
        }
        this.#remember(step, event, number);
        this.#checks.committed(number);
      }
    };
  }

  /** Compares the running desk with one that is made anew from that snapshot. Only when nothing is uncommitted. */
  compareAnew(snapshot: Snapshot): void {
    if (this.#desk === null || this.#uncommitted.length > 0) {
      return;
    }
    this.#compare(snapshot, "the store holds");
    const anew = this.#subject.createDesk(this.rules, snapshot, { delegates: this.#delegates });
    const look = (desk: Desk): string => {
      // Places are told by routing, which a new desk fills with its first event; presence is not kept over a restart.
      const conversations = desk.conversations().map((view) => ({ ...view, software: null, place: null }));
      const csrs = desk.csrs().map(({ id, name, load, capacity }) => ({ id, name, load, capacity }));
      return JSON.stringify([conversations.sort((one, other) => (one.id < other.id ? -1 : 1)), csrs]);
    };
    const [running, reloaded] = [look(this.#desk), look(anew)];
    if (running !== reloaded) {
      this.#ledger.violate("reload-equal", `running ${running}, made anew ${reloaded}`);
    }
  }

  hearing(number: number): Hearing | null {
    return this.#hearings.get(number) ?? null;
  }
  /** Whether a send may leave: volatile kinds need no commit. */
  mayLeave(outbound: Outbound): boolean {
    return VOLATILE_OUTBOUND.has(outbound.kind) || this.#committedKeys.has(outbound.key);
  }
  wasHeard(message: Message): boolean {
    return this.#hearings.has(message.number);
  }
  /** Whether a CSR took that conversation after that step. */
  wasAcceptedAfter(conversation: string, step: number): boolean {
    return (this.#accepted.get(conversation) ?? -1) > step;
  }

  #step(desk: Desk, event: DeskEvent, world: World): Step {
    if (event.kind === "rules") {
      this.rules = event.rules;
    }
    if (event.kind === "timer" && this.timers.get(event.timer.id)?.at === event.timer.at) {
      this.timers.delete(event.timer.id);
    }
    const step = desk.step(event, world);
    this.steps += 1;
    this.#ledger.note(() => describe(event, step));
    this.#uncommitted.push({ step, event, number: this.steps });
    this.#keepTimers(step);
    this.#checks.check(step, event, { desk, world, rules: this.rules, timers: this.timers, number: this.steps });
    if (this.#past.length > 0 && this.#random.chance(PROBE_CHANCE)) {
      this.#probe(desk, world);
    }
    return step;
  }

  #keepTimers(step: Step): void {
    for (const change of step.timers) {
      const id = change.kind === "set" ? change.timer.id : change.id;
      const former = this.timers.get(id);
      if (former !== undefined && OF_ONE_STATE.has(former.name)) {
        this.#past.push(former);
      }
      if (this.#past.length > PAST_TIMERS) {
        this.#past.shift();
      }
      if (change.kind === "set") {
        this.timers.set(id, change.timer);
      } else {
        this.timers.delete(id);
      }
    }
  }

  /** Rings a timer of a past state. */
  #probe(desk: Desk, world: World): void {
    const timer = this.#random.pick(this.#past);
    const row = this.#checks.mirror.conversation.get(timer.conversation ?? "");
    // Of several offers each has a state of its own.
    const states = [row?.generation, ...(row?.offers ?? []).map(({ generation }) => generation)];
    if (states.includes(timer.generation)) {
      return;
    }
    const step = desk.step({ kind: "timer", timer }, world);
    const size = step.changes.length + step.lines.length + step.outbounds.length + step.timers.length;
    if (size > 0) {
      this.#ledger.violate(
        "stale-timers",
        `${timer.id} of generation ${timer.generation} led to ${JSON.stringify(step)}`,
      );
    }
  }

  #compare(snapshot: Snapshot, who: string): void {
    for (const table of Object.keys(this.#committed) as Table[]) {
      const [held, expected] = [snapshot[table], this.#committed[table]];
      const ids = new Set([...held.keys(), ...expected.keys()]);
      for (const id of ids) {
        const [one, other] = [JSON.stringify(held.get(id)), JSON.stringify(expected.get(id))];
        if (one !== other) {
          this.#ledger.violate("reload-equal", `${who} ${table} ${id} as ${one}; committed was ${other}`);
        }
      }
    }
  }

  #remember(step: Step, event: DeskEvent, number: number): void {
    for (const fact of step.facts) {
      if (fact.event === "offer.accepted") {
        this.#accepted.set(fact.conversation ?? "", number);
      }
      if (fact.event === "conversation.opened") {
        this.#ledger.conversations += 1;
      }
    }
    for (const outbound of step.outbounds) {
      if (outbound.kind === "message" && outbound.notice) {
        this.#ledger.tellBack(addressKey(outbound.to), outbound.text);
      }
    }
    if (event.kind !== "inbound" || !("text" in event.inbound) || event.inbound.text === null) {
      return;
    }
    const followed = /\[\/m(\d+)\]/u.exec(event.inbound.text)?.[1];
    if (followed === undefined) {
      return;
    }
    const author = addressKey(event.inbound.from);
    const toAuthor = step.outbounds.filter((one) => one.kind === "message" && addressKey(one.to) === author);
    const relayed = step.outbounds.filter(
      (one) =>
        (one.kind === "edit" || (one.kind === "message" && !one.notice)) &&
        addressKey(one.to) !== author &&
        one.text.includes(`[/m${followed}]`),
    );
    this.#hearings.set(Number(followed), {
      step: number,
      conversation:
        step.lines[0]?.conversation ?? step.changes.find(({ table }) => table === "conversation")?.id ?? null,
      relayed: relayed.map((one) => one.key),
      answered: toAuthor.length > 0,
    });
  }
}

function apply(mirror: Mirror, step: Step): void {
  for (const { table, id, value } of step.changes) {
    if (value === null) {
      mirror[table].delete(id);
    } else {
      (mirror[table] as Map<string, object>).set(id, value);
    }
  }
}

function describe(event: DeskEvent, step: Step): string {
  const came = (() => {
    switch (event.kind) {
      case "inbound": {
        const { inbound } = event;
        const said = "text" in inbound ? ` "${inbound.text}"` : "state" in inbound ? ` ${inbound.state}` : "";
        return `${addressKey(inbound.from)} → ${inbound.to}: ${inbound.kind}${said}`;
      }
      case "timer":
        return `timer ${event.timer.id} (${event.timer.name}, generation ${event.timer.generation})`;
      case "link":
        return `link ${event.network} ${event.online ? "up" : "down"}`;
      case "delivery":
        return `delivery in ${event.conversation} to ${addressKey(event.to)}: ${event.state}`;
      case "undelivered":
        return `undelivered ${event.outbound.key}: ${event.reason}`;
      case "hours":
      case "estimates":
      case "matched":
      case "deciding":
      case "elsewhere":
      case "rules":
      case "command":
      case "history":
        return event.kind;
    }
  })();
  const facts = step.facts.map((fact) => `${fact.event} ${fact.conversation ?? ""} ${fact.csr ?? ""}`.trim());
  const sent = step.outbounds.map((one) => {
    const text = "text" in one && one.text !== null ? ` "${one.text.slice(0, 60).replaceAll("\n", "⏎")}"` : "";
    return `\n             ⇒ ${addressKey(one.to)} from ${one.from} ${one.key} ${one.kind}${text}`;
  });
  const verdict = step.verdict.kind === "refused" ? ` REFUSED ${step.verdict.reason}` : "";
  return `${came}${verdict}${facts.length > 0 ? ` [${facts.join(", ")}]` : ""}${sent.join("")}`;
}
