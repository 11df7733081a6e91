/** frontdesk.yaml: the company, its networks, and how the daemon runs. */
import { z } from "zod";
import { FILE_TYPES } from "../files/formats.ts";
import { isKey } from "../sealing.ts";
import { DEFAULT_DATA_FOLDER } from "./find-data-folder.ts";
import { addressRanges, identifier, language, localName, title } from "./names.ts";
import { delegationSchema } from "./schema-delegation.ts";
import { limitsSchema } from "./schema-limits.ts";
import { natSchema } from "./schema-nat.ts";

/** Reverse proxies behind each other. */
const PROXIES = 10;

const handleSchema = z.strictObject({
  name: title.describe("What people read for this handle."),
  dialog: identifier.describe("The dialog of dialogs.yaml that it opens."),
});

/** The keys the desk reads of every network; the rest of a section is the adapter's, checked by the adapter. */
export const networkSchema = z.looseObject({
  adapter: z.string().describe("The protocol that is spoken on this network."),
  title: title.optional().describe("What people read for this network; its name when left out."),
  desk: localName.default("desk").describe("The address at which CSRs talk to the desk itself."),
  allowFrom: addressRanges
    .optional()
    .describe(
      "Of a network that is reached by the HTTP server: the addresses and ranges from which. Everywhere when left out.",
    ),
  handles: z.record(localName, handleSchema).describe("The public addresses of the desk on this network."),
});
export const NETWORK_KEYS: readonly string[] = Object.keys(networkSchema.shape);

const storeKey = z.string().refine(isKey, "is no key: 32 bytes in base64, as `frontdesk key create` writes them");
/** Keys that were used before. */
const FORMER_KEYS = 10;

const storeSchema = z.strictObject({
  folder: z
    .string()
    .min(1)
    .default(DEFAULT_DATA_FOLDER)
    .describe("Folder of the data; a relative one is seen from this file's folder."),
  key: storeKey
    .optional()
    .describe("What is kept is sealed with this key; {file: path}. As it is written when left out."),
  formerKeys: z
    .array(storeKey)
    .max(FORMER_KEYS)
    .default([])
    .describe("Keys used before, which still open, until everything is sealed with the present one."),
});

const host = z
  .string()
  .min(1)
  .max(255)
  .default("127.0.0.1")
  .describe("Address to listen on; 0.0.0.0 for all of IPv4, :: for all.");
const port = z.number().int().min(0).max(65_535).describe("TCP port; 0 takes a free one.");

const allowFrom = addressRanges
  .optional()
  .describe("The addresses and ranges from which connections are taken, such as 10.0.0.0/8; all when left out.");

const httpSchema = z.strictObject({
  host,
  port: port.default(8_080),
  allowFrom,
  staffFrom: addressRanges
    .optional()
    .describe("The addresses and ranges from which what is for staff alone is answered: the console, signing in."),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("The address under which people reach it, when a proxy stands before it."),
  trustProxy: z
    .union([z.boolean(), z.number().int().min(1).max(PROXIES), addressRanges])
    .default(false)
    .describe("How many reverse proxies stand in front (true: one), or the addresses they have, such as 10.0.0.0/8."),
  tls: z
    .strictObject({
      certificate: z
        .string()
        .min(1)
        .describe("PEM file: the server's certificate and those between it and the authority."),
      key: z.string().min(1).describe("PEM file: its private key, without a passphrase."),
    })
    .optional()
    .describe("Certificate files, to speak HTTPS; they are read again whenever they change."),
  metrics: z
    .union([z.enum(["off", "here"]), z.strictObject({ host, port, allowFrom })])
    .default("off")
    .describe(
      "Where /metrics is: nowhere, on this server (for everybody who reaches it), or on a host and port of its own.",
    ),
});

const filesSchema = z.strictObject({
  types: z
    .array(z.enum(FILE_TYPES))
    .max(FILE_TYPES.length)
    .default([...FILE_TYPES])
    .describe("Media types that are taken; all that can be cleaned when left out."),
});

const logSchema = z.strictObject({
  level: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .describe("The least important lines that are written. Message texts appear at debug alone."),
  format: z.enum(["auto", "human", "json"]).default("auto").describe("auto: for humans on a terminal, else JSON."),
});

/** None of them begins a label, a quote or a mark of formatting. */
const WORD_SIGNS = ["!", ".", ",", ";", "+", "=", "%", "&", "$"] as const;

/** Claims of an ID token and what they make of somebody whom people.yaml does not name. */
const CLAIM_ROLES = 100;
const claim = z.string().min(1).max(128);
const openIdSchema = z.strictObject({
  title: title.describe("What the button says it signs in with."),
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.startsWith("https:") || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${url}/`), {
      error: "must begin with https:// (http only on this machine)",
    })
    .describe("The OpenID provider, as its discovery document names itself."),
  clientId: z.string().min(1).max(256).describe("As the provider knows the desk."),
  clientSecret: z.string().min(1).max(1_024).describe("What the desk proves itself with; better as {env: NAME}."),
  scopes: z
    .array(z.string().min(1).max(64))
    .max(20)
    .default(["openid", "profile", "email"])
    .describe("What is asked for."),
  loginClaim: claim.default("preferred_username").describe("The claim that is the person's login in people.yaml."),
  nameClaim: claim.default("name").describe("The claim with their name."),
  roles: z
    .array(
      z.strictObject({
        claim: claim.describe("A claim, such as groups."),
        contains: z.string().min(1).max(256).describe("What it is, or what is in its list."),
        role: z.enum(["supervisor", "admin"]),
      }),
    )
    .max(CLAIM_ROLES)
    .default([])
    .describe(
      "What makes somebody whom people.yaml does not name a supervisor or an admin; the first that fits counts.",
    ),
});

const consoleSchema = z.strictObject({
  passwords: z.boolean().default(true).describe("Whether staff may sign in at /desk with a password."),
  openid: openIdSchema.optional().describe("Sign-in by the company's own accounts (OpenID Connect)."),
});

export const frontdeskSchema = z.strictObject({
  company: title.describe("The company's name, for the bot's texts."),
  languages: z
    .array(language)
    .min(1)
    .max(50)
    .default(["en"])
    .describe("The languages the desk offers; the first is the fallback."),
  wordSign: z
    .enum(WORD_SIGNS)
    .optional()
    .describe(
      "What CSRs may begin a word with besides the slash, for clients that keep slashes to themselves: !accept.",
    ),
  networks: z.record(identifier, networkSchema).describe("The networks, each by a name of its own."),
  store: storeSchema.prefault({}).describe("Where the data is."),
  http: httpSchema.prefault({}).describe("The HTTP server: chat, console, health, metrics."),
  nat: natSchema.prefault({}).describe("A NAT gateway before this machine, and what it is asked for."),
  console: consoleSchema
    .prefault({})
    .describe("The console at /desk for supervisors and admins, and how staff sign in to it."),
  files: filesSchema.prefault({}).describe("What people may send besides words; how much of it is under limits."),
  routing: delegationSchema
    .prefault({})
    .describe("Who decides whom customers are offered to; this desk when left out."),
  log: logSchema.prefault({}).describe("What is logged, and how."),
  limits: limitsSchema.prefault({}).describe("Every limit by name."),
});
export type FrontdeskInput = z.output<typeof frontdeskSchema>;
