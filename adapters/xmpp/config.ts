/**
 * The adapter's own keys of a network's section. Two modes share one set of limits: `component`, an external component
 * (XEP-0114) where every alias is an address of its own, and `account`, one ordinary account on any server.
 */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";
import { canonicalJid, parseJid } from "./jid.ts";

/** Hosts that cannot be anybody else's machine (RFC 6890 §2.2.2, RFC 4291 §2.5.3, RFC 6761 §6.3). */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const SECRET = { writeOnly: true } as const;

const count = (fallback: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(fallback).describe(description);

const limits = z
  .strictObject({
    textBytes: count(65_536, 512, 1_000_000, "Largest text of one message, in UTF-8 bytes; longer texts are split."),
    stanzaBytes: count(262_144, 10_000, 10_000_000, "Largest stanza sent, and longest one taken in (in characters)."),
    streamBytes: count(1_048_576, 20_000, 50_000_000, "Longest stanza read past before the stream is given up."),
    depth: count(32, 8, 1_000, "Deepest nesting of elements taken in."),
    nodes: count(2_000, 50, 1_000_000, "Elements and texts in one stanza taken in."),
    attributes: count(40, 8, 1_000, "Attributes of one element taken in."),
    unanswered: count(4_096, 1, 1_000_000, "Sends that may await the server's answer at once; more are deferred."),
    window: count(256, 1, 1_000, "Unanswered sends to one recipient at once."),
    inbound: count(1_000, 1, 100_000, "Stanzas handed to the desk and not yet committed at which reading pauses."),
    answerSeconds: count(20, 1, 600, "Silence of the server after which the link counts as cut."),
    idleSeconds: count(60, 5, 3_600, "Quiet after which the server is asked for a sign of life."),
    connectSeconds: count(20, 1, 600, "Time for connecting and logging in."),
    fetchSeconds: count(30, 1, 600, "Time for fetching a file that somebody has uploaded to their server."),
    requestSeconds: count(15, 1, 600, "Time a client has to answer what software it is."),
    discoveriesPerSecond: count(20, 1, 1_000, "Clients asked for their software in one second."),
    discoveriesWaiting: count(1_000, 1, 100_000, "Clients waiting to be asked; more are not asked."),
    devices: count(20_000, 10, 1_000_000, "Devices whose presence and software are remembered."),
    names: count(20_000, 10, 1_000_000, "Pairs of speaker and hearer that a name is not told again at every message."),
    addresses: count(20_000, 100, 1_000_000, "Addresses kept as they were read (the most that any XMPP network says)."),
  })
  .prefault({});

const resource = z.string().min(1).max(200).default("desk").describe("Resource of the desk's own addresses.");

const join = z.strictObject({
  room: z.string().min(3).describe("The room: #channel%irc.example.org@irc.example.com"),
  handle: z
    .string()
    .optional()
    .describe("The handle that is in it; the first one when left out. People who write to it reach the nick."),
  nick: z.string().min(1).max(100).describe("Its nick there: the one that people on IRC write to."),
});
const joins = z
  .array(join)
  .max(50)
  .default([])
  .describe("Rooms the desk stays in: an IRC gateway is on IRC for those alone who are in a channel through it.");

const trustedUploads = z
  .array(z.string().min(1).max(300))
  .max(100)
  .default([])
  .describe(
    "Where files of people's uploads are fetched besides each sender's own domain, even inside and over http: upload.corp:8443",
  );

const component = z.strictObject({
  mode: z.literal("component"),
  domain: z.string().min(1).describe("The component's domain, as the XMPP server knows it: desk.example.com"),
  host: z.string().min(1).default("127.0.0.1").describe("Where the XMPP server accepts components."),
  port: z.number().int().min(1).max(65_535).default(5_347),
  secret: z.string().min(1).meta(SECRET).describe("The secret shared with the XMPP server."),
  resource,
  joins,
  roomService: z
    .string()
    .min(1)
    .optional()
    .describe("Where hosting: server makes its rooms (XEP-0045): conference.example.com"),
  trustedUploads,
  limits,
});

const account = z.strictObject({
  mode: z.literal("account"),
  jid: z.string().min(3).describe("The account's address: support@example.com"),
  password: z.string().min(1).meta(SECRET).describe("The account's password."),
  host: z.string().min(1).optional().describe("The server; found by DNS (SRV records of the domain) when not given."),
  port: z.number().int().min(1).max(65_535).optional(),
  tls: z
    .enum(["starttls", "direct", "none"])
    .default("starttls")
    .describe("Encryption: required by STARTTLS, direct TLS, or none (only to a server on the same machine)."),
  authority: z.string().min(1).optional().describe("PEM certificates to trust instead of the system's."),
  resource,
  joins,
  trustedUploads,
  limits,
});

const schema = z.discriminatedUnion("mode", [component, account]);

export type Limits = z.output<typeof limits>;
export type ComponentConfig = z.output<typeof component>;
export type AccountConfig = z.output<typeof account>;
export type XmppConfig = ComponentConfig | AccountConfig;

/** JSON Schema (draft 2020-12); secrets are marked `writeOnly`. */
export const configSchema: unknown = z.toJSONSchema(schema, { io: "input" });

/** Throws ConfigProblem naming the first faulty key. */
export function parseConfig(section: unknown): XmppConfig {
  const result = schema.safeParse(section);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = (issue?.path ?? []).map((part) => (typeof part === "symbol" ? String(part) : part));
    throw new ConfigProblem(path, sentence(issue));
  }
  const config = result.data;
  if (config.limits.streamBytes < config.limits.stanzaBytes) {
    throw new ConfigProblem(["limits", "streamBytes"], "streamBytes must be at least stanzaBytes.");
  }
  if (config.limits.textBytes * 2 > config.limits.stanzaBytes) {
    throw new ConfigProblem(
      ["limits", "textBytes"],
      "stanzaBytes must be at least twice textBytes: XML escapes texts.",
    );
  }
  config.joins.forEach(({ room }, index) => {
    const jid = parseJid(room);
    if (jid === null || jid.local === null || jid.resource !== null) {
      const text = `"${room}" is no room; expected an address such as #channel%irc.example.org@irc.example.com.`;
      throw new ConfigProblem(["joins", index, "room"], text);
    }
  });
  return config.mode === "component" ? checkComponent(config) : checkAccount(config);
}

