/** The bare core on a table: events in, steps out, no engine, no network. Keeps what an engine would: lines, timers, rows. */
import { createDesk, type DeskOptions } from "../../src/core/desk.ts";
import type { Capabilities, Inbound, InboundKind, InboundOf, Outbound } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import type { Rows } from "../../src/core/state.ts";
import {
  type Desk,
  type DeskEvent,
  type Line,
  type LineReference,
  type Step,
  TABLES,
  type Table,
  type Timer,
  type World,
} from "../../src/core/step.ts";
import { emptySnapshot } from "../../src/core/tables.ts";
import { LineIndex } from "../../src/store/line-index.ts";
import type { PlaySetting } from "../support/play-rules.ts";

const EPOCH = "core";

/** What a test has to say of an inbound event; the rest is null. */
export type Said = {
  [K in InboundKind]: Pick<InboundOf<K>, "kind" | "from" | "to"> & Partial<InboundOf<K>>;
}[InboundKind];

const EMPTY = {
  redelivery: null,
  device: null,
  id: null,
  text: "",
  choice: null,
  replyTo: null,
  sentAt: null,
  language: null,
  nick: null,
};

export class CoreDesk {
  desk: Desk;
  readonly setting: PlaySetting;
  readonly #options: DeskOptions;
  /** Is shown every step, as whoever watches an engine is. */
  readonly #observe: (step: Step) => void;
  now = Date.UTC(2026, 2, 2, 9);
  readonly lines = new LineIndex(EPOCH);
  readonly transcript: Line[] = [];
  readonly timers = new Map<string, Timer>();
  readonly sent: Outbound[] = [];
  /** Every row there ever was of conversations, as last written: closed ones are kept. */
  readonly conversations = new Map<string, Rows["conversation"]>();
  readonly rows = new Map<string, object>();
  #line = 0;
  #token = 0;

  constructor(setting: PlaySetting, options: DeskOptions = {}, observe: (step: Step) => void = () => {}) {
    this.setting = setting;
    this.#observe = observe;
    this.#options = options;
    this.desk = createDesk(setting.rules, emptySnapshot(), options);
    this.#linkUp();
  }

  /** A new desk on the same rows, with these rules; all links come up again. */
  restart(rules: Rules): void {
    const tables = TABLES.map((table): [Table, ReadonlyMap<string, object>] => [table, this.table(table)]);
    this.desk = createDesk(rules, { ...emptySnapshot(), ...Object.fromEntries(tables) }, this.#options);
    this.#linkUp();
  }

  #linkUp(): void {
    for (const network of Object.keys(this.setting.networks)) {
      this.step({ kind: "link", network, online: true });
    }
  }

  readonly #world: World = ((self: CoreDesk) => ({
    get now() {
      return self.now;
    },
    token: () => {
      self.#token += 1;
      return self.#token.toString(36).padStart(16, "t");
    },
    nextLine: () => {
      self.#line += 1;
      return self.#line;
    },
    epoch: EPOCH,
    capabilities: (network: string) => self.#capabilities(network),
  }))(this);

  #capabilities(network: string): Capabilities | null {
    const known = this.setting.networks[network];
    return known === undefined ? null : { ...known, window: 8, deduplicates: true };
  }

  step(event: DeskEvent): Step {
    const step = this.desk.step(event, this.#world);
    this.#observe(step);
    for (const line of step.lines) {
      this.lines.addLine(line);
      this.transcript.push(line);
    }
    for (const outbound of step.outbounds) {
      this.lines.addCopy(outbound);
      this.sent.push(outbound);
    }
    for (const change of step.timers) {
      if (change.kind === "set") this.timers.set(change.timer.id, change.timer);
      else this.timers.delete(change.id);
    }
    for (const { table, id, value } of step.changes) {
      if (table === "conversation" && value !== null) this.conversations.set(id, value as Rows["conversation"]);
      if (value === null) this.rows.delete(`${table} ${id}`);
      else this.rows.set(`${table} ${id}`, value);
    }
    for (const { conversation, leg, limit } of step.queries) {
      const lines = this.transcript.filter((line) => line.conversation === conversation).slice(-limit);
      this.step({ kind: "history", conversation, leg, lines });
    }
    return step;
  }

  hear(said: Said): Step {
    const inbound = { ...EMPTY, ...said } as Inbound;
    const reference = "of" in inbound ? this.reference(inbound, inbound.of) : null;
    const replyTo =
      inbound.kind === "message" && inbound.replyTo !== null ? this.reference(inbound, inbound.replyTo) : null;
    return this.step({ kind: "inbound", inbound, reference, replyTo });
  }

  reference({ from }: Pick<Inbound, "from">, id: string): LineReference | null {
    return this.lines.reference(from.network, from.id, id);
  }

  /** The timer that is due next rings, at its time. False when there is none. */
  ring(): boolean {
    const [next] = [...this.timers.values()].sort((one, other) => one.at - other.at);
    if (next === undefined) return false;
    this.timers.delete(next.id);
    this.now = Math.max(this.now, next.at);
    this.step({ kind: "timer", timer: next });
    return true;
  }

  adopt(rules: Rules): void {
    this.step({ kind: "rules", rules });
  }

  table<T extends keyof Rows>(table: T): ReadonlyMap<string, Rows[T]> {
    const found = new Map<string, Rows[T]>();
    for (const [key, row] of this.rows) {
      if (key.startsWith(`${table} `)) found.set(key.slice(table.length + 1), row as Rows[T]);
    }
    return found;
  }
}
