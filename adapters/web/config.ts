/** The web network's own keys in frontdesk.yaml (`networks.<name>`): shape, defaults, checks, and their JSON Schema. */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";
import { FRAME_LIMITS } from "./pages/protocol.ts";

export interface WebConfig {
  /** Where the pages live on the HTTP server: "/" or "/shop/". Two web networks need two paths. */
  readonly path: string;
  /** Whether `path` itself shows the sample company page; off where only the chat is embedded elsewhere. */
  readonly samplePage: boolean;
  /** Origins whose pages may show the chat in a frame: "https://shop.example". */
  readonly embedOrigins: readonly string[];
  /** Hours a CSR stays signed in. */
  readonly sessionHours: number;
  /** Days a visitor is recognised by their browser. */
  readonly visitorDays: number;
  /** Seconds without any console until a CSR counts as offline; covers a reload. */
  readonly graceSeconds: number;
  /** UTF-8 bytes of one message. */
  readonly maxTextBytes: number;
  /** Lines one connection may send in a minute, and at once. */
  readonly linesPerMinute: number;
  readonly lineBurst: number;
  /** Frames of any kind one connection may send at once, and in a second. */
  readonly frameBurst: number;
  readonly framesPerSecond: number;
  /** Until a new connection has to say who it is for. */
  readonly helloSeconds: number;
  /** Files that may be on their way at the same time, of one person and from one IP address; and files from one in a minute. */
  readonly uploadsAtOnce: number;
  readonly uploadsPerClient: number;
  readonly uploadsPerMinute: number;
  /** Open WebSockets: of one person, from one IP address, and altogether. */
  readonly connectionsPerPerson: number;
  readonly connectionsPerClient: number;
  readonly connections: number;
  /** Bytes that may wait unsent for one slow connection before it is cut. */
  readonly bufferedBytes: number;
  /** Seconds until an unacknowledged line counts as not delivered and the connection as dead. */
  readonly ackSeconds: number;
  /** Seconds of silence after which a connection is dead; pages ask for a sign of life at a third of it. */
  readonly silenceSeconds: number;
  /** Lines of the running conversation that are shown again after a reload. */
  readonly historyLines: number;
}

export const WEB_DEFAULTS: WebConfig = {
  path: "/",
  samplePage: true,
  embedOrigins: [],
  sessionHours: 16,
  visitorDays: 30,
  graceSeconds: 10,
  maxTextBytes: 16_384,
  linesPerMinute: 120,
  lineBurst: 60,
  frameBurst: 400,
  framesPerSecond: 50,
  helloSeconds: 10,
  uploadsAtOnce: 3,
  uploadsPerClient: 6,
  uploadsPerMinute: 30,
  connectionsPerPerson: 10,
  connectionsPerClient: 100,
  connections: 5_000,
  bufferedBytes: 1_048_576,
  ackSeconds: 15,
  silenceSeconds: 60,
  historyLines: 200,
};

const EMBED_ORIGINS = 50;
const PATH = /^\/([A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*$/;
const ORIGIN = /^https?:\/\/[^/?#\s;,'"*]+$/;

const origin = z.string().regex(ORIGIN, 'must be an origin such as "https://shop.example", without a path');

function whole(key: keyof WebConfig, smallest: number, largest: number) {
  return z.int().min(smallest).max(largest).default(Number(WEB_DEFAULTS[key]));
}

const schema = z.strictObject({
  path: z.string().regex(PATH, 'must begin and end with "/", such as "/" or "/shop/"').default(WEB_DEFAULTS.path),
  samplePage: z.boolean().default(WEB_DEFAULTS.samplePage),
  embedOrigins: z.array(origin).max(EMBED_ORIGINS).default([]),
  sessionHours: whole("sessionHours", 1, 720),
  visitorDays: whole("visitorDays", 1, 400),
  graceSeconds: whole("graceSeconds", 0, 600),
  maxTextBytes: whole("maxTextBytes", 256, FRAME_LIMITS.textBytes),
  linesPerMinute: whole("linesPerMinute", 1, 100_000),
  lineBurst: whole("lineBurst", 1, 10_000),
  frameBurst: whole("frameBurst", 100, 100_000),
  framesPerSecond: whole("framesPerSecond", 1, 10_000),
  helloSeconds: whole("helloSeconds", 1, 600),
  uploadsAtOnce: whole("uploadsAtOnce", 1, 100),
  uploadsPerClient: whole("uploadsPerClient", 1, 1_000),
  uploadsPerMinute: whole("uploadsPerMinute", 1, 10_000),
  connectionsPerPerson: whole("connectionsPerPerson", 1, 1_000),
  connectionsPerClient: whole("connectionsPerClient", 1, 100_000),
  connections: whole("connections", 1, 100_000),
  bufferedBytes: whole("bufferedBytes", 65_536, 67_108_864),
  ackSeconds: whole("ackSeconds", 1, 600),
  silenceSeconds: whole("silenceSeconds", 3, 3_600),
  historyLines: whole("historyLines", 1, 1_000),
});

/** Checks the section; every key is optional. Throws ConfigProblem at the first fault. */
export function parseWebConfig(section: unknown): WebConfig {
  const result = schema.safeParse(section ?? {});
  if (result.success) {
    return Object.freeze(result.data);
  }
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).filter((step) => typeof step !== "symbol");
  throw new ConfigProblem(path, issue?.message ?? "is not a section of a web network");
}

/** JSON Schema (draft 2020-12) of the same keys. */
export const WEB_CONFIG_SCHEMA: unknown = z.toJSONSchema(schema, { io: "input" });
