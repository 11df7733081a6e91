/**
 * What is recorded of a customer who comes to a queue: all that rules may ask about, so that the same customer can come once more to a desk
 * with other rules (`frontdesk replay`). Plain JSON in the detail `visit` of a fact; it goes with the conversation's transcript.
 */
import { ruledText } from "./content-rule.ts";
import { customerOf } from "./legs.ts";
import type { Address, Software } from "./model.ts";
import type { Queue, SkillLevel } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Fact } from "./step.ts";
import type { Turn } from "./turn.ts";

export interface RecordedVisit {
  readonly address: Address;
  readonly handle: string;
  readonly language: string | null;
  /** Whether the bot knows their name, and their account: rules ask no more of them. */
  readonly named: boolean;
  readonly account: boolean;
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

/**
 * The detail to record; `priority` and `skills` as the dialog gave them. What may not be passed on of customers' answers (see
 * content-rule.ts) is not recorded either, by the rule of the desk and by that of the queue.
 */
export function visitOf(
  turn: Turn,
  row: ConversationRow,
  queue: Queue,
  priority: number,
  skills: RecordedVisit["skills"],
): string {
  const { handle, software, facts, languageHint } = row;
  const customer = customerOf(row);
  const answers = Object.entries(facts.answers)
    .slice(0, ANSWERS_KEPT)
    .map(([name, answer]) => {
      const byDesk = ruledText(turn, row, customer, answer);
      return [name, ruledText(turn, { ...row, queue: queue.id }, customer, byDesk).slice(0, ANSWER_LENGTH)] as const;
    });
  const visit: RecordedVisit = {
    address: customer.address,
    handle,
    language: facts.language ?? languageHint,
    named: facts.name !== null,
    account: facts.account !== null,
    customer: facts.customer,
    answers: Object.fromEntries(answers),
    software,
    skills,
    priority,
  };
  return JSON.stringify(visit);
}

/** Null where a fact records none. */
export function recordedVisit({ detail }: Fact): RecordedVisit | null {
  // Written above and by nobody else.
  return typeof detail.visit === "string" ? (JSON.parse(detail.visit) as RecordedVisit) : null;
}
