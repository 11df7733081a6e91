/** The HTTP API, as a table: what is asked, what allows it, what is answered. docs/api.md and the OpenAPI document are made of it. */
import { z } from "zod";
import type { Principal, Scope } from "../accounts/roles.ts";
import { auditWish } from "../control/audit-wish.ts";
import { type CommandReport, type ControlledDesk, TRANSCRIPT_LINES } from "../control/protocol.ts";
import { asItReads, type TranscriptLine } from "../store/store.ts";
import * as shapes from "./shapes.ts";

export interface ApiAnswer {
  readonly status: 200 | 404 | 409 | 422;
  /** For 200 as the route's `answers` says, else `{error}`. */
  readonly body: unknown;
}

export interface ApiRequest {
  readonly desk: ControlledDesk;
  readonly who: Principal;
  /** The `:id` of the path; "" where it has none. */
  readonly id: string;
  /** Checked by the route's `query`. */
  readonly query: Readonly<Record<string, unknown>>;
}

export interface ApiRoute {
  readonly method: "GET" | "POST";
  /** Below /api/v1. */
  readonly path: string;
  /** OpenAPI's operationId. */
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly query?: z.ZodObject;
  readonly answers: z.ZodType;
  readonly answer: (request: ApiRequest) => Promise<ApiAnswer> | ApiAnswer;
}

export const API_ROUTES: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/status",
    name: "getStatus",
    summary: "How the desk is",
    scope: "status:read",
    answers: shapes.status,
    answer: ({ desk }) => fine(desk.status()),
  },
  {
    method: "GET",
    path: "/queues",
    name: "listQueues",
    summary: "The queues, and who waits how long",
    scope: "status:read",
    answers: z.array(shapes.queue),
    answer: ({ desk }) => fine(desk.queues()),
  },
  {
    method: "GET",
    path: "/csrs",
    name: "listCsrs",
    summary: "The customer service representatives",
    scope: "csrs:read",
    answers: z.array(shapes.csr),
    answer: ({ desk, who }) => fine(desk.csrs(who.queues)),
  },
  {
    method: "POST",
    path: "/csrs/:id/away",
    name: "setAway",
    summary: "Offers the CSR nothing more",
    scope: "csrs:write",
    answers: shapes.done,
    answer: ({ desk, id, who }) => setAway(desk, id, true, who),
  },
  {
    method: "POST",
    path: "/csrs/:id/back",
    name: "setBack",
    summary: "Offers the CSR conversations again",
    scope: "csrs:write",
    answers: shapes.done,
    answer: ({ desk, id, who }) => setAway(desk, id, false, who),
  },
  {
    method: "GET",
    path: "/conversations",
    name: "listConversations",
    summary: "The open conversations",
    scope: "conversations:read",
    answers: z.array(shapes.conversation),
    answer: ({ desk, who }) => fine(desk.conversations().filter(({ queue }) => sees(who, queue))),
  },
  {
    method: "POST",
    path: "/conversations/:id/close",
    name: "closeConversation",
    summary: "Ends the conversation; both sides are told",
    scope: "conversations:write",
    answers: shapes.done,
    answer: async ({ desk, id, who }) =>
      isVisible(desk, who, id) ? reported(await desk.close(id, who)) : noConversation(id),
  },
  {
    method: "GET",
    path: "/conversations/:id/transcript",
    name: "readTranscript",
    summary: "What was said in it",
    scope: "transcripts:read",
    answers: shapes.transcript,
    answer: async ({ desk, id, who }) => {
      const found = isVisible(desk, who, id) ? await desk.transcript(id, TRANSCRIPT_LINES, who) : null;
      return found === null ? noConversation(id) : fine({ ...found, lines: found.lines.map(shownLine) });
    },
  },
  {
    method: "GET",
    path: "/conversations/:id/history",
    name: "readHistory",
    summary: "Why it went where it went",
    scope: "transcripts:read",
    answers: shapes.history,
    answer: async ({ desk, id, who }) => {
      const found = isVisible(desk, who, id) ? await desk.explain(id, who) : null;
      return found === null ? noConversation(id) : fine(found);
    },
  },
  {
    method: "GET",
    path: "/report",
    name: "getReport",
    summary: "How good the estimated waiting times are, by queue",
    scope: "report:read",
    answers: z.array(shapes.queueReport),
    answer: ({ desk, who }) => fine((desk.status().estimates ?? []).filter(({ queue }) => sees(who, queue))),
  },
  {
    method: "GET",
    path: "/audit",
    name: "readAudit",
    summary: "The audit log, the newest entries first",
    scope: "audit:read",
    query: auditWish,
    answers: z.array(shapes.auditEntry),
    answer: async ({ desk, query, who }) => {
      const report = await desk.audit(query, who);
      return report.kind === "entries" ? fine(report.entries) : { status: 422, body: { error: report.text } };
    },
  },
  {
    method: "GET",
    path: "/audit/verification",
    name: "verifyAudit",
    summary: "Whether the chain of the audit log is whole",
    scope: "audit:read",
    answers: shapes.auditVerdict,
    answer: async ({ desk, who }) => fine(await desk.verifyAudit(who)),
  },
  {
    method: "POST",
    path: "/reload",
    name: "reload",
    summary: "Reads the configuration anew: all of it, or nothing",
    scope: "configuration:reload",
    answers: shapes.reloaded,
    answer: async ({ desk, who }) => {
      const report = await desk.reload(who);
      return report.kind === "reloaded"
        ? fine(report)
        : { status: 422, body: { error: ["Nothing was changed.", ...report.problems].join("\n") } };
    },
  },
];

function fine(body: unknown): ApiAnswer {
  return { status: 200, body };
}

async function setAway(desk: ControlledDesk, id: string, away: boolean, who: Principal): Promise<ApiAnswer> {
  // Of others they are not told whether they are there.
  if (who.queues !== "all" && !desk.csrs(who.queues).some((csr) => csr.id === id))
    return { status: 404, body: { error: `There is no CSR ${JSON.stringify(id)}.` } };
  return reported(await desk.setAway(id, away, who));
}

function reported(report: CommandReport): ApiAnswer {
  switch (report.kind) {
    case "done":
      return fine(report);
    case "missing":
      return { status: 404, body: { error: report.text } };
    case "refused":
      return { status: 409, body: { error: report.text } };
  }
}

function noConversation(id: string): ApiAnswer {
  return { status: 404, body: { error: `There is no conversation ${JSON.stringify(id)}.` } };
}

function sees({ queues }: Principal, queue: string | null): boolean {
  return queues === "all" || (queue !== null && queues.includes(queue));
}

/** Whoever sees some queues sees their open conversations; what is closed is in no queue any more. */
function isVisible(desk: ControlledDesk, who: Principal, id: string): boolean {
  return who.queues === "all" || desk.conversations().some((one) => one.id === id && sees(who, one.queue));
}

function shownLine(one: TranscriptLine): z.input<typeof shapes.line> {
  const { line, at, author, nick, content, edited, retracted, state } = one;
  const file = content.kind === "message" ? (content.file?.name ?? null) : null;
  const text = content.kind === "reaction" ? content.reactions.join(" ") : (asItReads(one)?.text ?? null);
  const shown = retracted ? { text: null, file: null } : { text, file };
  return { line, at, author, nick, kind: content.kind, ...shown, edited: edited !== null, retracted, state };
}
