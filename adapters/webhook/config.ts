/** The adapter's own keys of a network's section: the programs that are reached there, each with its address and its secret. */
import { z } from "zod";
import { ConfigProblem } from "../../src/adapter.ts";

const count = (fallback: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(fallback).describe(description);

/** Names of programs are parts of addresses of the desk. */
export const BOT_ID = /^[a-z0-9][a-z0-9._-]{0,62}$/u;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

/** What customers write goes over no wire that can be listened to. */
function isSafe(address: string): boolean {
  const { protocol, hostname, username, password } = new URL(address);
  return (protocol === "https:" || LOOPBACK.test(hostname)) && username === "" && password === "";
}

const bot = z.strictObject({
  url: z
    .url({ protocol: /^https?$/u })
    .refine(isSafe, "must be https, except on this very machine, and bear no password")
    .describe("Where the program takes what is said: https://orders.example.com/frontdesk"),
  secret: z
    .string()
    .min(16, "must be 16 characters at least")
    .max(1_000)
    .meta({ writeOnly: true })
    .describe("Signs what goes both ways; one that begins with whsec_ is base64, as Standard Webhooks has it."),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{16,1000}$/u, "must be 16 visible ASCII characters at least")
    .optional()
    .meta({ writeOnly: true })
    .describe("With this in the Authorization header the program may call back without signing."),
});

const schema = z.strictObject({
  path: z
    .string()
    .regex(/^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/u, "must begin with a slash and not end with one")
    .default("/webhook")
    .describe("Where the desk's HTTP server takes what programs say by themselves; the program's id follows."),
  bots: z
    .record(z.string().regex(BOT_ID, "may hold a-z, 0-9, dot, underscore and hyphen"), bot)
    .refine((bots) => Object.keys(bots).length <= 1_000, "at most 1000")
    .describe("The programs, each by the id that people.yaml calls it by."),
  limits: z
    .strictObject({
      textBytes: count(65_536, 256, 262_144, "Largest text of one message, in UTF-8 bytes; longer texts are split."),
      answerBytes: count(262_144, 1_024, 4_194_304, "Largest answer, or call, taken from a program."),
      actions: count(20, 1, 1_000, "Things said and done in one answer or call."),
      timeoutSeconds: count(10, 1, 120, "How long a program may take to answer; then it is asked again."),
      toleranceSeconds: count(300, 10, 3_600, "How old the signature of a call may be."),
      failuresUntilAway: count(2, 1, 100, "Deliveries that fail in a row after which the program counts as away."),
    })
    .prefault({}),
});

export type WebhookConfig = z.output<typeof schema>;
export type Bot = WebhookConfig["bots"][string];

export function parseConfig(section: unknown): WebhookConfig {
  const parsed = schema.safeParse(section);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).filter((step) => typeof step !== "symbol");
  throw new ConfigProblem(path, issue?.message ?? "is not a section of a webhook network");
}

export const configSchema: unknown = z.toJSONSchema(schema, { io: "input" });
