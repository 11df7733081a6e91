/**
 * The audit log: who did what, when, from where, to whom. Append-only, and each entry bears a hash over itself and the entry before,
 * so that none can be changed or taken out of the middle without `verify` finding it. That the whole end was not cut off and written
 * anew is seen by whoever kept a hash elsewhere: each is logged as it is made.
 */
import { createHash } from "node:crypto";
import type { Clock, Logger } from "./adapter.ts";
import type { AuditQuery, AuditRow } from "./store/audit-rows.ts";
import type { Store } from "./store/store.ts";

/** Everything that is recorded, and what it means; docs/console.md lists them. */
export const AUDIT_ACTIONS = {
  "sign-in": "somebody of the staff signed in",
  "sign-in.failed": "a wrong login or password, or a person whom the company's sign-in does not let in",
  "sign-in.limited": "too many attempts; refused unlooked at",
  "sign-out": "a session was ended by its owner",
  "password.made": "a new password was made, which ends the sessions begun with the old one",
  "access.refused": "something was asked for that the role or the token's scopes do not allow",
  "token.made": "an API token was made",
  "token.revoked": "an API token was revoked",
  "transcript.read": "what was said in a conversation was read",
  "history.read": "why a conversation went where it went was read",
  "audit.read": "this log was read",
  "customer.looked-up": "somebody asked what is kept of a customer",
  "customer.erased": "a customer was erased: what they said, and what was known of them",
  "conversation.closed": "a conversation was ended by somebody outside it",
  "csr.away": "a CSR was set away by somebody else",
  "csr.back": "a CSR was set back by somebody else",
  "configuration.reloaded": "the configuration was read anew",
  "supervisor.listens": "a supervisor began to listen to a conversation",
  "supervisor.barges": "a supervisor joined a conversation, so that the customer sees them",
  "supervisor.takes-over": "a supervisor took a conversation over from its CSR",
  "supervisor.leaves": "a supervisor left a conversation",
  "desk.started": "the desk was started",
  "desk.stopped": "the desk was stopped",
} as const;
export type AuditAction = keyof typeof AUDIT_ACTIONS;

export type AuditDetail = Readonly<Record<string, string | number | boolean | null>>;

/** What happened. Never a secret, and never what people wrote. */
export interface AuditEvent {
  readonly action: AuditAction;
  /** "staff:ada", "token:nightly", "command line:root", "csr:ada", "desk"; "somebody" who could not be told. */
  readonly actor: string;
  readonly origin?: string | null;
  readonly subject?: string | null;
  readonly outcome?: "done" | "refused";
  readonly detail?: AuditDetail;
}

/** What looking through the whole chain found. `broken`: the first entry that is not as it was written, or does not follow. */
export type AuditVerdict =
  | {
      readonly kind: "whole";
      readonly entries: number;
      readonly first: number;
      readonly last: number;
      readonly hash: string;
    }
  | { readonly kind: "broken"; readonly seq: number; readonly text: string };

export interface Audit {
  /** Reads where the chain ends. Before the first record(). */
  start(): Promise<void>;
  /** Resolves once it is on the disk. Rejects with StoreFault; then whatever was to be recorded must not be done. */
  record(event: AuditEvent): Promise<void>;
  /** The same for what has happened already: a fault is logged. */
  note(event: AuditEvent): void;
  read(query: AuditQuery): Promise<readonly AuditRow[]>;
  verify(): Promise<AuditVerdict>;
  /** Resolves when everything noted so far is on the disk. */
  stop(): Promise<void>;
}

export interface AuditOptions {
  readonly store: Pick<Store, "appendAudit" | "audit" | "pruneAudit">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Entries older than so many days are forgotten. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
const PRUNE_FIRST_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Of attempts that fail, so many entries in a minute for each who makes them (strangers are one); the others are counted and become one. */
const ATTEMPTS_PER_MINUTE = 60;
const ATTEMPTS: ReadonlySet<AuditAction> = new Set(["sign-in.failed", "sign-in.limited", "access.refused"]);
const PAGE_ROWS = 1_000;
const LONGEST_TEXT = 256;

export function createAudit(options: AuditOptions): Audit {
  return new Chain(options);
}

/** The hash of an entry, over everything else in it. */
export function hashOf(row: Omit<AuditRow, "hash">): string {
  const { seq, at, action, actor, origin, subject, outcome, detail, previous } = row;
  const fields = JSON.stringify([seq, at, action, actor, origin, subject, outcome, detail]);
  return createHash("sha256").update(`${previous}\n${fields}`).digest("hex");
}

class Chain implements Audit {
  readonly #options: AuditOptions;
  #last = { seq: 0, hash: "" };
  /** The last write; each waits for the one before, so that the chain in memory never runs ahead of the disk. */
  #writing: Promise<unknown> = Promise.resolve();
  /** By actor, so that strangers do not hide what somebody of the staff, or a token, tries meanwhile. */
  readonly #attempts = { since: 0, entries: new Map<string, number>(), unrecorded: new Map<string, number>() };
  readonly #cancel = { prune: () => {}, others: () => {} };

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const [newest] = await this.#options.store.audit({ order: "newest", limit: 1 });
    this.#last = { seq: newest?.seq ?? 0, hash: newest?.hash ?? "" };
    this.#pruneIn(PRUNE_FIRST_MS);
  }

