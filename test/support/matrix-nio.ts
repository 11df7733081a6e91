/** A person with matrix-nio, a Matrix client library in Python that shares nothing with matrix-js-sdk. */
import { fileURLToPath } from "node:url";
import { ServerProcess } from "./server-process.ts";
import type { Synapse } from "./synapse.ts";
import { Arrivals, DEFAULT_LIMIT_MS, START_LIMIT_MS } from "./wait.ts";

export type NioEvent =
  | { readonly event: "online"; readonly user: string }
  | { readonly event: "chat"; readonly room: string }
  | { readonly event: "said"; readonly id: string | null; readonly text: string }
  | {
      readonly event: "message";
      readonly room: string;
      readonly sender: string;
      /** The name the room shows for the sender. */
      readonly name: string;
      readonly body: string;
      /** The whole event as it came, as JSON. */
      readonly source: string;
    };

export interface MatrixNio {
  readonly userId: string;
  readonly events: Arrivals<NioEvent>;
  /** Opens a direct room with that user; resolves with its id. */
  chat(userId: string): Promise<string>;
  say(room: string, text: string): void;
  hears(match: (body: string) => boolean, limitMs?: number): Promise<Extract<NioEvent, { event: "message" }>>;
  stop(): Promise<void>;
}

/** Debian's own Python: its matrix-nio is not installed for any other that may come first in PATH. */
const PYTHON = "/usr/bin/python3";

/** Logs in, in that network namespace; the account must exist. */
export async function startMatrixNio(
  synapse: Synapse,
  userId: string,
  password: string,
  namespace?: string,
): Promise<MatrixNio> {
  const script = fileURLToPath(new URL("matrix_nio_client.py", import.meta.url));
  const client = new ServerProcess({
    name: "matrix-nio",
    program: PYTHON,
    args: [script, synapse.url, userId, password],
    ...(namespace === undefined ? {} : { namespace }),
    env: { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  const events = new Arrivals<NioEvent>((event) => JSON.stringify(event));
  client.onLine((line) => line.startsWith("{") && events.push(JSON.parse(line) as NioEvent));
  try {
    await events.next("matrix-nio to log in", ({ event }) => event === "online", START_LIMIT_MS);
  } catch (error) {
    await client.kill();
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${client.output}`);
  }
  return {
    userId,
    events,
    async chat(other) {
      client.writeLine(JSON.stringify({ do: "chat", with: other }));
      const made = await events.next("a room", ({ event }) => event === "chat", START_LIMIT_MS);
      return made.event === "chat" ? made.room : "";
    },
    say: (room, text) => client.writeLine(JSON.stringify({ do: "say", room, text })),
    async hears(match, limitMs = DEFAULT_LIMIT_MS) {
      const isIt = (event: NioEvent): boolean => event.event === "message" && match(event.body);
      return (await events.next(`${userId} to hear`, isIt, limitMs)) as Extract<NioEvent, { event: "message" }>;
    },
    stop: () => client.stop(),
  };
}
