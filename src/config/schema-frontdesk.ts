/** frontdesk.yaml: the company, its networks, and how the daemon runs. */
import { z } from "zod";
import { DEFAULT_DATA_FOLDER } from "./find-data-folder.ts";
import { identifier, language, localName, title } from "./names.ts";
import { limitsSchema } from "./schema-limits.ts";

const handleSchema = z.strictObject({
  name: title.describe("What people read for this handle."),
  dialog: identifier.describe("The dialog of dialogs.yaml that it opens."),
});

/** The keys the desk reads of every network; the rest of a section is the adapter's, checked by the adapter. */
export const networkSchema = z.looseObject({
  adapter: z.string().describe("The protocol that is spoken on this network."),
  title: title.optional().describe("What people read for this network; its name when left out."),
  desk: localName.default("desk").describe("The address at which CSRs talk to the desk itself."),
  handles: z.record(localName, handleSchema).describe("The public addresses of the desk on this network."),
});
export const NETWORK_KEYS: readonly string[] = Object.keys(networkSchema.shape);

const storeSchema = z.strictObject({
  folder: z
    .string()
    .min(1)
    .default(DEFAULT_DATA_FOLDER)
    .describe("Folder of the data; a relative one is seen from this file's folder."),
});

const httpSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(255)
    .default("127.0.0.1")
    .describe("Address to listen on; 0.0.0.0 for all of IPv4, :: for all."),
  port: z.number().int().min(0).max(65_535).default(8_080).describe("TCP port; 0 takes a free one."),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("The address under which people reach it, when a proxy stands before it."),
  trustProxy: z.boolean().default(false).describe("True when a reverse proxy in front sets X-Forwarded-For."),
});

const logSchema = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .describe("The least important lines that are written. Message texts appear at debug alone."),
  format: z.enum(["auto", "human", "json"]).default("auto").describe("auto: for humans on a terminal, else JSON."),
});

export const frontdeskSchema = z.strictObject({
  company: title.describe("The company's name, for the bot's texts."),
  languages: z
    .array(language)
    .min(1)
    .max(50)
    .default(["en"])
    .describe("The languages the desk offers; the first is the fallback."),
  networks: z.record(identifier, networkSchema).describe("The networks, each by a name of its own."),
  store: storeSchema.prefault({}).describe("Where the data is."),
  http: httpSchema.prefault({}).describe("The HTTP server: chat, console, health, metrics."),
  log: logSchema.prefault({}).describe("What is logged, and how."),
  limits: limitsSchema.prefault({}).describe("Every limit by name."),
});
export type FrontdeskInput = z.output<typeof frontdeskSchema>;
