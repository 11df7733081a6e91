/** directory.yaml: the customers the company already knows. The file may be left out. */
import { z } from "zod";
import { language, title } from "./names.ts";
import { addressSchema } from "./schema-people.ts";

const customerSchema = z.strictObject({
  id: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe("What the company calls this customer: unique, never shown to others."),
  name: title.describe("The customer's name."),
  account: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("The number the customer is asked for; spaces, dashes and case do not matter."),
  language: language.optional().describe("The language they prefer."),
  addresses: z
    .array(addressSchema)
    .max(50)
    .default([])
    .describe("Where they write from; recognised there without a question."),
  attributes: z
    .record(z.string().min(1).max(64), z.string().max(1_000))
    .default({})
    .describe("Anything else the CSR should see: tier: gold."),
});

export const directorySchema = z.strictObject({
  customers: z.array(customerSchema).max(1_000_000).default([]).describe("The customers, in any order."),
});
export type DirectoryInput = z.output<typeof directorySchema>;
