/** The five files as texts, compiled: `Rules` and `Settings`, or every problem there is. */

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { LRUCache } from "lru-cache";
import type { KnownAdapter } from "../adapter.ts";
import { directoryProblems } from "../core/directory.ts";
import type { Rules } from "../core/rules.ts";
import { analyse } from "./analyse.ts";
import { buildRules, directoryEntries } from "./build.ts";
import { certificateFiles, checkCertificate } from "./certificate.ts";
import { checkDelegation } from "./delegation-references.ts";
import { compileDialogsFile } from "./dialogs.ts";
import { checkHosting, checkRooms, continuationsOf, roomsOf } from "./hosting.ts";
import { compileNetworks } from "./networks.ts";
import { checkPeople } from "./people.ts";
import { hasErrors, type Problem, sortProblems } from "./problem.ts";
import { entriesAt } from "./raw.ts";
import { type Canonical, checkReferences, type Sources } from "./references.ts";
import { checkSchema } from "./schema-check.ts";
import { buildDelegation } from "./schema-delegation.ts";
import { type DirectoryInput, directorySchema } from "./schema-directory.ts";
import { type FrontdeskInput, frontdeskSchema } from "./schema-frontdesk.ts";
import { type ShellLimits, shellLimits } from "./schema-limits.ts";
import { checkNat } from "./schema-nat.ts";
import { routingSchema } from "./schema-routing.ts";
import { redact, resolveSecrets } from "./secrets.ts";
import type { NetworkSettings, Settings } from "./settings.ts";
import { buildStaff, checkStaff, type DeclaredStaff } from "./staff.ts";
import { parseYaml, sourceWithout, type YamlSource } from "./yaml-source.ts";

/** The files of a configuration. All must be there, but the directory, which may be left out. */
export const FILES = ["frontdesk.yaml", "routing.yaml", "people.yaml", "dialogs.yaml", "directory.yaml"] as const;
export type FileName = (typeof FILES)[number];

export interface Configuration {
  /** Null when there are errors; warnings alone do not keep a configuration from being used. */
  readonly rules: Rules | null;
  readonly settings: Settings | null;
  /** Who may open the console besides CSRs; empty when there are errors. */
  readonly staff: DeclaredStaff;
  /** Sorted; see problem.ts. */
  readonly problems: readonly Problem[];
}

export interface CompileOptions {
  /** How the folder is named in problems. "config" when left out. */
  readonly shownFolder?: string;
  /** The folder from which relative paths in the files are seen; the working directory when left out. */
  readonly folder?: string;
  /** Where `{env: NAME}` looks. The process's own environment when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Takes the place of `store.folder`. */
  readonly dataFolder?: string;
  /** Why a file that `texts` lacks could not be read, when it is not simply missing. */
  readonly unreadable?: Readonly<Partial<Record<FileName, string>>>;
  /** True: looks for what can never happen by the rules, and runs their tests; for a check, not for a reload. */
  readonly analyse?: boolean;
}

