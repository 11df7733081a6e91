/**
 * What happens to a conversation from its first word to its end: the bot's part, the queue, being handed on, closing. Its states
 * are in states.ts, offers in offering.ts.
 */
import { armSilence, askBot, forTheBot } from "./bot.ts";
import { ruled, type SaidContent } from "./content-rule.ts";
import { type DialogInput, NO_FACTS } from "./dialog.ts";
import { CSR_IS_TOLD, CUSTOMER_IS_TOLD, type Ending, factOfEnding, WRAP_UP_AFTER } from "./endings.ts";
import { wrapUp } from "./hands.ts";
import { endRoom, tellGone } from "./introduction.ts";
import { customerOf, putLeg, talkingLeg } from "./legs.ts";
import { ACCEPTED, type Address, addressKey, type Verdict } from "./model.ts";
import { armRound, withdrawOffers } from "./offering.ts";
import { obstacleAt, sendAway } from "./overflow.ts";
import { atStart, queueFor } from "./queue-for.ts";
import type { OverflowTarget } from "./queue-rules.ts";
import { forgetFormer, inviteElsewhere } from "./redirect.ts";
import { excerpt } from "./rendering.ts";
import type { Handle, Queue, SkillLevel } from "./rules.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { move } from "./states.ts";
import { endSupervision } from "./supervision.ts";
import { customerName, record, tell } from "./transcript.ts";
import { contactKey, release } from "./translation.ts";
import { cancelTimer, csrLanguage, fact, putConversation, type Turn } from "./turn.ts";
import { visitOf } from "./visit.ts";

// --- dialog ---------------------------------------------------------------------------------------------------------

export interface Opening {
  readonly from: Address;
  readonly handle: Handle;
  readonly languageHint: string | null;
  /** What they opened with, if with words. */
  readonly said: SaidContent | null;
  readonly foreign: string | null;
  readonly at: number;
}

/** Characters of a customer's first words that go with the conversation; the whole is in the transcript. */
const OPENING_LENGTH = 1_000;

/** Ids sort by opening, so that among those who came in the same instant the first come is served first. */
function conversationId(turn: Turn): string {
  return `c${turn.world.nextLine().toString(36).padStart(6, "0")}-${turn.world.token().slice(0, 4)}`;
}

/** A customer's first word to a handle: the conversation begins and the bot speaks. */
export function open(turn: Turn, opening: Opening): Verdict {
  const { handle, from, said } = opening;
  const script = turn.rules.dialogs.get(handle.dialog);
  if (script === undefined) throw new Error(`handle ${handle.id} names the unknown dialog ${handle.dialog}`);
  const leg: Leg = {
    index: 0,
    role: "customer",
    csr: null,
    address: from,
    desk: handle.id,
    label: null,
    shown: handle.name,
    state: "active",
  };
  const row: ConversationRow = {
    id: conversationId(turn),
    state: "dialog",
    settled: false,
    generation: 0,
    network: from.network,
    handle: handle.id,
    openedAt: turn.world.now,
    legs: [leg],
    software: turn.memory.software.get(addressKey(from)) ?? null,
    languageHint: opening.languageHint,
    dialog: script.id,
    dialogVersion: script.version,
    position: null,
    facts: NO_FACTS,
    opening: null,
    queue: null,
    priority: 0,
    skills: {},
    waitingSince: null,
    excluded: [],
    only: null,
    offers: [],
    toldPlace: null,
    held: [],
    passedOn: false,
  };
  turn.tables.conversation.put(row.id, row);
  turn.tables.contact.put(contactKey(from, handle.id), { conversation: row.id });
  fact(turn, "conversation.opened", { conversation: row.id }, { network: from.network, handle: handle.id });
  const begun = said === null ? row : recordOpening(turn, row, leg, said, opening);
  turn.memory.activity.set(row.id, turn.world.now);
  consult(turn, begun, said === null ? { kind: "open" } : { kind: "text", text: forTheBot(said), choice: null });
  return ACCEPTED;
}

