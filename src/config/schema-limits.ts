/** `limits:` of frontdesk.yaml. Every limit has a name, bounds, and a default that suits a small centre. */
import { z } from "zod";
import { LIMIT_DEFAULTS } from "../core/rules.ts";
import { seconds } from "./names.ts";

const DAY = 86_400;

/** A whole number between two bounds. */
function count(least: number, most: number): z.ZodNumber {
  return z.number().int().min(least).max(most);
}

/** The limits of the core; the fields are those of `Limits` in core/rules.ts. A reload changes them at once. */
export const coreLimits = {
  conversationsPerCustomer: count(1, 100).default(3).describe("Open conversations of one customer address at a time."),
  openConversations: count(1, 1_000_000)
    .default(10_000)
    .describe("Open conversations of the whole desk; further customers are told that it is full."),
  newConversationsPerMinute: count(1, 1_000_000)
    .default(LIMIT_DEFAULTS.newConversationsPerMinute)
    .describe(
      "Conversations that customers of one network may open in a minute, all together; further ones are told to come again. Other networks are not concerned.",
    ),
  inboundTextBytes: count(256, 1_048_576)
    .default(65_536)
    .describe("UTF-8 bytes of one message; longer ones are refused with a sentence."),
  floodMessages: count(1, 10_000).default(30).describe("Messages one address may send within floodSeconds."),
  floodSeconds: seconds(1, 3_600).default(10).describe("The span in which floodMessages are counted."),
  idleSeconds: seconds(60, 30 * DAY)
    .default(DAY)
    .describe("Silence of both sides after which a conversation is closed."),
  dialogIdleSeconds: seconds(10, 30 * DAY)
    .default(900)
    .describe("Silence towards the bot after which the conversation is closed."),
  aliasRestSeconds: seconds(0, 365 * DAY)
    .default(7 * DAY)
    .describe("How long an alias of a closed conversation rests before it may stand for anybody else."),
  csrAbsenceSeconds: seconds(5, DAY)
    .default(120)
    .describe("How long a CSR may be offline in mid-conversation before the customer goes back to the queue."),
  undeliveredSeconds: seconds(10, 30 * DAY)
    .default(3_600)
    .describe("How long an undelivered message is tried before it comes back to its sender in words."),
  lateSeconds: seconds(5, DAY)
    .default(30)
    .describe("How long a message may take to reach the other side before its sender is told that it does."),
  estimateTellSeconds: seconds(0, DAY)
    .default(LIMIT_DEFAULTS.estimateTellSeconds)
    .describe(
      "Time between two sentences to somebody who waits about how long it will take; 0: they are told only when they ask.",
    ),
  estimateTellTimes: count(1, 1_000)
    .default(LIMIT_DEFAULTS.estimateTellTimes)
    .describe("Such sentences to one who waits, the first among them."),
  crossingSeconds: seconds(0, 300)
    .default(LIMIT_DEFAULTS.crossingSeconds)
    .describe(
      "After /complete: how long plain lines of the colleague are kept back, as they may have been meant for the CSR; 0: not at all.",
    ),
  askAgainSeconds: seconds(5, DAY)
    .default(LIMIT_DEFAULTS.askAgainSeconds)
    .describe("How long after an offer CSRs who declined or missed it are asked again."),
  presenceSeconds: seconds(1, 3_600)
    .default(LIMIT_DEFAULTS.presenceSeconds)
    .describe(
      "How long after a start, or a link's coming up, nobody is taken to be away because nothing was heard of them.",
    ),
  overflows: count(0, 100)
    .default(LIMIT_DEFAULTS.overflows)
    .describe("Times one conversation may be sent to another queue or dialog by overflow and rings."),
  heldLines: count(1, 10_000)
    .default(LIMIT_DEFAULTS.heldLines)
    .describe("Lines a customer may write while waiting; they are kept for the CSR to come."),
  heldBytes: count(256, 10_000_000).default(LIMIT_DEFAULTS.heldBytes).describe("UTF-8 bytes of these lines together."),
  historyLines: count(1, 500)
    .default(LIMIT_DEFAULTS.historyLines)
    .describe("Lines of the talk so far that a CSR who comes is shown."),
  staffFloodFactor: count(1, 10_000)
    .default(LIMIT_DEFAULTS.staffFloodFactor)
    .describe("How many times floodMessages a CSR may send within floodSeconds."),
  rememberedAddresses: count(100, 1_000_000)
    .default(LIMIT_DEFAULTS.rememberedAddresses)
    .describe(
      "Addresses of which is remembered what is written from them, and how much lately; those longest silent are forgotten.",
    ),
  rememberedCopies: count(100, 1_000_000)
    .default(LIMIT_DEFAULTS.rememberedCopies)
    .describe("Sent messages of which is remembered how far they came, so that nothing about them is told twice."),
  rememberedCustomers: count(100, 10_000_000)
    .default(LIMIT_DEFAULTS.rememberedCustomers)
    .describe("Customers of whom is remembered who served them last; those who came first are forgotten."),
  maxParts: count(1, 1_000).default(40).describe("Parts one long text may be split into."),
  explainedCsrs: count(0, 2_000)
    .default(200)
    .describe(
      "CSRs up to which a decision is recorded with why each was not chosen, for frontdesk explain; beyond, with who was next. 0: not at all.",
    ),
} as const;

