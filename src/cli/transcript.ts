/** `frontdesk transcript ID`: what was said in one conversation, and what happened around it. */

import type { Command } from "commander";
import type { TranscriptReport } from "../control/protocol.ts";
import { DECIDED } from "../core/decisions.ts";
import { typed } from "../core/styling-writer.ts";
import { asItReads } from "../store/store.ts";
import { ask, type DeskOptions, segment, withDesk } from "./desk-command.ts";
import { moment } from "./table.ts";
import { plain, type Terminal } from "./terminal.ts";

type Line = TranscriptReport["lines"][number];
type Fact = TranscriptReport["facts"][number];

export function addTranscript(program: Command, terminal: Terminal): void {
  withDesk(program.command("transcript"))
    .argument("<id>", "the conversation; `frontdesk conversations` lists those that are open")
    .summary("show what was said in a conversation")
    .description("Shows what was said in a conversation, open or closed, with what happened in between.")
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk transcript 5q2mzx\n  frontdesk transcript 5q2mzx --json > 5q2mzx.json\n",
    )
    .action((id: string, options: DeskOptions) =>
      ask<TranscriptReport>(terminal, options, "GET", `/transcript/${segment(id)}`, (report) =>
        terminal.out(transcriptText(report, terminal)),
      ),
    );
}

function transcriptText({ lines, facts }: TranscriptReport, terminal: Terminal): string {
  const said = lines.flatMap((line) => {
    const text = lineText(line);
    return text === null ? [] : [{ at: line.at, text: `${terminal.paint("bold", plain(author(line)))}: ${text}` }];
  });
  // What `frontdesk explain` is for: each is a page long.
  const short = facts.filter(({ event }) => event !== DECIDED);
  const happened = short.map((fact) => ({ at: fact.at, text: terminal.paint("dim", factText(fact)) }));
  return [...said, ...happened]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${terminal.paint("dim", moment(at))}  ${text}`)
    .join("\n");
}

function author(line: Line): string {
  return line.nick ?? (line.author === null ? "Frontdesk" : (line.from?.id ?? `party ${line.author}`));
}

/** Null for what other lines already show: edits, retractions and receipts are drawn into the line they concern. */
function lineText(line: Line): string | null {
  const { content } = line;
  switch (content.kind) {
    case "message": {
      if (line.retracted) {
        return "(retracted)";
      }
      const marks = [line.edited === null ? "" : "edited", line.state ?? ""].filter((mark) => mark !== "");
      return indented(typed(asItReads(line) ?? content)) + (marks.length === 0 ? "" : `  (${marks.join(", ")})`);
    }
    case "reaction":
      return `(reacts: ${plain(content.reactions.join(" ")) || "no more"})`;
    case "note":
      return `(note) ${indented(content.text)}`;
    case "edit":
    case "retraction":
    case "receipt":
      return null;
  }
}

function indented(text: string): string {
  return text.split("\n").map(plain).join("\n                       ");
}

function factText(fact: Fact): string {
  const detail = Object.entries(fact.detail).filter(([, value]) => value !== null);
  const words = [
    ...(fact.csr === null ? [] : [`csr=${fact.csr}`]),
    ...detail.map(([name, value]) => `${name}=${value}`),
  ];
  return plain(`· ${fact.event} ${words.join(" ")}`.trimEnd());
}