function checkComponent(config: ComponentConfig): ComponentConfig {
  const domain = parseJid(config.domain);
  if (domain === null || domain.local !== null || domain.resource !== null) {
    throw new ConfigProblem(["domain"], `"${config.domain}" is no XMPP domain; expected one such as desk.example.com.`);
  }
  const service = config.roomService === undefined ? null : parseJid(config.roomService);
  if (config.roomService !== undefined && (service === null || service.local !== null || service.resource !== null)) {
    const text = `"${config.roomService}" is no room service; expected a domain such as conference.example.com.`;
    throw new ConfigProblem(["roomService"], text);
  }
  return { ...config, domain: domain.domain, ...(service === null ? {} : { roomService: service.domain }) };
}

function checkAccount(config: AccountConfig): AccountConfig {
  const jid = parseJid(config.jid);
  if (jid === null || jid.local === null || jid.resource !== null) {
    throw new ConfigProblem(
      ["jid"],
      `"${config.jid}" is no account's address; expected one such as support@example.com.`,
    );
  }
  if (config.port !== undefined && config.host === undefined) {
    throw new ConfigProblem(["port"], "A port needs a host; leave both out to find the server by DNS.");
  }
  if (config.tls === "none" && !LOOPBACK.test(config.host ?? "")) {
    throw new ConfigProblem(["tls"], "Without encryption only a server on this machine may be named: host: 127.0.0.1");
  }
  return { ...config, jid: canonicalJid(config.jid) ?? config.jid };
}

function sentence(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) {
    return "The section is not valid.";
  }
  if (issue.code === "invalid_union") {
    return 'Say which way the desk is attached: "mode: component" (XEP-0114) or "mode: account".';
  }
  return issue.message;
}
