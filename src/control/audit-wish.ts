/** Which entries of the audit log somebody wants to see: what the command line and the API both take. */
import { z } from "zod";
import { AUDIT_ACTIONS } from "../audit.ts";
import type { AuditQuery, AuditRow } from "../store/audit-rows.ts";

/** Entries that one answer carries at most. */
export const AUDIT_PAGE = 1_000;

const text = z.string().min(1).max(256);
/** A time as ISO 8601, or as a date alone, which is its midnight in UTC. */
const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a time such as "2026-11-21" or "2026-11-21T10:00:00Z"',
  })
  .transform((written) => Date.parse(written));

export const auditWish = z.strictObject({
  since: time.optional().describe("From this time on (ISO 8601)."),
  until: time.optional().describe("Before this time (ISO 8601)."),
  action: z
    .enum(Object.keys(AUDIT_ACTIONS) as [keyof typeof AUDIT_ACTIONS, ...(keyof typeof AUDIT_ACTIONS)[]])
    .optional()
    .describe("What was done."),
  actor: text.optional().describe("Who did it, such as staff:ada."),
  subject: text.optional().describe("To whom or what: a conversation, a CSR, a login."),
  outcome: z.enum(["done", "refused"]).optional(),
  below: z.coerce.number().int().min(1).optional().describe("Numbers below this one: the next page."),
  limit: z.coerce.number().int().min(1).max(AUDIT_PAGE).default(100).describe("How many at most."),
});

/** The newest first. */
export function auditQuery(wish: z.output<typeof auditWish>): AuditQuery {
  return {
    ...(Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as typeof wish),
    order: "newest",
  } as AuditQuery;
}

/** An entry as it is shown: the detail read, the time in words. */
export interface AuditEntry extends Omit<AuditRow, "detail" | "at"> {
  /** ISO 8601. */
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function auditEntry({ at, detail, ...row }: AuditRow): AuditEntry {
  return { ...row, at: new Date(at).toISOString(), detail: JSON.parse(detail) as Record<string, unknown> };
}
