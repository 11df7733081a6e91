/** Limits on what one address may send: size and rate. Staff may send much more, and not without end either. */
import { addressKey, type Condition, type Inbound, type InboundKind, type Verdict } from "./model.ts";
import { byteLength } from "./parts.ts";
import { type DefaultedLimit, LIMIT_DEFAULTS } from "./rules.ts";
import { fact, remember, say, strangersLanguage, type Turn } from "./turn.ts";

export function refused(reason: Condition, text: string): Verdict {
  return { kind: "refused", reason, text };
}

/** Kinds that count towards a flood. Presence is one state, and receipts are passed on once for each copy that was sent. */
const COUNTED: ReadonlySet<InboundKind> = new Set([
  "message",
  "edit",
  "retraction",
  "reaction",
  "subscription",
  "arrival",
  "departure",
]);

/** UTF-8 bytes of all reactions of one person to one message. */
const REACTION_BYTES = 1_024;

/** One of the limits that rules may leave out. */
export function limitOf({ rules }: Turn, name: DefaultedLimit): number {
  return rules.limits[name] ?? LIMIT_DEFAULTS[name];
}

/** A refusal when the event breaks a limit, else null. Rate before size: what is too long counts as well. */
export function withinLimits(turn: Turn, inbound: Inbound): Verdict | null {
  const { limits } = turn.rules;
  const flood = COUNTED.has(inbound.kind) ? withinRate(turn, inbound) : null;
  if (flood !== null) return flood;
  if (inbound.kind === "message" || inbound.kind === "edit") {
    const small = inbound.text.length * 3 <= limits.inboundTextBytes;
    if (!small && byteLength(inbound.text) > limits.inboundTextBytes) {
      fact(turn, "size.refused", {}, { network: inbound.from.network });
      return refused("not-acceptable", tooLong(turn, inbound, limits.inboundTextBytes));
    }
  }
  if (inbound.kind === "reaction" && byteLength(inbound.reactions.join("")) > REACTION_BYTES) {
    return refused("not-acceptable", tooLong(turn, inbound, REACTION_BYTES));
  }
  return null;
}

function languageFor(turn: Turn, inbound: Inbound): string | null {
  return strangersLanguage(turn, inbound.kind === "message" ? inbound.language : null);
}

function tooLong(turn: Turn, inbound: Inbound, bytes: number): string {
  return say(turn, "too-long", languageFor(turn, inbound), { bytes });
}

function withinRate(turn: Turn, inbound: Inbound): Verdict | null {
  const { limits } = turn.rules;
  const { floods, csrOf } = turn.memory;
  const key = addressKey(inbound.from);
  const { now } = turn.world;
  const known = floods.get(key);
  if (known === undefined || now - known.since >= limits.floodSeconds * 1000) {
    remember(floods, key, { since: now, count: 1, told: false }, limitOf(turn, "rememberedAddresses"));
    return null;
  }
  known.count += 1;
  if (known.count <= limits.floodMessages * (csrOf.has(key) ? limitOf(turn, "staffFloodFactor") : 1)) return null;
  if (!known.told) fact(turn, "flood.refused", {}, { network: inbound.from.network });
  known.told = true;
  const text = say(turn, "flood", languageFor(turn, inbound), { seconds: limits.floodSeconds });
  return { kind: "refused", reason: "policy-violation", text, wait: true };
}
