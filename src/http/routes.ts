/** The server's own routes, as a table: for orchestrators and for monitoring, not for people. */
import type { FastifyReply } from "fastify";
import type { Registry } from "prom-client";
import type { Readiness } from "./server.ts";

interface Answering {
  readonly readiness: () => Readiness;
  readonly metrics: Registry;
}

interface OwnRoute {
  readonly path: string;
  readonly answer: (surroundings: Answering, reply: FastifyReply) => Promise<FastifyReply>;
}

export const OWN_ROUTES: readonly OwnRoute[] = [
  // The process lives and its event loop turns; nothing more is claimed.
  { path: "/healthz", answer: async (_surroundings, reply) => reply.send({ alive: true }) },
  {
    path: "/readyz",
    answer: async ({ readiness }, reply) => {
      const { ready, checks } = readiness();
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  },
];

/** For Prometheus; mounted where the configuration says, since how busy a company is concerns none of its customers. */
export const METRICS_ROUTE: OwnRoute = {
  path: "/metrics",
  answer: async ({ metrics }, reply) => reply.header("content-type", metrics.contentType).send(await metrics.metrics()),
};
