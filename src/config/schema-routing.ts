/** routing.yaml: skills and queues. */
import { z } from "zod";
import { identifier, seconds, timeZone, title } from "./names.ts";

export const skillLevel = z.union(
  [z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)],
  "must be a level from 1 (knows of it) to 5 (best)",
);

const hoursText = z.string().trim().min(1).max(1_000);

export const queueSchema = z.strictObject({
  name: title.describe("What people read for this queue."),
  skills: z.record(identifier, skillLevel).default({}).describe("What a CSR needs, each with the least level."),
  matchLanguage: z.boolean().default(false).describe("True when the CSR must speak the customer's language."),
  priority: z
    .number()
    .int()
    .min(-1_000)
    .max(1_000)
    .default(0)
    .describe("Higher goes first; first come, first served among equals."),
  strategies: z
    .array(z.enum(["longest-idle", "least-loaded", "most-skilled"]))
    .max(3)
    .default(["longest-idle"])
    .describe("Who is asked first; the next strategy decides where the one before it cannot."),
  compatibility: z
    .enum(["translated", "same-network"])
    .default("translated")
    .describe("Whether the CSR may be reached on any network or must be on the customer's own."),
  hours: hoursText.optional().describe("Opening hours in OpenStreetMap's syntax; always open when left out."),
  timeZone: timeZone.optional().describe("The zone of these hours, when it is not the file's."),
  maxWaiting: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .describe("Customers who may wait at once; more are told that the desk is full."),
  offerSeconds: seconds(5, 3_600).default(30).describe("How long an offer stands before it goes to the next CSR."),
  missesUntilAway: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("Unanswered offers in a row after which a CSR counts as away."),
  wrapUpSeconds: seconds(0, 3_600).default(0).describe("How long a CSR is left alone after closing."),
});

export const routingSchema = z.strictObject({
  skills: z
    .array(identifier)
    .max(10_000)
    .describe("Every skill there is. A slip in any other place is then an error, not a queue nobody serves."),
  timeZone: timeZone.default("UTC").describe("The zone in which opening hours are meant."),
  hours: hoursText.optional().describe("Opening hours of every queue that has none of its own."),
  queues: z.record(identifier, queueSchema).describe("The queues, each by an id of its own."),
});
export type RoutingInput = z.output<typeof routingSchema>;
