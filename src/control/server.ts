/** The desk's end of the control socket. */
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { z } from "zod";
import type { Logger } from "../adapter.ts";
import {
  type Asker,
  type CommandReport,
  type ControlledDesk,
  SOCKET_NAME,
  SOCKET_PATH_BYTES,
  TRANSCRIPT_LINES,
  USER_HEADER,
} from "./protocol.ts";

export interface ControlServer {
  readonly path: string;
  /** Any number of times. */
  stop(): Promise<void>;
}

/** Bytes of one request; an imagined customer is the most that is said. */
const REQUEST_BYTES = 65_536;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Wish {
  readonly id: string;
  readonly body: unknown;
  readonly by: Asker;
}

interface ControlRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly answer: (desk: ControlledDesk, wish: Wish) => Answer | Promise<Answer>;
}

function shown(body: unknown): Answer {
  return { status: 200, body };
}

function reported(report: CommandReport): Answer {
  const status = { done: 200, missing: 404, refused: 409 }[report.kind];
  return { status, body: report };
}

function found(report: unknown, conversation: string): Answer {
  return report === null
    ? { status: 404, body: { kind: "missing", text: `There is no conversation ${JSON.stringify(conversation)}.` } }
    : shown(report);
}

const tokenWish = z.strictObject({
  name: z.string().max(256),
  scopes: z.array(z.string().max(64)).max(64),
  days: z.number().int().nullable(),
});

const eraseWish = z.strictObject({
  network: z.string().max(256),
  address: z.string().min(1).max(4_096),
  erase: z.boolean(),
});

const ROUTES: readonly ControlRoute[] = [
  { method: "GET", path: "/status", answer: (desk) => shown(desk.status()) },
  { method: "GET", path: "/conversations", answer: (desk) => shown(desk.conversations()) },
  { method: "GET", path: "/csrs", answer: (desk) => shown(desk.csrs()) },
  { method: "GET", path: "/queues", answer: (desk) => shown(desk.queues()) },
  { method: "GET", path: "/report", answer: (desk) => shown(desk.status().estimates ?? []) },
  {
    method: "GET",
    path: "/transcript/:id",
    answer: async (desk, { id, by }) => found(await desk.transcript(id, TRANSCRIPT_LINES, by), id),
  },
  { method: "GET", path: "/explain/:id", answer: async (desk, { id, by }) => found(await desk.explain(id, by), id) },
  {
    method: "POST",
    path: "/reload",
    answer: async (desk, { by }) => {
      const report = await desk.reload(by);
      return { status: report.kind === "reloaded" ? 200 : 422, body: report };
    },
  },
  {
    method: "POST",
    path: "/try",
    answer: async (desk, { body }) => {
      const report = desk.tryOut(body);
      return { status: report.kind === "decided" ? 200 : 422, body: report };
    },
  },
  {
    method: "POST",
    path: "/erase",
    answer: async (desk, { body, by }) => {
      const wish = eraseWish.safeParse(body);
      if (!wish.success) return { status: 422, body: { kind: "refused", text: "Name the network and the address." } };
      const { network, address, erase } = wish.data;
      const report = await desk.erase({ network, id: address }, erase, by);
      return { status: { found: 200, erased: 200, missing: 404, refused: 409 }[report.kind], body: report };
    },
  },
  { method: "POST", path: "/close/:id", answer: async (desk, { id, by }) => reported(await desk.close(id, by)) },
  {
    method: "POST",
    path: "/csrs/:id/away",
    answer: async (desk, { id, by }) => reported(await desk.setAway(id, true, by)),
  },
  {
    method: "POST",
    path: "/csrs/:id/back",
    answer: async (desk, { id, by }) => reported(await desk.setAway(id, false, by)),
  },
  {
    method: "POST",
    path: "/csrs/:id/password",
    answer: async (desk, { id, by }) => {
      const report = await desk.newPassword(id, by);
      return { status: report.kind === "made" ? 200 : 404, body: report };
    },
  },
  {
    method: "POST",
    path: "/audit",
    answer: async (desk, { body, by }) => {
      const report = await desk.audit(body, by);
      return { status: report.kind === "entries" ? 200 : 422, body: report };
    },
  },
  { method: "POST", path: "/audit/verify", answer: async (desk, { by }) => shown(await desk.verifyAudit(by)) },
  { method: "GET", path: "/tokens", answer: async (desk) => shown(await desk.tokens()) },
  {
    method: "POST",
    path: "/tokens",
    answer: async (desk, { body, by }) => {
      const wish = tokenWish.safeParse(body);
      if (!wish.success) return { status: 422, body: { kind: "refused", text: "A token needs a name and scopes." } };
      const made = await desk.makeToken(wish.data, by);
      return { status: made.kind === "made" ? 200 : 422, body: made };
    },
  },
  {
    method: "POST",
    path: "/tokens/:id/revoke",
    answer: async (desk, { id, by }) => reported(await desk.revokeToken(id, by)),
  },
];

/**
 * Listens on `control.sock` in the data folder, open to this user alone. A socket left behind by a killed desk is taken away:
 * the caller holds the lock of the folder, so nobody else can be listening. Rejects when the path is too long for a socket.
 */
export async function startControl(dataFolder: string, desk: ControlledDesk, log: Logger): Promise<ControlServer> {
  const path = join(dataFolder, SOCKET_NAME);
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
    throw new Error(
      `The path of the control socket is longer than ${SOCKET_PATH_BYTES} bytes (${path}); choose a shorter data folder.`,
    );
  }
  rmSync(path, { force: true });
  const server = build(desk, log);
  // Until chmod below, the socket is not to be open to others either.
  const mask = process.umask(0o077);
  try {
    await server.listen({ path });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  let stopped: Promise<void> | null = null;
  return {
    path,
    stop: () => {
      stopped ??= server.close();
      return stopped;
    },
  };
}

function askerOf(request: FastifyRequest): Asker {
  const told = request.headers[USER_HEADER];
  const user = typeof told === "string" && /^[\w.%~-]{1,200}$/.test(told) ? decodeURIComponent(told) : "unknown";
  return { actor: `command line:${user}`, origin: null };
}

function build(desk: ControlledDesk, log: Logger): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: REQUEST_BYTES,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  for (const { method, path, answer } of ROUTES) {
    server.route<{ Params: { id?: string } }>({
      method,
      url: path,
      handler: async (request, reply) => {
        const { id = "" } = request.params;
        const { status, body } = await answer(desk, { id, body: request.body, by: askerOf(request) });
        log.debug("control.asked", { route: path, status });
        return reply.code(status).send(body);
      },
    });
  }
  server.setNotFoundHandler(async (_request, reply) =>
    reply
      .code(404)
      .send({ kind: "missing", text: "The running desk does not know this command; is it of another version?" }),
  );
  server.setErrorHandler(async (error, _request, reply) => {
    log.error("control.failed", { error });
    return reply.code(500).send({ kind: "failed", text: "The desk could not do this; the reason is in its log." });
  });
  return server;
}
