/** The loopback adapter's own keys of a network's section, checked. */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";
import type { Capabilities } from "../../src/core/model.ts";
import { FEATURES } from "../../src/core/model.ts";

/** Large enough for everything but a test of splitting, which sets its own. */
const DEFAULT_MAX_TEXT_BYTES = 65_536;
const DEFAULT_WINDOW = 8;
const SMALLEST_TEXT_BYTES = 64;

const schema = z.strictObject({
  exchange: z.string().min(1).max(64).default("loopback").describe("Name of the in-process network to connect to."),
  secret: z.string().max(1024).default("").describe("What the network asks of the desk when it connects."),
  identity: z.enum(["virtual", "fixed"]).default("virtual").describe("Whether every alias is an address of its own."),
  features: z
    .array(z.enum(FEATURES))
    .default([...FEATURES])
    .describe("What this network is to carry besides text."),
  maxTextBytes: z.int().min(SMALLEST_TEXT_BYTES).max(1_048_576).default(DEFAULT_MAX_TEXT_BYTES),
  window: z.int().min(1).max(1_000).default(DEFAULT_WINDOW).describe("Sends to one person that may be unanswered."),
  deduplicates: z.boolean().default(true).describe("Whether the network shows the same key twice only once."),
});

export interface LoopbackConfig {
  readonly exchange: string;
  readonly secret: string;
  readonly capabilities: Capabilities;
}

/** JSON Schema of the section, for editors. */
export const loopbackConfigSchema: unknown = z.toJSONSchema(schema, { io: "input" });

/** Throws ConfigProblem with the path of the first faulty key. */
export function parseLoopbackConfig(section: unknown): LoopbackConfig {
  const parsed = schema.safeParse(section ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigProblem((issue?.path ?? []).map(pathElement), issue?.message ?? "not a valid section");
  }
  const { exchange, secret, ...capabilities } = parsed.data;
  const features = [...new Set(capabilities.features)];
  const presenceTexts = capabilities.identity === "virtual" && features.includes("presence");
  return { exchange, secret, capabilities: { ...capabilities, features, presenceTexts } };
}

function pathElement(element: PropertyKey): string | number {
  return typeof element === "symbol" ? String(element) : element;
}
