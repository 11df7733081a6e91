/** The store in memory: for tests and the simulation. It passes the same suite as SQLite. */

import { KeyedTexts } from "../core/keyed-texts.ts";
import type { Address } from "../core/model.ts";
import type { Change, Fact, Line, Table, Timer } from "../core/step.ts";
import { StoredRows } from "../core/stored-rows.ts";
import { TimerRows } from "../core/timer-rows.ts";
import { type AuditRow, fits } from "./audit-rows.ts";
import { lineOfKey } from "./keys.ts";
import { LineIndex } from "./line-index.ts";
import {
  asEdited,
  type Batch,
  type Erased,
  type Loaded,
  type OutboxRow,
  type Store,
  StoreFault,
  type TranscriptLine,
} from "./store.ts";
import { Succession } from "./succession.ts";

/** Rows are kept as JSON text, so that nothing which came in or went out shares an object with the store. */
interface Contents {
  readonly state: Record<Table, Map<string, string>>;
  readonly lines: Map<number, string>;
  readonly outbox: Map<number, string>;
  readonly timers: Map<string, string>;
  readonly inbox: Map<string, number>;
  readonly adapterState: Map<string, Map<string, string>>;
  facts: Fact[];
  quarantine: Batch["quarantine"][number][];
  audit: AuditRow[];
  lastLine: number;
  lastOutbox: number;
}

/** Keeps its contents when closed, so that a test can start a second engine on it. */
export function createMemoryStore(epoch = "memory"): Store {
  const contents: Contents = {
    state: { conversation: new Map(), alias: new Map(), contact: new Map(), csr: new Map(), desk: new Map() },
    lines: new Map(),
    outbox: new Map(),
    timers: new Map(),
    inbox: new Map(),
    adapterState: new Map(),
    facts: [],
    quarantine: [],
    audit: [],
    lastLine: 0,
    lastOutbox: 0,
  };
  const index = new LineIndex(epoch);
  const succession = new Succession();
  return {
    load: async () => load(contents, epoch),
    commit: async (batch) => succession.follow(batch.place, () => commit(contents, index, epoch, batch)),
    seen: async (network, redelivery) => contents.inbox.has(`${network}\0${redelivery}`),
    reference: async (network, person, id) => index.reference(network, person, id),
    transcript: async (conversation, limit) => transcript(contents, conversation, limit),
    facts: async (conversation) => contents.facts.filter((fact) => fact.conversation === conversation),
    outbox: async (ids) =>
      ids.flatMap((id) => {
        const row = contents.outbox.get(id);
        return row === undefined ? [] : [JSON.parse(row) as OutboxRow];
      }),
    async adapterState(network, key) {
      const value = contents.adapterState.get(network)?.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    adapterKeys: async (network, prefix) =>
      [...(contents.adapterState.get(network)?.keys() ?? [])].filter((key) => key.startsWith(prefix)).sort(),
    prune: async (before, inboxBefore = before) => prune(contents, index, before, inboxBefore),
    appendAudit: async (rows) => appendAudit(contents, rows),
    async audit(query) {
      const found = contents.audit.filter((row) => fits(row, query));
      return (query.order === "newest" ? found.reverse() : found).slice(0, query.limit);
    },
    async pruneAudit(before) {
      const kept = contents.audit.findIndex(({ at }) => at >= before);
      contents.audit = kept < 0 ? [] : contents.audit.slice(kept);
      return false;
    },
    conversationsOf: async (person) => conversationsOf(contents, index, person),
    erase: async (person, conversations) => erase(contents, index, person, new Set(conversations)),
    close: async () => {},
  };
}

const isSame = (one: Address | null, other: Address): boolean => one?.network === other.network && one.id === other.id;

function conversationsOf(contents: Contents, index: LineIndex, person: Address): readonly string[] {
  const lines = [...contents.lines.values()].map((text) => JSON.parse(text) as Line);
  const theirs = lines.filter(({ author, from }) => author === 0 && isSame(from, person));
  const shown = index.conversationsShownTo(person.network, person.id);
  return [...new Set([...theirs.map(({ conversation }) => conversation), ...shown])];
}

function erase(contents: Contents, index: LineIndex, person: Address, conversations: ReadonlySet<string>): Erased {
  const before = { lines: contents.lines.size, facts: contents.facts.length, sends: contents.outbox.size };
  for (const [number, text] of contents.lines) {
    if (!conversations.has((JSON.parse(text) as Line).conversation)) continue;
    contents.lines.delete(number);
    index.forget(number);
  }
  contents.facts = contents.facts.filter(
    ({ conversation }) => conversation === null || !conversations.has(conversation),
  );
  for (const [id, text] of contents.outbox) {
    const { outbound } = JSON.parse(text) as OutboxRow;
    // What belongs to another conversation is of one that they have begun meanwhile.
    const isGone =
      outbound.conversation === null ? isSame(outbound.to, person) : conversations.has(outbound.conversation);
    if (isGone) contents.outbox.delete(id);
  }
  contents.quarantine = contents.quarantine.filter(({ event }) => !event.includes(person.id));
  return {
    lines: before.lines - contents.lines.size,
    facts: before.facts - contents.facts.length,
    sends: before.sends - contents.outbox.size,
  };
}

function appendAudit(contents: Contents, rows: readonly AuditRow[]): void {
  const known = new Set(contents.audit.map(({ seq }) => seq));
  if (rows.some(({ seq }) => known.has(seq))) {
    throw new StoreFault("data", "An entry of the audit log bears a number that another bears.");
  }
  contents.audit.push(...rows);
}

function load(contents: Contents, epoch: string): Loaded {
  const parsed = <Row>(rows: Iterable<string>): Row[] => [...rows].map((row) => JSON.parse(row) as Row);
  const table = (name: Table): StoredRows => {
    const texts = new KeyedTexts();
    for (const [id, value] of contents.state[name]) texts.set(id, value);
    return new StoredRows(texts);
  };
  return {
    snapshot: {
      conversation: table("conversation"),
      alias: table("alias"),
      contact: table("contact"),
      csr: table("csr"),
      desk: table("desk"),
    },
    timers: new TimerRows(parsed<Timer>(contents.timers.values())),
    outbox: parsed<OutboxRow>(contents.outbox.values()).sort((a, b) => a.id - b.id),
    lastLine: contents.lastLine,
    lastOutbox: contents.lastOutbox,
    epoch,
  };
}

/** Everything that can fail happens before the first row is written: so it is all or nothing. */
function commit(contents: Contents, index: LineIndex, epoch: string, batch: Batch): void {
  const write = prepare(contents, batch);
  for (const { network, redelivery, at } of batch.inbox) contents.inbox.set(`${network}\0${redelivery}`, at);
  for (const line of batch.lines) {
    contents.lastLine = Math.max(contents.lastLine, line.line);
    index.addLine(line);
  }
  for (const { id, outbound } of batch.outbox) {
    contents.lastOutbox = Math.max(contents.lastOutbox, id);
    contents.lastLine = Math.max(contents.lastLine, lineOfKey(epoch, outbound.key));
    index.addCopy(outbound);
  }
  write();
  contents.lastLine = Math.max(contents.lastLine, batch.lastLine ?? 0);
  for (const mark of batch.marks) {
    contents.outbox.delete(mark.id);
    if (mark.kind === "sent" && mark.foreign !== null) index.addForeign(mark.key, mark.foreign);
  }
  contents.facts.push(...batch.facts);
  contents.quarantine.push(...batch.quarantine);
}

/** Writes everything as JSON, which throws for what is none; the returned function puts it into place. */
function prepare(contents: Contents, batch: Batch): () => void {
  const json = (value: unknown): string => {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      throw new StoreFault("data", `A batch holds a value that cannot be stored: ${error}`);
    }
    if (text === undefined) throw new StoreFault("data", `A ${typeof value} cannot be stored.`);
    return text;
  };
  const changes = batch.changes.map((change: Change) => ({
    ...change,
    value: change.value === null ? null : json(change.value),
  }));
  const lines = batch.lines.map((line): [number, string] => [line.line, json(line)]);
  const outbox = new Map(batch.outbox.map((row): [number, string] => [row.id, json(row)]));
  if (outbox.size < batch.outbox.length || [...outbox.keys()].some((id) => contents.outbox.has(id))) {
    throw new StoreFault("data", "A row of the outbox bears a number that another bears.");
  }
  const state = batch.adapterState.map((row) => ({
    ...row,
    value: row.value === undefined ? undefined : json(row.value),
  }));
  batch.facts.forEach(json);
  return () => {
    for (const { table, id, value } of changes) {
      if (value === null) contents.state[table].delete(id);
      else contents.state[table].set(id, value);
    }
    for (const [line, text] of lines) contents.lines.set(line, text);
    for (const [id, text] of outbox) contents.outbox.set(id, text);
    for (const change of batch.timers) {
      if (change.kind === "cancel") contents.timers.delete(change.id);
      else contents.timers.set(change.timer.id, JSON.stringify(change.timer));
    }
    for (const { network, key, value } of state) {
      const map = contents.adapterState.get(network) ?? new Map<string, string>();
      contents.adapterState.set(network, map);
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    }
  };
}

