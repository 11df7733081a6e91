/**
 * The adapter's own keys of a network's section. Two modes: `client`, one nick on any network, and `server`, a linked server
 * (RFC 2813) on the operator's own network, where every alias is a nick of its own.
 */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";
import { isNick } from "./nicks.ts";

const SECRET = { writeOnly: true } as const;
/** A word of a line: no space, no colon in front, nothing that would end the line. */
const isWord = (text: string) => /^[^\s:\p{Cc}][^\s\p{Cc}]*$/u.test(text);
const isLine = (text: string) => /^\P{Cc}+$/u.test(text);
const word = (most: number) => z.string().max(most).refine(isWord, "must be one word without control characters.");
const line = (most: number) => z.string().max(most).refine(isLine, "must be one line without control characters.");

const count = (fallback: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(fallback).describe(description);

const common = {
  lineBytes: count(16_384, 1_024, 1_000_000, "Longest line taken in; a longer one is left out and counted."),
  inbound: count(1_000, 1, 100_000, "Messages handed to the desk and not yet committed at which reading pauses."),
  chatter: count(200, 1, 10_000, "Answers and questions of the desk's own that may wait; more are left out."),
  answerSeconds: count(20, 1, 600, "Silence of the server after which the link counts as cut."),
  idleSeconds: count(60, 1, 3_600, "Quiet after which the server is asked for a sign of life."),
  connectSeconds: count(20, 1, 600, "Time for connecting and logging in."),
  versionSeconds: count(30, 1, 600, "Time a client has to answer what software it is (CTCP VERSION)."),
  versionsPerMinute: count(20, 1, 10_000, "Clients asked for their software in one minute."),
  people: count(20_000, 10, 1_000_000, "People who are remembered as having been asked."),
  watched: count(1_000, 1, 100_000, "CSRs whose presence is watched."),
  regainSeconds: count(30, 1, 3_600, "How often the desk tries to have its nick back when another one bears it."),
  returnSeconds: count(
    90,
    0,
    3_600,
    "How long people who were there have to come back (after a netsplit, or a cut link) before what is for them bounces.",
  ),
};
const clientLimits = z
  .strictObject({
    ...common,
    burst: count(5, 1, 100_000, "Lines the network takes at once before it calls it a flood."),
    lineMs: count(2_000, 0, 60_000, "Milliseconds for each further line."),
    waitSeconds: count(10, 1, 25, "How long a message may wait for that here; beyond it, it stays in the outbox."),
    presenceSeconds: count(30, 1, 3_600, "How often the network is asked who is there and who is away."),
  })
  .prefault({})
  .describe("Limits of this network.");
const serverLimits = z.strictObject(common).prefault({}).describe("Limits of this network.");

const authority = z
  .string()
  .min(1)
  .meta(SECRET)
  .optional()
  .describe("PEM certificates to trust instead of the system's.");
const nickLength = count(30, 9, 64, "Longest nick of the network (NICKLEN); room for it is kept in every line.");
const user = word(20).default("desk").describe("The user name shown beside the nick.");
const realName = line(100).default("Frontdesk").describe("The real name shown by WHOIS.");

const client = z.strictObject({
  mode: z.literal("client"),
  host: z.string().min(1).describe("The IRC server."),
  port: z.number().int().min(1).max(65_535).optional().describe("6697 with TLS, 6667 without."),
  tls: z.boolean().default(true).describe("False only to a server on the same machine."),
  authority,
  nick: word(64).describe("The desk's nick."),
  user,
  realName,
  password: line(200).meta(SECRET).optional().describe("The server's password, where it wants one."),
  sasl: z
    .strictObject({ account: word(64), password: line(200).meta(SECRET) })
    .optional()
    .describe("Log in to an account of the network (SASL PLAIN)."),
  nickserv: z
    .strictObject({
      nick: word(64).default("NickServ"),
      password: word(200).meta(SECRET),
      recover: z.enum(["GHOST", "RECOVER", "REGAIN"]).default("GHOST"),
    })
    .optional()
    .describe("Identify to the network's NickServ, and have it free the nick when another session bears it."),
  nickLength,
  limits: clientLimits,
});

const server = z.strictObject({
  mode: z.literal("server"),
  host: z.string().min(1).default("127.0.0.1").describe("The IRC server that accepts the link."),
  port: z.number().int().min(1).max(65_535).default(6_667),
  tls: z.boolean().default(false).describe("Whether the link is encrypted."),
  authority,
  serverName: z
    .string()
    .max(63)
    .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, "must be a server's name such as desk.irc.example.")
    .describe("The name of this server on the network."),
  password: word(200).meta(SECRET).describe("What this server says to the other."),
  peerPassword: word(200).meta(SECRET).optional().describe("What the other must say; the same when left out."),
  caseMapping: z.enum(["ascii", "rfc1459", "rfc1459-strict"]).default("ascii").describe("CASEMAPPING of the network."),
  user,
  realName,
  nickLength,
  limits: serverLimits,
});

const schema = z.discriminatedUnion("mode", [client, server]);

export type ClientConfig = z.output<typeof client>;
export type ServerConfig = z.output<typeof server>;
export type IrcConfig = ClientConfig | ServerConfig;
export type CommonLimits = ServerConfig["limits"];

/** JSON Schema (draft 2020-12); secrets are marked `writeOnly`. */
export const configSchema: unknown = z.toJSONSchema(schema, { io: "input" });

/** Throws ConfigProblem naming the first faulty key. */
export function parseConfig(section: unknown): IrcConfig {
  const result = schema.safeParse(section);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = (issue?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
    const isMode = issue?.code === "invalid_union";
    const text = isMode ? 'Say how the desk is attached: "mode: client" or "mode: server".' : issue?.message;
    throw new ConfigProblem(path, text ?? "The section is not valid.");
  }
  return result.data.mode === "client" ? checkClient(result.data) : result.data;
}

function checkClient(config: ClientConfig): ClientConfig {
  if (!isNick(config.nick) || config.nick.length > config.nickLength) {
    const text = `"${config.nick}" is no nick of at most ${config.nickLength} characters; expected one such as support.`;
    throw new ConfigProblem(["nick"], text);
  }
  return config;
}
