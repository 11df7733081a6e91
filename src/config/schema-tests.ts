/** routing.yaml: tests of its rules, run by `frontdesk check` and by every reload. */
import { z } from "zod";
import { identifier, language, title } from "./names.ts";
import { skillLevel } from "./schema-needs.ts";

const csrState = z.enum(["free", "busy", "away", "offline"]);
const ids = z.array(identifier).max(1_000);
const count = z.number().int().min(0).max(1_000_000);

const csrSchema = z.union([
  csrState,
  z.strictObject({
    state: csrState.default("free"),
    load: count.optional().describe("Conversations in hand."),
    at: ids.optional().describe("The networks where they are now; wherever they have an address when left out."),
    idle: count.default(0).describe("Seconds without a conversation."),
    today: count.default(0).describe("Conversations they took today."),
  }),
]);

/** The customer and the desk around them; `frontdesk try` takes the same. */
export const givenSchema = z.strictObject({
  queue: identifier.describe("The queue that the bot sends the customer to."),
  network: identifier.optional().describe("The customer's network; the first of frontdesk.yaml when left out."),
  handle: z.string().max(200).optional().describe("The handle they wrote to."),
  language: language.optional().describe("The customer's language."),
  customer: z.string().max(200).optional().describe("Their id in directory.yaml; a stranger when left out."),
  answers: z.record(z.string().max(64), z.string().max(1_000)).default({}).describe("What the bot learned."),
  software: z.string().trim().min(1).max(200).optional().describe("The name of the customer's software."),
  skills: z.record(identifier, skillLevel).default({}).describe("What the dialog's route asks for beside the queue."),
  priority: z.number().int().optional().describe("The priority of the dialog's route; the queue's when left out."),
  lastCsr: identifier.optional().describe("Who talked with them last."),
  declined: ids.default([]).describe("CSRs who were asked and did not take it."),
  waited: count.default(0).describe("Seconds they have waited."),
  at: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d$/, 'must be a date and a time of day, such as "2026-11-23 22:30"')
    .optional()
    .describe("When it is, by timeZone; all queues and sites are open and no period is now when left out."),
  waiting: z
    .union([count, z.strictObject({ count, longest: count.default(0) })])
    .optional()
    .describe("How many others wait in the queue; with longest, the seconds for which the first of them has."),
  csrs: z
    .record(identifier, csrSchema)
    .optional()
    .describe(
      "CSRs as they are: free, busy, away, offline, or more of them. All others are offline; all are free when left out.",
    ),
});
export type GivenInput = z.output<typeof givenSchema>;

const expectSchema = z
  .strictObject({
    csr: z.union([identifier, ids]).optional().describe("Who is asked first; of a list, one of them."),
    order: ids.optional().describe("Who is asked one after the other, from the first."),
    never: ids.optional().describe("CSRs who are not asked, however many decline."),
    nobody: z.literal(true).optional().describe("Nobody can take it now, and the customer waits."),
    queue: identifier.optional().describe("The queue they are in at the end."),
    rings: z.number().int().min(0).optional().describe("How many rings of it they have come to."),
    ends: z
      .enum(["closed", "full", "unqualified"])
      .optional()
      .describe("They are told why, and the conversation ends."),
    dialog: identifier.optional().describe("The dialog they are sent to."),
  })
  .refine((expect) => Object.values(expect).some((value) => value !== undefined), "must expect something");
export type ExpectInput = z.output<typeof expectSchema>;

export const ruleTestSchema = z.strictObject({
  name: title.describe("What the rules promise, in a sentence."),
  given: givenSchema,
  expect: expectSchema,
});
export type RuleTestInput = z.output<typeof ruleTestSchema>;

/** Tests of one file; each takes about as long as a decision. */
export const ruleTestsSchema = z.array(ruleTestSchema).max(1_000);
