/**
 * Who may reach what of the HTTP server, by network (CIDR): a listener's own list is asked when a connection comes in, before a
 * byte of it is read; the lists of staff and of single networks when a request has been understood, because behind a reverse
 * proxy all connections are the proxy's.
 */
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Counter, type Registry } from "prom-client";
import { ConfigProblem, type Logger, STAFF } from "../adapter.ts";
import { type Ranges, within } from "../address-ranges.ts";
import { createTally } from "../tally.ts";
import type { AddressCrowd } from "./address-crowd.ts";

export interface AdmissionConfig {
  /** From where connections are taken; behind a reverse proxy, they are the proxy's. */
  readonly allowFrom?: Ranges;
  /** The same of the listener for metrics, where it has one of its own. */
  readonly metrics?: string | { readonly allowFrom?: Ranges };
  /** From where routes for staff (`STAFF`) are answered. */
  readonly staffFrom?: Ranges;
  /** From where the routes of that owner are answered; an owner that is not here is open to all. */
  readonly mounts?: ReadonlyMap<string, readonly string[]>;
}

export type Listener = "http" | "http.metrics";

/** What is counted as refused where one address has too many connections: the limit that says so. */
const CROWDED = "limits.httpConnectionsPerAddress";

export interface Admission {
  /**
   * Guards a listener: connections from elsewhere are closed without an answer, so that to them nothing listens. `crowd`: and those of an
   * address that has too many.
   */
  listener(server: FastifyInstance, where: Listener, crowd?: AddressCrowd): void;
  /** Guards the routes for staff, wherever they are mounted. */
  staff(server: FastifyInstance): void;
  /** Guards what one owner mounts in its scope: requests from elsewhere are answered with 403. */
  scope(scope: FastifyInstance, owner: string): void;
  /**
   * New lists, at once: open connections that they do not let in are closed. `owners`: who has mounted something. Throws ConfigProblem,
   * and keeps the lists there were, when one would guard nothing.
   */
  follow(config: AdmissionConfig, owners: readonly string[]): void;
}

type Check = ReturnType<typeof within>;

interface Lists {
  readonly listeners: Readonly<Record<Listener, Check>>;
  readonly staff: Check;
  readonly mounts: ReadonlyMap<string, Check>;
}

/** Once for a registry: it counts there what was refused. Lets everybody in until `follow`. */
export function createAdmission(log: Logger, registry: Registry): Admission {
  const refused = createRefused(log, registry);
  const open = new Map<Socket, Listener>();
  let lists = listsOf({});
  return {
    listener(server, where, crowd) {
      server.server.on("connection", (socket) => {
        const from = socket.remoteAddress ?? "";
        const isIn = lists.listeners[where](socket.remoteAddress);
        if (!isIn || crowd?.enter(from) === false) {
          refused(isIn ? CROWDED : where, from);
          socket.destroy();
          return;
        }
        open.set(socket, where);
        socket.once("close", () => {
          open.delete(socket);
          crowd?.leave(from);
        });
      });
    },
    staff: (server) => guardRoutes(server, () => lists.staff, "staff", refused, isForStaff),
    scope: (scope, owner) =>
      guardRoutes(
        scope,
        () => lists.mounts.get(owner) ?? EVERYBODY,
        owner,
        refused,
        () => true,
      ),
    follow(config, owners) {
      for (const name of config.mounts?.keys() ?? []) {
        if (!owners.includes(name)) throw guardsNothing(name);
      }
      lists = listsOf(config);
      for (const [socket, where] of open) {
        if (!lists.listeners[where](socket.remoteAddress)) socket.destroy();
      }
    },
  };
}

const EVERYBODY: Check = () => true;

function listsOf({ allowFrom, metrics, staffFrom, mounts }: AdmissionConfig): Lists {
  const own = typeof metrics === "object" ? metrics.allowFrom : null;
  return {
    listeners: { http: within(allowFrom), "http.metrics": within(own) },
    staff: within(staffFrom),
    mounts: new Map([...(mounts ?? [])].map(([owner, ranges]) => [owner, within(ranges)])),
  };
}

/** `where` is a constant or a configured name, `from` an IP address. */
type Refused = (where: string, from: string) => void;

/** Counts refusals for metrics and, thinned out, for the log. */
function createRefused(log: Logger, registry: Registry): Refused {
  const counter = new Counter({
    name: "frontdesk_http_refused_total",
    help: "Connections and requests that the configuration does not let in there.",
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

function guardRoutes(
  scope: FastifyInstance,
  check: () => Check,
  where: string,
  refused: Refused,
  applies: (request: FastifyRequest) => boolean,
): void {
  scope.addHook("onRequest", async (request, reply): Promise<FastifyReply | undefined> => {
    if (check()(request.ip) || !applies(request)) return undefined;
    refused(where, request.ip);
    return reply.code(403).send({ error: "This part of the server is not open to your network." });
  });
}

function isForStaff({ routeOptions }: FastifyRequest): boolean {
  return Object.keys(STAFF).every((mark) => Object.hasOwn(routeOptions.config, mark));
}
