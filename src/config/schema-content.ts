/** `content:` of routing.yaml: what becomes of addresses and numbers that people type. */
import { isSupportedCountry } from "libphonenumber-js";
import { z } from "zod";
import { CONTENT_ACTIONS } from "../core/content-rule.ts";

const action = z.enum(CONTENT_ACTIONS).optional();
const actions = z.strictObject({
  addresses: action.describe("Addresses of e-mail and of instant messaging: anna@example.org, @anna:example.org."),
  hosts: action.describe(
    "Names and addresses of internal computers: those below content.hosts, and private IP addresses.",
  ),
  phones: action.describe("Telephone numbers: with a country's code, or as they are written in content.country."),
  cards: action.describe("Numbers of payment cards."),
});

const fields = {
  fromCustomer: actions.default({}).describe("What customers write: allow (when left out), mask or warn, by kind."),
  fromCsr: actions.default({}).describe("The same of CSRs and supervisors."),
};

/** Of a queue: what it says goes before what is said for all. */
export const queueContentSchema = z
  .strictObject(fields)
  .prefault({})
  .describe("What becomes of addresses and numbers that people type in this queue, where it is not what content says.");

const host = z
  .string()
  .trim()
  .max(253)
  .regex(
    /^\.?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u,
    "must be a domain or its end, such as corp.example or internal, without * and without a scheme",
  )
  .transform((name) => name.toLowerCase().replace(/^\./u, ""));

/** Of the whole desk. */
export const contentSchema = z
  .strictObject({
    ...fields,
    hosts: z
      .array(host)
      .max(1_000)
      .default([])
      .describe("Domains of internal computers, and ends of such: corp.example, internal."),
    country: z
      .string()
      .refine((code) => isSupportedCountry(code), "must be a country's code of two capitals, such as DE or US")
      .optional()
      .describe("Where telephone numbers without a country's code are from; when left out, those do not count."),
  })
  .prefault({})
  .describe("What becomes of addresses and numbers that people type, with the bot and in every queue.");
