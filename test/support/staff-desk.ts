/** A real desk within this process, for tests of those who look after it: its configuration, its log, its staff. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askDesk } from "../../src/control/client.ts";
import { createMemoryLog, type MemoryLogger } from "../../src/log.ts";
import { run } from "../../src/main.ts";
import { csrEntries, TWO_QUEUES, webNetwork } from "./desk-config.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";
import { signIn } from "./web-person.ts";

export interface StaffDeskOptions {
  /** Added to frontdesk.yaml as a whole. */
  readonly more?: string;
  /** Further networks, indented by two. */
  readonly networks?: string;
  /** Called with the configuration's folder before the start. */
  readonly prepare?: (folder: string) => void;
  /** Added to `http:` of frontdesk.yaml, indented by two. */
  readonly http?: string;
  /** A free one when left out. */
  readonly port?: number;
  /** Added to `limits:`, indented by two. */
  readonly limits?: string;
  /** `staff:` of people.yaml, indented by two. */
  readonly staff?: string;
  /** Where it is kept; a place of its own when left out. */
  readonly folder?: TemporaryFolder;
}

export interface StaffDesk {
  readonly url: string;
  readonly log: MemoryLogger;
  readonly configFolder: string;
  readonly dataFolder: string;
  /** What was printed at the start. */
  readonly printed: string;
  readonly routes: () => readonly { readonly method: string; readonly path: string }[];
  /** The password that was printed for that login. */
  password(login: string): string;
  /** Over the control socket, as the command line asks. */
  ask(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Writes one of the five files anew, with one place in it changed. */
  edit(file: string, before: string, after: string): void;
  /** Stops it; its folder stays when it was given. */
  stop(): Promise<void>;
}

const STAFF = `
  katherine: {name: Katherine, role: admin}
  margaret: {name: Margaret, role: supervisor}
  mary: {name: Mary, role: supervisor, queues: [billing]}
`;

/** Straight to people. */
const DIALOGS = `
person: support
dialogs:
  welcome: {steps: [{route: support}]}
  money: {steps: [{route: billing}]}
`;

/** Ada is a CSR, Katherine an admin, Margaret a supervisor of everything, Mary of billing alone. */
export async function startStaffDesk(options: StaffDeskOptions = {}): Promise<StaffDesk> {
  const folder = options.folder ?? temporaryFolder("staff");
  const [configFolder, dataFolder] = [join(folder.path, "config"), join(folder.path, "data")];
  mkdirSync(configFolder, { recursive: true });
  for (const [name, text] of Object.entries(files(options))) writeFileSync(join(configFolder, name), text);
  options.prepare?.(configFolder);
  const log = createMemoryLog();
  let printed = "";
  const print = (words: string) => {
    printed += `${words}\n`;
  };
  const closable = { ...log, close: async () => undefined };
  const daemon = await run({ folder: configFolder, dataFolder, print, signals: false, log: closable });
  return {
    url: daemon.url,
    log,
    configFolder,
    dataFolder,
    printed,
    routes: daemon.routes,
    password: (login) => {
      const found = new RegExp(`^\\s+${login}\\s+(\\S+)$`, "mu").exec(printed)?.[1];
      if (found === undefined) throw new Error(`No password was printed for ${login}.`);
      return found;
    },
    async ask(method, path, body) {
      const answer = await askDesk(dataFolder, method, path, body);
      if (answer.kind === "unreachable") throw new Error(answer.text);
      return answer;
    },
    edit(file, before, after) {
      const path = join(configFolder, file);
      const text = readFileSync(path, "utf8");
      if (!text.includes(before)) throw new Error(`${file} does not contain ${before}`);
      writeFileSync(path, text.replace(before, after));
    },
    async stop() {
      await daemon.stop();
      if (options.folder === undefined) folder.remove();
    },
  };
}

function files({
  more = "",
  networks = "",
  http = "",
  limits = "",
  staff = STAFF,
  port = 0,
}: StaffDeskOptions): Readonly<Record<string, string>> {
  const ada = { id: "ada", name: "Ada", address: "web: ada", skill: "support" } as const;
  const grace = { id: "grace", name: "Grace", address: "web: grace", skill: "billing" } as const;
  return {
    "frontdesk.yaml": `company: Example\nlanguages: [en]\nnetworks:\n${webNetwork()}${networks}http:\n  host: 127.0.0.1\n  port: ${port}\n${http}\nlimits:\n  stopSeconds: 2\n${limits}\n${more}\n`,
    "people.yaml": `csrs:\n${csrEntries(ada, grace)}\n${staff === "" ? "" : `staff:\n${staff}`}\n`,
    "routing.yaml": TWO_QUEUES,
    "dialogs.yaml": DIALOGS,
    "directory.yaml": "customers: []\n",
  };
}

/** Makes an API token with those scopes. */
export async function makeToken(desk: StaffDesk, name: string, scopes: readonly string[]): Promise<string> {
  const { body } = await desk.ask("POST", "/tokens", { name, scopes, days: null });
  const { token } = body as { readonly token?: string };
  if (token === undefined) throw new Error(`No token was made: ${JSON.stringify(body)}`);
  return token;
}

/** The cookie of somebody who signed in on the CSRs' page; one cookie is good for all pages. */
export async function staffCookie(desk: StaffDesk, login: string): Promise<string> {
  const { cookie } = await signIn(`${desk.url}/`, login, desk.password(login));
  if (cookie === null) throw new Error(`${login} could not sign in.`);
  return cookie;
}
