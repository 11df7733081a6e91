/**
 * What can never happen by some rules: queues and rings that ask for nobody there is, rings and overflow that are never come to, customers
 * sent round in a circle. Each finding is a mistake or a leftover; none keeps the rules from being used.
 */
import type { NeedRule, Range, Ring, Situation } from "../queue-rules.ts";
import type { Queue, Rules } from "../rules.ts";
import { circles } from "./circles.ts";
import { askedAfter, askedAlways, droppedAs, type Ever, everOf, leastWeight } from "./ever.ts";
import { needInWords } from "./words.ts";

export interface Finding {
  /** Within routing.yaml. A single need that is not in a list is found at its list's place. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function findingsOf(rules: Rules): readonly Finding[] {
  const ever = everOf(rules);
  const perQueue = [...rules.queues.values()].flatMap((queue) => {
    const about: About = { rules, queue, ever, weight: leastWeight(rules, queue), path: ["queues", queue.id] };
    return [
      ...askedOfNobody(about),
      ...ringFindings(about),
      ...overflowFindings(about),
      ...preferenceFindings(about),
      ...networkFindings(about),
    ];
  });
  return [...perQueue, ...circles(rules)];
}

interface About {
  readonly rules: Rules;
  readonly queue: Queue;
  readonly ever: Ever;
  readonly weight: number;
  readonly path: readonly (string | number)[];
}

function isAnybody({ ever, weight }: About, needs: readonly NeedRule[], network: string | null = null): boolean {
  return ever.count(needs, weight, network, 1) > 0;
}

const inWords = (needs: readonly NeedRule[]): string =>
  needs.length === 0 ? "anything at all" : needs.map(needInWords).join(", ");

// --- needs ------------------------------------------------------------------------------------------------------------

function askedOfNobody(about: About): readonly Finding[] {
  const { queue, rules, path } = about;
  const asked = askedAlways(queue);
  // Nobody at all, or nobody with the queue's skills: that is said elsewhere.
  const bySkills = asked.filter(({ kind }) => kind === "skill");
  if (rules.csrs.size === 0 || !isAnybody({ ...about, weight: 0 }, bySkills)) return [];
  if (!isAnybody(about, asked)) {
    return isAnybody({ ...about, weight: 0 }, asked)
      ? [{ path: [...path, "weight"], message: tooHeavy(about) }]
      : [{ path: [...path, "needs"], message: neverMet(about, asked) }];
  }
  return (queue.needs ?? []).flatMap(({ when, need }, index) =>
    when === null || isAnybody(about, [...asked, need])
      ? []
      : [
          {
            path: [...path, "needs", index],
            message: `no CSR can ever be asked when this applies: nobody meets ${inWords([...asked, need])} together; ask for less, or give it to somebody in people.yaml`,
          },
        ],
  );
}

function tooHeavy({ queue, weight }: About): string {
  return `no CSR can ever take a conversation of "${queue.id}": it weighs ${weight}, and nobody who would do has that capacity; make it lighter, or raise a capacity in people.yaml`;
}

function neverMet(about: About, asked: readonly NeedRule[]): string {
  const first = firstRingForSomebody(about);
  const wanted = `nobody meets ${inWords(asked)} together`;
  return first === null
    ? `no CSR can ever serve "${about.queue.id}": ${wanted}; ask for less, or give it to somebody in people.yaml`
    : `${wanted}, so everybody goes on to ring ${first + 1} at once; ask for less, or ask from the start for what that ring does`;
}

/** The rings that come for certain, each with what is asked for when it has come. */
function* certainRings({
  queue,
}: About): Iterable<{ index: number; ring: Ring; before: readonly NeedRule[]; asked: readonly NeedRule[] }> {
  let asked = askedAlways(queue);
  for (const [index, ring] of (queue.rings ?? []).entries()) {
    const after = askedAfter(asked, ring);
    yield { index, ring, before: asked, asked: after };
    if (ring.when === null) asked = after;
  }
}

function firstRingForSomebody(about: About): number | null {
  for (const { index, ring, asked } of certainRings(about)) {
    if (ring.when === null && isAnybody(about, asked)) return index;
  }
  return null;
}

// --- rings ------------------------------------------------------------------------------------------------------------

function ringFindings(about: About): readonly Finding[] {
  const findings: Finding[] = [];
  let leavesAt: number | null = null;
  let wasAnybody = isAnybody(about, askedAlways(about.queue));
  for (const { index, ring, before, asked } of certainRings(about)) {
    const path = [...about.path, "rings", index];
    if (leavesAt !== null) {
      findings.push({
        path,
        message: `this ring is never come to: ring ${leavesAt + 1} sends everybody elsewhere; put it before that one`,
      });
      continue;
    }
    const isAnybodyNow = isAnybody(about, asked);
    // A base that nobody meets was told of; so is the first ring that narrows somebody down to nobody, once.
    if (wasAnybody && !isAnybodyNow && ring.to === null) {
      findings.push({
        path,
        message: `nobody can ever be asked in this ring: nobody meets ${inWords(asked)} together, so it is never of use; ask for less`,
      });
    }
    if (ring.when === null) wasAnybody = isAnybodyNow;
    findings.push(
      ...idle(ring, path),
      ...droppedInVain(ring, before, path),
      ...neverHolds(about, ring.when, [...path, "when"]),
    );
    if (ring.to !== null && ring.when === null) leavesAt = index;
  }
  return findings;
}

function idle(ring: Ring, path: Finding["path"]): readonly Finding[] {
  const { needs, drop, levels, points, strategies, compatibility, to } = ring;
  const isIdle =
    needs === null &&
    drop.length === 0 &&
    Object.keys(levels).length === 0 &&
    points === 0 &&
    strategies === null &&
    compatibility === null &&
    to === null;
  return isIdle
    ? [{ path, message: "this ring changes nothing; say what it drops, asks for or changes, or take it out" }]
    : [];
}

/** Skills may be asked for by dialogs, too; the rest is asked for here or nowhere. */
function droppedInVain(ring: Ring, before: readonly NeedRule[], path: Finding["path"]): readonly Finding[] {
  if (ring.needs !== null) return [];
  const named = new Set(before.map(droppedAs));
  const attributes = new Set(["language", "csr", "any", "not", "network", "software"]);
  return ring.drop.flatMap((name, index) =>
    attributes.has(name) && !named.has(name) && ring.when === null
      ? [
          {
            path: [...path, "drop", index],
            message: `"${name}" is asked for by nothing before this ring, so there is nothing to drop`,
          },
        ]
      : [],
  );
}

// --- situations -------------------------------------------------------------------------------------------------------

function neverHolds({ queue, rules }: About, when: Situation | null, path: Finding["path"]): readonly Finding[] {
  if (when === null) return [];
  const ranges: readonly (readonly ["waiting" | "longestWait" | "staffed", Range | null, number, string])[] = [
    ["waiting", when.waiting, queue.maxWaiting, `at most ${queue.maxWaiting} wait in "${queue.id}" (maxWaiting)`],
    ["longestWait", when.longestWait, Number.POSITIVE_INFINITY, ""],
    ["staffed", when.staffed, rules.csrs.size, `people.yaml has ${rules.csrs.size} CSRs`],
  ];
  return ranges.flatMap(([name, range, most, why]) => {
    if (range === null) return [];
    if (range.min > range.max) {
      return [
        {
          path: [...path, name],
          message: `this never holds: min ${range.min} is more than max ${range.max}; swap them`,
        },
      ];
    }
    return range.min > most
      ? [{ path: [...path, name], message: `this never holds: ${why}, never ${range.min}; lower min` }]
      : [];
  });
}

function overflowFindings(about: About): readonly Finding[] {
  const { queue, path } = about;
  const ended = new Set<string>();
  return (queue.overflow ?? []).flatMap(({ why, when }, index): readonly Finding[] => {
    const at = [...path, "overflow", index];
    if (ended.has(why)) {
      return [
        {
          path: at,
          message: `this is never come to: what stands above it for "${why}" takes everybody; put it first, or give that one a when`,
        },
      ];
    }
    if (when === null) ended.add(why);
    if (why === "closed" && queue.hours === null) {
      return [
        {
          path: at,
          message: `"${queue.id}" has no hours and never closes, so this is never come to; give it hours, or take this out`,
        },
      ];
    }
    return neverHolds(about, when, [...at, "when"]);
  });
}

function preferenceFindings(about: About): readonly Finding[] {
  return (about.queue.prefer ?? []).flatMap(({ need }, index) =>
    isAnybody({ ...about, weight: 0 }, [need])
      ? []
      : [
          {
            path: [...about.path, "prefer", index],
            message: `this prefers nobody: no CSR meets ${needInWords(need)}; name what somebody in people.yaml has`,
          },
        ],
  );
}

/** Of queues that want the same network or software: customers of networks on which nobody of the queue sits, or is sent there by it. */
function networkFindings(about: About): readonly Finding[] {
  const { queue, rules, path } = about;
  const everWidens = (queue.rings ?? []).some(({ compatibility, to }) => compatibility === "translated" || to !== null);
  const asked = askedAlways(queue);
  if (queue.compatibility === "translated" || everWidens || !isAnybody(about, asked)) return [];
  const isNobodyOn = (network: string): boolean => !isAnybody(about, asked, network);
  const elsewhere = queue.hosting?.network ?? null;
  const own = [...rules.networks.values()].filter(
    ({ name, handles }) => queue.compatibility === "same-network" && handles.length > 0 && name !== elsewhere,
  );
  return [
    ...own
      .filter(({ name }) => isNobodyOn(name))
      .map(({ name }) => ({
        path: [...path, "compatibility"],
        message: `no CSR of "${queue.id}" has an address on ${name}: customers from there could never be served; use translated, or give somebody an address there`,
      })),
    ...(elsewhere === null || !isNobodyOn(elsewhere)
      ? []
      : [
          {
            path: [...path, "redirectTo"],
            message: `customers are asked to continue on ${elsewhere}, where no CSR of "${queue.id}" has an address: with ${queue.compatibility} whoever comes there could never be served; use translated, redirect elsewhere, or give somebody an address there`,
          },
        ]),
  ];
}
