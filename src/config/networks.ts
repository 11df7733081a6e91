/** The `networks:` section: each network's own keys go to its adapter's module, whose complaints come back with their place. */
import { z } from "zod";
import { ConfigProblem, type KnownAdapter } from "../adapter.ts";
import { type Problem, unknownWord } from "./problem.ts";
import { entriesAt } from "./raw.ts";
import { type JsonSchema, schemaProblems } from "./schema-check.ts";
import { NETWORK_KEYS } from "./schema-frontdesk.ts";
import { redact } from "./secrets.ts";
import type { NetworkSettings } from "./settings.ts";
import type { YamlSource } from "./yaml-source.ts";

export interface CompiledNetworks {
  readonly networks: ReadonlyMap<string, NetworkSettings>;
  readonly problems: readonly Problem[];
}

/** `sections`: the raw value of `networks:`, secrets resolved. */
export function compileNetworks(
  source: YamlSource,
  sections: Readonly<Record<string, unknown>>,
  modules: readonly KnownAdapter[],
  secrets: ReadonlySet<string>,
): CompiledNetworks {
  const networks = new Map<string, NetworkSettings>();
  const problems: Problem[] = [];
  for (const [name, section] of Object.entries(sections)) {
    const adapter =
      typeof section === "object" && section !== null && "adapter" in section ? section.adapter : undefined;
    if (typeof section !== "object" || section === null || typeof adapter !== "string") {
      continue; // The file's schema has said so already.
    }
    const module = modules.find((candidate) => candidate.protocol === adapter);
    if (module === undefined) {
      const protocols = modules.map((candidate) => candidate.protocol);
      problems.push(source.error(["networks", name, "adapter"], unknownWord("adapter", adapter, protocols)));
      continue;
    }
    const own = Object.fromEntries(Object.entries(section).filter(([key]) => !NETWORK_KEYS.includes(key)));
    const parsed = parseSection(source, name, own, module, handlesOf(section));
    problems.push(...parsed.problems.map((problem) => ({ ...problem, message: redact(problem.message, secrets) })));
    if (parsed.problems.length === 0) {
      networks.set(name, { name, module, config: parsed.config });
    }
  }
  return { networks, problems };
}

function handlesOf(section: object): readonly string[] {
  return entriesAt(section, ["handles"]).map(([handle]) => handle);
}

interface ParsedSection {
  readonly config: unknown;
  readonly problems: readonly Problem[];
}

/** The adapter's JSON Schema finds all slips at once; the adapter itself, which stops at the first, has the last word. */
function parseSection(
  source: YamlSource,
  name: string,
  own: object,
  module: KnownAdapter,
  handles: readonly string[],
): ParsedSection {
  const schema = module.configSchema as JsonSchema;
  const part = { ...source, base: ["networks", name] };
  const looked = z
    .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
    .safeParse(own, { reportInput: true });
  // A pattern of a JSON Schema cannot say what is wrong; the adapter can.
  const issues = (looked.error?.issues ?? []).filter((issue) => issue.code !== "invalid_format");
  const known = { ...schema, properties: { ...schema.properties, ...COMMON_KEYS } };
  const problems = schemaProblems(part, known, issues);
  if (problems.length > 0) {
    return { config: undefined, problems };
  }
  try {
    const config = module.parseConfig(own);
    module.checkHandles?.(config, handles);
    return { config, problems: [] };
  } catch (error) {
    if (error instanceof ConfigProblem) {
      return { config: undefined, problems: [source.error(["networks", name, ...error.path], sentence(error))] };
    }
    throw error;
  }
}

/** So that a slip in `handles` is understood although the adapter does not know the word. */
const COMMON_KEYS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(NETWORK_KEYS.map((key) => [key, {}]));

/** An adapter's message may be a whole sentence or continue the key's name ("must be …"). */
function sentence(problem: ConfigProblem): string {
  const key = [...problem.path].reverse().find((part) => typeof part === "string");
  return key !== undefined && /^(must|is|has|cannot|needs) /.test(problem.message)
    ? `${JSON.stringify(key)} ${problem.message}`
    : problem.message;
}
