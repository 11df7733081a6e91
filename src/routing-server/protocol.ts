/**
 * What desks and a routing server say to each other, version 1: JSON in the text frames of one WebSocket. docs/routing-server.md tells
 * it as a story. What comes over the wire is checked here and nowhere else.
 */
import { z } from "zod";
import { FEATURES } from "../core/model.ts";
import type { DelegatedRequest, RoutingNews } from "../core/routing/delegated-engine.ts";
import type { Need } from "../core/routing/needs.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";
import { COMPATIBILITIES, STRATEGIES } from "../core/rules.ts";

export const PROTOCOL_VERSION = 1;
/** Where the server answers, below its address. */
export const PROTOCOL_PATH = "/v1/routing";
/** The longest text of a CSR's or conversation's id, a skill's name and the like. */
const NAME_LENGTH = 256;
/** Needs inside needs. */
const NEED_DEPTH = 32;
/** Things of one kind in one frame; whoever has more sends several. */
export const FRAME_ITEMS = 500;

/** The server puts names together with a zero between them. */
const name = z
  .string()
  .min(1)
  .max(NAME_LENGTH)
  .regex(/^\P{Cc}+$/u);
const names = z.array(name).max(100_000);
const time = z.number().finite();
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const amount = z.number().min(0).max(1_000_000);
const level = z.number().int().min(1).max(5);
const address = z.object({ network: name, id: z.string().max(1_024) });

const reachable = z.object({
  address,
  features: z.array(z.enum(FEATURES)).max(FEATURES.length),
  software: z.string().max(NAME_LENGTH).nullish(),
});

const csr = z.object({
  id: name,
  skills: z.record(name, level),
  languages: z.array(name).max(100),
  attributes: z.record(name, z.string().max(1_000)).optional(),
  reachable: z.array(reachable).max(100),
  networks: names.optional(),
  willing: z.boolean(),
  present: z.boolean().optional(),
  capacity: amount,
  load: amount,
  idleSince: time,
  offeredAt: time.optional(),
  today: count.optional(),
  rating: amount.optional(),
  share: z.number().positive().max(1_000_000).optional(),
});

const leaf = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("skill"), skill: name, least: amount, most: amount.optional() }),
  z.object({ kind: z.literal("language"), language: name }),
  z.object({ kind: z.literal("attribute"), name, values: z.array(z.string().max(1_000)).max(1_000) }),
  z.object({ kind: z.literal("csr"), csrs: names }),
  z.object({ kind: z.literal("network"), network: name }),
  z.object({ kind: z.literal("software"), software: name }),
]);

/** To a depth that ends: a text of brackets must not be able to exhaust the stack. */
function needs(depth: number): z.ZodType<Need> {
  if (depth === 0) return leaf as z.ZodType<Need>;
  const inner = needs(depth - 1);
  return z.union([
    leaf,
    z.object({ kind: z.enum(["all", "any"]), of: z.array(inner).max(1_000) }),
    z.object({ kind: z.literal("not"), of: inner }),
  ]) as z.ZodType<Need>;
}
const need = needs(NEED_DEPTH);

const waiting = z.object({
  conversation: name,
  queue: name,
  priority: time,
  turnAt: time,
  needs: z.array(need).max(1_000),
  strategies: z.array(z.enum(STRATEGIES)).max(STRATEGIES.length),
  preferred: z
    .array(z.object({ need, score: z.number().positive() }))
    .max(1_000)
    .optional(),
  weight: z.number().positive().max(1_000_000).optional(),
  seed: name.optional(),
  compatibility: z.enum(COMPATIBILITIES),
  customerNetwork: name,
  customerSoftware: z.string().max(NAME_LENGTH).nullish(),
  customerFeatures: z.array(z.enum(FEATURES)).max(FEATURES.length),
  excluded: names,
  only: name.nullable(),
});

const hex = z.string().regex(/^[0-9a-f]{32,128}$/u);
const items = FRAME_ITEMS;

