/**
 * An AdapterContext for tests: it takes what an adapter reports, keeps it in order, and lets the test decide what the desk
 * answers. It has a real HTTP server for the adapter's routes, a real clock, and a state that outlives the adapter.
 */

import type { FastifyInstance } from "fastify";
import fastify from "fastify";
import { createSessions } from "../../src/accounts/sessions.ts";
import { createAdmission } from "../../src/accounts/sign-in.ts";
import type { AdapterContext, HistoryLine, LinkStatus, LogFields } from "../../src/adapter.ts";
import { createClock } from "../../src/clock.ts";
import type { Address, DeskIdentity, Inbound, InboundKind, InboundOf, Verdict } from "../../src/core/model.ts";
import { ACCEPTED } from "../../src/core/model.ts";
import { Arrivals, until } from "./wait.ts";

/** One call of the logger, with every field written out, so that a search finds a secret wherever it hides. */
export interface LogRecord {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly event: string;
  readonly text: string;
}
/** One call of `backoffMs`: which attempt was announced, when, and the delay the adapter was told to keep. */
export interface Backoff {
  readonly attempt: number;
  readonly at: number;
  readonly delayMs: number;
}
/** Decides what `receive` answers to a message; everything else is taken. Throw to say that the desk cannot take it (disk, stopping). */
export type Judge = (inbound: Inbound) => Promise<Verdict>;

export interface TestContextOptions {
  readonly network: string;
  readonly handles: readonly string[];
  readonly desk: string;
  readonly alias: string | null;
}

/** Where the pseudo-random back-off of tests begins; small, because a test waits it out. */
const BACKOFF_MS = 15;

export class TestContext implements AdapterContext {
  readonly network: string;
  readonly handles: readonly string[];
  readonly desk: string;
  /** Every inbound as reported, taken or not. */
  readonly inbounds = new Arrivals<Inbound>((inbound) => JSON.stringify(inbound));
  readonly statuses = new Arrivals<LinkStatus>();
  readonly reached = new Arrivals<Address>((address) => `${address.network} ${address.id}`);
  readonly logs: LogRecord[] = [];
  readonly backoffs: Backoff[] = [];
  /** Counts every call of the adapter into the context except `http.mount`, for "create does no I/O" and "silent after stop". */
  calls = 0;
  /** Passwords of the desk's staff by login, for networks that let them sign in. */
  readonly passwords = new Map<string, string>();
  /** What `history` answers, by desk name. */
  readonly histories = new Map<string, readonly HistoryLine[]>();
  /** What `identity` and `contacts` answer; handles, the desk contact and the alias are there from the start. */
  readonly identities = new Map<string, DeskIdentity>();
  readonly stored = new Map<string, unknown>();
  #judge: Judge = async () => ACCEPTED;
  #server: FastifyInstance | null = null;
  #url: string | null = null;
  readonly #mounts: ((server: FastifyInstance) => Promise<void> | void)[] = [];

  constructor(options: TestContextOptions) {
    this.network = options.network;
    this.handles = options.handles;
    this.desk = options.desk;
    for (const handle of options.handles) {
      this.identities.set(handle, { kind: "handle", name: `Handle ${handle}`, state: "available", text: null });
    }
    this.identities.set(options.desk, { kind: "desk", name: "Frontdesk", state: "available", text: null });
    if (options.alias !== null) {
      this.identities.set(options.alias, {
        kind: "alias",
        name: "Anna · billing · XMPP",
        state: "available",
        text: null,
      });
    }
  }

  /** From now on the desk answers messages by this. `() => Promise.reject(new Error("disk full"))` is a desk that cannot take anything. */
  judge(judge: Judge): void {
    this.#judge = judge;
  }

