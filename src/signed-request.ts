/**
 * A request to a program of somebody else's: signed as Standard Webhooks 1.0 has it (HMAC-SHA256 over `id.timestamp.body`, in base64
 * behind `v1,`), bounded in time and in what is read of the answer, and to that address alone.
 */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), "base64") : Buffer.from(secret);
}

/** `seconds` since the epoch. */
export function sign(secret: string, id: string, seconds: number, body: Uint8Array): string {
  const hmac = createHmac("sha256", keyOf(secret));
  hmac.update(`${id}.${seconds}.`);
  hmac.update(body);
  return `v1,${hmac.digest("base64")}`;
}

export interface SignedRequest {
  readonly url: string;
  readonly secret: string;
  /** The same at every repeat, so that the other side can tell one. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  readonly timeoutMs: number;
  /** Bytes of an answer. */
  readonly mostBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** The headers of such a request, all that is of the desk's own making. */
export function signedHeaders(
  { secret, id, now }: Pick<SignedRequest, "secret" | "id" | "now">,
  bytes: Uint8Array,
): Readonly<Record<string, string>> {
  const seconds = Math.floor(now / 1000);
  return {
    "content-type": "application/json",
    accept: "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": sign(secret, id, seconds, bytes),
  };
}

/** `body` null: longer than allowed. `unreachable`: no answer, or none in time; `reason` for the log. */
export type SignedAnswer =
  | { readonly kind: "answered"; readonly response: Response; readonly body: string | null }
  | { readonly kind: "unreachable"; readonly reason: string };

/** POSTs it. Never rejects for what the other side, or the way there, does. */
export async function postSigned(request: SignedRequest): Promise<SignedAnswer> {
  const { url, body, timeoutMs, mostBytes, signal } = request;
  const bytes = new TextEncoder().encode(body);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: signedHeaders(request, bytes),
      body: bytes,
      // Signed words are for this address and no other.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { kind: "answered", response, body: await read(response, mostBytes) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: "unreachable", reason: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function read(response: Response, most: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