/** Never throws for what admins wrote. `texts`: the files by name, as far as they are there. */
export function compileConfiguration(
  texts: Readonly<Partial<Record<FileName, string>>>,
  modules: readonly KnownAdapter[],
  options: CompileOptions = {},
): Configuration {
  const folder = resolve(options.folder ?? ".");
  const sources = readSources(texts, options);
  const secrets = resolveSecrets(sources.frontdesk.value, { env: options.env ?? process.env, folder });
  const frontdesk = { ...sources.frontdesk, value: sources.frontdesk.value === undefined ? undefined : secrets.value };
  const canonical = canonicalBy(frontdesk, modules);
  const checked = {
    frontdesk: checkSchema(frontdesk, frontdeskSchema),
    routing: checkSchema(sources.routing, routingSchema),
    people: checkPeople(sources.people),
    directory: checkSchema(sources.directory, directorySchema),
  };
  const networks = compileNetworks(
    frontdesk,
    Object.fromEntries(entriesAt(frontdesk.value, ["networks"])),
    modules,
    secrets.secrets,
  );
  const continuations = continuationsOf(networks.networks, checked.frontdesk.value?.http);
  const rooms = roomsOf(networks.networks);
  const dialogs = compileDialogsFile(sources);
  const secretFaults = secrets.faults.map((fault) => frontdesk.error(fault.path, fault.message));
  const problems = [
    ...Object.values(sources).flatMap((source) => source.problems),
    ...Object.values(checked).flatMap((each) => each.problems),
    ...networks.problems,
    ...dialogs.problems,
    ...checkReferences({ ...sources, frontdesk }, canonical),
    ...checkHosting({ ...sources, frontdesk }, networks.networks, continuations),
    ...checkRooms({ ...sources, frontdesk }, networks.networks, rooms),
    ...checkDelegation({ ...sources, frontdesk }, folder),
    ...checkCertificate(frontdesk, folder),
    ...checkNat(frontdesk),
    ...checkStaff(sources),
    ...checkDirectory(sources.directory, checked.directory.value, canonical),
  ]
    // A secret that is not there is complained about once, not again as an empty text.
    .filter((problem) => !secretFaults.some((fault) => samePlace(fault, problem)))
    .concat(secretFaults)
    .map((problem) => ({ ...problem, message: redact(problem.message, secrets.secrets) }));
  const { frontdesk: desk, routing, people, directory } = values(checked);
  if (
    hasErrors(problems) ||
    desk === undefined ||
    routing === undefined ||
    people === undefined ||
    directory === undefined
  ) {
    return { rules: null, settings: null, staff: new Map(), problems: sortProblems(problems) };
  }
  const inputs = { frontdesk: desk, routing, people, directory, continuations, rooms };
  const rules = buildRules(inputs, dialogs, canonical, versionOf(sources));
  const settings = buildSettings(desk, networks.networks, folder, options.dataFolder);
  const analysed = options.analyse === true ? analyse(rules, routing.tests, sources.routing) : [];
  return { rules, settings, staff: buildStaff(people), problems: sortProblems([...problems, ...analysed]) };
}

function samePlace(a: Problem, b: Problem): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

function values<C extends Readonly<Record<string, { readonly value: unknown }>>>(
  checked: C,
): { readonly [K in keyof C]: C[K]["value"] } {
  return Object.fromEntries(Object.entries(checked).map(([name, each]) => [name, each.value])) as {
    [K in keyof C]: C[K]["value"];
  };
}

function readSources(texts: Readonly<Partial<Record<FileName, string>>>, options: CompileOptions): Sources {
  const read = (name: FileName): YamlSource => {
    const file = `${options.shownFolder ?? "config"}/${name}`;
    const text =
      texts[name] ?? (name === "directory.yaml" && options.unreadable?.[name] === undefined ? "" : undefined);
    return text === undefined
      ? sourceWithout(
          file,
          options.unreadable?.[name] ?? "there is no such file; `frontdesk init` writes one into an empty folder",
        )
      : parseYaml(file, text);
  };
  return {
    frontdesk: read("frontdesk.yaml"),
    routing: read("routing.yaml"),
    people: read("people.yaml"),
    dialogs: read("dialogs.yaml"),
    directory: read("directory.yaml"),
  };
}

/** Addresses whose form is remembered: those of all people of a file of the largest size that is read. */
const FORMS_KNOWN = 100_000;
/** The last one made: as long as the networks are the same it is the same, so that what was made with it stays true. */
let lastCanonical: { readonly modules: readonly unknown[]; readonly canonical: Canonical } | null = null;

