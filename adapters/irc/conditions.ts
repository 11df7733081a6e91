/** What a server's numerics (RFC 2812 §5.2 and its successors) say of a message that was not delivered. */
import type { Outcome } from "../../src/adapter.ts";
import { LinkFailure } from "./link.ts";

/** How long a server that asks for patience is left alone. */
const PATIENCE_MS = 10_000;

const refused = (text: string): Outcome => ({ kind: "rejected", reason: "forbidden", text });
const later: Outcome = { kind: "deferred", reason: "policy-violation", retryAfterMs: PATIENCE_MS };

/** By numeric, the outcome of the message to the nick that is its second parameter. 401 is decided by the adapter. */
export const FAILURES: Readonly<Record<string, Outcome>> = {
  "404": refused("The network does not let the desk write there."),
  "408": refused("The network does not let the desk write there."),
  "477": refused("Only registered nicks may write to this person."),
  "486": refused("Only registered nicks may write to this person."),
  "531": refused("This person does not take messages from the desk."),
  "716": refused("This person does not take messages from strangers."),
  "407": { kind: "rejected", reason: "jid-malformed", text: "The network takes this for several recipients." },
  // RPL_TRYAGAIN, and "target change too fast" of two families of servers.
  "263": later,
  "439": later,
  "707": later,
};

export const NO_SUCH_NICK = "401";

/** Errors of a server that trying again does not cure. */
const FINAL =
  /bad password|access denied: bad|access denied by configuration|password mismatch|server not configured/iu;

/** What an ERROR (RFC 2812 §3.7.4) means for the link. */
export function endedBy(reason: string): LinkFailure {
  const kind = FINAL.test(reason) ? "permanent" : "temporary";
  return new LinkFailure(kind, `The server ended the link: ${reason.slice(0, 200)}`);
}

/** The server took what the desk wrote for a flood. */
export function isFlood(reason: string): boolean {
  return /\bflood|too many (?:messages|commands)/iu.test(reason);
}
