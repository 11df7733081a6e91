/** A real desk for the crossing table, within this process: every network at once, and a CSR on each of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AdapterModule } from "../../../src/adapter.ts";
import type { Capabilities } from "../../../src/core/model.ts";
import { createMemoryLog } from "../../../src/log.ts";
import { run } from "../../../src/main.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** What a network lends to the configuration of the desk. */
export interface CrossingSection {
  /** Key in the configuration, and heading in the table. */
  readonly name: string;
  /** The keys of its section, but `handles`, each a line indented by four. */
  readonly section: string;
  /** The handle its customers write to. */
  readonly handle: string;
  /** The address of the CSR there. */
  readonly csrAddress: string;
}

export interface CrossingDesk {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  capabilities(network: string): Capabilities;
  /** The password of that CSR, where the desk has accounts of its own. */
  password(login: string): string;
  /** Ends it and deletes its folders. */
  remove(): Promise<void>;
}

/** The answer that leads to the CSR of that network. */
export const QUESTION = "Which network?";

export async function startCrossingDesk(
  networks: readonly CrossingSection[],
  modules: readonly AdapterModule<unknown>[],
): Promise<CrossingDesk> {
  const folder = temporaryFolder("crossing");
  const config = join(folder.path, "config");
  mkdirSync(config);
  for (const [name, content] of Object.entries(files(networks))) writeFileSync(join(config, name), content);
  const known = new Map<string, Capabilities>();
  const log = createMemoryLog();
  let printed = "";
  const daemon = await run({
    folder: config,
    modules: modules.map((module) => watched(module, known)),
    print: (words) => {
      printed += `${words}\n`;
    },
    signals: false,
    log: { ...log, close: async () => undefined },
  });
  return {
    url: daemon.url,
    capabilities: (network) => {
      const found = known.get(network);
      if (found === undefined) throw new Error(`No adapter was made for ${network}.`);
      return found;
    },
    password: (login) => {
      const found = new RegExp(`^\\s+${login}\\s+(\\S+)$`, "mu").exec(printed)?.[1];
      if (found === undefined) throw new Error(`No password was printed for ${login}.`);
      return found;
    },
    remove: async () => {
      await daemon.stop();
      folder.remove();
    },
  };
}

/** The same module, telling the capabilities of what it makes. */
function watched(module: AdapterModule<unknown>, known: Map<string, Capabilities>): AdapterModule<unknown> {
  return {
    ...module,
    create: (config, context) => {
      const adapter = module.create(config, context);
      known.set(context.network, adapter.capabilities);
      return adapter;
    },
  };
}

/** The five files: a skill, a queue and a CSR for each network, and a bot that asks which it is to be. */
function files(networks: readonly CrossingSection[]): Readonly<Record<string, string>> {
  const each = (write: (network: CrossingSection) => string): string => networks.map(write).join("");
  const [first] = networks;
  return {
    "frontdesk.yaml": `company: Example
languages: [en]
networks:
${each(
  ({ name, section, handle }) => `  ${name}:\n${section}\n    handles: {${handle}: {name: Support, dialog: welcome}}\n`,
)}
store: {folder: ../data}
http: {host: 127.0.0.1, port: 0}
limits: {floodMessages: 10000, aliasRestSeconds: 0, retryLeastSeconds: 1, retryMostSeconds: 2}
`,
    "routing.yaml": `skills: [${networks.map(({ name }) => name).join(", ")}]
queues:
${each(({ name }) => `  ${name}: {name: Support, skills: {${name}: 1}, offerSeconds: 300, wrapUpSeconds: 0}\n`)}`,
    "people.yaml": `csrs:
${each(
  ({ name, csrAddress }) =>
    `  csr-${name}: {name: Ada, addresses: [{${name}: "${csrAddress}"}], skills: {${name}: 3}, capacity: 3}\n`,
)}`,
    "dialogs.yaml": `person: ${first?.name ?? ""}
dialogs:
  welcome:
    steps:
      - identify: {account: false, askName: "What is your name?"}
      - ask: "${QUESTION}"
        type: choice
        as: network
        choices:
${each(({ name }) => `          - {value: ${name}, label: ${name}, do: [{route: ${name}}]}\n`)}`,
    "directory.yaml": "customers: []\n",
  };
}
