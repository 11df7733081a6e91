/**
 * The wire: JSON both ways. To the program goes what was said to it, one message a request; from it come actions, in its answer or
 * by a call of its own. An action is a text, or one of the CSR's words as a field, so that no program has to build sentences: it becomes
 * the very word that a person would type. Pure.
 */
import { z } from "zod";
import type { Address, InboundOf, OutboundOf } from "../../src/core/model.ts";

/** What is known of the conversation as the program sees it. */
export interface Window {
  /** The name shown for it: "Anna · Orders · XMPP". */
  readonly name: string | null;
  /** False when it is over: nobody reads what is said there any more. */
  readonly open: boolean;
}

/** The body of a request that brings a message. */
export function encode(outbound: OutboundOf<"message">, window: Window): string {
  const { key, from, text, nick, notice, sentAt, language, choices, file } = outbound;
  return JSON.stringify({
    type: "message",
    id: key,
    conversation: { id: from, name: window.name, open: window.open },
    text,
    // Whether a person says it or the desk itself.
    from: notice ? "desk" : "customer",
    name: nick,
    sentAt: new Date(sentAt).toISOString(),
    language,
    choices,
    ...(file == null ? {} : { file }),
  });
}

/** The body of a request that asks whether anybody is there. */
export const PING = JSON.stringify({ type: "ping" });

const line = z.string().trim().min(1).max(1_000);
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/u, "must be a name such as order_number");
const value = z.union([z.string().max(1_000), z.number(), z.boolean()]);

const action = z
  .strictObject({
    text: z.string().min(1).max(1_000_000).optional(),
    set: z.record(name, value).optional(),
    note: line.optional(),
    transfer: z.strictObject({ to: line.optional(), reason: line.optional() }).optional(),
    close: z.literal(true).optional(),
    accept: z.literal(true).optional(),
    decline: z.literal(true).optional(),
  })
  .refine((one) => Object.keys(one).length > 0, "must say or do something");
type Action = z.output<typeof action>;

const several = (most: number) => z.array(action).max(most);

/** What a program says and does, as lines in the order in which they are meant; or what is wrong with it, in words. */
export type Decoded =
  | { readonly kind: "lines"; readonly lines: readonly string[]; readonly conversation: string | null }
  | { readonly kind: "malformed"; readonly text: string };

/** An answer: nothing, one action, or `{actions: […]}`. */
export function decodeAnswer(body: string, most: number): Decoded {
  if (body.trim() === "") return { kind: "lines", lines: [], conversation: null };
  return decode(body, z.union([z.strictObject({ actions: several(most) }), action, z.strictObject({})]));
}

/** A call: the same with the conversation it is about. */
export function decodeCall(body: string, most: number): Decoded {
  const conversation = z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\p{Cc}]+$/u);
  return decode(body, z.strictObject({ conversation, actions: several(most).min(1) }));
}

function decode(body: string, shape: z.ZodType): Decoded {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { kind: "malformed", text: "This is no JSON." };
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: "malformed", text: `${(issue?.path ?? []).join(".")}: ${issue?.message ?? "malformed"}` };
  }
  const said = parsed.data as Action | { readonly conversation?: string; readonly actions: readonly Action[] };
  const actions = "actions" in said ? said.actions : [said];
  const conversation = "conversation" in said ? (said.conversation ?? null) : null;
  return { kind: "lines", lines: actions.flatMap(linesOf), conversation };
}

/** In an order that makes sense whatever order a program's fields have: what is said, what is known, then what is done. */
function linesOf({ text, set = {}, note, transfer, close, accept, decline }: Action): readonly string[] {
  const oneLine = (words: string): string => words.replace(/\s+/gu, " ").trim();
  return [
    ...(accept ? ["/accept"] : []),
    ...(decline ? ["/decline"] : []),
    ...(text === undefined ? [] : [text.toWellFormed()]),
    ...Object.entries(set).map(([key, given]) => `/set ${key} ${oneLine(String(given))}`),
    ...(note === undefined ? [] : [`/note ${oneLine(note)}`]),
    ...(transfer === undefined ? [] : [oneLine(`/transfer ${transfer.to ?? ""} ${transfer.reason ?? ""}`)]),
    ...(close ? ["/close"] : []),
  ];
}

/**
 * One of the lines as the desk hears it from that program, said to that name of the desk. `request` is the id of the request it came with
 * and `index` its place in it, so that a repeated one is taken once; null where the program gave none.
 */
export function toInbound(
  from: Address,
  to: string,
  text: string,
  request: string | null,
  index: number,
): InboundOf<"message"> {
  const redelivery = request === null ? null : `${from.id} ${request} ${index}`;
  const nothing = { device: null, choice: null, replyTo: null, sentAt: null, language: null, nick: null };
  return { kind: "message", redelivery, from, to, id: redelivery, text, ...nothing };
}
