/** `routing:` of frontdesk.yaml: who decides whom customers are offered to, where it is not this desk by its own rules. */
import { resolve } from "node:path";
import { z } from "zod";
import { type DelegateSettings, PROFILE_FIELDS, type Privacy, WHEN_AWAY } from "../routing-client/settings.ts";
import { identifier, seconds } from "./names.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;

/** Encrypted, or not leaving this machine; and without a password in it. */
function isSheltered(address: string): boolean {
  const { protocol, hostname, username, password } = new URL(address);
  return (protocol === "https:" || protocol === "wss:" || LOOPBACK.test(hostname)) && username + password === "";
}

const secret = z.string().min(16, "must be 16 characters at least").max(1_000).meta({ writeOnly: true });
const file = z.string().min(1).max(4_096);

const serverSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^wss?$/u })
      .regex(/^wss?:\/\/[^/?#]+\/?$/u, "must be an address without a path, such as wss://routing.example.com:8090")
      .describe("The routing server: wss://routing.example.com:8090"),
    unencrypted: z
      .boolean()
      .default(false)
      .describe("True allows ws: to another machine, in a network where nobody can listen."),
    desk: identifier.describe("The name by which the server knows this desk."),
    secret: secret.describe("What the server knows this desk by, as it stands in its own configuration."),
    ca: file
      .optional()
      .describe("PEM file of the authority that the server's certificate is from; the system's when left out."),
    certificate: file.optional().describe("PEM file: this desk's own certificate, where the server asks for one."),
    key: file.optional().describe("PEM file: its private key, without a passphrase."),
    answerSeconds: seconds(1, 60)
      .default(5)
      .describe("How long a decision may wait to be taken in; a later one counts for nothing."),
  })
  .refine(({ url, unencrypted }) => unencrypted || isSheltered(url), {
    path: ["url"],
    message: "must be wss, except on this very machine; or say unencrypted: true",
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ["certificate"],
    message: "certificate and key go together",
  });

const privacySchema = z.partialRecord(z.enum(PROFILE_FIELDS), z.enum(["pass", "withhold"]));

const suiteSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/u })
    .refine(isSheltered, "must be https, except on this very machine, and bear no password")
    .describe("Where decisions are asked for: https://routing.example.com/frontdesk"),
  secret: secret.describe("Signs every request, as Standard Webhooks has it; one that begins with whsec_ is base64."),
  timeoutSeconds: z.number().min(0.1).max(60).default(2).describe("How long a decision may take."),
  concurrent: z.number().int().min(1).max(1_000).default(8).describe("Decisions asked for at the same time."),
  againSeconds: seconds(1, 3_600).default(15).describe("When to ask again after the answer to wait, unless it says."),
  answerBytes: z.number().int().min(256).max(1_048_576).default(65_536).describe("Largest answer that is read."),
  csrs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(500)
    .describe("CSRs told of in one request, the available ones first; 0: none."),
  privacy: privacySchema.default({}).describe("What of a customer is passed, and what withheld."),
  networks: z
    .record(identifier, privacySchema)
    .default({})
    .describe("The same for customers of a network, where it is otherwise."),
  queues: z
    .record(identifier, privacySchema)
    .default({})
    .describe("The same for a queue; what is said here counts before the network's."),
});

export const delegationSchema = z
  .strictObject({
    server: serverSchema.optional().describe("A routing server that several desks share."),
    suite: suiteSchema.optional().describe("An enterprise's own routing suite behind an HTTP address."),
    whenAway: z
      .enum(WHEN_AWAY)
      .default("local")
      .describe("While whoever decides is away: local, this desk decides by its own rules; hold, everybody waits."),
    awaySeconds: z.number().min(0.1).max(3_600).default(5).describe("How long they must be away before that."),
  })
  .refine(({ server, suite }) => server === undefined || suite === undefined, {
    path: ["suite"],
    message: "either a server or a suite decides, not both",
  });
type DelegationInput = z.output<typeof delegationSchema>;

/** Null: the desk decides. Relative files are seen from the configuration's folder. */
export function buildDelegation(
  { server, suite, whenAway, awaySeconds }: DelegationInput,
  folder: string,
): DelegateSettings | null {
  const away = { whenAway, awayMs: awaySeconds * 1_000 };
  const path = (name: string | undefined): string | null => (name === undefined ? null : resolve(folder, name));
  if (server !== undefined) {
    const { url, desk, ca, certificate, key, answerSeconds } = server;
    const files = { ca: path(ca), certificate: path(certificate), key: path(key) };
    const answerMs = answerSeconds * 1_000;
    return { kind: "server", url: url.replace(/\/$/u, ""), desk, secret: server.secret, ...files, answerMs, ...away };
  }
  if (suite === undefined) return null;
  const { timeoutSeconds, againSeconds, privacy, networks, queues, ...rest } = suite;
  return {
    kind: "suite",
    ...rest,
    timeoutMs: timeoutSeconds * 1_000,
    againMs: againSeconds * 1_000,
    privacy: said(privacy),
    networkPrivacy: new Map(Object.entries(networks).map(([name, one]) => [name, said(one)])),
    queuePrivacy: new Map(Object.entries(queues).map(([name, one]) => [name, said(one)])),
    ...away,
  };
}

function said(privacy: z.output<typeof privacySchema>): Privacy {
  return Object.fromEntries(Object.entries(privacy).filter(([, word]) => word !== undefined)) as Privacy;
}
