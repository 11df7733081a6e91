/** What must hold of the desk's state after every single step. */
import { addressKey, type Outbound } from "../../src/core/model.ts";
import type { Csr, Rules } from "../../src/core/rules.ts";
import type { AliasRow, ConversationRow, CsrRow, Rows } from "../../src/core/state.ts";
import type { CsrView, Desk, DeskEvent, Snapshot, Step, Table, Timer, World } from "../../src/core/step.ts";
import type { Ledger } from "./ledger.ts";

/** A copy of the core's tables, kept from the changes of its steps. */
export type Mirror = { readonly [T in Table]: Map<string, Rows[T]> };

/** What a check may look at besides the state. */
export interface Present {
  readonly desk: Desk;
  readonly world: World;
  readonly rules: Rules;
  readonly timers: ReadonlyMap<string, Timer>;
  /** Of the step. */
  readonly number: number;
}

/** Whose an alias or label was last, and since when it is free. */
interface KnownAlias {
  readonly conversation: string;
  readonly releasedAt: number | null;
  readonly hasRested: boolean;
}

/** See docs/simulation.md: what a CSR on a network of fixed identity can have of labels, for each place of capacity. */
const LABELS_FOR_EACH_PLACE = 200;
/** Real ids of people in the simulation look like this and nothing else does. */
export const REAL_ID = /real\d+/gu;
/** Real ids of those who only write to other people's aliases. */
export const STRANGER_ID = /^real9\d{4}/u;

export class StateChecks {
  readonly #ledger: Ledger;
  readonly #aliases = new Map<string, KnownAlias>();
  /** What was known of aliases before steps that are not committed. */
  #former: { readonly number: number; readonly key: string; readonly known: KnownAlias | undefined }[] = [];
  readonly mirror: Mirror = {
    conversation: new Map(),
    alias: new Map(),
    contact: new Map(),
    csr: new Map(),
    desk: new Map(),
  };

  readonly #delegates: boolean;

  constructor(ledger: Ledger, delegates: boolean) {
    this.#delegates = delegates;
    this.#ledger = ledger;
  }

  /** The desk was made anew. */
  reset(snapshot: Snapshot): void {
    for (const table of Object.keys(this.mirror) as Table[]) {
      const rows = this.mirror[table] as Map<string, object>;
      rows.clear();
      for (const [id, row] of snapshot[table]) {
        rows.set(id, row);
      }
    }
    // A step that was never committed never happened, so its minting and releasing are forgotten too.
    for (const { key, known } of this.#former.reverse()) {
      if (known === undefined) this.#aliases.delete(key);
      else this.#aliases.set(key, known);
    }
    this.#former = [];
  }

  /** The steps up to that number are on the disk. */
  committed(number: number): void {
    this.#former = this.#former.filter((former) => former.number > number);
  }