/** The limits of the shell around the core. A change of them needs a restart. */
export const shellLimits = {
  batchEvents: count(1, 10_000).default(256).describe("Events that may share one write to disk."),
  inboxEvents: count(16, 1_000_000)
    .default(2_048)
    .describe("Events that may wait to be taken in; beyond it networks are read more slowly."),
  floodRefusalsPerSecond: count(20, 1_000_000)
    .default(2_000)
    .describe(
      "Messages of one network refused in a second, for whatever reason; beyond it that network is read more slowly, so that others are not.",
    ),
  unknownIdsPerMinute: count(10, 1_000_000)
    .default(120)
    .describe(
      "Messages that one address may name in receipts, edits, reactions and replies in a minute though the desk knows none of them; beyond it only the last few thousand are looked through.",
    ),
  outboxRows: count(100, 10_000_000)
    .default(100_000)
    .describe("Messages that may wait to be sent; beyond it nothing new is taken in."),
  sendSeconds: seconds(1, 600).default(30).describe("How long one attempt to send may take."),
  retryLeastSeconds: seconds(1, 60)
    .default(1)
    .describe("Pause before the second attempt to send or to connect; it doubles from there."),
  retryMostSeconds: seconds(1, 3_600).default(60).describe("The longest pause between attempts."),
  inboxDays: count(1, 365).default(3).describe("Days for which a network's repeat of a message is recognised."),
  retentionDays: count(1, 36_500).default(90).describe("Days after closing for which transcripts are kept."),
  fileBytes: count(0, 100_000_000).default(10_000_000).describe("Largest file taken from anybody; 0 takes none."),
  fileStoreMegabytes: count(1, 10_000_000)
    .default(10_000)
    .describe("All files together, in millions of bytes; beyond it none are taken."),
  fileDays: count(1, 36_500).default(90).describe("Days for which the link to a file works."),
  fileDiskReserveMegabytes: count(0, 10_000_000)
    .default(500)
    .describe("Millions of bytes that files leave free on the disk, where the store is as well."),
  filesAtOnce: count(1, 1_000).default(16).describe("Files taken in at the same time; more are asked to come again."),
  filesPerHour: count(1, 1_000_000).default(60).describe("Files one person may send in an hour."),
  fileMegabytesPerHour: count(1, 1_000_000).default(300).describe("What one person's files may take in an hour."),
  estimateConversations: count(0, 100_000)
    .default(1_500)
    .describe(
      "CSRs and open conversations up to which waiting times are found by rolling routing forward; beyond, by the length of the queue.",
    ),
  estimateMilliseconds: count(10, 60_000)
    .default(500)
    .describe("Time that one look at the future may take, in a thread of its own."),
  httpConnections: count(10, 100_000).default(10_000).describe("Open connections to the HTTP server."),
  httpConnectionsPerAddress: count(4, 100_000)
    .default(500)
    .describe(
      "Of these, from one IP address (IPv6: one network of 64 bits); more are closed. Those of a reverse proxy (http.trustProxy) are not counted.",
    ),
  httpRequestSeconds: seconds(1, 600)
    .default(15)
    .describe("Time a client may take to send a request that brings no file."),
  httpUploadSeconds: seconds(1, 3_600).default(600).describe("Time a client may take to send a file."),
  sessionHours: count(1, 720).default(12).describe("How long staff stay signed in to the console at /desk at most."),
  sessionIdleHours: count(1, 720)
    .default(8)
    .describe("Hours without a sign of life of a signed-in browser after which its session is over."),
  signInsPerClient: count(1, 10_000)
    .default(20)
    .describe("Attempts to sign in at once from one IP address, at all pages together (then one each 10 seconds)."),
  signInsPerLogin: count(1, 10_000)
    .default(10)
    .describe("Attempts to sign in at once with one login, from anywhere (then one each 30 seconds)."),
  apiRequestsPerMinute: count(1, 1_000_000)
    .default(600)
    .describe(
      "Requests to the HTTP API in a minute with one token or session; and a tenth of it, with none that is good, from one IP address.",
    ),
  auditDays: count(1, 36_500).default(400).describe("Days for which the audit log is kept."),
  stopSeconds: seconds(1, 600)
    .default(15)
    .describe("How long stopping may take before what is unsent is left to the next start."),
} as const;

export const limitsSchema = z.strictObject({ ...coreLimits, ...shellLimits });
export type LimitsInput = z.output<typeof limitsSchema>;
/** The limits of engine, outbox and shutdown. */
export type ShellLimits = { readonly [K in keyof typeof shellLimits]: number };
