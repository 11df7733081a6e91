/** The routing server as a process: its file read, its log, its signals. */
import { createClock } from "../clock.ts";
import { readRoutingServerFile } from "../config/routing-server.ts";
import { createLog } from "../log.ts";
import { createRoutingServer } from "../routing-server/server.ts";

export type RoutingServerEnd = { readonly kind: "stopped" } | { readonly kind: "failed"; readonly text: string };

/** Runs until SIGTERM or SIGINT. `print`: for people. */
export async function runRoutingServer(
  path: string,
  { print }: { readonly print: (text: string) => void },
): Promise<RoutingServerEnd> {
  const reading = readRoutingServerFile(path);
  if (reading.kind === "faulty") {
    return { kind: "failed", text: ["The routing server's file cannot be used:", ...reading.problems].join("\n") };
  }
  const { server: config, log: wanted } = reading.file;
  const format = wanted.format === "auto" ? (process.stderr.isTTY ? "human" : "json") : wanted.format;
  const log = createLog({ level: wanted.level, format });
  const server = createRoutingServer(config, createClock(), log);
  const { promise: told, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  try {
    const { url } = await server.start();
    print(`The routing server listens on ${url} for ${[...config.desks.keys()].join(", ")}.`);
    await told;
    return { kind: "stopped" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", text: `The routing server cannot listen on ${config.host}:${config.port}: ${reason}` };
  } finally {
    await server.stop();
    await log.close();
  }
}
