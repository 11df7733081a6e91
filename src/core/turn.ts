/**
 * One step in progress: what it may read (world, rules, tables, memory) and what it has led to so far. Every function of
 * the core that acts takes a Turn; `desk.ts` makes one per event and turns it into a Step.
 */
import { offered } from "./dialog.ts";
import type { MadeEstimate } from "./estimate/telling.ts";
import type { Address, Outbound, PresenceState, ReceiptState, Software } from "./model.ts";
import { phrase } from "./phrases.ts";
import type { RoutingEngine } from "./routing/routing.ts";
import type { Csr, Rules } from "./rules.ts";
import type { ConversationRow, CsrRow, Leg } from "./state.ts";
import { isSettled, newCsrRow } from "./state.ts";
import type { Fact, HistoryQuery, Line, Timer, TimerChange, World } from "./step.ts";
import type { Tables } from "./tables.ts";

/** What is known but not worth a disk write: it is said again by the networks, or does not matter after a restart. */
export interface Memory {
  /** By address key: the state of all devices of that person together. */
  readonly presence: Map<string, PresenceState>;
  /** By address key: what a person writes from; bounded, the longest unheard goes first. */
  readonly software: Map<string, Software>;
  /** The same of CSRs' addresses: routing goes by it, so however many customers come it is not forgotten. */
  readonly staffSoftware: Map<string, Software>;
  /** By network: whether its link is up. */
  readonly links: Map<string, boolean>;
  /** By network: when its link last came up. Milliseconds. */
  readonly linkedAt: Map<string, number>;
  /** When a link last came up. Milliseconds. */
  heardAt: number;
  /** CSRs at work, as routing was last told, each with what was recorded of it; see assignment.ts. */
  readonly atWork: Map<string, string>;
  /** The day by the desk's own zone, as the hours told it; "" before they did. */
  day: string;
  /** By queue (and period and site, see queue-rules.ts): open now; a queue that is not named is open. */
  readonly open: Map<string, boolean>;
  readonly opens: Map<string, string>;
  /** By conversation: when a person last said something. */
  readonly activity: Map<string, number>;
  /** By line and leg: the furthest receipt passed on; bounded like `software`. */
  readonly receipts: Map<string, ReceiptState>;
  /** By line and leg: copies whose author was told that they did not arrive; bounded like `software`. */
  readonly undelivered: Map<string, true>;
  /** By address key: messages counted in the present window. */
  readonly floods: Map<string, { since: number; count: number; told: boolean }>;
  /** By network: conversations that customers opened in the present minute. */
  readonly newcomers: Map<string, { since: number; count: number; told: boolean }>;
  /** By address key: the CSR it belongs to, from the rules. */
  readonly csrOf: Map<string, string>;
  /** By conversation that waits: the newest estimate of how long it still will. */
  readonly estimates: Map<string, MadeEstimate>;
  /** By conversation that waits: the waiting time that the handle shows to its customer; see estimate/showing.ts. */
  readonly shown: Map<string, { readonly to: Address; readonly from: string; readonly text: string }>;
  /** Whom a conversation is offered to is decided by somebody else. */
  decidesElsewhere: boolean;
  /** By CSR: what they have in hand at other desks that share them. */
  readonly elsewhere: Map<string, number>;
}

/** Nothing was heard yet. */
export function newMemory(): Memory {
  return {
    presence: new Map(),
    software: new Map(),
    staffSoftware: new Map(),
    links: new Map(),
    linkedAt: new Map(),
    heardAt: 0,
    atWork: new Map(),
    day: "",
    open: new Map(),
    opens: new Map(),
    activity: new Map(),
    receipts: new Map(),
    undelivered: new Map(),
    floods: new Map(),
    newcomers: new Map(),
    csrOf: new Map(),
    estimates: new Map(),
    shown: new Map(),
    decidesElsewhere: false,
    elsewhere: new Map(),
  };
}

