/**
 * What is recorded of a customer who comes to a queue: all that rules may ask about, so that the same customer can come once more to a desk
 * with other rules (`frontdesk replay`). Plain JSON in the detail `visit` of a fact; it goes with the conversation's transcript.
 */
import type { DialogFacts } from "./dialog.ts";
import type { Address, Software } from "./model.ts";
import type { SkillLevel } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Fact } from "./step.ts";

export interface RecordedVisit {
  readonly address: Address;
  readonly handle: string;
  readonly language: string | null;
  readonly name: string | null;
  readonly account: string | null;
  /** Their entry in the directory; null: a stranger. */
  readonly customer: string | null;
  readonly answers: Readonly<Record<string, string>>;
  readonly software: Software | null;
  /** What the dialog asked for beside the queue. */
  readonly skills: Readonly<Record<string, SkillLevel>>;
  readonly priority: number;
}

/** Of what customers answered: rules compare short words, of which there are few. */
const ANSWERS_KEPT = 50;
const ANSWER_LENGTH = 60;

/** The detail to record; `priority` and `skills` as the dialog gave them. */
export function visitOf(row: ConversationRow, priority: number, skills: RecordedVisit["skills"]): string {
  const { handle, software, facts, languageHint, legs } = row;
  const { name, account, customer } = facts;
  const visit: RecordedVisit = {
    address: legs[0]?.address ?? { network: row.network, id: "" },
    handle,
    language: facts.language ?? languageHint,
    name,
    account,
    customer,
    answers: shortened(facts.answers),
    software,
    skills,
    priority,
  };
  return JSON.stringify(visit);
}

function shortened(answers: DialogFacts["answers"]): DialogFacts["answers"] {
  const kept = Object.entries(answers).slice(0, ANSWERS_KEPT);
  return Object.fromEntries(kept.map(([name, answer]) => [name, answer.slice(0, ANSWER_LENGTH)]));
}

/** Null where a fact records none. */
export function recordedVisit({ detail }: Fact): RecordedVisit | null {
  // Written above and by nobody else.
  return typeof detail.visit === "string" ? (JSON.parse(detail.visit) as RecordedVisit) : null;
}
