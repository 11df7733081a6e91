/** The limits of the shell. Those an admin may change are named as in `limits:` of frontdesk.yaml; the rest are below. */
import type { BackoffLimits } from "../backoff.ts";

export interface EngineLimits extends BackoffLimits {
  /** Events that may share one commit. */
  readonly batchEvents: number;
  /** Durable events of one network that may wait to be taken in. */
  readonly inboxEvents: number;
  /** Events of one network that are refused and answered in a second; beyond it that network is read more slowly. */
  readonly floodRefusalsPerSecond: number;
  /** Ids that one person may name in a minute though neither memory nor the store knows them; then the store is not asked any more. */
  readonly unknownIdsPerMinute: number;
  /** Sends that may be unconfirmed; beyond it no inbound event is taken until some are. */
  readonly outboxRows: number;
  /** How long one attempt to send may go unanswered. */
  readonly sendSeconds: number;
  /** Days for which a network's repeat of an event is recognised. */
  readonly inboxDays: number;
  /** Days for which transcripts and facts of closed conversations are kept. */
  readonly retentionDays: number;
  /** How long stopping may take before what is unsent is left to the next start. */
  readonly stopSeconds: number;
}

/** What tests and tools use when they do not say otherwise; the daemon's come from the configuration. */
export const ENGINE_LIMITS: EngineLimits = {
  batchEvents: 256,
  inboxEvents: 2_048,
  floodRefusalsPerSecond: 2_000,
  unknownIdsPerMinute: 120,
  outboxRows: 100_000,
  sendSeconds: 30,
  retryLeastSeconds: 1,
  retryMostSeconds: 60,
  inboxDays: 3,
  retentionDays: 90,
  stopSeconds: 15,
};

/** An inbox longer than this many times `inboxEvents` is not back-pressure any more: the adapter does not wait. */
export const INBOX_OVERFLOW = 4;
/** Volatile events (typing, presence) of one network that may wait; the oldest go first. */
export const VOLATILE_EVENTS = 1_024;
/** Lines kept in memory, at least, for edits, receipts and replies, which nearly always name a recent one. */
export const RECENT_LINES = 4_096;
/** People of whom it is counted at a time how many ids they named that nobody knows. */
export const UNKNOWN_IDS_PEOPLE = 10_000;
/** Redelivery ids kept in memory, at least; many more than one batch takes in. */
export const RECENT_REDELIVERIES = 16_384;
/**
 * So many events that wait while a commit runs are stepped meanwhile, so that processor and disk work at the same time, and when so many were
 * stepped they are handed to the store already; fewer wait for the disk, which costs nobody time and leaves typing to be replaced by newer
 * typing.
 */
export const CROWD_EVENTS = 100;
/** So long events are stepped before everything else (reading, answering, writing) has its turn; then what is left of them goes on. */
export const STRETCH_MS = 2;
/** Events taken from the inbox at a time; after each time the networks take turns anew, and the clock is looked at. */
export const STRETCH_EVENTS = 16;
/** How long a confirmed send may wait for a commit that others pay for, before it gets one of its own. */
export const MARK_DELAY_MS = 10;
/** How long draining waits for a moment in which nothing is left to be taken in, before it looks at the sends alone. */
export const DRAIN_INBOX_MS = 1_000;
/** Confirmed sends recorded by one commit. */
export const MARKS_PER_BATCH = 1_024;
/** Characters of an event kept in the quarantine. */
export const QUARANTINE_CHARACTERS = 65_536;
/** Lines that one `HistoryQuery` may ask for. */
export const HISTORY_LINES = 500;
/** After this time from the start old rows are looked for first: a desk that is restarted often is to forget, too. */
export const PRUNE_FIRST_MS = 300_000;
/** How often old transcripts, facts and redelivery ids are looked for. */
export const PRUNE_INTERVAL_MS = 3_600_000;
/** Pause between two bounded rounds of pruning while more is left. */
export const PRUNE_PAUSE_MS = 250;
