import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { START_LIMIT_MS, until } from "./wait.ts";

/** The configuration files of a test's desk, as an admin would write them; those left out are a small company's. */
export interface DaemonConfiguration {
  /** The `networks:` section of frontdesk.yaml, indented by two. */
  readonly networks: string;
  /** The `csrs:` section of people.yaml, indented by two. */
  readonly csrs: string;
  /** routing.yaml as a whole. */
  readonly routing?: string;
  /** dialogs.yaml as a whole. */
  readonly dialogs?: string;
  /** Added to `limits:` of frontdesk.yaml, indented by two. */
  readonly limits?: string;
  /** Takes the place of `host:` in `http:` of frontdesk.yaml, indented by two; `{port}` in it becomes the port. */
  readonly http?: string;
  /** Where its HTTP server listens, if somebody has to know it before; else a free port. */
  readonly port?: number;
  /** Added to `store:` of frontdesk.yaml, indented by two. */
  readonly store?: string;
  /** Whole sections of frontdesk.yaml beside those. */
  readonly sections?: string;
  /** The network namespace it runs in (`Host`). Then `url` is reached from there alone. */
  readonly namespace?: string;
  /** Environment variables beside those of the test. */
  readonly env?: Readonly<Record<string, string>>;
  /** The `scripts/frontdesk.js` that starts it; the checkout's when left out. */
  readonly launcher?: string;
}

/** A real daemon in a process of its own, as `frontdesk start` runs it. */
export interface Daemon {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Where its five files are. */
  readonly configFolder: string;
  readonly dataFolder: string;
  /** Of the process that runs, or ran last. */
  readonly pid: number | undefined;
  /** How it ended; undefined while it runs. */
  readonly ended: string | undefined;
  /** Starts it (again) on the same configuration and data; resolves when it is ready. */
  start(): Promise<void>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<string>;
  /** kill -9. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** What it printed since it was last started. */
  output(): string;
  /** Runs another command of the command line against it; resolves with its output, both streams together. */
  command(...words: string[]): Promise<string>;
  /** The same for one that may fail. */
  attempt(...words: string[]): Promise<Attempt>;
  /** Ends it and deletes its folders. */
  remove(): Promise<void>;
}

/** How a command ended. */
export interface Attempt {
  readonly exitCode: number;
  readonly output: string;
}

export const ROUTING = `
skills: [support]
queues:
  support:
    name: Support
    skills:
      support: 1
    strategies: [longest-idle]
    offerSeconds: 20
`;

/** One question, so that a test is soon with a person. */
export const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - say: "Hello! This is Example."
      - identify:
          account: false
          askName: "What is your name?"
      - route: support
`;

/** What starts a daemon from the checkout. */
export const LAUNCHER = fileURLToPath(new URL("../../scripts/frontdesk.js", import.meta.url));

/** Writes the configuration into a private folder, starts the daemon and resolves when it is ready. */
export async function startDaemon(configuration: DaemonConfiguration): Promise<Daemon> {
  const folder = temporaryFolder("desk");
  const configFolder = join(folder.path, "config");
  const dataFolder = join(folder.path, "data");
  const port = configuration.port ?? (await freePort());
  mkdirSync(configFolder);
  for (const [name, text] of Object.entries(files(configuration, port))) writeFileSync(join(configFolder, name), text);
  let process_: ServerProcess | undefined;
  const url = `http://127.0.0.1:${port}`;

  const start = async () => {
    const started = new ServerProcess({
      name: "frontdesk",
      program: process.execPath,
      args: [configuration.launcher ?? LAUNCHER, "start", "--config", configFolder, "--data", dataFolder],
      ...(configuration.namespace === undefined ? {} : { namespace: configuration.namespace }),
      ...(configuration.env === undefined ? {} : { env: configuration.env }),
    });
    process_ = started;
    const answers = async () =>
      configuration.namespace === undefined
        ? (await fetch(`${url}/readyz`)).ok
        : started.output.includes('"event":"start.done"');
    const ready = async () => started.ended !== undefined || (await answers());
    try {
      await until("the desk to be ready", ready, START_LIMIT_MS);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)} It wrote:\n${started.output}`);
    }
    if (started.ended !== undefined) throw new Error(`The desk ${started.ended}. It wrote:\n${started.output}`);
  };
  await start();
  return {
    url,
    configFolder,
    dataFolder,
    get pid() {
      return process_?.pid;
    },
    get ended() {
      return process_?.ended;
    },
    start,
    stop: async () => {
      await process_?.stop();
      return process_?.ended ?? "";
    },
    kill: async () => process_?.kill(),
    signal: (signal) => process_?.signal(signal),
    output: () => process_?.output ?? "",
    command: async (...words) => (await attempt(words, configFolder, dataFolder)).output,
    attempt: (...words) => attempt(words, configFolder, dataFolder),
    remove: async () => {
      await process_?.stop();
      folder.remove();
    },
  };
}

/** Resolves when the command has ended and all it wrote has been read. */
function attempt(words: readonly string[], configFolder: string, dataFolder: string): Promise<Attempt> {
  const args = [LAUNCHER, ...words, "--config", configFolder, "--data", dataFolder];
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, args, { timeout: START_LIMIT_MS }, (error, stdout, stderr) => {
      const { exitCode } = child;
      if (exitCode === null) reject(new Error(`frontdesk ${words.join(" ")} did not end by itself: ${error}`));
      else resolve({ exitCode, output: stdout + stderr });
    });
  });
}

function files(configuration: DaemonConfiguration, port: number): Readonly<Record<string, string>> {
  return {
    "frontdesk.yaml": `
company: Example
languages: [en]
networks:
${configuration.networks}
store:
  folder: ../data
${configuration.store ?? ""}
http:
${(configuration.http ?? "  host: 127.0.0.1").replaceAll("{port}", String(port))}
  port: ${port}
${configuration.http?.includes("metrics:") === true ? "" : "  metrics: here"}
${configuration.sections ?? ""}
log:
  level: info
  format: json
limits:
  retryLeastSeconds: 1
  retryMostSeconds: 3
${configuration.limits ?? ""}
`,
    "people.yaml": `csrs:\n${configuration.csrs}\n`,
    "routing.yaml": configuration.routing ?? ROUTING,
    "dialogs.yaml": configuration.dialogs ?? DIALOGS,
    "directory.yaml": "customers: []\n",
  };
}
