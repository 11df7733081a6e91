/** Where programs call the desk by themselves: signed, or with their token; answered once what they said is on disk. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Condition, Verdict } from "../../src/core/model.ts";
import { decodeCall } from "./codec.ts";
import type { Bot, WebhookConfig } from "./config.ts";
import { isSame, isSigned } from "./signature.ts";

export interface RouteParts {
  readonly config: WebhookConfig;
  readonly context: AdapterContext;
  /** Resolves once it is committed: the first refusal, or that all was taken. Rejects when the program is to call again. */
  say(bot: string, conversation: string, lines: readonly string[], id: string | null): Promise<Verdict>;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const failed = (status: number, error: string, text: string): Reply => ({ status, body: { error, text } });

/** What a refusal is in HTTP (RFC 9110 §15.5); others are 422. */
const STATUSES: Partial<Readonly<Record<Condition, number>>> = {
  "item-not-found": 404,
  gone: 410,
  conflict: 409,
  "resource-constraint": 429,
  "policy-violation": 429,
};

export function webhookRoutes(parts: RouteParts): (server: FastifyInstance) => Promise<void> {
  return async (server) => {
    await server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      // Signatures are over bytes, so whatever it claims to be, it is read as bytes.
      scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
      scope.route({
        method: "POST",
        url: `${parts.config.path}/:bot`,
        bodyLimit: parts.config.limits.answerBytes,
        handler: async (request, reply) => {
          const { status, body } = await called(parts, request);
          return reply.code(status).send(body);
        },
      });
    });
  };
}

async function called(parts: RouteParts, request: FastifyRequest): Promise<Reply> {
  const { config, context } = parts;
  const { bot: id = "" } = request.params as { readonly bot?: string };
  const bot = Object.hasOwn(config.bots, id) ? config.bots[id] : undefined;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  // Whether there is a program of that name is nobody's business who cannot prove to be it.
  if (bot === undefined || !isProven(parts, bot, request, body)) {
    context.count("webhook.call.refused", "not signed, wrongly signed, or no such program");
    return failed(401, "not-authorized", "Sign the call, or bring the token; see docs/webhook.md.");
  }
  const decoded = decodeCall(body.toString("utf8"), config.limits.actions);
  if (decoded.kind === "malformed") {
    context.count("webhook.call.malformed", "not of the shape of a call");
    return failed(400, "bad-request", decoded.text);
  }
  try {
    const verdict = await parts.say(id, decoded.conversation ?? "", decoded.lines, header(request, "webhook-id"));
    if (verdict.kind === "accepted") return { status: 200, body: { ok: true } };
    return failed(STATUSES[verdict.reason] ?? 422, verdict.reason, verdict.text);
  } catch {
    return failed(503, "service-unavailable", "The desk cannot take this now; call again.");
  }
}

function header(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" && value.length <= 1_000 ? value : null;
}

function isProven({ config, context }: RouteParts, bot: Bot, request: FastifyRequest, body: Buffer): boolean {
  const [, token] = /^Bearer (.+)$/iu.exec(request.headers.authorization ?? "") ?? [];
  if (token !== undefined && bot.token !== undefined) return isSame(token, bot.token);
  const signed = {
    id: header(request, "webhook-id"),
    timestamp: header(request, "webhook-timestamp"),
    signatures: header(request, "webhook-signature"),
  };
  return isSigned(bot.secret, signed, body, context.clock.now(), config.limits.toleranceSeconds);
}
