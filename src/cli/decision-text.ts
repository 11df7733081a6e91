/** A decision of routing for people: what happened, who is asked, what was asked for, why nobody else. */
import type { Decision } from "../core/analysis/imagined.ts";
import { lossInWords, needInWords } from "../core/analysis/words.ts";
import type { Explanation, Waiting } from "../core/routing/routing.ts";
import type { Fact } from "../core/step.ts";
import { duration, table } from "./table.ts";
import { plain, type Terminal } from "./terminal.ts";

/** The whole of it, line by line. */
export function decisionText(decision: Decision, terminal: Terminal): string {
  const { happened, outcome, explanation, order, request } = decision;
  const since = happened[0]?.at ?? 0;
  const lines = happened.flatMap((one) => {
    const words = happeningInWords(one);
    return words === null ? [] : [`${one.at === since ? "at once" : `after ${duration(one.at - since)}`}: ${words}`];
  });
  switch (outcome.kind) {
    case "closed":
      return [
        ...lines,
        terminal.paint("yellow", `The customer is told, and the conversation ends (${outcome.why}).`),
      ].join("\n");
    case "dialog":
      return [...lines, `The bot goes on with the dialog ${outcome.dialog}.`].join("\n");
    case "waiting":
      lines.push(matchLine(explanation, terminal));
  }
  if (order.length > 1) lines.push(`After that, one by one: ${order.slice(1).join(", ")}`);
  if (request !== null) lines.push(...requestLines(request));
  return [...lines, "", lossTable(explanation.losses)].join("\n").trimEnd();
}

export function matchLine({ match }: Explanation, terminal: Terminal): string {
  return match === null
    ? terminal.paint("yellow", "Nobody can take it now: the customer waits.")
    : terminal.paint(
        "green",
        `Asked first: ${match.csr}, at ${plain(`${match.address.network}: ${match.address.id}`)}`,
      );
}

/** What was asked for, and by what candidates were put in order. */
export function requestLines(
  request: Pick<Waiting, "needs" | "strategies" | "compatibility" | "preferred" | "excluded">,
): readonly string[] {
  const { needs, strategies, compatibility, preferred, excluded } = request;
  const wishes = (preferred ?? []).map(({ need, score }) => `${needInWords(need)} (${score})`);
  return [
    `Asked for: ${needs.length === 0 ? "anybody" : plain(needs.map(needInWords).join(", "))}; ${compatibility}`,
    ...(wishes.length === 0 ? [] : [`Preferred: ${plain(wishes.join(", "))}`]),
    `In the order of: ${strategies.length === 0 ? "ids" : strategies.join(", ")}`,
    ...(excluded.length === 0 ? [] : [`Asked before: ${excluded.join(", ")}`]),
  ];
}

/** Everybody else with the reason; those who would do come first. */
export function lossTable(losses: Explanation["losses"]): string {
  if (losses.length === 0) return "";
  const rank = (kind: string): number => (kind === "behind" ? 0 : kind === "full" ? 1 : kind === "unmet" ? 3 : 2);
  return table(
    [
      { title: "NOT CHOSEN", cell: ({ csr }) => csr },
      { title: "WHY", cell: ({ loss }) => plain(lossInWords(loss)) },
    ],
    [...losses].sort((left, right) => rank(left.loss.kind) - rank(right.loss.kind)),
  );
}

/** What a fact of a queue says; null where it tells nothing of routing. */
export function happeningInWords({ event, detail, csr }: Fact): string | null {
  switch (event) {
    case "queue.entered":
      return `enters the queue ${detail.queue}, priority ${detail.priority}`;
    case "queue.refused":
      return `is not taken by the queue ${detail.queue}: ${detail.why}`;
    case "queue.overflow":
      return `is sent on${detail.from === null ? "" : ` from ${detail.from}`} to ${targetInWords(detail.to)}`;
    case "queue.ring":
      return `comes to ring ${Number(detail.ring) + 1} of ${detail.queue}${detail.why === "empty" ? ", since nobody at work would do before it" : ""}`;
    case "queue.next-round":
      return "those who did not take it may be asked again";
    case "offer.made":
      return `is offered to ${csr}`;
    case "offer.accepted":
      return `${csr} accepts`;
    case "offer.declined":
    case "offer.missed":
    case "offer.revoked":
      return `${csr}: the offer is ${event.slice("offer.".length)}`;
    case "conversation.closed":
      return `ends (${detail.why})`;
    default:
      return null;
  }
}

function targetInWords(to: unknown): string {
  const text = String(to);
  return text.replace(/^\{"kind":"(\w+)","\w+":"([^"]*)"\}$/u, "the $1 $2");
}
