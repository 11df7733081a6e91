/** One signed request to a program, and what its answer means. Nothing here is remembered. */
import type { Outcome } from "../../src/adapter.ts";
import { postSigned } from "../../src/signed-request.ts";
import type { Bot, WebhookConfig } from "./config.ts";

/** `answered`: it took it and said this; null when that is longer than allowed. Everything else is an outcome as the outbox knows it. */
export type Answer =
  | { readonly kind: "answered"; readonly body: string | null }
  | Exclude<Outcome, { kind: "accepted" }>;

/** Statuses that will be the same the next time (RFC 9110 §15.5): the message itself cannot be taken. */
const FINAL: Readonly<Record<number, Answer>> = {
  400: { kind: "rejected", reason: "bad-request", text: "The automated system does not understand this message." },
  410: { kind: "rejected", reason: "gone", text: "The automated system is not there any more." },
  413: { kind: "rejected", reason: "not-acceptable", text: "The automated system takes no message of this length." },
  415: { kind: "rejected", reason: "not-acceptable", text: "The automated system takes no message of this kind." },
  422: { kind: "rejected", reason: "not-acceptable", text: "The automated system does not take this message." },
};

const MAX_RETRY_AFTER_SECONDS = 3_600;

export async function request(
  bot: Bot,
  id: string,
  body: string,
  { timeoutSeconds, answerBytes }: WebhookConfig["limits"],
  now: number,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, secret } = bot;
  const limits = { timeoutMs: timeoutSeconds * 1000, mostBytes: answerBytes };
  const answer = await postSigned({ url, secret, id, body, ...limits, now, signal });
  if (answer.kind === "unreachable") return { kind: "deferred", reason: "remote-server-timeout" };
  if (!answer.response.ok) return refused(answer.response);
  return { kind: "answered", body: answer.body };
}

function refused({ status, headers }: Response): Answer {
  const final = FINAL[status];
  if (final !== undefined) return final;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const reason = status === 429 ? "resource-constraint" : "service-unavailable";
  if (!Number.isFinite(seconds) || seconds <= 0) return { kind: "deferred", reason };
  return { kind: "deferred", reason, retryAfterMs: Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000 };
}
