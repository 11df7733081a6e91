/**
 * The adapter's own keys of a network's section. Two modes: `appservice`, an application service of a homeserver where every alias
 * is a user of its own, and `account`, one ordinary account on any homeserver.
 */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";

const SECRET = { writeOnly: true } as const;

const count = (fallback: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(fallback).describe(description);

const common = {
  bodyBytes: count(16_000, 512, 30_000, "Largest text of one message, in UTF-8 bytes; longer texts are split."),
  eventBytes: count(
    60_000,
    4_096,
    65_000,
    "Largest content of one event, as JSON; the protocol allows 65536 with all.",
  ),
  requestSeconds: count(15, 1, 600, "Time the homeserver has for an answer."),
  mediaSeconds: count(20, 1, 600, "Time a file has to be fetched or brought; the homeserver's other news wait for it."),
  healthSeconds: count(20, 1, 3_600, "How often the homeserver is asked for a sign of life."),
  rooms: count(20_000, 10, 1_000_000, "Rooms, messages and people kept in memory; the others are looked up."),
  historyEvents: count(500, 10, 10_000, "Events of a room looked through for an earlier message of the desk."),
  watched: count(1_000, 1, 100_000, "People whose presence is watched."),
  joinsPerMinute: count(
    30,
    1,
    1_000,
    "Invitations accepted in a minute, the others wait; of an application service those that could not be accepted at once.",
  ),
  invitations: count(1_000, 1, 100_000, "Invitations that may wait; more are declined."),
  roomSeconds: count(
    30,
    1,
    3_600,
    "How long all news wait for a room about which the homeserver answers nothing but errors; then it is tried beside them.",
  ),
  aside: count(1_000, 1, 100_000, "Events of such rooms that may wait; more are given up, in words."),
  answersPerMinute: count(2, 1, 60, "Times a minute that a room is told what cannot be read there."),
};
const limits = z
  .strictObject({
    ...common,
    transactionBytes: count(10_485_760, 65_536, 104_857_600, "Largest transaction taken from the homeserver."),
  })
  .prefault({});
const accountLimits = z
  .strictObject({
    ...common,
    pollSeconds: count(30, 1, 300, "How long the homeserver may hold a question for news."),
    keySeconds: count(15, 1, 3_600, "How long an encrypted message waits for its key before its sender is told."),
    unread: count(1_000, 1, 100_000, "Encrypted messages that may wait for their keys; the oldest are given up."),
  })
  .prefault({});

const homeserver = z
  .url({ protocol: /^https?$/ })
  .describe("Where the homeserver's client API is: http://127.0.0.1:8008");
const presence = z
  .boolean()
  .default(true)
  .describe("Whether the homeserver tells presence; false where it is switched off.");

const appservice = z.strictObject({
  mode: z.literal("appservice"),
  homeserver,
  serverName: z.string().min(1).max(230).describe("The homeserver's name, the part of user ids behind the colon."),
  id: z.string().min(1).max(200).default("frontdesk").describe("`id` of the registration file."),
  asToken: z.string().min(1).meta(SECRET).describe("`as_token` of the registration file."),
  hsToken: z.string().min(1).meta(SECRET).describe("`hs_token` of the registration file."),
  prefix: z
    .string()
    .regex(/^[a-z0-9._-]{1,100}$/, "may hold a-z, 0-9, dot, underscore and hyphen")
    .default("frontdesk_")
    .describe("What the desk's user ids begin with; the registration file reserves @<prefix>.* for the desk."),
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9._~/-]*$/, "must begin with a slash")
    .default("/matrix")
    .describe("Where the homeserver reaches the desk on its HTTP server; two Matrix networks need two."),
  presence,
  avatar: z
    .string()
    .regex(/^mxc:\/\/[^/\s]+\/[A-Za-z0-9_-]+$/, "must be the address of an upload: mxc://example.com/…")
    .optional()
    .describe("The picture of the handles, uploaded with any client: mxc://example.com/…"),
  aliasPictures: z.boolean().default(true).describe("Whether each alias has a picture of its own, drawn by the desk."),
  limits,
});

const encryption = z.strictObject({
  secret: z
    .string()
    .min(16)
    .meta(SECRET)
    .describe("What the account's keys are kept under: long, random, and not to be lost (openssl rand -hex 32)."),
});

const account = z.strictObject({
  mode: z.literal("account"),
  homeserver,
  userId: z.string().min(3).max(255).describe("The account: @support:example.com"),
  password: z.string().min(1).meta(SECRET).optional().describe("The account's password; or give accessToken."),
  accessToken: z.string().min(1).meta(SECRET).optional().describe("A token of a device of the desk's own."),
  encryption: encryption.optional().describe("End-to-end encryption; when left out, encrypted chats cannot be read."),
  deviceName: z.string().min(1).max(100).default("Frontdesk").describe("What the account's other devices read for it."),
  presence,
  limits: accountLimits,
});

const schema = z.discriminatedUnion("mode", [appservice, account]);

/** What both modes are bounded by. */
export type Limits = Omit<z.output<typeof limits>, "transactionBytes">;
export type ServiceConfig = z.output<typeof appservice>;
export type AccountConfig = z.output<typeof account>;
export type MatrixConfig = ServiceConfig | AccountConfig;

/** JSON Schema (draft 2020-12); secrets are marked `writeOnly`. */
export const configSchema: unknown = z.toJSONSchema(schema, { io: "input" });

/** A server name (Matrix appendices §4.1): a host or an address, and maybe a port. */
const SERVER_NAME = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/u;

/** Throws ConfigProblem naming the first faulty key. */
export function parseConfig(section: unknown): MatrixConfig {
  const result = schema.safeParse(section);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = (issue?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
    throw new ConfigProblem(path, sentence(issue));
  }
  const config = result.data;
  const url = config.homeserver.replace(/\/+$/u, "");
  return config.mode === "account"
    ? checkAccount({ ...config, homeserver: url })
    : checkService({ ...config, homeserver: url });
}

function checkService(config: ServiceConfig): ServiceConfig {
  if (!SERVER_NAME.test(config.serverName)) {
    throw new ConfigProblem(
      ["serverName"],
      `"${config.serverName}" is no server name; expected one such as example.com.`,
    );
  }
  return { ...config, path: config.path.replace(/\/+$/u, "") };
}

function checkAccount(config: AccountConfig): AccountConfig {
  const { userId, password, accessToken } = config;
  if (!USER_ID.test(userId)) {
    throw new ConfigProblem(["userId"], `"${userId}" is no user id; expected one such as @support:example.com.`);
  }
  if ((password === undefined) === (accessToken === undefined)) {
    const text = "Give either the account's password or an accessToken: the one or the other, and not both.";
    throw new ConfigProblem([password === undefined ? "password" : "accessToken"], text);
  }
  return config;
}

/** User ids as they are given out today (Matrix appendices §4.2.1). */
const USER_ID = /^@[a-zA-Z0-9._=/+-]+:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/u;

function sentence(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) {
    return "The section is not valid.";
  }
  return issue.code === "invalid_union"
    ? 'Say which way the desk is attached: "mode: appservice" or "mode: account".'
    : issue.message;
}
