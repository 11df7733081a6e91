/** people.yaml: the customer service representatives. */
import { z } from "zod";
import { identifier, language, title } from "./names.ts";
import { skillLevel } from "./schema-needs.ts";

/** `- web: ada`: one network's name and the person's id there. */
export const addressSchema = z
  .record(identifier, z.string().trim().min(1).max(3_071))
  .refine(
    (address) => Object.keys(address).length === 1,
    "must be one network and the address on it, such as  - web: ada",
  )
  .describe("One network's name and the person's address on it.");

export const csrSchema = z.strictObject({
  name: title.describe("The name customers see."),
  addresses: z.array(addressSchema).min(1).max(20).describe("Where the CSR can be reached, best first."),
  skills: z.record(identifier, skillLevel).default({}).describe("What the CSR can do: 1 knows of it, 5 best."),
  languages: z
    .array(language)
    .min(1)
    .max(50)
    .optional()
    .describe("Best first; the desk speaks the first one with this CSR. The desk's first language when left out."),
  capacity: z.number().int().min(1).max(1_000).default(3).describe("Conversations at a time."),
  site: identifier.optional().describe("Where they sit: a site of routing.yaml."),
  attributes: z
    .record(identifier, z.string().trim().min(1).max(200))
    .default({})
    .describe("Whatever else rules may ask for: { team: gold }."),
  rating: z
    .number()
    .min(1)
    .max(5)
    .optional()
    .describe("How customers rate them, for the strategy best-rated; 3 when left out."),
  supervises: z
    .union([z.literal("all"), z.array(identifier).max(1_000)])
    .default([])
    .describe("The queues whose talks they may listen to, join and take over: all, or a list."),
  autoAccept: z
    .boolean()
    .default(false)
    .describe("True for an automated system: it is not asked, what it is offered is its own at once."),
  share: z.number().positive().max(1_000).default(1).describe("Their share where the strategy random decides."),
});

const staffSchema = z.strictObject({
  name: title.describe("Their name, as colleagues see it."),
  role: z
    .enum(["supervisor", "admin"])
    .describe("supervisor: sees queues, CSRs, conversations and what is said in them; admin: everything."),
  queues: z
    .union([z.literal("all"), z.array(identifier).min(1).max(1_000)])
    .default("all")
    .describe("Of a supervisor: the queues whose conversations they see; all, or a list."),
});

export const peopleSchema = z.strictObject({
  csrs: z
    .record(identifier, csrSchema)
    .describe("Each CSR by an id of their own; on the web network it is also what they sign in with."),
  staff: z
    .record(identifier, staffSchema)
    .default({})
    .describe(
      "Who signs in to the desk's console at /desk besides CSRs, each by their login. A CSR's login raises that CSR.",
    ),
});
export type PeopleInput = z.output<typeof peopleSchema>;
