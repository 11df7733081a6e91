/**
 * What the command line and a running desk say to each other: HTTP with JSON over a Unix socket in the data folder. Whoever
 * may open that socket may do all of this; it belongs to the desk's own user alone.
 */
import type { LinkStatus } from "../adapter.ts";
import type { Decision } from "../core/analysis/imagined.ts";
import type { QueueReport } from "../core/estimate/audit.ts";
import type { ConversationView, CsrView, Fact, QueueView } from "../core/step.ts";
import type { NatStatus } from "../nat/port-mapping.ts";
import type { TranscriptLine } from "../store/store.ts";

export const SOCKET_NAME = "control.sock";
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

/** What the socket's routes ask of the running desk. */
export interface ControlledDesk {
  status(): StatusReport;
  conversations(): readonly ConversationView[];
  csrs(): readonly CsrView[];
  queues(): readonly QueueView[];
  /** Null when there is no such conversation. */
  transcript(conversation: string, limit: number): Promise<TranscriptReport | null>;
  /** Null when there is no such conversation. */
  explain(conversation: string): Promise<ExplainReport | null>;
  reload(): Promise<ReloadReport>;
  /** `given`: as in tests of routing.yaml, of the customer alone; not checked yet. */
  tryOut(given: unknown): TryReport;
  close(conversation: string): Promise<CommandReport>;
  setAway(csr: string, away: boolean): Promise<CommandReport>;
  newPassword(csr: string): Promise<PasswordReport>;
}
