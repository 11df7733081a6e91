/**
 * What the command line and a running desk say to each other: HTTP with JSON over a Unix socket in the data folder. Whoever
 * may open that socket may do all of this; it belongs to the desk's own user alone.
 */
import type { ApiToken, TokenMade, TokenWish } from "../accounts/tokens.ts";
import type { LinkStatus } from "../adapter.ts";
import type { AuditVerdict } from "../audit.ts";
import type { Decision } from "../core/analysis/imagined.ts";
import type { QueueReport } from "../core/estimate/audit.ts";
import type { Address } from "../core/model.ts";
import type { ConversationView, CsrView, Fact, QueueView } from "../core/step.ts";
import type { NatStatus } from "../nat/port-mapping.ts";
import type { DelegateStatus } from "../routing-client/delegate.ts";
import type { Erased, TranscriptLine } from "../store/store.ts";
import type { AuditEntry } from "./audit-wish.ts";

export const SOCKET_NAME = "control.sock";
/** Who runs the command, as far as the command line can tell: for the audit log. Whoever may open the socket may say anything. */
export const USER_HEADER = "x-frontdesk-user";
/** The longest path of a Unix socket (sun_path of Linux is 108 bytes with its zero; of other systems 104). */
export const SOCKET_PATH_BYTES = 103;
/** Lines of a transcript that are given at once. */
export const TRANSCRIPT_LINES = 10_000;

export interface StatusReport {
  readonly version: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly url: string;
  /** Where people reach it, when that is another origin than `url`. */
  readonly publicOrigin?: string | null;
  /** What the NAT gateway said; null or left out: there is none to ask. */
  readonly nat?: NatStatus | null;
  /** Who decides in the desk's place; null, or left out: nobody, the desk does. */
  readonly routing?: DelegateStatus | null;
  /** Id of the key that seals the store (null: none does), and how much is sealed by it, from 0 to 1; null, or left out: not known yet. */
  readonly sealing?: { readonly key: string | null; readonly share: number } | null;
  readonly rules: string;
  readonly ready: boolean;
  /** Settings that were changed on disk and wait for a restart. */
  readonly needsRestart: readonly string[];
  readonly networks: readonly {
    readonly network: string;
    readonly protocol: string;
    readonly status: LinkStatus;
    readonly detail: string | null;
  }[];
  readonly queues: readonly QueueView[];
  /** What was learned of the queues, and how good the waiting times were; left out by a desk that estimates none. */
  readonly estimates?: readonly QueueReport[];
  readonly conversations: Readonly<Record<string, number>>;
  readonly csrs: Readonly<Record<string, number>>;
  /** Counters and lengths of the engine, as it names them. */
  readonly engine: Readonly<Record<string, string | number>>;
}

export interface TranscriptReport {
  readonly conversation: string;
  readonly lines: readonly TranscriptLine[];
  readonly facts: readonly Fact[];
}

/** What a reload led to. Refused: nothing has changed. */
export type ReloadReport =
  | {
      readonly kind: "reloaded";
      readonly rules: string;
      readonly problems: readonly string[];
      readonly needsRestart: readonly string[];
      /** Passwords of CSRs who are new; shown once. */
      readonly passwords: readonly { readonly login: string; readonly password: string }[];
      readonly ms: number;
    }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** What became of an admin's command. `missing`: there is no such conversation, CSR or login. */
export type CommandReport = { readonly kind: "done" } | { readonly kind: "missing" | "refused"; readonly text: string };

export type PasswordReport =
  | { readonly kind: "made"; readonly login: string; readonly password: string }
  | { readonly kind: "missing"; readonly text: string };

/** The facts of a conversation, oldest first; those of core/decisions.ts explain it. */
export interface ExplainReport {
  readonly conversation: string;
  readonly facts: readonly Fact[];
}

/** Where an imagined customer would go now. Refused: the question makes no sense by the rules that run. */
export type TryReport =
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "refused"; readonly text: string };

/** What is kept of a customer, or what was erased of it. `missing`: there is no such network. */
export type EraseReport =
  | { readonly kind: "found"; readonly conversations: readonly string[]; readonly files: number }
  | ({ readonly kind: "erased"; readonly conversations: number; readonly files: number } & Erased)
  | { readonly kind: "missing" | "refused"; readonly text: string };

/** Who asks, for the audit log. */
export interface Asker {
  /** "command line:root", "staff:ada", "token:nightly". */
  readonly actor: string;
  /** Their IP address; null: on this machine. */
  readonly origin: string | null;
}

/** Entries of the audit log, the newest first. Refused: the wish makes no sense. */
export type AuditReport =
  | { readonly kind: "entries"; readonly entries: readonly AuditEntry[] }
  | { readonly kind: "refused"; readonly text: string };

/** What the socket's routes and the HTTP API ask of the running desk. What is done or read of people is recorded with who asked. */
export interface ControlledDesk {
  status(): StatusReport;
  conversations(): readonly ConversationView[];
  /** `queues`: those alone who have the skills of one of them, or one of their conversations in hand; all when left out. */
  csrs(queues?: "all" | readonly string[]): readonly CsrView[];
  queues(): readonly QueueView[];
  /** Null when there is no such conversation. */
  transcript(conversation: string, limit: number, by: Asker): Promise<TranscriptReport | null>;
  /** Null when there is no such conversation. */
  explain(conversation: string, by: Asker): Promise<ExplainReport | null>;
  reload(by: Asker): Promise<ReloadReport>;
  /** `given`: as in tests of routing.yaml, of the customer alone; not checked yet. */
  tryOut(given: unknown): TryReport;
  close(conversation: string, by: Asker): Promise<CommandReport>;
  /** `isWanted` false: only says what there is. */
  erase(person: Address, isWanted: boolean, by: Asker): Promise<EraseReport>;
  setAway(csr: string, away: boolean, by: Asker): Promise<CommandReport>;
  /** Of a CSR, or of one of `staff:`. */
  newPassword(id: string, by: Asker): Promise<PasswordReport>;
  /** `wish`: see control/audit-wish.ts; not checked yet. */
  audit(wish: unknown, by: Asker): Promise<AuditReport>;
  verifyAudit(by: Asker): Promise<AuditVerdict>;
  makeToken(wish: TokenWish, by: Asker): Promise<TokenMade>;
  tokens(): Promise<readonly ApiToken[]>;
  revokeToken(idOrName: string, by: Asker): Promise<CommandReport>;
}