function canonicalBy(frontdesk: YamlSource, modules: readonly KnownAdapter[]): Canonical {
  const byNetwork = new Map(
    entriesAt(frontdesk.value, ["networks"]).map(([name, section]) => {
      const adapter = entriesAt(section, []).find(([key]) => key === "adapter")?.[1];
      return [name, modules.find((module) => module.protocol === adapter)];
    }),
  );
  const used = [...byNetwork].flat();
  const isSame =
    used.length === lastCanonical?.modules.length && used.every((one, at) => one === lastCanonical?.modules[at]);
  if (isSame && lastCanonical !== null) return lastCanonical.canonical;
  const forms = new LRUCache<string, { readonly form: string | null }>({ max: FORMS_KNOWN });
  const canonical: Canonical = (network, id) => {
    const module = byNetwork.get(network);
    if (module?.canonicalAddress === undefined) return id;
    const key = `${network} ${id}`;
    const known = forms.get(key) ?? { form: module.canonicalAddress(id) };
    forms.set(key, known);
    return known.form;
  };
  lastCanonical = { modules: used, canonical };
  return canonical;
}

function checkDirectory(
  source: YamlSource,
  directory: DirectoryInput | undefined,
  canonical: Canonical,
): readonly Problem[] {
  const found = directory === undefined ? [] : directoryProblems(directoryEntries(directory, canonical));
  return found.map((problem) => source.error(["customers", ...problem.path], problem.message));
}

function buildSettings(
  frontdesk: FrontdeskInput,
  networks: ReadonlyMap<string, NetworkSettings>,
  folder: string,
  dataFolder: string | undefined,
): Settings {
  const names = Object.keys(shellLimits) as (keyof ShellLimits)[];
  const { http } = frontdesk;
  return {
    dataFolder: resolve(folder, dataFolder ?? frontdesk.store.folder),
    keys: { current: frontdesk.store.key ?? null, former: frontdesk.store.formerKeys },
    http: { ...buildHttp(frontdesk), tls: certificateFiles(http.tls, folder) },
    nat: buildNat(frontdesk.nat),
    console: { ...frontdesk.console, openid: frontdesk.console.openid ?? null },
    files: frontdesk.files,
    routing: buildDelegation(frontdesk.routing, folder),
    log: frontdesk.log,
    networks,
    limits: Object.fromEntries(names.map((name) => [name, frontdesk.limits[name]])) as unknown as ShellLimits,
  };
}

function buildHttp({ http, networks }: FrontdeskInput): Omit<Settings["http"], "tls"> {
  const { publicUrl = null, allowFrom = null, staffFrom = null } = http;
  const guarded = Object.entries(networks).flatMap(([name, network]) =>
    network.allowFrom === undefined ? [] : [[name, network.allowFrom] as const],
  );
  return { ...http, publicUrl, allowFrom, staffFrom, mounts: new Map(guarded) };
}

function buildNat({ gateway, publicPort, ports, ...times }: FrontdeskInput["nat"]): Settings["nat"] {
  const wanted = ports.map((one) => ({ ...one, publicPort: one.publicPort ?? one.port }));
  return gateway === "off" ? null : { gateway, publicPort: publicPort ?? null, ports: wanted, ...times };
}

const LONG_SECTION = 100;
/** By entry of a long section: what it says, as text. */
const texts = new WeakMap<object, string>();

/** All of it as text; entries of a long section that are the very ones of before (see yaml-source.ts) are not written again. */
function textOf(value: unknown): string {
  const sections = entriesAt(value, []).map(([name, section]) => {
    const entries = entriesAt(section, []);
    return entries.length < LONG_SECTION
      ? JSON.stringify([name, section])
      : [name, ...entries.map(([id, entry]) => `${id} ${entryText(entry)}`)].join("\n");
  });
  return sections.join("\n");
}

function entryText(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return JSON.stringify(entry);
  const text = texts.get(entry) ?? JSON.stringify(entry);
  texts.set(entry, text);
  return text;
}

/** Changes with what the files say, not with their comments, order of lines in between, or secrets behind references. */
function versionOf(sources: Sources): string {
  const hash = createHash("sha256");
  for (const source of Object.values(sources)) hash.update(`${textOf(source.value)}\n`);
  return hash.digest("hex").slice(0, 16);
}