/** Their first words, as far as they may be kept. */
function recordOpening(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  said: SaidContent,
  opening: Opening,
): ConversationRow {
  const passed = ruled(turn, row, leg, said);
  record(turn, passed.row, leg, passed.said, opening.foreign, opening.at);
  return putConversation(turn, passed.row, { opening: excerpt(passed.said.text, OPENING_LENGTH) });
}

/** Feeds the bot and does what it says. */
export function consult(turn: Turn, before: ConversationRow, input: DialogInput): void {
  const { row, result } = askBot(turn, before, input);
  if (result.end === null) {
    armSilence(turn, row, result.silenceMs);
    return;
  }
  switch (result.end.kind) {
    case "route": {
      const { queue: wanted, priority, skills } = result.end;
      const queue = queueFor(turn, row, wanted);
      if (queue === null) close(turn, row, "desk");
      // A dialog of before a reload may lead to a queue of before it; what it asks of CSRs means nothing in another.
      else if (queue.id !== wanted) enqueue(turn, row, queue, queue.priority, {});
      else enqueue(turn, row, queue, priority ?? queue.priority, skills as Readonly<Record<string, SkillLevel>>);
      return;
    }
    case "close":
      close(turn, row, "dialog");
      return;
  }
}

// --- queue ----------------------------------------------------------------------------------------------------------

/** The bot's part is over: they wait, or are told why not and sent where the queue says. */
export function enqueue(
  turn: Turn,
  row: ConversationRow,
  queue: Queue,
  priority: number,
  asked: Readonly<Record<string, SkillLevel>>,
): void {
  cancelTimer(turn, `silence ${row.id}`);
  const obstacle = obstacleAt(turn, queue);
  if (obstacle !== null) {
    const visit = visitOf(turn, row, queue, priority, asked);
    fact(turn, "queue.refused", { conversation: row.id }, { queue: queue.id, why: obstacle, visit });
    const target = sendAway(turn, row, queue, obstacle);
    if (target === null || !overflow(turn, row, target)) close(turn, row, obstacle === "full" ? "full" : "hours");
    return;
  }
  const next = move(turn, row, "route", {
    queue: queue.id,
    priority,
    skills: { ...Object.fromEntries(queue.skills), ...asked },
    position: null,
    waitingSince: row.waitingSince ?? turn.world.now,
    ...atStart(turn),
  });
  fact(
    turn,
    "queue.entered",
    { conversation: row.id },
    { queue: queue.id, priority, visit: visitOf(turn, row, queue, priority, asked) },
  );
  inviteElsewhere(turn, next, queue);
  turn.memory.activity.set(next.id, turn.world.now);
}

/** Sends them elsewhere: a customer who waits, or one whom a queue did not take. False when there is no such place. */
export function overflow(turn: Turn, row: ConversationRow, target: OverflowTarget): boolean {
  const overflows = (row.overflows ?? 0) + 1;
  fact(turn, "queue.overflow", { conversation: row.id }, { from: row.queue, to: JSON.stringify(target) });
  if (target.kind !== "queue") {
    const { dialog, handle } = botFor(turn, row, target);
    const script = turn.rules.dialogs.get(dialog);
    if (script === undefined) return false;
    const { id, version } = script;
    const change = { dialog: id, dialogVersion: version, handle, position: null, overflows, toldPlace: null };
    consult(turn, row.state === "waiting" ? move(turn, row, "leave", change) : { ...row, ...change }, { kind: "open" });
    return true;
  }
  const queue = turn.rules.queues.get(target.queue);
  if (queue === undefined) return false;
  if (row.state === "dialog") {
    enqueue(turn, { ...row, overflows }, queue, queue.priority, {});
    return true;
  }
  const { id, priority } = queue;
  const skills = Object.fromEntries(queue.skills);
  const next = putConversation(turn, row, {
    queue: id,
    priority,
    skills,
    excluded: [],
    toldPlace: null,
    overflows,
    ...atStart(turn),
  });
  inviteElsewhere(turn, next, queue);
  return true;
}