  async record(event: AuditEvent): Promise<void> {
    if (!this.#isRoomFor(event)) return;
    const write = this.#writing.then(() => this.#append(event));
    this.#writing = write.catch(() => undefined); // Told to whoever asked; the next one begins where the disk is.
    await write;
  }

  note(event: AuditEvent): void {
    this.record(event).catch((error: unknown) => {
      this.#options.log.error("audit.lost", { action: event.action, actor: event.actor, error });
    });
  }

  read(query: AuditQuery): Promise<readonly AuditRow[]> {
    return this.#options.store.audit(query);
  }

  async verify(): Promise<AuditVerdict> {
    let before: AuditRow | null = null;
    let [entries, first] = [0, 0];
    for (;;) {
      const above: number = before?.seq ?? 0;
      const rows = await this.#options.store.audit({ above, order: "oldest", limit: PAGE_ROWS });
      for (const row of rows) {
        const text = faultOf(row, before);
        if (text !== null) return { kind: "broken", seq: row.seq, text };
        first ||= row.seq;
        entries += 1;
        before = row;
      }
      if (rows.length < PAGE_ROWS) break;
    }
    return { kind: "whole", entries, first, last: before?.seq ?? 0, hash: before?.hash ?? "" };
  }

  async stop(): Promise<void> {
    this.#cancel.prune();
    this.#cancel.others();
    this.#recordOthers();
    await this.#writing;
  }

  async #append({
    action,
    actor,
    origin = null,
    subject = null,
    outcome = "done",
    detail = {},
  }: AuditEvent): Promise<void> {
    const { store, clock, log } = this.#options;
    const text = JSON.stringify(
      Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, shortened(value)])),
    );
    const open = {
      seq: this.#last.seq + 1,
      at: clock.now(),
      action,
      actor: shortened(actor),
      origin,
      subject: subject === null ? null : shortened(subject),
      outcome,
      detail: text,
      previous: this.#last.hash,
    };
    const row = { ...open, hash: hashOf(open) };
    await store.appendAudit([row]);
    this.#last = { seq: row.seq, hash: row.hash };
    log.info("audit.recorded", {
      seq: row.seq,
      action,
      actor: row.actor,
      subject: row.subject,
      outcome,
      hash: row.hash,
    });
  }

  /** What anybody can cause must not fill the disk: beyond a number, what they did in a minute is one entry. */
  #isRoomFor({ action, actor }: AuditEvent): boolean {
    if (!ATTEMPTS.has(action)) return true;
    const { clock } = this.#options;
    const attempts = this.#attempts;
    const { entries, unrecorded } = attempts;
    if (clock.now() - attempts.since >= MINUTE_MS || clock.now() < attempts.since) {
      attempts.since = clock.now();
      entries.clear();
    }
    entries.set(actor, (entries.get(actor) ?? 0) + 1);
    if ((entries.get(actor) ?? 0) <= ATTEMPTS_PER_MINUTE) return true;
    if (unrecorded.size === 0) this.#cancel.others = clock.after(MINUTE_MS, () => this.#recordOthers());
    unrecorded.set(actor, (unrecorded.get(actor) ?? 0) + 1);
    return false;
  }

  #recordOthers(): void {
    const { unrecorded } = this.#attempts;
    const others = [...unrecorded];
    unrecorded.clear();
    for (const [actor, more] of others) {
      const event = { action: "access.refused", actor, outcome: "refused", detail: { more } } as const;
      const write = this.#writing.then(() => this.#append(event));
      this.#writing = write.catch((error: unknown) => this.#options.log.error("audit.lost", { error }));
    }
  }

  #pruneIn(delayMs: number): void {
    const { store, clock, log, days } = this.#options;
    const prune = async (): Promise<void> => {
      const isMoreLeft = await store.pruneAudit(clock.now() - days * DAY_MS).catch((error: unknown) => {
        log.error("audit.prune.failed", { error });
        return false;
      });
      this.#pruneIn(isMoreLeft ? MINUTE_MS : PRUNE_EVERY_MS);
    };
    this.#cancel.prune = clock.after(delayMs, () => void prune());
  }
}

function faultOf(row: AuditRow, before: AuditRow | null): string | null {
  if (hashOf(row) !== row.hash) return "it is not as it was written";
  if (before === null) return null;
  if (row.seq !== before.seq + 1) return `the entries from ${before.seq + 1} to ${row.seq - 1} are gone`;
  return row.previous === before.hash ? null : "the entry before it is not the one it followed";
}

function shortened<Value>(value: Value): Value | string {
  return typeof value === "string" && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}