/** From a desk. `begin`, any number of `news`, `end`: everything there is; from then on every `news` is a change. */
const fromDesk = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("hello"), version: count, desk: name, store: name, nonce: hex, proof: hex }),
  z.object({ kind: z.literal("begin") }),
  z.object({
    kind: z.literal("news"),
    csrs: z.array(csr).max(items).default([]),
    /** CSRs and conversations that are not there any more. */
    gone: z.array(name).max(items).default([]),
    waiting: z
      .array(z.object({ revision: count, waiting }))
      .max(items)
      .default([]),
    left: z.array(name).max(items).default([]),
    settled: z
      .array(z.object({ assignment: count, csr: name.nullable() }))
      .max(items)
      .default([]),
  }),
  z.object({ kind: z.literal("end") }),
]);

const assignment = z.object({ assignment: count, conversation: name, revision: count, csr: name });

export const REFUSALS = ["version", "unknown-desk", "proof", "conflict", "malformed", "too-much", "silent"] as const;
export type Refusal = (typeof REFUSALS)[number];

/** From the server. */
const fromServer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("challenge"), versions: z.array(count).min(1).max(100), epoch: count, nonce: hex }),
  z.object({ kind: z.literal("welcome"), proof: hex, leaseMs: count }),
  z.object({ kind: z.literal("refused"), reason: z.enum(REFUSALS), text: z.string().max(1_000) }),
  z.object({ kind: z.literal("assign"), assignments: z.array(assignment).min(1).max(items) }),
  /** What CSRs have in hand at other desks, as far as it changed. */
  z.object({ kind: z.literal("elsewhere"), loads: z.record(name, amount) }),
]);

export type FromDesk = z.output<typeof fromDesk>;
export type FromServer = z.output<typeof fromServer>;
type NewsFrame = Extract<FromDesk, { kind: "news" }>;

/** Null: no such frame of this version. */
export function readFromDesk(text: string): FromDesk | null {
  return read(fromDesk, text);
}

export function readFromServer(text: string): FromServer | null {
  return read(fromServer, text);
}

function read<Frame>(schema: z.ZodType<Frame>, text: string): Frame | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** News as frames, none with too much in it; what became of assignments goes with what their CSRs have in hand now. */
export function* newsFrames({ csrs, waiting: requests, settled }: RoutingNews): Iterable<NewsFrame> {
  let frame = emptyNews();
  let size = 0;
  const full = (): NewsFrame | null => {
    size += 1;
    if (size < FRAME_ITEMS) return null;
    const done = frame;
    [frame, size] = [emptyNews(), 0];
    return done;
  };
  for (const [id, one] of csrs) {
    one === null ? frame.gone.push(id) : frame.csrs.push(one as NewsFrame["csrs"][number]);
    const done = full();
    if (done !== null) yield done;
  }
  for (const [id, request] of requests) {
    request === null ? frame.left.push(id) : frame.waiting.push(request as NewsFrame["waiting"][number]);
    const done = full();
    if (done !== null) yield done;
  }
  // Last: until then the server counts the room that it had promised beside what it is told.
  for (const one of settled) {
    frame.settled.push(one);
    const done = full();
    if (done !== null) yield done;
  }
  if (size > 0) yield frame;
}

function emptyNews(): NewsFrame {
  return { kind: "news", csrs: [], gone: [], waiting: [], left: [], settled: [] };
}

/** The same as the exchange takes it. */
export function newsOf(frame: NewsFrame, whole: boolean): RoutingNews {
  const csrs = new Map<string, RoutingCsr | null>(frame.gone.map((id) => [id, null]));
  for (const one of frame.csrs) csrs.set(one.id, one as RoutingCsr);
  const requests = new Map<string, DelegatedRequest | null>(frame.left.map((id) => [id, null]));
  for (const one of frame.waiting) requests.set(one.waiting.conversation, one as DelegatedRequest);
  return { whole, csrs, waiting: requests, settled: frame.settled };
}
