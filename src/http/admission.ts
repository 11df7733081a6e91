/**
 * Who may reach what of the HTTP server, by network (CIDR): a listener's own list is asked when a connection comes in, before a
 * byte of it is read; the lists of staff and of single networks when a request has been understood, because behind a reverse
 * proxy all connections are the proxy's.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Counter, type Registry } from "prom-client";
import { ConfigProblem, type Logger, STAFF } from "../adapter.ts";
import { type Ranges, within } from "../address-ranges.ts";
import { createTally } from "../tally.ts";

export interface AdmissionConfig {
  /** From where connections are taken; behind a reverse proxy, they are the proxy's. */
  readonly allowFrom?: Ranges;
  /** From where routes for staff (`STAFF`) are answered. */
  readonly staffFrom?: Ranges;
  /** From where the routes of that owner are answered; an owner that is not here is open to all. */
  readonly mounts?: ReadonlyMap<string, readonly string[]>;
}

export interface Admission {
  /** Guards a listener: connections from elsewhere are closed without an answer, so that to them nothing listens. `where` is for the log. */
  listener(server: FastifyInstance, ranges: Ranges, where: string): void;
  /** Guards the routes for staff, wherever they are mounted. Throws ConfigProblem when a list would guard nothing. */
  staff(server: FastifyInstance, owners: readonly string[]): void;
  /** Guards what one owner mounts in its scope: requests from elsewhere are answered with 403. */
  scope(scope: FastifyInstance, owner: string): void;
}

/** Once for a registry: it counts there what was refused. */
export function createAdmission(config: AdmissionConfig, log: Logger, registry: Registry): Admission {
  const refused = createRefused(log, registry);
  return {
    listener: (server, ranges, where) => guardListener(server, ranges, where, refused),
    staff(server, owners) {
      for (const name of config.mounts?.keys() ?? []) {
        if (!owners.includes(name)) throw guardsNothing(name);
      }
      guardRoutes(server, config.staffFrom, "staff", refused, isForStaff);
    },
    scope: (scope, owner) => guardRoutes(scope, config.mounts?.get(owner), owner, refused, () => true),
  };
}

/** `where` is a constant or a configured name, `from` an IP address. */
type Refused = (where: string, from: string) => void;

/** Counts refusals for metrics and, thinned out, for the log. */
function createRefused(log: Logger, registry: Registry): Refused {
  const counter = new Counter({
    name: "frontdesk_http_refused_total",
    help: "Connections and requests from networks that the configuration does not let in there.",
    labelNames: ["where"],
    registers: [registry],
  });
  const count = createTally(log, (_event, where) => counter.inc({ where }));
  return (where, from) => count("http.refused", where, from);
}

function guardsNothing(network: string): ConfigProblem {
  const sentence = `networks.${network}.allowFrom guards nothing: this network is not reached by the HTTP server. Leave it out; who may reach the network's own server is for that server to say.`;
  return new ConfigProblem(["networks", network, "allowFrom"], sentence);
}

function guardListener(server: FastifyInstance, ranges: Ranges, where: string, refused: Refused): void {
  if (ranges == null) return;
  const isWithin = within(ranges);
  server.server.on("connection", (socket) => {
    if (isWithin(socket.remoteAddress)) return;
    refused(where, socket.remoteAddress ?? "");
    socket.destroy();
  });
}

function guardRoutes(
  scope: FastifyInstance,
  ranges: Ranges,
  where: string,
  refused: Refused,
  applies: (request: FastifyRequest) => boolean,
): void {
  if (ranges == null) return;
  const isWithin = within(ranges);
  scope.addHook("onRequest", async (request, reply): Promise<FastifyReply | undefined> => {
    if (isWithin(request.ip) || !applies(request)) return undefined;
    refused(where, request.ip);
    return reply.code(403).send({ error: "This part of the server is not open to your network." });
  });
}

function isForStaff({ routeOptions }: FastifyRequest): boolean {
  return Object.keys(STAFF).every((mark) => Object.hasOwn(routeOptions.config, mark));
}
