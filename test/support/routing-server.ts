/** A real routing server in a process of its own, as `frontdesk routing-server` runs it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS, until } from "./wait.ts";

const LAUNCHER = fileURLToPath(new URL("../../scripts/frontdesk.js", import.meta.url));

export interface RoutingServerProcess {
  /** `ws://127.0.0.1:<port>` */
  readonly url: string;
  /** `http://127.0.0.1:<port>` */
  readonly httpUrl: string;
  /** The secret of a desk that is configured. */
  secretOf(desk: string): string;
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  output(): string;
  remove(): Promise<void>;
}

export interface RoutingServerOptions {
  readonly leaseSeconds?: number;
  /** More of its file. */
  readonly sections?: string;
  /** Answers wss and https. */
  readonly isEncrypted?: boolean;
}

/** Resolves when it listens. */
export async function startRoutingServer(
  desks: readonly string[],
  { leaseSeconds = 60, sections = "", isEncrypted = false }: RoutingServerOptions = {},
): Promise<RoutingServerProcess> {
  const folder = temporaryFolder("routing-server");
  const file = join(folder.path, "routing-server.yaml");
  const port = await freePort();
  const secretOf = (desk: string) => `the-secret-of-${desk}`;
  const lines = desks.map((desk) => `  ${desk}: {secret: ${secretOf(desk)}}`).join("\n");
  const log = "log: {level: info, format: json}";
  writeFileSync(file, `port: ${port}\nleaseSeconds: ${leaseSeconds}\ndesks:\n${lines}\n${log}\n${sections}\n`);
  let running: ServerProcess | undefined;
  const start = async () => {
    running = new ServerProcess({
      name: "routing-server",
      program: process.execPath,
      args: [LAUNCHER, "routing-server", "--config", file],
    });
    await until(
      "the routing server to listen",
      () => running?.ended ?? running?.output.includes("listens on"),
      START_LIMIT_MS,
    );
    if (running.ended !== undefined) throw new Error(`The routing server ${running.ended}:\n${running.output}`);
  };
  await start();
  return {
    url: `${isEncrypted ? "wss" : "ws"}://127.0.0.1:${port}`,
    httpUrl: `${isEncrypted ? "https" : "http"}://127.0.0.1:${port}`,
    secretOf,
    start,
    kill: async () => running?.kill(),
    signal: (signal) => running?.signal(signal),
    output: () => running?.output ?? "",
    remove: async () => {
      await running?.stop();
      folder.remove();
    },
  };
}
