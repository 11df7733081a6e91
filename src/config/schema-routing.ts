/** routing.yaml: skills and queues. */
import { z } from "zod";
import { FEATURES } from "../core/model.ts";
import { AFTER_HOURS, MAX_OFFERS_AT_ONCE, MONITOR_NOTICES, WRAP_UP_REASONS } from "../core/queue-rules.ts";
import { COMPATIBILITIES, DEFAULT_STRATEGIES, STRATEGIES } from "../core/rules.ts";
import { identifier, seconds, timeZone, title } from "./names.ts";
import { contentSchema, queueContentSchema } from "./schema-content.ts";
import { needsSchema, overflowSchema, points, preferenceSchema, ringSchema, skillLevel } from "./schema-needs.ts";
import { ruleTestsSchema } from "./schema-tests.ts";

const hoursText = z.string().trim().min(1).max(1_000);

const strategies = z.array(z.enum(STRATEGIES)).max(STRATEGIES.length);
const compatibility = z.enum(COMPATIBILITIES);
const weight = z.number().positive().max(100);
const lightWeight = z.number().min(0).max(100);

export const queueSchema = z.strictObject({
  name: title.describe("What people read for this queue."),
  skills: z.record(identifier, skillLevel).default({}).describe("What a CSR needs, each with the least level."),
  matchLanguage: z.boolean().default(false).describe("True when the CSR must speak the customer's language."),
  needs: needsSchema.default([]).describe("What else a CSR needs: everything that applies, beside the skills."),
  rings: z
    .array(ringSchema(strategies, compatibility))
    .max(50)
    .default([])
    .describe("Steps by which what is asked for changes while a customer waits, in order."),
  prefer: z
    .array(preferenceSchema)
    .max(50)
    .default([])
    .describe("CSRs who are the better choice, and for how long others are not asked."),
  priority: points.default(0).describe("Higher goes first; first come, first served among equals."),
  headStartSeconds: z
    .number()
    .int()
    .min(-86_400)
    .max(86_400)
    .default(0)
    .describe("Counts as having waited so many seconds longer; less than 0: shorter."),
  serviceLevel: z
    .strictObject({ percent: z.number().min(1).max(100).default(80), seconds: seconds(1, 86_400) })
    .optional()
    .describe(
      "The promise: so many percent of customers are with a CSR within so many seconds. The earlier promise goes first.",
    ),
  strategies: strategies
    .default([...DEFAULT_STRATEGIES])
    .describe("Who is asked first; the next strategy decides where the one before it cannot."),
  compatibility: compatibility
    .default("translated")
    .describe("How alike both sides must be: the same software, the same network, or any through translation."),
  hosting: z
    .enum(["relay", "redirect", "server"])
    .default("relay")
    .describe(
      "relay: customers are served where they are. redirect: they are asked to continue on redirectTo. server: where CSR and customer are on one network that can, they are introduced in a room of its server (see allowsAddresses).",
    ),
  hostingSeconds: seconds(30, 3_600)
    .default(300)
    .describe("With hosting: server, how long both have to come to the room; then the desk relays as ever."),
  allowsAddresses: z
    .boolean()
    .default(false)
    .describe(
      "With hosting: server, whether the room may be one in which customer and CSR see each other's address. Both are told before, and whoever does not come is relayed.",
    ),
  redirectTo: identifier.optional().describe("The network customers are asked to continue on."),
  redirectSeconds: seconds(60, 86_400).default(900).describe("How long the invitation to continue there holds."),
  hours: hoursText.optional().describe("Opening hours in OpenStreetMap's syntax; always open when left out."),
  timeZone: timeZone.optional().describe("The zone of these hours, when it is not the file's."),
  overflow: z
    .array(overflowSchema)
    .max(50)
    .default([])
    .describe("What becomes of those who come while the queue is closed or full; the first that applies counts."),
  afterHours: z
    .enum(AFTER_HOURS)
    .default("serve")
    .describe(
      "Who waits when the hours end: serve (kept while anybody at work could serve them, then as if they came now), send-away (at once), or keep (until it opens).",
    ),
  messages: z
    .boolean()
    .default(false)
    .describe("True where customers leave messages: they are told no place, and may go until a CSR writes to them."),
  maxWaiting: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .describe("Customers who may wait at once; more are told that the desk is full."),
  monitorNotice: z
    .enum(MONITOR_NOTICES)
    .default("csr")
    .describe("Who is told when a supervisor begins to listen: none, the csr, or both csr and customer."),
  content: queueContentSchema,
  offers: z
    .union([z.enum(["one", "all", "broadcast"]), z.number().int().min(1).max(MAX_OFFERS_AT_ONCE)])
    .default("one")
    .describe(
      "How many CSRs are asked at the same time: one, so many, all with room, or broadcast (all are told and nobody's capacity is held). The first who accepts has it.",
    ),
  offerSeconds: seconds(5, 3_600).default(30).describe("How long an offer stands before it goes to the next CSR."),
  missesUntilAway: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe("Unanswered offers in a row after which a CSR counts as away; 0: never."),
  wrapUpSeconds: seconds(0, 3_600).default(0).describe("How long a CSR is left alone after closing."),
  wrapUp: z
    .partialRecord(z.enum(WRAP_UP_REASONS), seconds(0, 3_600))
    .default({})
    .describe("The same by how the talk ended, where that is to be another time."),
  weight: weight.default(1).describe("What a conversation takes of a CSR's capacity."),
  quiet: z
    .strictObject({ afterSeconds: seconds(30, 86_400), weight: lightWeight })
    .optional()
    .describe("What it takes while the customer has said nothing for so long."),
  heldWeight: lightWeight.optional().describe("What it takes while the CSR has it on hold."),
});