function linesOf(contents: Contents, conversation: string): Line[] {
  return [...contents.lines.values()]
    .map((text) => JSON.parse(text) as Line)
    .filter((line) => line.conversation === conversation)
    .sort((a, b) => a.line - b.line);
}

function transcript(contents: Contents, conversation: string, limit: number): TranscriptLine[] {
  const entries = new Map<number, { -readonly [K in keyof TranscriptLine]: TranscriptLine[K] }>();
  for (const line of linesOf(contents, conversation)) {
    const { content } = line;
    switch (content.kind) {
      case "message":
      case "note":
      case "reaction":
        entries.set(line.line, { ...line, edited: null, retracted: false, state: null });
        break;
      case "edit": {
        const edited = entries.get(content.of);
        if (edited !== undefined) entries.set(content.of, { ...edited, ...asEdited(content) });
        break;
      }
      case "retraction": {
        const retracted = entries.get(content.of);
        if (retracted !== undefined) retracted.retracted = true;
        break;
      }
      case "receipt": {
        const confirmed = entries.get(content.of);
        if (confirmed !== undefined && confirmed.state !== "read") confirmed.state = content.state;
        break;
      }
    }
  }
  return limit <= 0 ? [] : [...entries.values()].slice(-limit);
}

function prune(contents: Contents, index: LineIndex, before: number, inboxBefore: number): boolean {
  const last = new Map<string, number>();
  const lines = [...contents.lines.values()].map((text) => JSON.parse(text) as Line);
  for (const { conversation, at } of lines) last.set(conversation, Math.max(last.get(conversation) ?? 0, at));
  const finished = (conversation: string): boolean =>
    !contents.state.conversation.has(conversation) && (last.get(conversation) ?? 0) < before;
  for (const { line, conversation } of lines) {
    if (finished(conversation)) {
      contents.lines.delete(line);
      index.forget(line);
    }
  }
  contents.facts = contents.facts.filter((fact) =>
    fact.conversation === null ? fact.at >= before : !(last.has(fact.conversation) && finished(fact.conversation)),
  );
  contents.quarantine = contents.quarantine.filter(({ at }) => at >= before);
  for (const [id, at] of contents.inbox) if (at < inboxBefore) contents.inbox.delete(id);
  return false;
}