  /** Holds every following `receive` of a message back until the returned function is called; then they resolve as accepted. */
  hold(): () => void {
    const gate = Promise.withResolvers<void>();
    this.#judge = async () => {
      await gate.promise;
      return ACCEPTED;
    };
    return () => {
      this.#judge = async () => ACCEPTED;
      gate.resolve();
    };
  }

  /** The next inbound of that kind that no other wait has taken, from that person when one is named. */
  async next<K extends InboundKind>(
    kind: K,
    from?: Address,
    description = `an inbound ${kind}`,
  ): Promise<InboundOf<K>> {
    const matches = (inbound: Inbound): boolean =>
      inbound.kind === kind &&
      (from === undefined || (inbound.from.network === from.network && inbound.from.id === from.id));
    return (await this.inbounds.next(description, matches)) as InboundOf<K>;
  }

  #changedAt(login: string): Promise<number | null> {
    return this.accounts.changedAt(login);
  }

  receive = async (inbound: Inbound): Promise<Verdict> => {
    this.calls += 1;
    // The contract says plain data: what does not survive JSON cannot be stored or replayed.
    const copy = JSON.parse(JSON.stringify(inbound)) as Inbound;
    const verdict = copy.kind === "message" ? this.#judge(copy) : Promise.resolve(ACCEPTED);
    this.inbounds.push(copy);
    return await verdict;
  };
  status = (status: LinkStatus, detail?: string): void => {
    this.calls += 1;
    this.statuses.push(status);
    this.#record("info", "status", { status, detail });
  };
  reachable = (address: Address): void => {
    this.calls += 1;
    this.reached.push(address);
  };
  identity = (desk: string, _viewer: Address): DeskIdentity | null => {
    this.calls += 1;
    return this.identities.get(desk) ?? null;
  };
  history = async (_viewer: Address, desk: string, limit: number): Promise<readonly HistoryLine[]> => {
    this.calls += 1;
    return (this.histories.get(desk) ?? []).slice(-limit);
  };
  contacts = (_viewer: Address): readonly { desk: string; name: string; kind: "handle" | "alias" | "desk" }[] => {
    this.calls += 1;
    return [...this.identities].map(([desk, { name, kind }]) => ({ desk, name, kind }));
  };
  /** What the adapter counted, as `event reason`. */
  readonly counted: string[] = [];
  count = (event: string, reason: string): void => {
    this.counted.push(`${event} ${reason}`);
  };
  backoffMs = (attempt: number): number => {
    this.calls += 1;
    const delayMs = BACKOFF_MS + Math.min(attempt, 4) * BACKOFF_MS + Math.floor(Math.random() * BACKOFF_MS);
    this.backoffs.push({ attempt, at: performance.now(), delayMs });
    return delayMs;
  };
  readonly state = {
    get: async (key: string): Promise<unknown> => {
      this.calls += 1;
      return structuredClone(this.stored.get(key));
    },
    set: async (key: string, value: unknown): Promise<void> => {
      this.calls += 1;
      if (value === undefined) {
        this.stored.delete(key);
        return;
      }
      this.stored.set(key, JSON.parse(JSON.stringify(value)));
    },
    setAll: async (entries: ReadonlyMap<string, unknown>): Promise<void> => {
      await Promise.all([...entries].map(([key, value]) => this.state.set(key, value)));
    },
    keys: async (prefix: string): Promise<readonly string[]> => {
      this.calls += 1;
      return [...this.stored.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
  readonly accounts = {
    verify: async (login: string, password: string): Promise<string | null> => {
      this.calls += 1;
      return this.passwords.get(login) === password ? login : null;
    },
    limited: (): void => {},
    admit: createAdmission({ perClient: 20, perLogin: 10 }),
    /** When that password was last set: earlier sessions are over. */
    changedAt: async (login: string): Promise<number | null> => (this.passwords.has(login) ? 0 : null),
    sessions: createSessions({
      state: this.state,
      clock: createClock(),
      changedAt: (login) => this.#changedAt(login),
      idleHours: 24,
      record: async () => {},
    }),
  };
  readonly http = {
    mount: (routes: (server: FastifyInstance) => Promise<void> | void): void => {
      if (this.#server !== null) {
        throw new Error("Routes are mounted in create(), not later.");
      }
      this.#mounts.push(routes);
    },
  };
  readonly log = {
    error: (event: string, fields?: LogFields) => this.#record("error", event, fields),
    warn: (event: string, fields?: LogFields) => this.#record("warn", event, fields),
    info: (event: string, fields?: LogFields) => this.#record("info", event, fields),
    debug: (event: string, fields?: LogFields) => this.#record("debug", event, fields),
  };
  readonly clock = {
    now: (): number => Date.now(),
    after: (delayMs: number, callback: () => void): (() => void) => {
      this.calls += 1;
      const timer = setTimeout(callback, Math.min(delayMs, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };

  /** Serves the mounted routes on a free port of 127.0.0.1; without routes it does nothing. Call between create and start. */
  async listen(): Promise<void> {
    if (this.#mounts.length === 0) {
      return;
    }
    const server = fastify({ forceCloseConnections: true });
    this.#server = server;
    for (const routes of this.#mounts) {
      await server.register(async (scope) => {
        await routes(scope);
      });
    }
    this.#url = await server.listen({ host: "127.0.0.1", port: 0 });
  }

  /** `http://127.0.0.1:port`, once listening. */
  get url(): string {
    if (this.#url === null) {
      throw new Error("The context serves nothing: the adapter mounted no routes, or listen() was not called.");
    }
    return this.#url;
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  /** Resolves once the adapter has announced at least that many reconnection attempts since it was made. */
  async backedOff(count: number): Promise<void> {
    await until(`${count} calls of backoffMs`, () => this.backoffs.length >= count);
  }

  #record(level: LogRecord["level"], event: string, fields: LogFields = {}): void {
    this.calls += 1;
    const written = Object.entries(fields).map(([name, value]) => `${name}=${write(value)}`);
    this.logs.push({ level, event, text: [event, ...written].join(" ") });
  }
}

function write(value: unknown): string {
  if (value instanceof Error) {
    return `${value.stack ?? value.message} ${write(value.cause ?? null)}`;
  }
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}
