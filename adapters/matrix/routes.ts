/**
 * What the homeserver asks of the desk (Application Service API): transactions, whether a user or room exists, and pings;
 * under the paths of the specification and under its legacy ones. The hs_token is taken from the header alone.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { decodeTransaction, type Transaction } from "./codec-inbound.ts";
import type { ServiceConfig } from "./config.ts";

export interface RouteParts {
  readonly config: Pick<ServiceConfig, "path" | "hsToken" | "limits">;
  /** Both are constants. */
  count(event: string, reason: string): void;
  /** Resolves once all of it is committed; rejects when the homeserver is to deliver it again. */
  transaction(id: string, transaction: Transaction): Promise<void>;
  /** Whether that user id is one of the desk's that exist. */
  exists(userId: string): boolean;
  notTaken(error: unknown): void;
}

type Answering = (parts: RouteParts, request: FastifyRequest) => Promise<Reply>;
interface Reply {
  readonly status: number;
  readonly body: object;
}

const DONE: Reply = { status: 200, body: {} };
const error = (status: number, errcode: string, text: string): Reply => ({ status, body: { errcode, error: text } });
const UNKNOWN = error(404, "M_NOT_FOUND", "The desk has nothing of that name.");

const ROUTES: readonly {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly answer: Answering;
}[] = [
  { method: "PUT", path: "/_matrix/app/v1/transactions/:txnId", answer: transaction },
  { method: "PUT", path: "/transactions/:txnId", answer: transaction },
  { method: "GET", path: "/_matrix/app/v1/users/:userId", answer: user },
  { method: "GET", path: "/users/:userId", answer: user },
  { method: "GET", path: "/_matrix/app/v1/rooms/:roomAlias", answer: async () => UNKNOWN },
  { method: "GET", path: "/rooms/:roomAlias", answer: async () => UNKNOWN },
  { method: "POST", path: "/_matrix/app/v1/ping", answer: async () => DONE },
];

export function matrixRoutes(parts: RouteParts): (server: FastifyInstance) => void {
  const expected = digest(parts.config.hsToken);
  return (server) => {
    for (const { method, path, answer } of ROUTES) {
      server.route({
        method,
        url: `${parts.config.path}${path}`,
        bodyLimit: parts.config.limits.transactionBytes,
        // Before the body is read: a stranger is not to make the desk read one.
        onRequest: async (request, reply) => {
          const refused = refusal(request, expected);
          if (refused !== null) {
            parts.count("matrix.homeserver.refused", refused.body.error);
            await reply.code(refused.status).send(refused.body);
          }
        },
        handler: async (request, reply) => send(reply, await answer(parts, request)),
      });
    }
  };
}

function send(reply: FastifyReply, { status, body }: Reply): FastifyReply {
  return reply.code(status).send(body);
}

type Refused = { readonly status: number; readonly body: { readonly errcode: string; readonly error: string } };

function refusal(request: FastifyRequest, expected: Buffer): Refused | null {
  const query = request.query as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(query, "access_token")) {
    // Such an address stands in every log on its way.
    const text = "The token belongs into the Authorization header, not into the address.";
    return { status: 401, body: { errcode: "M_UNAUTHORIZED", error: text } };
  }
  const [, token] = /^Bearer (.+)$/iu.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined) {
    return { status: 401, body: { errcode: "M_UNAUTHORIZED", error: "The hs_token is missing." } };
  }
  if (!timingSafeEqual(digest(token), expected)) {
    return { status: 403, body: { errcode: "M_FORBIDDEN", error: "This is not the hs_token." } };
  }
  return null;
}

/** Digests have one length, so comparing them tells nothing of the token. */
function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

async function transaction(parts: RouteParts, request: FastifyRequest): Promise<Reply> {
  const decoded = decodeTransaction(request.body);
  if (decoded === null) {
    parts.count("matrix.transaction.malformed", "not of the shape of a transaction");
    return error(400, "M_BAD_JSON", "This is no transaction.");
  }
  try {
    await parts.transaction((request.params as { readonly txnId: string }).txnId, decoded);
    return DONE;
  } catch (reason) {
    parts.notTaken(reason);
    return error(503, "M_UNKNOWN", "The desk cannot take this now; deliver it again.");
  }
}

async function user(parts: RouteParts, request: FastifyRequest): Promise<Reply> {
  const { userId } = request.params as { readonly userId: string };
  return parts.exists(userId) ? DONE : UNKNOWN;
}
