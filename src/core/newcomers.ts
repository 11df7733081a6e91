/** Those the desk does not know yet: a customer's first word to a handle, and strangers at addresses that are not theirs. */
import { type Opening, open } from "./conversation.ts";
import { limitOf, refused } from "./limits.ts";
import { addressKey, type Inbound, type Verdict } from "./model.ts";
import { contactKey } from "./translation.ts";
import { csrLanguage, fact, languageTag, say, strangersLanguage, type Turn } from "./turn.ts";

/** The answer to whoever writes to what is not there, or not there for them: one and the same. */
export function nobody(turn: Turn, inbound: Inbound): Verdict {
  const csr = turn.memory.csrOf.get(addressKey(inbound.from)) ?? null;
  fact(turn, "address.unknown", {}, { network: inbound.from.network, kind: inbound.kind });
  return refused("item-not-found", say(turn, "alias.not-yours", csrLanguage(turn, csr)));
}

/** Opens a conversation for whoever writes to that handle, unless there are too many. */
export function openFor(
  turn: Turn,
  inbound: Extract<Inbound, { kind: "message" | "arrival" }>,
  handleId: string,
  said: Opening["said"],
): Verdict {
  const handle = turn.rules.networks.get(inbound.from.network)?.handles.find((one) => one.id === handleId);
  if (handle === undefined) return nobody(turn, inbound);
  const full = tooManyConversations(turn, inbound);
  if (full !== null) return full;
  return open(turn, {
    from: inbound.from,
    handle,
    languageHint: languageTag(inbound.language),
    // Nothing but spaces is no reason for contact, and no answer to the bot's first question.
    said: said === null || said.text.trim() === "" ? null : said,
    foreign: inbound.kind === "message" ? inbound.id : null,
    at: turn.world.now,
  });
}

function tooManyConversations(turn: Turn, inbound: Extract<Inbound, { kind: "message" | "arrival" }>): Verdict | null {
  const { limits } = turn.rules;
  const language = strangersLanguage(turn, inbound.language);
  const handles = turn.rules.networks.get(inbound.from.network)?.handles ?? [];
  const open = handles.filter((handle) => turn.tables.contact.get(contactKey(inbound.from, handle.id)) !== null).length;
  if (open >= limits.conversationsPerCustomer) {
    return refused(
      "policy-violation",
      say(turn, "conversation.limit", language, { limit: limits.conversationsPerCustomer }),
    );
  }
  if (turn.tables.conversation.size >= limits.openConversations) {
    fact(turn, "desk.full", {}, { network: inbound.from.network });
    return refused("resource-constraint", say(turn, "desk.full", language));
  }
  if (!withinNewcomers(turn, inbound.from.network)) {
    return { kind: "refused", reason: "resource-constraint", text: say(turn, "desk.full", language), wait: true };
  }
  return null;
}

/** Counts one more. Floods of many addresses are not seen by what each of them sends; see `withinLimits` for those of one. */
function withinNewcomers(turn: Turn, network: string): boolean {
  const { newcomers } = turn.memory;
  const { now } = turn.world;
  const known = newcomers.get(network);
  if (known === undefined || now - known.since >= MINUTE_MS) {
    newcomers.set(network, { since: now, count: 1, told: false });
    return true;
  }
  known.count += 1;
  if (known.count <= limitOf(turn, "newConversationsPerMinute")) return true;
  if (!known.told) fact(turn, "newcomers.refused", {}, { network });
  known.told = true;
  return false;
}
const MINUTE_MS = 60_000;
