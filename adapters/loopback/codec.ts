/**
 * The loopback protocol's wire format: one JSON text per frame. Pure. The desk's side trusts no frame: what does not have
 * the expected shape decodes to `malformed`, with a reason that never repeats the frame.
 *
 *     network → desk   event (seq or null) · answer (to a send) · reachable
 *     desk → network   send · ack · nack
 *
 * An event with a `seq` is delivered again, under the same number, until it is acknowledged; one without is volatile.
 */
import { z } from "zod";
import type { Condition, Inbound, Outbound } from "../../src/core/model.ts";
import { CONDITIONS, FEATURES, MAX_SPANS, STYLES } from "../../src/core/model.ts";

/** A frame longer than this is malformed, whatever it holds. In UTF-16 code units. */
export const MAX_FRAME_LENGTH = 4_194_304;
const MAX_ID_LENGTH = 1_024;
const MAX_REACTIONS = 100;

const id = z.string().min(1).max(MAX_ID_LENGTH);
const optionalId = id.nullable();
/** Half a surrogate pair is no character: the store and other networks could not carry it. */
const text = z.string().transform((raw) => raw.toWellFormed());
const language = z.string().max(64).nullable();
const nick = z.string().max(256).nullable();
const place = z.int().nonnegative();
const formatting = z.array(z.strictObject({ style: z.enum(STYLES), start: place, end: place })).max(MAX_SPANS);
const address = { from: id, device: optionalId, to: id };

const softwareSchema = z.strictObject({
  protocol: z.string().min(1),
  name: z.string().nullable(),
  version: z.string().nullable(),
  os: z.string().nullable(),
  features: z.array(z.enum(FEATURES)).nullable(),
  gateway: z.strictObject({ type: z.string(), name: z.string().nullable() }).nullable(),
});

const eventSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("message"),
    ...address,
    id: optionalId,
    text,
    formatting: formatting.optional(),
    choice: text.nullable(),
    replyTo: optionalId,
    sentAt: z.int().nonnegative().nullable(),
    language,
    nick,
  }),
  z.strictObject({
    kind: z.literal("edit"),
    ...address,
    id: optionalId,
    of: id,
    text,
    formatting: formatting.optional(),
  }),
  z.strictObject({ kind: z.literal("retraction"), ...address, of: id }),
  z.strictObject({ kind: z.literal("reaction"), ...address, of: id, reactions: z.array(text).max(MAX_REACTIONS) }),
  z.strictObject({
    kind: z.literal("typing"),
    ...address,
    state: z.enum(["active", "composing", "paused", "inactive", "gone"]),
  }),
  z.strictObject({ kind: z.literal("receipt"), ...address, of: id, state: z.enum(["delivered", "read"]) }),
  z.strictObject({
    kind: z.literal("presence"),
    ...address,
    state: z.enum(["chat", "available", "away", "xa", "dnd", "offline"]),
    text: text.nullable(),
    all: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("software"), ...address, software: softwareSchema, language }),
  z.strictObject({
    kind: z.literal("subscription"),
    ...address,
    state: z.enum(["subscribe", "subscribed", "unsubscribe", "unsubscribed"]),
  }),
  z.strictObject({ kind: z.literal("arrival"), ...address, language, nick }),
  z.strictObject({ kind: z.literal("departure"), ...address }),
]);

const outcomeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("accepted"), id: z.null() }),
  z.strictObject({ kind: z.literal("deferred"), reason: z.enum(CONDITIONS) }),
  z.strictObject({ kind: z.literal("rejected"), reason: z.enum(CONDITIONS), text }),
]);

const fromNetworkSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("event"), seq: z.int().positive().nullable(), event: eventSchema }),
  z.strictObject({ kind: z.literal("answer"), key: id, outcome: outcomeSchema }),
  z.strictObject({ kind: z.literal("reachable"), person: id }),
]);

type OnTheWire<T> = T extends { kind: "bounce" }
  ? never
  : T extends unknown
    ? Omit<T, "from" | "redelivery"> & { readonly from: string }
    : never;
/** What a person did, as the wire carries it: an Inbound whose `from` is the bare id. This network never bounces. */
export type LoopbackEvent = OnTheWire<Inbound>;
export type FromNetwork =
  | { readonly kind: "event"; readonly seq: number | null; readonly event: LoopbackEvent }
  | { readonly kind: "answer"; readonly key: string; readonly outcome: z.infer<typeof outcomeSchema> }
  | { readonly kind: "reachable"; readonly person: string };
export type ToNetwork =
  | { readonly kind: "send"; readonly outbound: Outbound }
  | { readonly kind: "ack"; readonly seq: number }
  | { readonly kind: "nack"; readonly seq: number; readonly reason: Condition; readonly text: string };

export type Decoded = FromNetwork | { readonly kind: "malformed"; readonly why: string };

/** Reads a frame of the network. Never throws, whatever the frame holds. */
export function decode(frame: string): Decoded {
  if (frame.length > MAX_FRAME_LENGTH) {
    return { kind: "malformed", why: `longer than ${MAX_FRAME_LENGTH}` };
  }
  let json: unknown;
  try {
    json = JSON.parse(frame);
  } catch {
    return { kind: "malformed", why: "not JSON" };
  }
  const parsed = fromNetworkSchema.safeParse(json);
  if (parsed.success) {
    return parsed.data.kind === "event" ? { ...parsed.data, event: spoken(parsed.data.event) } : parsed.data;
  }
  const paths = parsed.error.issues.slice(0, 3).map((issue) => issue.path.map(String).join(".") || "frame");
  return { kind: "malformed", why: `not as expected: ${paths.join(", ")}` };
}

/** Without an optional field that is not there, as `exactOptionalPropertyTypes` wants it. */
function spoken(event: z.infer<typeof eventSchema>): LoopbackEvent {
  if (event.kind !== "message" && event.kind !== "edit") return event;
  const { formatting: looks, ...plain } = event;
  return looks === undefined ? plain : { ...plain, formatting: looks };
}

/** An event as the desk understands it. The sequence number is the redelivery id: the network repeats it, and no other. */
export function toInbound(network: string, seq: number | null, event: LoopbackEvent): Inbound {
  return { ...event, from: { network, id: event.from }, redelivery: seq === null ? null : String(seq) };
}

export function encode(frame: ToNetwork | FromNetwork): string {
  return JSON.stringify(frame);
}

/** The network's own reading of what the desk wrote; the desk is trusted to write frames of the right shape. */
export function decodeToNetwork(frame: string): ToNetwork {
  return JSON.parse(frame) as ToNetwork;
}
