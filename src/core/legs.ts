/** The legs of a conversation: who takes part, who has the offer, and how one is invited under an alias of its own. */
import { originTitle } from "./gateways.ts";
import { addressKey } from "./model.ts";
import { excerpt } from "./rendering.ts";
import type { Match } from "./routing/routing.ts";
import type { ConversationRow, Leg, Offer } from "./state.ts";
import { customerName } from "./transcript.ts";
import { aliasOf, mint, reopen } from "./translation.ts";
import { csrLanguage, type Turn } from "./turn.ts";

export function customerOf(row: ConversationRow): Leg {
  const leg = row.legs[0];
  if (leg === undefined) throw new Error(`conversation ${row.id} has no customer`);
  return leg;
}

/** The leg of the CSR who talks with the customer; null before and between talks. */
export function talkingLeg(row: ConversationRow): Leg | null {
  return row.legs.find((leg) => leg.role === "csr" && leg.state === "active") ?? null;
}

/** That CSR's part in it now: asked, or talking. */
export function legOfCsr(row: ConversationRow, csr: string): Leg | null {
  return row.legs.find((leg) => leg.csr === csr && leg.state !== "left") ?? null;
}

/** The legs of all CSRs who take part or are asked. */
export function csrLegs(row: Pick<ConversationRow, "legs">): readonly Leg[] {
  return row.legs.filter((leg) => leg.role === "csr" && leg.state !== "left");
}

/** What that leg is asked at present; null when it is not. */
export function offerTo(row: ConversationRow, leg: Leg): Offer | null {
  return row.offers.find((offer) => offer.leg === leg.index) ?? null;
}

export function putLeg(row: ConversationRow, index: number, change: Partial<Leg>): readonly Leg[] {
  return row.legs.map((leg) => (leg.index === index ? { ...leg, ...change } : leg));
}

const ORIGIN_LENGTH = 40;

/** The network the customer lives on, by the name people have for it: "XMPP", or "Telegram" for those behind a gateway. */
export function originOf(turn: Turn, row: ConversationRow): string {
  // A gateway calls itself what it likes; it is shown on one line like everything else here.
  return excerpt(originTitle(turn.rules, { address: customerOf(row).address, software: row.software }), ORIGIN_LENGTH);
}

/** What the alias of a conversation is called: "Anna · billing · XMPP". */
function titleOf(turn: Turn, row: ConversationRow, language: string | null): string {
  const network = originOf(turn, row);
  const queue = turn.rules.queues.get(row.queue ?? "")?.name ?? "";
  return [customerName(turn, row, language), queue, network].filter((part) => part !== "").join(" · ");
}

/** The leg an offer goes to. A CSR who is asked again for the same conversation finds it in the same chat window. */
export function inviteLeg(
  turn: Turn,
  row: ConversationRow,
  match: Match,
): { readonly legs: readonly Leg[]; readonly leg: Leg } {
  const language = csrLanguage(turn, match.csr);
  const shown = titleOf(turn, row, language);
  const former = row.legs.find((leg) => {
    const isTheirs = leg.csr === match.csr && addressKey(leg.address) === addressKey(match.address);
    const alias = isTheirs ? aliasOf(turn, leg) : null;
    // A label that was forgotten may stand for another conversation by now, or for a later leg of this one.
    return alias !== null && alias.conversation === row.id && alias.leg === leg.index;
  });
  if (former !== undefined && reopen(turn, former, shown)) {
    // They may have listened as a supervisor before, and are now asked as anybody, or the other way round.
    const leg: Leg = { ...former, role: "csr", speaks: false, advises: false, state: "invited", shown };
    return { legs: putLeg(row, former.index, leg), leg };
  }
  const index = row.legs.length;
  const minted = mint(turn, {
    conversation: row.id,
    leg: index,
    viewer: match.address,
    csr: match.csr,
    name: shown,
    hints: [row.facts.name ?? "", row.queue ?? ""],
  });
  const leg: Leg = { index, role: "csr", csr: match.csr, address: match.address, ...minted, shown, state: "invited" };
  return { legs: [...row.legs, leg], leg };
}
