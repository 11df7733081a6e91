/** From the checked queues of routing.yaml to what the core knows of them. */
import type { ContentActions, ContentRule } from "../core/content-rule.ts";
import {
  type ConditionalNeed,
  type DeskRouting,
  type Hours,
  MAX_OFFERS_AT_ONCE,
  type NeedRule,
  type OfferRule,
  ONE_AT_A_TIME,
  type OverflowTarget,
  type Preference,
  type QueueRouting,
  type Range,
  type Ring,
  type Situation,
} from "../core/queue-rules.ts";
import type { Compatibility, Strategy } from "../core/rules.ts";
import type { ConditionalNeedInput, NeedInput, PreferenceInput, SituationInput } from "./schema-needs.ts";
import type { RoutingInput } from "./schema-routing.ts";

type QueueInput = RoutingInput["queues"][string];
type RingInput = QueueInput["rings"][number];

export function buildQueueRouting(queue: QueueInput, content: RoutingInput["content"]): QueueRouting {
  return {
    content: buildContent(content, queue.content),
    offers: buildOffers(queue.offers),
    monitorNotice: queue.monitorNotice,
    needs: conditionalNeeds(queue.needs),
    rings: queue.rings.map(buildRing),
    prefer: queue.prefer.map(buildPreference),
    headStartSeconds: queue.headStartSeconds,
    serviceLevel: queue.serviceLevel ?? null,
    overflow: queue.overflow.map(({ why, when, text, to }) => ({
      why,
      when: situation(when),
      text: text ?? null,
      to: target(to),
    })),
    afterHours: queue.afterHours,
    messages: queue.messages,
    weight: queue.weight,
    quiet: queue.quiet ?? null,
    heldWeight: queue.heldWeight ?? null,
    wrapUp: Object.fromEntries(Object.entries(queue.wrapUp).filter(([, seconds]) => seconds !== undefined)),
  };
}

/** What a queue says goes before what is said for all, kind by kind. */
function buildContent(all: RoutingInput["content"], own: QueueInput["content"]): ContentRule {
  const both = (direction: keyof ContentRule): ContentActions => {
    const actions = Object.entries({ ...all[direction], ...own[direction] });
    return Object.fromEntries(actions.filter(([, action]) => action !== undefined && action !== "allow"));
  };
  return { fromCustomer: both("fromCustomer"), fromCsr: both("fromCsr") };
}

function buildOffers(offers: QueueInput["offers"]): OfferRule {
  if (offers === "one") return ONE_AT_A_TIME;
  if (typeof offers === "number") return { atOnce: offers, announced: false };
  return { atOnce: MAX_OFFERS_AT_ONCE, announced: offers === "broadcast" };
}

export function buildDeskRouting(routing: RoutingInput): DeskRouting {
  const hours = (text: string, timeZone: string | undefined): Hours => ({
    text,
    timeZone: timeZone ?? routing.timeZone,
  });
  return {
    timeZone: routing.timeZone,
    secondsPerPoint: routing.turns.secondsPerPoint ?? null,
    targetSeconds: routing.turns.targetSeconds,
    networkWeights: routing.networkWeights,
    content: {
      rule: buildContent(routing.content, { fromCustomer: {}, fromCsr: {} }),
      known: { hosts: routing.content.hosts, country: routing.content.country ?? null },
    },
    periods: new Map(Object.entries(routing.periods).map(([id, period]) => [id, hours(period.hours, period.timeZone)])),
    sites: new Map(
      Object.entries(routing.sites).map(([id, site]) => [
        id,
        { name: site.name, hours: site.hours === undefined ? null : hours(site.hours, site.timeZone) },
      ]),
    ),
  };
}

function oneOrMore<T>(given: T | readonly T[] | undefined): readonly T[] | null {
  return given === undefined ? null : Array.isArray(given) ? given : [given as T];
}

function range(
  given: { readonly min?: number | undefined; readonly max?: number | undefined } | undefined,
): Range | null {
  return given === undefined ? null : { min: given.min ?? 0, max: given.max ?? Number.POSITIVE_INFINITY };
}

function situation(given: SituationInput | undefined): Situation | null {
  if (given === undefined) return null;
  return {
    customer: given.customer ?? null,
    handles: oneOrMore(given.handle),
    during: oneOrMore(given.during),
    waiting: range(given.waiting),
    longestWait: range(given.longestWait),
    staffed: range(given.staffed),
  };
}

function conditionalNeeds(given: QueueInput["needs"]): readonly ConditionalNeed[] {
  return (oneOrMore(given) ?? []).map(({ when, ...need }: ConditionalNeedInput) => ({
    when: situation(when),
    need: buildNeed(need as NeedInput),
  }));
}

/** Everything that is given, together. */
function buildNeed(given: NeedInput): NeedRule {
  const parts = buildParts(given);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "all", of: parts };
}

function buildParts(given: NeedInput): readonly NeedRule[] {
  const { skills = {}, languages = [], attributes = {}, csrs, network, software, skillsNamedBy = [] } = given;
  const joined: readonly (NeedRule | null)[] = [
    csrs === undefined ? null : { kind: "csr", csrs },
    network === undefined ? null : { kind: "network", network },
    software === undefined ? null : { kind: "software", software: software.toLowerCase() },
    given.customerLanguage === true ? { kind: "customer-language" } : null,
    given.lastCsr === true ? { kind: "last" } : null,
    given.all === undefined ? null : { kind: "all", of: given.all.map(buildNeed) },
    given.any === undefined ? null : { kind: "any", of: given.any.map(buildNeed) },
    given.not === undefined ? null : { kind: "not", of: buildNeed(given.not) },
  ];
  return [
    ...Object.entries(skills).map(
      ([skill, level]): NeedRule =>
        typeof level === "number"
          ? { kind: "skill", skill, least: level }
          : { kind: "skill", skill, least: level.least ?? 1, most: level.most },
    ),
    ...languages.map((language): NeedRule => ({ kind: "language", language })),
    ...Object.entries(attributes).map(
      ([name, values]): NeedRule => ({ kind: "attribute", name, values: oneOrMore(values) ?? [] }),
    ),
    ...skillsNamedBy.map((answer): NeedRule => ({ kind: "answer", answer, least: 1 })),
    ...joined.filter((need) => need !== null),
  ];
}

function buildRing(ring: RingInput): Ring {
  return {
    afterSeconds: ring.after,
    when: situation(ring.when),
    needs: ring.needs === undefined ? null : conditionalNeeds(ring.needs),
    drop: ring.drop,
    levels: ring.skills,
    points: ring.priority,
    to: target(ring.to),
    strategies: (ring.strategies as readonly Strategy[] | undefined) ?? null,
    compatibility: (ring.compatibility as Compatibility | undefined) ?? null,
  };
}

function target(to: RingInput["to"]): OverflowTarget | null {
  if (to === undefined) return null;
  if ("handle" in to) return { kind: "handle", handle: to.handle };
  return "queue" in to ? { kind: "queue", queue: to.queue } : { kind: "dialog", dialog: to.dialog };
}

function buildPreference({ when, score, holdSeconds, ...need }: PreferenceInput): Preference {
  return { when: situation(when), need: buildNeed(need as NeedInput), score, holdSeconds };
}
