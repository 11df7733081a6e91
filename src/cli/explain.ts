/** `frontdesk explain`: every decision of routing about a conversation, with what was asked for and why nobody else was chosen. */
import type { Command } from "commander";
import type { ExplainReport } from "../control/protocol.ts";
import { type RecordedDecision, recordedDecision } from "../core/decisions.ts";
import type { Fact } from "../core/step.ts";
import { happeningInWords, lossTable, requestLines } from "./decision-text.ts";
import { ask, type DeskOptions, segment, withDesk } from "./desk-command.ts";
import { moment } from "./table.ts";
import type { Terminal } from "./terminal.ts";

export function addExplain(program: Command, terminal: Terminal): void {
  withDesk(program.command("explain"))
    .argument("<id>", "the conversation, open or closed")
    .summary("say why a conversation went to whom it went")
    .description(
      "Shows every decision of routing about a conversation: the queue and the rings it had come to, what was asked for, who was\n" +
        "chosen, and why each of the others was not. Decisions are kept as long as transcripts (retentionDays); explainedCsrs sets\n" +
        "up to how many CSRs all reasons are recorded.",
    )
    .addHelpText("after", "\nExamples:\n  frontdesk explain c00002f-5q2m\n  frontdesk explain c00002f-5q2m --json\n")
    .action((id: string, options: DeskOptions) =>
      ask<ExplainReport>(terminal, options, "GET", `/explain/${segment(id)}`, ({ facts }) =>
        terminal.out(explanationText(id, facts, terminal)),
      ),
    );
}

/** In order of time. Times are of this machine's own clock and zone. */
export function explanationText(id: string, facts: readonly Fact[], terminal: Terminal): string {
  const parts = facts.flatMap((fact) => {
    const decision = recordedDecision(fact);
    if (decision !== null) return [decisionText(decision, terminal)];
    const words = happeningInWords(fact);
    return words === null ? [] : [`${moment(fact.at)}  ${words}`];
  });
  return parts.length === 0 ? `Nothing of conversation ${id} was decided by routing.` : parts.join("\n");
}

function decisionText(decision: RecordedDecision, terminal: Terminal): string {
  const { at, csr, network, queue, elsewhere, rules, rings, request, losses, next } = decision;
  const title =
    csr === null
      ? terminal.paint("yellow", "nobody can take it now")
      : terminal.paint("green", `${csr} is chosen, at ${network}`);
  const where = `queue ${queue}${rings.length === 0 ? "" : `, ring ${rings.map((ring) => ring + 1).join(" and ")}`}, rules ${rules}`;
  const named = (losses ?? []).flatMap(([loss, csrs]) => csrs.map((one) => ({ csr: one, loss })));
  const others =
    losses !== null ? lossTable(named) : next.length === 0 ? "" : `Next would have been: ${next.join(", ")}`;
  const only = request.only === null ? [] : [`Meant for ${request.only} alone`];
  const by = elsewhere ? ["Chosen by the routing server or suite; what follows is how this desk saw it"] : [];
  const lines = [where, ...by, ...only, ...requestLines(request), ...(others === "" ? [] : others.split("\n"))];
  return [`${moment(at)}  ${title}`, ...lines.map((line) => `    ${line}`)].join("\n");
}
