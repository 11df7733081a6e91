/**
 * The homeserver's client API. Every request bears the token in its header; an application service also says in `user_id`
 * which of the desk's users it is for (Application Service API, "Client-Server API Extensions"). What goes wrong is an
 * answer, never an exception.
 */
import { z } from "zod";

export type Answer =
  | { readonly kind: "ok"; readonly body: Readonly<Record<string, unknown>> }
  /** The homeserver's own words: `errcode` such as M_FORBIDDEN, or "" when the body was no Matrix error. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly errcode: string;
      readonly text: string;
      readonly retryAfterMs: number | null;
      /** All of the answer, for whom it says more than that. */
      readonly body?: Readonly<Record<string, unknown>>;
    }
  /** No answer, or one of a proxy before it, or given up: nobody knows whether it was done. */
  | { readonly kind: "unreachable"; readonly text: string };

export interface Request {
  readonly method: "GET" | "PUT" | "POST";
  /** Segments of the path, not encoded: ["v3", "rooms", roomId, "send"]. */
  readonly path: readonly string[];
  /** The desk's user it is made for; the application service's own user when left out. */
  readonly as?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

const errorBody = z.object({
  errcode: z.string().max(255).default(""),
  error: z.string().default(""),
  retry_after_ms: z.number().nonnegative().optional(),
});
const MAX_ANSWER_BYTES = 8_388_608;
const TEXT_CHARACTERS = 300;

/** Whoever asks the homeserver for the desk; requests do not throw. */
export interface Homeserver {
  request(request: Request): Promise<Answer>;
}

export class HomeserverClient implements Homeserver {
  readonly #url: string;
  readonly #token: string | null;
  readonly #requestMs: number;
  readonly #end = new AbortController();

  /** `token`: null where none is needed (login). `requestMs`: time for an answer. */
  constructor(options: { readonly homeserver: string; readonly token: string | null; readonly requestMs: number }) {
    this.#url = options.homeserver;
    this.#token = options.token;
    this.#requestMs = options.requestMs;
  }

  async request({ method, path, as, query = {}, body, signal }: Request): Promise<Answer> {
    const url = new URL(`${this.#url}/_matrix/client/${path.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(as === undefined ? query : { ...query, user_id: as })) {
      url.searchParams.set(name, value);
    }
    const signals = [this.#end.signal, AbortSignal.timeout(this.#requestMs), ...(signal === undefined ? [] : [signal])];
    const bearer = this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
    const headers = { ...bearer, "content-type": "application/json" };
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: "error",
        signal: AbortSignal.any(signals),
        ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
      });
      return await readAnswer(response);
    } catch (error) {
      return { kind: "unreachable", text: reasonOf(error) };
    }
  }

  /** Requests under way end as unreachable, and so does every later one. */
  close(): void {
    this.#end.abort();
  }
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await limitedText(response);
  const body = parse(text);
  if (response.ok && body !== null) {
    return { kind: "ok", body };
  }
  const error = errorBody.safeParse(body);
  if (body === null || !error.success || (response.status >= 500 && error.data.errcode === "")) {
    return { kind: "unreachable", text: `HTTP ${response.status}, and no answer of a homeserver` };
  }
  const header = Number(response.headers.get("retry-after") ?? Number.NaN);
  const { errcode, error: words, retry_after_ms } = error.data;
  const retryAfterMs = retry_after_ms ?? (Number.isFinite(header) && header >= 0 ? header * 1_000 : null);
  return { kind: "error", status: response.status, errcode, text: words.slice(0, TEXT_CHARACTERS), retryAfterMs, body };
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The innermost reason: fetch itself says no more than that it failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause instanceof Error ? error.cause.message : error.message;
}
