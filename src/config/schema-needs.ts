/** routing.yaml: what a queue asks of CSRs, and when. */
import { z } from "zod";
import { identifier, language, seconds } from "./names.ts";
import { conditionSchema, text } from "./schema-dialogs.ts";

export const skillLevel = z.union(
  [z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)],
  "must be a level from 1 (knows of it) to 5 (best)",
);

/** Needs within needs are followed so deep, and each list may be so long. */
const MAX_PARTS = 50;
const value = z.string().trim().min(1).max(200);
const attributeName = identifier.describe("The name of an attribute of people.yaml, or site.");

export interface NeedInput {
  readonly skills?: Readonly<Record<string, number | { readonly least?: number | undefined; readonly most: number }>>;
  readonly languages?: readonly string[];
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly csrs?: readonly string[];
  readonly network?: string;
  readonly software?: string;
  readonly customerLanguage?: boolean;
  readonly skillsNamedBy?: readonly string[];
  readonly lastCsr?: boolean;
  readonly all?: readonly NeedInput[];
  readonly any?: readonly NeedInput[];
  readonly not?: NeedInput;
}

const needShape = {
  skills: z
    .record(
      identifier,
      z.union(
        [skillLevel, z.strictObject({ least: skillLevel.optional(), most: skillLevel })],
        "must be a level from 1 to 5, or { least: 1, most: 3 }",
      ),
    )
    .optional()
    .describe("Skills with their least level; or with { least: 1, most: 3 }."),
  languages: z.array(language).min(1).max(MAX_PARTS).optional().describe("Speaks all of these."),
  attributes: z
    .record(attributeName, z.union([value, z.array(value).min(1).max(MAX_PARTS)]))
    .optional()
    .describe("Attributes of people.yaml, and site: one of these values each."),
  csrs: z.array(identifier).min(1).max(MAX_PARTS).optional().describe("Is one of these."),
  network: identifier.optional().describe("Can be reached on that network now."),
  software: value.optional().describe("Can be reached with software of that name now."),
  customerLanguage: z.literal(true).optional().describe("Speaks the customer's language."),
  skillsNamedBy: z
    .array(identifier)
    .min(1)
    .max(MAX_PARTS)
    .optional()
    .describe("Has the skills that these answers of the customer name."),
  lastCsr: z.literal(true).optional().describe("Talked with this customer last."),
};
const inner: z.ZodType<NeedInput> = z.lazy(() => needSchema) as z.ZodType<NeedInput>;
const joinShape = {
  all: z.array(inner).min(1).max(MAX_PARTS).optional().describe("All of these."),
  any: z.array(inner).min(1).max(MAX_PARTS).optional().describe("At least one of these."),
  not: inner.optional().describe("Not this."),
};
const needSchema = z.strictObject({ ...needShape, ...joinShape });

const range = (what: string) =>
  z
    .strictObject({ min: z.number().min(0).optional(), max: z.number().min(0).optional() })
    .optional()
    .describe(what);

const situationShape = {
  customer: conditionSchema
    .optional()
    .describe("Of the customer, as in a dialog's when: { attributes: { tier: gold } }."),
  handle: z
    .union([value, z.array(value).min(1).max(MAX_PARTS)])
    .optional()
    .describe("The handle, or one of the handles, that was written to."),
  during: z
    .union([identifier, z.array(identifier).min(1).max(MAX_PARTS)])
    .optional()
    .describe("A period of the file, or one of several."),
};
const situationSchema = z.strictObject(situationShape);
export type SituationInput = z.output<typeof queueSituationSchema>;

/** Rings may look at the queue, too. */
const queueSituationSchema = z.strictObject({
  ...situationShape,
  waiting: range("How many wait in the queue."),
  longestWait: range("Seconds that the next one in the queue has waited."),
  staffed: range("CSRs at work, busy or not, who would do as things stand."),
});

const conditionalNeedSchema = z.strictObject({
  when: situationSchema.optional().describe("Asked for only in this situation."),
  ...needShape,
  ...joinShape,
});
export type ConditionalNeedInput = z.output<typeof conditionalNeedSchema>;

/** One, or a list of which all that apply count together. */
export const needsSchema = z.union([conditionalNeedSchema, z.array(conditionalNeedSchema).max(MAX_PARTS)]);

export const points = z.number().int().min(-1_000).max(1_000);

const overflowTarget = z
  .union(
    [
      z.strictObject({ queue: identifier }),
      z.strictObject({ dialog: identifier }),
      z.strictObject({ handle: z.string().min(1).max(200) }),
    ],
    "must be { queue: … }, { dialog: … } or { handle: … }",
  )
  .describe("Another queue, a dialog of the bot, or what another handle opens.");

export const overflowSchema = z.strictObject({
  why: z.enum(["closed", "full"]).describe("They come while the queue is closed, or while maxWaiting wait."),
  when: situationSchema.optional().describe("Only in this situation: during: holidays."),
  text: text.optional().describe("Said in place of the desk's own sentence."),
  to: overflowTarget.optional().describe("Where they go instead; left out: they are told, and the conversation ends."),
});

export const ringSchema = (strategies: z.ZodType<readonly string[]>, compatibility: z.ZodType<string>) =>
  z.strictObject({
    after: seconds(0, 86_400).describe("Seconds after the ring before, or after the conversation entered the queue."),
    when: queueSituationSchema.optional().describe("Entered only in this situation; looked at again every 15 seconds."),
    needs: needsSchema.optional().describe("In place of all that was asked for before, the queue's skills too."),
    drop: z
      .array(identifier)
      .max(MAX_PARTS)
      .default([])
      .describe("Skills and attributes by name, and language, csr, any, not, network or software: asked for no more."),
    skills: z.record(identifier, skillLevel).default({}).describe("Skills that are now asked for at this level."),
    priority: points.default(0).describe("Points of priority more, or less."),
    strategies: strategies.optional().describe("In place of the queue's strategies."),
    compatibility: compatibility.optional().describe("In place of the queue's compatibility."),
    to: overflowTarget.optional().describe("They wait here no longer, but there."),
  });

export const preferenceSchema = z.strictObject({
  when: situationSchema.optional().describe("Counts only in this situation."),
  ...needShape,
  ...joinShape,
  score: z
    .number()
    .positive()
    .max(1_000_000)
    .default(1)
    .describe("The higher, the better; of several that fit a CSR the highest counts."),
  holdSeconds: seconds(0, 86_400)
    .default(0)
    .describe("How long only CSRs of this score are asked, as long as one of them is at work."),
});
export type PreferenceInput = z.output<typeof preferenceSchema>;