/** `*` stands for anything; a regular expression's `.*` would look for a dot. */
const pattern = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine((text) => !text.includes(".*"), "must be a pattern in which * alone stands for anything, without the dot")
  .describe("A text in which * stands for anything; capitals do not count.");

export const gatewayMatchSchema = z
  .strictObject({
    network: identifier
      .optional()
      .describe("The network of frontdesk.yaml that the desk is attached to; any when left out."),
    type: pattern.optional().describe("What the gateway says it is: telegram, whatsapp, signal …"),
    name: pattern.optional().describe("What the gateway calls itself."),
    users: pattern
      .optional()
      .describe("The customer's id on the network: @telegram_*:example.org or *@telegram.example.org."),
  })
  .refine(
    ({ type, name, users }) => type !== undefined || name !== undefined || users !== undefined,
    "must say at least one of type, name and users",
  );

export type GatewayMatchInput = z.output<typeof gatewayMatchSchema>;

export const gatewaySchema = z.strictObject({
  name: title.describe("What people read for the network behind it: Telegram."),
  match: z
    .array(gatewayMatchSchema)
    .min(1)
    .max(50)
    .optional()
    .describe("Who comes through it, any of these; when left out, whoever's gateway says that its type is this id."),
  features: z
    .array(z.enum(FEATURES))
    .max(FEATURES.length)
    .optional()
    .describe("What comes through it and can be shown there; the rest is said in words. All when left out."),
});

export const routingSchema = z.strictObject({
  skills: z
    .array(identifier)
    .max(10_000)
    .describe("Every skill there is. A slip in any other place is then an error, not a queue nobody serves."),
  timeZone: timeZone.default("UTC").describe("The zone in which opening hours are meant."),
  hours: hoursText.optional().describe("Opening hours of every queue that has none of its own."),
  turns: z
    .strictObject({
      secondsPerPoint: seconds(1, 86_400)
        .optional()
        .describe(
          "What a point of priority is worth in waiting time; left out: a higher priority goes first however long others wait.",
        ),
      targetSeconds: seconds(1, 86_400).default(300).describe("The promise of queues without a serviceLevel."),
    })
    .prefault({})
    .describe("Whose turn it is, over all queues."),
  networkWeights: z
    .record(identifier, weight)
    .default({})
    .describe("What conversations weigh by the customer's network, times the weight of the queue; 1 when left out."),
  periods: z
    .record(identifier, z.strictObject({ hours: hoursText, timeZone: timeZone.optional() }))
    .default({})
    .describe("Parts of the day or year, by names that during speaks of."),
  sites: z
    .record(identifier, z.strictObject({ name: title, hours: hoursText.optional(), timeZone: timeZone.optional() }))
    .default({})
    .describe("Where CSRs sit, each by an id of its own: outside of its hours nobody there is asked."),
  content: contentSchema,
  queues: z.record(identifier, queueSchema).describe("The queues, each by an id of its own."),
  gateways: z
    .record(identifier, gatewaySchema)
    .default({})
    .describe("The networks behind gateways, each by an id of its own; the first that fits counts."),
  tests: ruleTestsSchema
    .default([])
    .describe("What these rules promise: run by `frontdesk check`; a test that fails is an error there."),
});
export type RoutingInput = z.output<typeof routingSchema>;
