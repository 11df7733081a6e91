/** The HTTP API on the desk's HTTP server: who asks is found out, limited, allowed or not; the table of routes does the rest. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Principal } from "../accounts/roles.ts";
import { type Logger, STAFF } from "../adapter.ts";
import type { Audit } from "../audit.ts";
import type { ControlledDesk } from "../control/protocol.ts";
import { placeOf, RateLimit } from "../http/rate-limit.ts";
import { API_PATH, openApi } from "./openapi.ts";
import { type PrincipalParts, proofOf } from "./principals.ts";
import { API_ROUTES, type ApiRoute } from "./routes.ts";

export interface ApiParts extends PrincipalParts {
  /** Null while the desk is starting or stopping. */
  readonly desk: () => ControlledDesk | null;
  readonly audit: Audit;
  readonly version: string;
  readonly requestsPerMinute: number;
  readonly log: Logger;
}

const MINUTE_MS = 60_000;
/** Principals, and places, whose requests are counted. */
const COUNTED = 10_000;
/** Of those who show nothing that is good, so many fewer requests are looked at. */
const STRANGERS_SHARE = 10;
const LONGEST_ID = 200;

export function mountApi(server: FastifyInstance, parts: ApiParts): void {
  const limits = limitsFor(parts.requestsPerMinute);
  const document = openApi(parts.version);
  server.get(`${API_PATH}/openapi.json`, { config: STAFF }, async (_request, reply) => reply.send(document));
  for (const route of API_ROUTES) {
    server.route<{ Params: { id?: string } }>({
      method: route.method,
      url: `${API_PATH}${route.path}`,
      config: STAFF,
      handler: async (request, reply) => {
        const who = await admit(request, reply, route, parts, limits);
        return who === null ? reply : await answer(request, reply, route, parts, who);
      },
    });
  }
}

interface Limits {
  readonly known: RateLimit;
  readonly strangers: RateLimit;
}

function limitsFor(perMinute: number): Limits {
  const strangers = Math.max(1, Math.floor(perMinute / STRANGERS_SHARE));
  return {
    known: new RateLimit({ burst: perMinute, everyMs: MINUTE_MS / perMinute }, COUNTED),
    strangers: new RateLimit({ burst: strangers, everyMs: MINUTE_MS / strangers }, COUNTED),
  };
}

/** Who asks, when they may; null when the refusal has been sent. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  route: ApiRoute,
  parts: ApiParts,
  limits: Limits,
): Promise<Principal | null> {
  const proof = await proofOf(request, parts);
  const principal = proof.kind === "principal" ? proof.principal : null;
  const limit = principal === null ? limits.strangers : limits.known;
  const turn = limit.take(principal?.actor ?? placeOf(request.ip), performance.now());
  if (!turn.taken) {
    const seconds = Math.ceil(turn.waitMs / 1_000);
    reply.header("retry-after", String(seconds));
    await refuse(reply, 429, `Too many requests. The next one is taken in ${seconds} s.`);
    return null;
  }
  if (proof.kind === "foreign") {
    await refuse(reply, 403, "Only pages of this desk may ask for that in your name.");
    return null;
  }
  if (principal === null) {
    reply.header("www-authenticate", 'Bearer realm="Frontdesk"');
    await refuse(reply, 401, "Show a token: Authorization: Bearer …. `frontdesk token create` makes one.");
    return null;
  }
  if (!principal.scopes.has(route.scope)) {
    const { actor, origin } = principal;
    const detail = { asked: route.name, scope: route.scope };
    parts.audit.note({ action: "access.refused", actor, origin, outcome: "refused", detail });
    await refuse(reply, 403, `This needs the scope ${route.scope}.`);
    return null;
  }
  return principal;
}

async function answer(
  request: FastifyRequest<{ Params: { id?: string } }>,
  reply: FastifyReply,
  route: ApiRoute,
  parts: ApiParts,
  who: Principal,
): Promise<FastifyReply> {
  const desk = parts.desk();
  if (desk === null) {
    return refuse(reply.header("retry-after", "2"), 503, "The desk is starting or stopping.");
  }
  const { id = "" } = request.params;
  const query = route.query?.safeParse(request.query);
  if (query?.success === false) {
    const [issue] = query.error.issues;
    return refuse(reply, 400, `${issue?.path.join(".") || "The query"}: ${issue?.message ?? "cannot be read"}`);
  }
  if (id.length > LONGEST_ID) {
    return refuse(reply, 404, "There is no such thing.");
  }
  const asked = request.query as Readonly<Record<string, unknown>>;
  const { status, body } = await route.answer({ desk, who, id, query: route.query === undefined ? {} : asked });
  // By the shape: fields of the inside that are not in it do not leave the desk.
  return reply.code(status).send(status === 200 ? route.answers.parse(body) : body);
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error });
}