  check(step: Step, event: DeskEvent, present: Present): void {
    for (const { table, id, value } of step.changes) {
      const before = this.mirror[table].get(id);
      if (table === "conversation") {
        this.#conversation(id, (before ?? null) as ConversationRow | null, value as ConversationRow | null);
        if (value === null) this.#ended(id, present.timers);
      }
      if (table === "alias") {
        this.#alias(id, (before ?? null) as AliasRow | null, value as AliasRow | null, present);
      }
      if (value === null) {
        this.mirror[table].delete(id);
      } else {
        (this.mirror[table] as Map<string, object>).set(id, value);
      }
    }
    step.outbounds.forEach((outbound) => void this.#leak(outbound));
    this.#stranger(step, event);
    if (step.changes.length > 0 || event.kind !== "inbound") {
      this.#hands(present.rules);
      this.#idle(present);
    }
  }

  #conversation(id: string, before: ConversationRow | null, after: ConversationRow | null): void {
    if (after === null) {
      return;
    }
    const since = before?.waitingSince ?? null;
    if (since !== null && after.waitingSince !== since) {
      this.#ledger.violate("waiting-kept", `${id} waited since ${since}, now since ${after.waitingSince}`);
    }
    const invited = after.legs.filter((leg) => leg.role === "csr" && leg.state === "invited").length;
    const active = after.legs.filter((leg) => leg.role === "csr" && leg.state === "active").length;
    const isOffered = after.state === "offered";
    const third = after.legs.some((leg) => leg.role === "supervisor" && leg.state === "active");
    if (after.room != null && (active === 0 || third)) {
      this.#ledger.violate(
        "rooms",
        `${id} waits for a room with ${active} CSRs${third ? " and somebody who listens" : ""}`,
      );
    }
    if (
      invited !== after.offers.length ||
      invited > 0 !== isOffered ||
      active !== (after.state === "talking" ? 1 : 0)
    ) {
      this.#ledger.violate("one-csr", `${id} is ${after.state} with ${invited} asked and ${active} taking part`);
    }
  }

  #ended(id: string, timers: ReadonlyMap<string, Timer>): void {
    for (const timer of timers.values()) {
      if (timer.conversation === id && timer.name !== "rest") {
        this.#ledger.violate("nothing-left", `${id} is over, and its timer ${timer.id} is left`);
      }
    }
  }

  #alias(key: string, before: AliasRow | null, after: AliasRow | null, { world, rules, number }: Present): void {
    const known = this.#aliases.get(key);
    this.#former.push({ number, key, known });
    const restMs = rules.limits.aliasRestSeconds * 1000;
    if (after === null) {
      const releasedAt = before?.releasedAt ?? null;
      const hasRested = releasedAt !== null && world.now - releasedAt >= restMs;
      this.#aliases.set(key, {
        conversation: before?.conversation ?? known?.conversation ?? "",
        releasedAt,
        hasRested,
      });
      return;
    }
    if (known !== undefined && known.conversation !== after.conversation) {
      const rested = known.releasedAt === null ? null : world.now - known.releasedAt;
      const isReady = known.hasRested || (rested !== null && rested >= restMs);
      // A CSR who has had every label there is gets the one that has rested longest.
      const labels = [...this.mirror.alias.keys()].filter((other) => other.startsWith(key.replace(/#\d+$/u, "#")));
      const places = LABELS_FOR_EACH_PLACE * (csrOf(after, rules)?.capacity ?? 1);
      if (rested !== null && after.label !== null && labels.length >= places) {
        this.#ledger.note(() => `${key} could not rest to the end: all ${places} labels are taken`);
      } else if (!isReady) {
        const how = rested === null ? "while it was in use" : `after a rest of ${rested} ms`;
        this.#ledger.violate("alias-rests", `${key} passed from ${known.conversation} to ${after.conversation} ${how}`);
      }
    }
    this.#aliases.set(key, { conversation: after.conversation, releasedAt: after.releasedAt, hasRested: false });
  }

  #leak(outbound: Outbound): void {
    const { to, conversation: _forLogsAlone, ...sent } = outbound;
    // Whom to invite to a room is for the network alone.
    const shown = outbound.kind === "room" ? without("address", sent) : JSON.stringify(sent);
    for (const [found] of shown.matchAll(REAL_ID)) {
      if (found !== to.id.match(REAL_ID)?.[0]) {
        this.#ledger.violate("no-leak", `${found} is in ${JSON.stringify(sent)} to ${to.id}`);
      }
    }
  }

  #stranger(step: Step, event: DeskEvent): void {
    if (event.kind !== "inbound" || !STRANGER_ID.test(event.inbound.from.id)) {
      return;
    }
    const size = step.changes.length + step.lines.length + step.outbounds.length;
    if (step.verdict.kind !== "refused" || size > 0) {
      this.#ledger.violate(
        "stranger",
        `${event.inbound.from.id} wrote to ${event.inbound.to}: ${JSON.stringify(step)}`,
      );
    }
  }

  /** Offers and conversations of each CSR, counted from the conversations, against capacity and the CSR's own row. */
  #hands(rules: Rules): void {
    const held = new Map<string, string[]>();
    const counts = new Map<string, number>();
    for (const [id, row] of this.mirror.conversation) {
      for (const leg of row.legs) {
        if (leg.csr !== null && leg.state !== "left") {
          held.set(leg.csr, [...(held.get(leg.csr) ?? []), id]);
          // To listen, or to be told of somebody who waits, takes nothing of one's capacity.
          const isFree =
            leg.role === "supervisor" || row.offers.some((offer) => offer.leg === leg.index && offer.announced);
          counts.set(leg.csr, (counts.get(leg.csr) ?? 0) + (isFree ? 0 : 1));
        }
      }
    }
    for (const [id, csr] of rules.csrs) {
      const count = counts.get(id) ?? 0;
      if (count > csr.capacity) {
        this.#ledger.violate("capacity", `${id} has ${count} in hand and capacity for ${csr.capacity}`);
      }
      const row: CsrRow | undefined = this.mirror.csr.get(id);
      if ([...(row?.hands ?? [])].sort().join() !== [...(held.get(id) ?? [])].sort().join()) {
        this.#ledger.violate(
          "capacity",
          `${id} is said to hold ${row?.hands.join()} but holds ${held.get(id)?.join()}`,
        );
      }
    }
  }

  #idle({ desk, rules, timers }: Present): void {
    const waiting = [...this.mirror.conversation.values()].filter((row) => row.state === "waiting");
    if (waiting.length === 0 || this.#delegates) {
      return;
    }
    // Wrap-up ends with its timer, which may be due this very moment and not have rung yet.
    const free = desk.csrs().filter((csr) => csr.state === "free" && !timers.has(`wrap-up ${csr.id}`));
    for (const row of waiting) {
      const idle = free.find((csr) => mayServe(row, csr, rules));
      if (idle !== undefined) {
        this.#ledger.violate("no-idle-csr", `${idle.id} is free while ${row.id} waits`);
      }
    }
  }
}

function without(field: string, sent: object): string {
  return JSON.stringify(sent, (name, value: unknown) => (name === field ? null : value));
}

function csrOf({ viewer }: AliasRow, rules: Rules): Csr | undefined {
  const key = addressKey(viewer);
  return [...rules.csrs.values()].find((csr) => csr.addresses.some((address) => addressKey(address) === key));
}

/** Whether a CSR who is free may be offered that conversation: the rules in words, without any index. */
function mayServe(row: ConversationRow, view: CsrView, rules: Rules): boolean {
  const csr = rules.csrs.get(view.id);
  const queue = rules.queues.get(row.queue ?? "");
  if (csr === undefined || queue === undefined) {
    return false;
  }
  const skilled = Object.entries(row.skills).every(([skill, level]) => (csr.skills.get(skill) ?? 0) >= level);
  const asked = !row.excluded.includes(csr.id) && (row.only === null || row.only === csr.id);
  const language = row.facts.language ?? row.languageHint ?? rules.languages[0] ?? "";
  const speaks = !queue.matchLanguage || csr.languages.includes(language.split("-")[0] ?? "");
  const networks = view.reachable.map((address) => address.network);
  const reached = queue.compatibility === "translated" ? networks.length > 0 : networks.includes(row.network);
  return skilled && asked && speaks && reached;
}
