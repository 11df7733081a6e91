/**
 * From a conversation that waits, and what the admins wrote of its queue, to the request that routing decides on: a function of the
 * present state alone, so that it can be made again for a conversation that is only imagined.
 */
import { primaryTag } from "./dialog.ts";
import { lastCsrOf } from "./last-csr.ts";
import { customerOf } from "./legs.ts";
import { losable } from "./losses.ts";
import {
  type ConditionalNeed,
  type NeedRule,
  ONE_AT_A_TIME,
  PLAIN_ROUTING,
  type Preference,
  type Ring,
} from "./queue-rules.ts";
import { featuresOf } from "./rendering.ts";
import { sharedNeeds } from "./routing/asked.ts";
import { softwareKey } from "./routing/eligibility.ts";
import type { Need } from "./routing/needs.ts";
import type { Preferred, Waiting } from "./routing/routing.ts";
import type { Queue, Strategy } from "./rules.ts";
import { isSituation } from "./situation.ts";
import type { ConversationRow } from "./state.ts";
import { languageOf, type Turn } from "./turn.ts";

/** So far behind those of whom nobody has been asked come those of whom more may be: no priority of an admin's is larger. */
const ASKED_ALREADY = 1_000_000;

/** Who waits, as routing is to see them, those included of whom more CSRs may be asked at the same time; null when nobody does. */
export function waitingOf(turn: Turn, row: ConversationRow): Waiting | null {
  const queue = turn.rules.queues.get(row.queue ?? "");
  if (queue === undefined || (row.state !== "waiting" && row.state !== "offered")) return null;
  const request = (): Waiting => requestFor(turn, row, queue);
  if (row.offers.length === 0) return request();
  if (row.only !== null || row.offers.length >= (queue.offers ?? ONE_AT_A_TIME).atOnce) return null;
  const asked = row.offers.map(({ leg }) => row.legs[leg]?.csr ?? "");
  const { priority, excluded, ...further } = request();
  return { ...further, priority: priority - ASKED_ALREADY, excluded: [...excluded, ...asked] };
}

/** What that conversation would ask for in that queue, with the rings it has come to. */
export function requestFor(turn: Turn, row: ConversationRow, queue: Queue): Waiting {
  const asked = row.only === null ? askedFor(turn, row, queue) : MEANT_FOR_ONE;
  const plain: Waiting = {
    conversation: row.id,
    queue: queue.id,
    ...turnOf(turn, row, queue, asked.points),
    needs: sharedNeeds(asked.needs),
    strategies: asked.strategies ?? queue.strategies,
    weight: weightOf(turn, row, queue),
    compatibility: row.only !== null ? "translated" : (asked.compatibility ?? queue.compatibility),
    customerNetwork: row.network,
    customerSoftware: softwareKey(row.software?.name ?? null),
    customerFeatures: losable(featuresOf(turn, row, customerOf(row))),
    excluded: row.excluded,
    only: row.only,
  };
  const { prefer = [] } = queue;
  return row.only !== null || prefer.length === 0 ? plain : withPreference(turn, row, prefer, plain);
}

/** What a conversation takes of a CSR's capacity, unless it rests. */
export function weightOf(turn: Turn, row: ConversationRow, queue: Queue | undefined): number {
  const { networkWeights } = turn.rules.routing ?? PLAIN_ROUTING;
  return (queue?.weight ?? 1) * (networkWeights[row.network] ?? 1);
}

/** Whose turn it is, as a time that does not change while they wait. */
function turnOf(turn: Turn, row: ConversationRow, queue: Queue, points: number): Pick<Waiting, "priority" | "turnAt"> {
  const { secondsPerPoint, targetSeconds } = turn.rules.routing ?? PLAIN_ROUTING;
  const promised = queue.serviceLevel?.seconds ?? targetSeconds;
  const priority = row.priority + points;
  const aged = secondsPerPoint === null ? 0 : priority * secondsPerPoint;
  const since = row.waitingSince ?? row.openedAt;
  return {
    priority: secondsPerPoint === null ? priority : 0,
    turnAt: since + (promised - (queue.headStartSeconds ?? 0) - aged) * 1000,
  };
}

/** What a queue asks for, as the rings change it one after the other. */
interface Asked {
  readonly needs: readonly Need[];
  readonly points: number;
  readonly strategies: Ring["strategies"];
  readonly compatibility: Ring["compatibility"];
}

/** Meant for one person, chosen by a colleague: what the queue asks of just anybody is not asked of them. */
const MEANT_FOR_ONE: Asked = { needs: [], points: 0, strategies: null, compatibility: null };

