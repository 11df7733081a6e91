/** Limits on what one address may send: size and rate. Staff are bound by size alone. */
import { addressKey, type Condition, type Inbound, type InboundKind, type Verdict } from "./model.ts";
import { byteLength } from "./rendering.ts";
import { fact, say, type Turn } from "./turn.ts";

export function refused(reason: Condition, text: string): Verdict {
  return { kind: "refused", reason, text };
}

/** Kinds that count towards a flood. Receipts and presence come by themselves and are bounded by what was sent. */
const COUNTED: ReadonlySet<InboundKind> = new Set([
  "message",
  "edit",
  "retraction",
  "reaction",
  "subscription",
  "arrival",
  "departure",
]);

/** Addresses watched at once for floods; beyond that the longest quiet one is forgotten. */
const WATCHED_ADDRESSES = 20_000;

/** A refusal when the event breaks a limit, else null. */
export function withinLimits(turn: Turn, inbound: Inbound): Verdict | null {
  const { limits, languages } = turn.rules;
  const language = (inbound.kind === "message" ? inbound.language : null) ?? languages[0] ?? null;
  if (inbound.kind === "message" || inbound.kind === "edit") {
    const small = inbound.text.length * 3 <= limits.inboundTextBytes;
    if (!small && byteLength(inbound.text) > limits.inboundTextBytes) {
      fact(turn, "size.refused", {}, { network: inbound.from.network });
      return refused("not-acceptable", say(turn, "too-long", language, { bytes: limits.inboundTextBytes }));
    }
  }
  return COUNTED.has(inbound.kind) ? withinRate(turn, inbound, language) : null;
}

function withinRate(turn: Turn, inbound: Inbound, language: string | null): Verdict | null {
  const { limits } = turn.rules;
  const { floods, csrOf } = turn.memory;
  const key = addressKey(inbound.from);
  if (csrOf.has(key)) return null;
  const { now } = turn.world;
  const known = floods.get(key);
  if (known === undefined || now - known.since >= limits.floodSeconds * 1000) {
    floods.delete(key);
    floods.set(key, { since: now, count: 1, told: false });
    const oldest = floods.size > WATCHED_ADDRESSES ? floods.keys().next().value : undefined;
    if (oldest !== undefined) floods.delete(oldest);
    return null;
  }
  known.count += 1;
  if (known.count <= limits.floodMessages) return null;
  if (!known.told) fact(turn, "flood.refused", {}, { network: inbound.from.network });
  known.told = true;
  return refused("policy-violation", say(turn, "flood", language, { seconds: limits.floodSeconds }));
}