/** The dialog that takes over, and the handle that counts as written to from then on. */
function botFor(turn: Turn, row: ConversationRow, target: Exclude<OverflowTarget, { kind: "queue" }>) {
  if (target.kind === "dialog") return { dialog: target.dialog, handle: row.handle };
  const all = [...turn.rules.networks.values()].flatMap(({ handles }) => handles);
  const named = all.filter(({ id }) => id === target.handle);
  const handle = named.find(({ network }) => network === row.network) ?? named[0];
  return { dialog: handle?.dialog ?? "", handle: handle?.id ?? row.handle };
}

// --- leaving the talk -----------------------------------------------------------------------------------------------

export interface Destination {
  readonly queue: string;
  /** A CSR it is meant for alone. */
  readonly only: string | null;
  /** Asked for in that queue in place of what was; left out: as the queue has it, or as it was. */
  readonly skills?: Readonly<Record<string, SkillLevel>>;
}

/**
 * The CSR steps out and the customer waits again, first among equals since their waiting time goes on. `why`: handed on by
 * the CSR, gone for too long, or no CSR any more by the rules of a reload.
 */
export function requeue(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  destination: Destination,
  why: "transfer" | "absent" | "reload",
): void {
  const queue = queueFor(turn, row, destination.queue);
  if (queue === null) {
    close(turn, row, "desk");
    return;
  }
  const csr = leg.csr ?? "";
  const changed = queue.id !== row.queue;
  const alone = endSupervision(turn, row);
  const next = move(turn, alone, "requeue", {
    legs: putLeg(alone, leg.index, { state: "left" }),
    queue: queue.id,
    priority: changed ? queue.priority : row.priority,
    skills: destination.skills ?? (changed ? Object.fromEntries(queue.skills) : row.skills),
    ...(changed ? atStart(turn) : {}),
    rest: null,
    room: endRoom(turn, row),
    // Who handed it on is not asked again at once; who merely lost their connection may be, when they are back.
    excluded: destination.only === null && why === "transfer" ? [csr] : [],
    only: destination.only,
    toldPlace: null,
    passedOn: true,
  });
  cancelTimer(turn, `idle ${row.id}`);
  cancelTimer(turn, `absent ${row.id}`);
  const target =
    destination.only === null ? queue.name : (turn.rules.csrs.get(destination.only)?.name ?? destination.only);
  if (why === "absent") tell(turn, next, leg, "csr.left-absent");
  else tell(turn, next, leg, "csr.transferred", { target });
  wrapUp(turn, row, leg, why === "reload" ? "desk" : why);
  release(turn, leg);
  const key =
    why !== "transfer"
      ? "talking.csr-left"
      : destination.only === null
        ? "talking.transferred"
        : "talking.transferred-csr";
  tellGone(turn, row, next, [customerOf(next)]);
  tell(turn, next, customerOf(next), key, { queue: queue.name, csr: target });
  fact(turn, `conversation.${why}`, { conversation: row.id, csr }, { queue: queue.id, only: destination.only });
  if (changed) inviteElsewhere(turn, next, queue);
  armRound(turn, row);
}

// --- closing --------------------------------------------------------------------------------------------------------

export function close(turn: Turn, row: ConversationRow, why: Ending): void {
  const customer = customerOf(row);
  const leg = talkingLeg(row);
  const closed = move(turn, endSupervision(turn, withdrawOffers(turn, row)), "close", {});
  if (leg !== null) {
    const key = CSR_IS_TOLD[why];
    if (key !== null) tell(turn, closed, leg, key, { name: customerName(turn, row, csrLanguage(turn, leg.csr)) });
    wrapUp(turn, row, leg, WRAP_UP_AFTER[why]);
    release(turn, leg);
  }
  const told = CUSTOMER_IS_TOLD[why];
  if (told !== null)
    tell(turn, closed, customer, told, { csr: turn.rules.csrs.get(leg?.csr ?? "")?.name ?? turn.rules.company });
  for (const timer of ["silence", "idle", "absent", "round", "ring", "quiet"]) cancelTimer(turn, `${timer} ${row.id}`);
  turn.tables.contact.delete(contactKey(customer.address, customer.desk));
  forgetFormer(turn, row);
  endRoom(turn, row);
  turn.tables.conversation.delete(row.id);
  turn.memory.activity.delete(row.id);
  factOfEnding(turn, row, why, leg?.csr ?? "");
}