function askedFor(turn: Turn, row: ConversationRow, queue: Queue): Asked {
  const skills: readonly Need[] = Object.entries(row.skills).map(([skill, least]) => ({ kind: "skill", skill, least }));
  const language = queue.matchLanguage ? resolved(turn, row, { kind: "customer-language" }) : null;
  const needs = [...skills, ...(language === null ? [] : [language]), ...needsOf(turn, row, queue.needs ?? [])];
  let asked: Asked = { ...MEANT_FOR_ONE, needs };
  for (const index of row.rings ?? []) {
    const ring = queue.rings?.[index];
    if (ring !== undefined) asked = widened(turn, row, asked, ring);
  }
  return asked;
}

function widened(turn: Turn, row: ConversationRow, before: Asked, ring: Ring): Asked {
  const needs = ring.needs === null ? before.needs : needsOf(turn, row, ring.needs);
  return {
    needs: needs.filter((need) => !ring.drop.includes(nameOf(need))).map((need) => atLevel(need, ring.levels)),
    points: before.points + ring.points,
    strategies: ring.strategies ?? before.strategies,
    compatibility: ring.compatibility ?? before.compatibility,
  };
}

/** What `drop` calls it: a skill or an attribute by its name, the rest by its kind. */
function nameOf(need: Need): string {
  return need.kind === "skill" ? need.skill : need.kind === "attribute" ? need.name : need.kind;
}

function atLevel(need: Need, levels: Ring["levels"]): Need {
  const least = need.kind === "skill" ? levels[need.skill] : undefined;
  return need.kind === "skill" && least !== undefined ? { ...need, least } : need;
}

function needsOf(turn: Turn, row: ConversationRow, rules: readonly ConditionalNeed[]): readonly Need[] {
  return rules
    .filter(({ when }) => isSituation(turn, row, when, () => 0))
    .map(({ need }) => resolved(turn, row, need))
    .filter((need) => need !== null)
    .flatMap((need) => (need.kind === "all" ? need.of : [need]));
}

/** With what is known of the customer filled in; null where that leaves nothing to ask for. */
export function resolved(turn: Turn, row: ConversationRow, rule: NeedRule): Need | null {
  switch (rule.kind) {
    case "customer-language": {
      const language = primaryTag(languageOf(turn, row, customerOf(row)) ?? "");
      return language === "" ? null : { kind: "language", language };
    }
    case "answer": {
      const skill = row.facts.answers[rule.answer];
      const isSkill = skill !== undefined && turn.rules.skills.includes(skill);
      return isSkill ? { kind: "skill", skill, least: rule.least } : null;
    }
    case "last": {
      const last = lastCsrOf(turn, row);
      return { kind: "csr", csrs: last === null ? [] : [last] };
    }
    case "all":
    case "any": {
      const of = rule.of.map((part) => resolved(turn, row, part)).filter((need) => need !== null);
      return of.length === 0 && rule.of.length > 0 ? null : { kind: rule.kind, of };
    }
    case "not": {
      const of = resolved(turn, row, rule.of);
      return of === null ? null : { kind: "not", of };
    }
    case "skill":
    case "language":
    case "attribute":
    case "csr":
    case "network":
    case "software":
      return rule;
  }
}

const preferring = new WeakMap<readonly Strategy[], readonly Strategy[]>();

/** The preferred first, unless the queue says where they come; one and the same list for one and the same. */
function preferredFirst(strategies: readonly Strategy[]): readonly Strategy[] {
  if (strategies.includes("preferred")) return strategies;
  let with_ = preferring.get(strategies);
  if (with_ === undefined) {
    with_ = ["preferred", ...strategies];
    preferring.set(strategies, with_);
  }
  return with_;
}

/** The same, better served by some; and by them alone as long as it is held out for them and one of them is at work. */
function withPreference(turn: Turn, row: ConversationRow, rules: readonly Preference[], plain: Waiting): Waiting {
  const fit = rules.flatMap(({ when, need: rule, score, holdSeconds }) => {
    const need = isSituation(turn, row, when, () => 0) ? resolved(turn, row, rule) : null;
    return need === null ? [] : [{ need, score, until: (row.queuedAt ?? row.openedAt) + holdSeconds * 1000 }];
  });
  const preferred: readonly Preferred[] = fit.map(({ need, score }) => ({ need, score }));
  const waiting = { ...plain, preferred, strategies: preferredFirst(plain.strategies) };
  const held = fit.filter(({ until }) => until > turn.world.now).map(({ score }) => score);
  for (const least of held.sort((left, right) => right - left)) {
    const of = preferred.filter(({ score }) => score >= least).map(({ need }) => need);
    const only: Waiting = {
      ...waiting,
      needs: [...waiting.needs, of.length === 1 && of[0] ? of[0] : { kind: "any", of }],
    };
    if (turn.routing.staffed(only, 1) > 0) return only;
  }
  return waiting;
}
