/** Needs and reasons as admins read them, in the words of the rule files. */

import type { CustomerLeaf } from "../queue-rules.ts";
import type { Joined, Leaf } from "../routing/needs.ts";
import type { Loss } from "../routing/routing.ts";

/** "billing 3", "speaks de", "team: gold or silver", "billing 3 or (not on web)". */
export function needInWords(need: Joined<Leaf | CustomerLeaf>): string {
  switch (need.kind) {
    case "skill":
      return need.most === undefined ? `${need.skill} ${need.least}` : `${need.skill} ${need.least} to ${need.most}`;
    case "language":
      return `speaks ${need.language}`;
    case "attribute":
      return `${need.name}: ${need.values.join(" or ")}`;
    case "csr":
      return need.csrs.length === 0 ? "is nobody who is known" : `is ${need.csrs.join(" or ")}`;
    case "network":
      return `on ${need.network}`;
    case "software":
      return `has ${need.software}`;
    case "customer-language":
      return "speaks the customer's language";
    case "answer":
      return `has the skill that the answer ${need.answer} names`;
    case "last":
      return "talked with this customer last";
    case "all":
    case "any":
      return joined(need.of, need.kind === "all" ? " and " : " or ");
    case "not":
      return `not ${wrapped(need.of)}`;
  }
}

function joined(parts: readonly Joined<Leaf | CustomerLeaf>[], by: string): string {
  if (parts.length === 0) return by === " and " ? "anybody" : "nobody";
  return parts.length === 1 && parts[0] !== undefined ? needInWords(parts[0]) : parts.map(wrapped).join(by);
}

function wrapped(need: Joined<Leaf | CustomerLeaf>): string {
  return (need.kind === "all" || need.kind === "any") && need.of.length > 1
    ? `(${needInWords(need)})`
    : needInWords(need);
}

/** Why somebody was not chosen: what follows their name. */
export function lossInWords(loss: Loss): string {
  switch (loss.kind) {
    case "unmet":
      return `does not meet: ${needInWords(loss.need)}`;
    case "not-meant":
      return "it is meant for somebody else";
    case "excluded":
      return "was asked in this round already";
    case "incompatible":
      return "is on no network, or has no software, that the queue's compatibility allows";
    case "unreachable":
      return "cannot be reached: offline, away, or the link is down";
    case "unwilling":
      return "takes nothing now: away, in wrap-up, or the site is closed";
    case "full":
      return `has no room: ${loss.load} of ${loss.capacity}`;
    case "behind":
      return loss.by === "id"
        ? "would do; no strategy tells them apart, so the id decides"
        : `would do; comes after by ${loss.by}`;
  }
}
