/** The routing server's own file: read, checked, and turned into what the server is made of. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { readCertificate } from "../http/certificates.ts";
import { certificateFiles } from "./certificate.ts";
import { addressRanges, identifier, seconds } from "./names.ts";
import { formatProblem, type Problem, sortProblems } from "./problem.ts";
import { readText } from "./read-text.ts";
import { checkSchema } from "./schema-check.ts";
import { redact, resolveSecrets } from "./secrets.ts";
import { parseYaml } from "./yaml-source.ts";

const count = (least: number, most: number, fallback: number) =>
  z.number().int().min(least).max(most).default(fallback);

export const routingServerSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(255)
    .default("127.0.0.1")
    .describe("Address to listen on; 0.0.0.0 for all of IPv4, :: for all."),
  port: z.number().int().min(0).max(65_535).default(8_090).describe("TCP port; 0 takes a free one."),
  allowFrom: addressRanges
    .optional()
    .describe("The addresses and ranges of the desks; connections from elsewhere are closed. All when left out."),
  tls: z
    .strictObject({
      certificate: z
        .string()
        .min(1)
        .describe("PEM file: the server's certificate and those between it and the authority."),
      key: z.string().min(1).describe("PEM file: its private key, without a passphrase."),
      clientCa: z
        .string()
        .min(1)
        .optional()
        .describe("PEM file of an authority: only desks with a certificate of it are let in."),
    })
    .optional()
    .describe(
      "Certificate files, to speak wss; without, this belongs on one machine or in a network nobody can listen to.",
    ),
  desks: z
    .record(identifier, z.strictObject({ secret: z.string().min(16, "must be 16 characters at least").max(1_000) }))
    .refine((desks) => Object.keys(desks).length > 0, "must name at least one desk")
    .refine((desks) => Object.keys(desks).length <= 1_000, "must name at most 1000 desks")
    .describe("The desks that share their CSRs, each with the secret it proves itself by."),
  leaseSeconds: seconds(2, 3_600)
    .default(30)
    .describe(
      "For how long a lost desk's talks still count against its CSRs; also the longest wait for desks after a start.",
    ),
  answerSeconds: seconds(2, 600)
    .default(10)
    .describe("How long a desk may take to answer a decision before it is cut off."),
  limits: z
    .strictObject({
      items: count(100, 10_000_000, 1_000_000).describe("CSRs of one desk, and customers of it who wait."),
      frameBytes: count(65_536, 67_108_864, 4_194_304).describe("Largest message taken from a desk."),
      connections: count(2, 10_000, 200).describe("Connections at a time."),
    })
    .prefault({})
    .describe("Limits by name."),
  log: z
    .strictObject({
      level: z
        .enum(["error", "warn", "info", "debug"])
        .default("info")
        .describe("The least important lines that are written."),
      format: z.enum(["auto", "human", "json"]).default("auto").describe("auto: for humans on a terminal, else JSON."),
    })
    .prefault({})
    .describe("What is logged, and how."),
});

/** As the server and its log take it. */
export interface RoutingServerFile {
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly allowFrom: readonly string[] | null;
    readonly tls: { readonly cert: string; readonly key: string; readonly clientCa: string | null } | null;
    readonly desks: ReadonlyMap<string, string>;
    readonly leaseMs: number;
    readonly answerMs: number;
    readonly limits: { readonly items: number; readonly frameBytes: number; readonly connections: number };
  };
  readonly log: z.output<typeof routingServerSchema>["log"];
}

export type RoutingServerReading =
  | { readonly kind: "read"; readonly file: RoutingServerFile }
  /** In sentences for the admin, with file, line and column. */
  | { readonly kind: "faulty"; readonly problems: readonly string[] };

/** Reads that file now. Never throws for what is, or is not, in it. */
export function readRoutingServerFile(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): RoutingServerReading {
  const text = readText(path);
  if (text.kind !== "text") {
    const why = text.kind === "missing" ? "there is no such file" : text.message;
    return { kind: "faulty", problems: [`${path}: ${why}`] };
  }
  const parsed = parseYaml(path, text.text);
  const folder = dirname(resolve(path));
  const secrets = resolveSecrets(parsed.value, { env, folder });
  const source = { ...parsed, value: parsed.value === undefined ? undefined : secrets.value };
  const { value, problems } = checkSchema(source, routingServerSchema);
  const faults = secrets.faults.map((fault) => source.error(fault.path, fault.message));
  const tls = value === undefined ? null : readTls(value.tls, folder);
  const tlsFaults: readonly Problem[] = tls?.kind === "fault" ? [source.error(["tls", tls.file], tls.message)] : [];
  // A secret that is not there is complained about once, not again as an empty text.
  const others = problems.filter(
    (one) => !faults.some(({ line, column }) => line === one.line && column === one.column),
  );
  const all = [...source.problems, ...others, ...faults, ...tlsFaults];
  if (value === undefined || all.length > 0 || tls?.kind === "fault") {
    return { kind: "faulty", problems: sortProblems(all).map((one) => redact(formatProblem(one), secrets.secrets)) };
  }
  const { host, port, allowFrom = null, desks, leaseSeconds, answerSeconds, limits, log } = value;
  const server = {
    host,
    port,
    allowFrom,
    tls: tls === null ? null : { cert: tls.cert, key: tls.key, clientCa: tls.clientCa },
    desks: new Map(Object.entries(desks).map(([name, desk]) => [name, desk.secret])),
    leaseMs: leaseSeconds * 1_000,
    answerMs: answerSeconds * 1_000,
    limits,
  };
  return { kind: "read", file: { server, log } };
}

type TlsReading =
  | { readonly kind: "read"; readonly cert: string; readonly key: string; readonly clientCa: string | null }
  | { readonly kind: "fault"; readonly file: string; readonly message: string };

function readTls(tls: z.output<typeof routingServerSchema>["tls"], folder: string): TlsReading | null {
  const files = certificateFiles(tls, folder);
  if (files === null) return null;
  const reading = readCertificate(files);
  if (reading.kind === "fault") return reading;
  const { cert, key } = reading;
  if (tls?.clientCa === undefined) return { kind: "read", cert, key, clientCa: null };
  try {
    return { kind: "read", cert, key, clientCa: readFileSync(resolve(folder, tls.clientCa), "utf8") };
  } catch (error) {
    return { kind: "fault", file: "clientCa", message: error instanceof Error ? error.message : String(error) };
  }
}