export interface Turn {
  readonly world: World;
  readonly rules: Rules;
  readonly tables: Tables;
  readonly memory: Memory;
  readonly routing: RoutingEngine;
  readonly lines: Line[];
  readonly outbounds: Outbound[];
  readonly timers: TimerChange[];
  readonly facts: Fact[];
  readonly queries: HistoryQuery[];
  /** CSRs whose reachability changed without a row being written. */
  readonly stirred: Set<string>;
}

export function fact(
  turn: Turn,
  event: string,
  about: { conversation?: string; csr?: string },
  detail: Fact["detail"] = {},
): void {
  turn.facts.push({
    at: turn.world.now,
    conversation: about.conversation ?? null,
    csr: about.csr ?? null,
    event,
    detail,
  });
}

export function setTimer(turn: Turn, timer: Timer): void {
  turn.timers.push({ kind: "set", timer });
}

export function cancelTimer(turn: Turn, id: string): void {
  turn.timers.push({ kind: "cancel", id });
}

export function csrRow(turn: Turn, id: string): CsrRow {
  return turn.tables.csr.get(id) ?? newCsrRow(id, turn.world.now);
}

export function putCsr(turn: Turn, row: CsrRow, change: Partial<CsrRow>): CsrRow {
  const changed = { ...row, ...change };
  turn.tables.csr.put(changed.id, changed);
  return changed;
}

export function putConversation(turn: Turn, row: ConversationRow, change: Partial<ConversationRow>): ConversationRow {
  const changed = { ...row, ...change };
  const settled = isSettled(changed);
  const written = changed.settled === settled ? changed : { ...changed, settled };
  turn.tables.conversation.put(written.id, written);
  return written;
}

/** The language the desk speaks with that leg: one that it offers. */
export function languageOf(turn: Turn, row: ConversationRow, leg: Leg): string | null {
  if (leg.role !== "customer") return csrLanguage(turn, leg.csr);
  const { languages } = turn.rules;
  return offered(row.facts.language, languages) ?? offered(row.languageHint, languages) ?? languages[0] ?? null;
}

/** BCP 47's shape, and its longest in practice (RFC 5646 §4.4.1): what a client gives as a language may be anything. */
const LANGUAGE_TAG = /^[a-z]{2,8}(?:[-_][a-z0-9]{1,8}){0,7}$/iu;

/** A language as a network tells it; null where it is none. */
export function languageTag(told: string | null): string | null {
  return told !== null && told.length <= 35 && LANGUAGE_TAG.test(told) ? told : null;
}

/** The language for somebody of whom nothing is known but what their message says: one that the desk offers. */
export function strangersLanguage(turn: Turn, tag: string | null): string | null {
  return offered(tag, turn.rules.languages) ?? turn.rules.languages[0] ?? null;
}

export function csrLanguage(turn: Turn, csr: string | null): string | null {
  const known: Csr | undefined = csr === null ? undefined : turn.rules.csrs.get(csr);
  return known?.languages[0] ?? turn.rules.languages[0] ?? null;
}

export type PhraseValues = Readonly<Record<string, string | number>>;

export function say(turn: Turn, key: string, language: string | null, values: PhraseValues = {}): string {
  return phrase(turn.rules.phrases, key, language, values);
}

/** "3 minutes", "less than a minute". */
export function duration(turn: Turn, milliseconds: number, language: string | null): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000);
  return minutes < 1 ? say(turn, "less-than-a-minute", language) : say(turn, "minutes", language, { count: minutes });
}

/** When a line was written, as the network tells it: never later than now, whatever a client's clock says. */
export function writtenAt(turn: Turn, sentAt: number | null): number {
  return Math.min(sentAt ?? turn.world.now, turn.world.now);
}

/** Keeps it as the newest of at most `limit`; those that were kept longest are forgotten for it. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  // More than one only when the limit was lowered meanwhile.
  for (const oldest of map.keys()) {
    map.delete(oldest);
    if (map.size <= limit) return;
  }
}

/** A key for something that belongs to no line: presence, subscriptions, words of the desk contact. */
export function looseKey(turn: Turn, what: string): string {
  return `${turn.world.epoch}-${turn.world.nextLine()}-${what}`;
}
