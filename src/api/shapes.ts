/**
 * What the HTTP API answers, field by field. Answers are built by these shapes: what the desk knows beside them stays inside, and what
 * stands here stays as it is within v1.
 */
import { z } from "zod";

const moment = z.number().describe("Milliseconds since 1970-01-01T00:00Z.");
const counts = z.record(z.string(), z.number().int());

export const fault = z.object({ error: z.string().describe("What is wrong, in a sentence.") });

export const status = z.object({
  version: z.string(),
  startedAt: moment,
  ready: z.boolean().describe("Whether new conversations are taken in."),
  rules: z.string().describe("The version of the rules that run; changes with every reload that changed them."),
  needsRestart: z.array(z.string()).describe("Settings that were changed on disk and wait for a restart."),
  networks: z.array(
    z.object({
      network: z.string(),
      protocol: z.string(),
      status: z.enum(["offline", "connecting", "online"]),
      detail: z.string().nullable(),
    }),
  ),
  conversations: counts.describe("Open conversations by state."),
  csrs: counts.describe("CSRs by state."),
});

export const queue = z.object({
  id: z.string(),
  open: z.boolean(),
  waiting: z.number().int(),
  longestWaitMs: z.number(),
});

export const csr = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string().describe("free, busy, away, wrap-up or offline."),
  load: z.number(),
  capacity: z.number(),
});

export const conversation = z.object({
  id: z.string(),
  state: z.string(),
  handle: z.string().describe("The address of the desk that the customer wrote to."),
  network: z.string(),
  origin: z.string().describe("The customer's network as people name it; behind a gateway, the one beyond it."),
  customer: z.string().nullable().describe("What the customer is called."),
  language: z.string().nullable(),
  queue: z.string().nullable(),
  csr: z.string().nullable(),
  openedAt: moment,
  waitingSince: moment.nullable(),
  place: z.number().int().nullable().describe("In the queue, from 1."),
});

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const fact = z.object({
  at: moment,
  csr: z.string().nullable(),
  event: z.string().describe("A constant, such as offer.made."),
  detail,
});

export const line = z.object({
  line: z.number().int(),
  at: moment,
  author: z.number().int().nullable().describe("The party that wrote it, from 0; null for the desk itself."),
  nick: z.string().nullable(),
  kind: z.string().describe("message, note or reaction."),
  text: z.string().nullable().describe("As it reads now; null when it was retracted or has no text."),
  file: z.string().nullable().describe("The name of the file it brought."),
  edited: z.boolean(),
  retracted: z.boolean(),
  state: z.enum(["delivered", "read"]).nullable(),
});

export const transcript = z.object({ conversation: z.string(), lines: z.array(line), facts: z.array(fact) });

export const history = z.object({ conversation: z.string(), facts: z.array(fact) });

export const queueReport = z.object({
  queue: z.string(),
  arrivalsPerHour: z.number(),
  talkMs: z.number(),
  patienceMs: z.number(),
  estimates: z.number(),
  coverage: z.number().nullable().describe("How many waits were within the range that was told: 0.8 is meant."),
  meanErrorMs: z.number().nullable(),
  biasMs: z.number().nullable(),
  meanWaitMs: z.number().nullable(),
});

export const auditEntry = z.object({
  seq: z.number().int(),
  at: z.string().describe("ISO 8601."),
  action: z.string(),
  actor: z.string(),
  origin: z.string().nullable(),
  subject: z.string().nullable(),
  outcome: z.enum(["done", "refused"]),
  detail: z.record(z.string(), z.unknown()),
  previous: z.string(),
  hash: z.string(),
});

export const auditVerdict = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("whole"),
    entries: z.number().int(),
    first: z.number().int(),
    last: z.number().int(),
    hash: z.string(),
  }),
  z.object({ kind: z.literal("broken"), seq: z.number().int(), text: z.string() }),
]);

export const done = z.object({ kind: z.literal("done") });

export const reloaded = z.object({
  kind: z.literal("reloaded"),
  rules: z.string(),
  problems: z.array(z.string()),
  needsRestart: z.array(z.string()),
  ms: z.number(),
});
