/** A CSR hands a customer on: to a queue, a colleague or whoever has a skill, with a reason that the next one is told. */
import { isServed } from "./assignment.ts";
import { csrState } from "./availability.ts";
import { ruledForStaff } from "./content-rule.ts";
import { type Destination, requeue } from "./conversation.ts";
import { excerpt } from "./rendering.ts";
import type { Csr } from "./rules.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { noted, tell } from "./transcript.ts";
import { csrLanguage, fact, putConversation, say, type Turn } from "./turn.ts";

/** Words of a target's name, at most; what follows is the reason. */
const TARGET_WORDS = 8;
/** Characters of a reason. */
const REASON_LENGTH = 500;

/** What somebody's words name, and why they say it. */
export interface Wish {
  readonly destination: Destination | null;
  readonly reason: string;
}

/** `/transfer billing wants a refund`. */
export function transfer(turn: Turn, row: ConversationRow, leg: Leg, words: string): void {
  const { destination, reason } = wishOf(turn, row, leg, words);
  if (destination === null) {
    unknownTarget(turn, row, leg, words);
    return;
  }
  if (destination.only === leg.csr) {
    tell(turn, row, leg, "csr.already");
    return;
  }
  const obstacle = obstacleTo(turn, row, destination);
  if (obstacle !== null) {
    unavailable(turn, row, leg, destination, obstacle);
    return;
  }
  const name = turn.rules.csrs.get(leg.csr ?? "")?.name ?? "";
  const next = putConversation(turn, row, { handedOn: reason === "" ? null : { by: name, reason } });
  if (reason !== "") noted(turn, next, leg, reason);
  requeue(turn, next, leg, destination, "transfer");
}

/** They named nothing that there is. */
export function unknownTarget(turn: Turn, row: ConversationRow, leg: Leg, words: string): void {
  const known = [...turn.rules.queues.keys(), ...turn.rules.csrs.keys()].filter((id) => id !== leg.csr).join(", ");
  tell(turn, row, leg, "csr.transfer-unknown", { target: excerpt(words), known });
}

/** What they named cannot take the customer now; `obstacle` is the phrase that says why. */
export function unavailable(turn: Turn, row: ConversationRow, leg: Leg, at: Destination, obstacle: string): void {
  const target = turn.rules.csrs.get(at.only ?? "")?.name ?? queueName(turn, at.queue);
  tell(turn, row, leg, "csr.transfer-unavailable", { target, state: say(turn, obstacle, csrLanguage(turn, leg.csr)) });
}

function queueName(turn: Turn, queue: string): string {
  return turn.rules.queues.get(queue)?.name ?? queue;
}

/** The longest beginning of the words that names something; the rest is the reason. A machine need name nothing: people take over. */
export function wishOf(turn: Turn, row: ConversationRow, leg: Leg, words: string): Wish {
  const reasonOf = (rest: readonly string[]): string =>
    excerpt(ruledForStaff(turn, row, leg, rest.join(" ").replace(/^[:,–-]\s*/u, "")), REASON_LENGTH);
  const parts = words.split(/\s+/u).filter((part) => part !== "");
  for (let count = Math.min(parts.length, TARGET_WORDS); count > 0; count -= 1) {
    const destination = destinationOf(turn, row, parts.slice(0, count).join(" "));
    if (destination !== null) return { destination, reason: reasonOf(parts.slice(count)) };
  }
  if (turn.rules.csrs.get(leg.csr ?? "")?.autoAccept !== true) return { destination: null, reason: "" };
  const queue = turn.rules.dialogs.get(row.dialog)?.person ?? row.queue;
  return { destination: queue === null ? null : { queue, only: null }, reason: reasonOf(parts) };
}

function destinationOf(turn: Turn, row: ConversationRow, target: string): Destination | null {
  const wanted = target.toLowerCase().replace(/[:,]$/u, "");
  const called = ({ id, name }: Pick<Csr, "id" | "name">) =>
    id.toLowerCase() === wanted || name.toLowerCase() === wanted;
  const queue = [...turn.rules.queues.values()].find(called);
  if (queue !== undefined) return { queue: queue.id, only: null };
  if (row.queue === null) return null;
  const csr = [...turn.rules.csrs.values()].find(called);
  if (csr !== undefined) return { queue: row.queue, only: csr.id };
  const skill = turn.rules.skills.find((one) => one.toLowerCase() === wanted);
  return skill === undefined ? null : { queue: row.queue, only: null, skills: { [skill]: 1 } };
}

/** Why a customer must not be sent there: there they would wait in vain, and here they are with somebody. */
function obstacleTo(turn: Turn, row: ConversationRow, { queue, only, skills }: Destination): string | null {
  if (only !== null) {
    const state = csrState(turn, only);
    return state === "free" || state === "busy" ? null : `csr.state.${state}`;
  }
  if (turn.memory.open.get(queue) === false) return "csr.state.closed";
  return isServed(turn, { ...row, skills: skills ?? row.skills }, queue) ? null : "csr.state.unserved";
}

/** Names of what is set, and how many a conversation may have. */
const NAME = /^([a-z][a-z0-9_-]{0,62})(?:\s+([\s\S]*))?$/iu;
const MAX_ANSWERS = 100;
const VALUE_LENGTH = 1_000;

/** `/set order 4711`: known of the customer from now on, to rules and to whoever comes next; without a value it is forgotten. */
export function set(turn: Turn, row: ConversationRow, leg: Leg, words: string): void {
  const found = NAME.exec(words);
  const [, name, given = ""] = found ?? [];
  const { [name ?? ""]: _before, ...others } = row.facts.answers;
  if (name === undefined || Object.keys(others).length >= MAX_ANSWERS) {
    tell(turn, row, leg, "csr.set-how");
    return;
  }
  const value = excerpt(given, VALUE_LENGTH);
  const answers = value === "" ? others : { ...others, [name]: value };
  const next = putConversation(turn, row, { facts: { ...row.facts, answers } });
  fact(turn, "conversation.set", { conversation: row.id, csr: leg.csr ?? "" }, { name });
  tell(turn, next, leg, value === "" ? "csr.unset" : "csr.set", { name, value });
}
