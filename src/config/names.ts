/** The forms of names that occur in several files: one place, so that a reference and what it refers to agree. */
import { z } from "zod";

/** Ids of skills, queues, dialogs, CSRs and networks: typed by hand in chats and in terminals, so kept plain. */
export const identifier = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(?:[-._][a-z0-9]+)*$/,
    "must be lower-case letters, digits, and single - . _ between them, beginning with a letter",
  )
  .max(64)
  .describe("A name of lower-case letters, digits, and - . _ between them.");

/** What stands before the @ of a public address of the desk, or is all of it. Networks compare it exactly, hence no capitals. */
export const localName = z
  .string()
  .regex(/^[^\s@/:"'<>&A-Z\p{Cc}]+$/u, "must be a local name: no capitals, no spaces, none of @ / : \" ' < > &")
  .max(64)
  .describe("An address of the desk on this network without its domain.");

/** A name people read. */
export const title = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, "must be one line without control characters")
  .describe("A name people read.");

/** BCP 47 primary language subtag. */
export const language = z
  .string()
  .regex(/^[a-z]{2,3}$/, "must be a language tag of two or three lower-case letters, such as en")
  .describe("A language tag: en, de, fr …");

/** Whether `zone` is an IANA time zone this machine knows. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

export const timeZone = z
  .string()
  .refine(isTimeZone, "must be a time zone of the IANA list, such as Europe/Berlin or UTC")
  .describe("An IANA time zone: Europe/Berlin, America/New_York, UTC …");

/** A whole number of seconds between two bounds. */
export function seconds(least: number, most: number): z.ZodNumber {
  return z.number().int().min(least).max(most);
}

/** Ranges in one list. */
const RANGES = 50;

/** IP addresses and ranges of them, by which listeners tell who is let in. */
export const addressRanges = z
  .array(z.string().refine(isRange, "must be an IP address or a range of them, such as 10.0.0.0/8 or 2001:db8::/32"))
  .min(1)
  .max(RANGES);

function isRange(text: string): boolean {
  return [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((form) => form.safeParse(text).success);
}
