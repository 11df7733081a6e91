/**
 * The homeserver's client API. Every request bears the token in its header; an application service also says in `user_id`
 * which of the desk's users it is for (Application Service API, "Client-Server API Extensions"). What goes wrong is an
 * answer, never an exception.
 */
import { HTTPError, MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { FetchHttpApi } from "matrix-js-sdk/lib/http-api/fetch.js";
import type { HttpApiEvent, HttpApiEventHandlerMap } from "matrix-js-sdk/lib/http-api/interface.js";
import { Method } from "matrix-js-sdk/lib/http-api/method.js";
import { TypedEventEmitter } from "matrix-js-sdk/lib/models/typed-event-emitter.js";

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
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Segments of the path, not encoded: ["v3", "rooms", roomId, "send"]. */
  readonly path: readonly string[];
  /** The desk's user it is made for; the application service's own user when left out. */
  readonly as?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

const MAX_ANSWER_BYTES = 8_388_608;
const TEXT_CHARACTERS = 300;
const TOO_LARGE = 413;

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
    const signals = [this.#end.signal, AbortSignal.timeout(this.#requestMs), ...(signal === undefined ? [] : [signal])];
    return await ask({
      homeserver: this.#url,
      token: this.#token,
      method,
      path: `/_matrix/client/${path.map(encodeURIComponent).join("/")}`,
      query: as === undefined ? query : { ...query, user_id: as },
      ...(method === "GET" ? {} : { body: body ?? {} }),
      headers: method === "GET" ? {} : { "Content-Type": "application/json" },
      signal: AbortSignal.any(signals),
    });
  }

  /** Requests under way end as unreachable, and so does every later one. */
  close(): void {
    this.#end.abort();
  }
}

export interface Question {
  readonly homeserver: string;
  readonly token: string | null;
  readonly method: Request["method"];
  /** From the root, encoded: "/_matrix/media/v3/upload". */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | Blob;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * One request by the SDK's HTTP API: it forms the address, encodes, and reads what a homeserver says is wrong. `signal` bounds
 * the body of the answer too, which the SDK's own does not; a redirect is followed nowhere, for the token would go along.
 */
export async function ask({
  homeserver,
  token,
  method,
  path,
  query,
  body,
  headers,
  signal,
}: Question): Promise<Answer> {
  const api = new FetchHttpApi(NOBODY, {
    baseUrl: homeserver,
    prefix: "",
    onlyData: true,
    fetchFn: async (resource, options) => {
      try {
        return limited(await fetch(resource, { ...options, redirect: "error", signal }));
      } catch (error) {
        throw new Error(reasonOf(error)); // the SDK keeps the outermost words alone
      }
    },
  });
  const bearer = token === null ? {} : { Authorization: `Bearer ${token}` };
  try {
    const answer = await api.request(METHODS[method], path, query, body, {
      headers: { ...headers, ...bearer },
      priority: "auto",
    });
    return isRecord(answer) ? { kind: "ok", body: answer } : { kind: "unreachable", text: "no answer of a homeserver" };
  } catch (error) {
    return wrong(error);
  }
}

const METHODS = { GET: Method.Get, PUT: Method.Put, POST: Method.Post, DELETE: Method.Delete } as const;
/** Who would be told that a session is over or a consent missing: the answer says so itself. */
const NOBODY = new TypedEventEmitter<HttpApiEvent, HttpApiEventHandlerMap>();

function wrong(error: unknown): Answer {
  if (error instanceof MatrixError && isRecord(error.data)) {
    const { errcode = "", httpStatus: status = 0, data } = error;
    if (status < 500 || errcode !== "") {
      const text = String(error.error ?? "").slice(0, TEXT_CHARACTERS);
      return { kind: "error", status, errcode: String(errcode), text, retryAfterMs: retryAfterMs(error), body: data };
    }
  }
  if (error instanceof HTTPError && error.httpStatus === TOO_LARGE) {
    // A proxy's word for it is final too: it will be as large the next time.
    return { kind: "error", status: TOO_LARGE, errcode: "", text: "it is too large", retryAfterMs: null };
  }
  return error instanceof HTTPError
    ? { kind: "unreachable", text: `HTTP ${error.httpStatus}, and no answer of a homeserver` }
    : { kind: "unreachable", text: reasonOf(error) };
}

/** What the homeserver asks for, in the header or (before Matrix 1.10) in the body; null: nothing, or nothing that can be understood. */
function retryAfterMs(error: MatrixError): number | null {
  try {
    const ms = error.getRetryAfterMs();
    return ms === null ? null : Math.max(0, ms);
  } catch {
    return null;
  }
}

/** The same answer, which breaks off when it grows too large. */
function limited(response: Response): Response {
  let size = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        size += part.byteLength;
        if (size > MAX_ANSWER_BYTES) {
          controller.error(new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`));
        } else {
          controller.enqueue(part);
        }
      },
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(counted ?? null, { status, statusText, headers });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The innermost reason: fetch itself says no more than that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause instanceof Error ? error.cause.message : error.message;
}
