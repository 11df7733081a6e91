/** Whether the condition of a `when` or `branch` holds. */
import type { Condition, NumberRange } from "./script.ts";
import { primaryTag } from "./texts.ts";
import type { DialogFacts, DialogSurroundings } from "./types.ts";

/** What a condition looks at beside what was learned. */
export type ConditionSurroundings = Pick<
  DialogSurroundings,
  "directory" | "address" | "software" | "origin" | "isOpen"
>;

type OneOrMore = string | readonly string[];

function list(wanted: OneOrMore): readonly string[] {
  return typeof wanted === "string" ? [wanted] : wanted;
}

function isList(wanted: unknown): wanted is readonly string[] {
  return Array.isArray(wanted);
}

function sameText(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}

function oneOf(actual: string | null | undefined, wanted: OneOrMore): boolean {
  return actual !== null && actual !== undefined && list(wanted).some((each) => sameText(each, actual));
}

function isAny(actual: readonly (string | undefined)[], wanted: OneOrMore): boolean {
  return actual.some((each) => oneOf(each, wanted));
}

/** `*` stands for anything. Walked by hand: a regular expression made of a pattern could be made to take for ever. */
export function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const whole = text.toLowerCase();
  const [first = "", ...rest] = parts;
  if (!whole.startsWith(first)) {
    return false;
  }
  const last = rest.pop();
  if (last === undefined) {
    return whole === first;
  }
  let at = first.length;
  for (const part of rest) {
    const found = whole.indexOf(part, at);
    if (found < 0) {
      return false;
    }
    at = found + part.length;
  }
  return whole.length - last.length >= at && whole.endsWith(last);
}

function inRange(text: string, range: NumberRange): boolean {
  const number = Number(text);
  return (
    text.trim() !== "" &&
    Number.isFinite(number) &&
    number >= (range.min ?? -Infinity) &&
    number <= (range.max ?? Infinity)
  );
}

function answerHolds(answer: string | undefined, wanted: OneOrMore | boolean | NumberRange): boolean {
  if (typeof wanted === "boolean") {
    return (answer !== undefined && answer !== "") === wanted;
  }
  if (typeof wanted === "string" || isList(wanted)) {
    return oneOf(answer, wanted);
  }
  return answer !== undefined && inRange(answer, wanted);
}

function factsHold(condition: Condition, facts: DialogFacts, around: ConditionSurroundings): boolean {
  const known: readonly (readonly [boolean | undefined, string | null])[] = [
    [condition.customer, facts.customer],
    [condition.name, facts.name],
    [condition.account, facts.account],
  ];
  if (known.some(([wanted, actual]) => wanted !== undefined && wanted !== (actual !== null))) {
    return false;
  }
  for (const [name, wanted] of Object.entries(condition.answers ?? {})) {
    const answer = Object.hasOwn(facts.answers, name) ? facts.answers[name] : undefined;
    if (!answerHolds(answer, wanted)) {
      return false;
    }
  }
  const wantedAttributes = Object.entries(condition.attributes ?? {});
  if (wantedAttributes.length === 0) {
    return true;
  }
  const attributes = facts.customer === null ? undefined : around.directory.byId(facts.customer)?.attributes;
  return (
    attributes !== undefined &&
    wantedAttributes.every(([name, wanted]) => Object.hasOwn(attributes, name) && oneOf(attributes[name], wanted))
  );
}

function surroundingsHold(condition: Condition, language: string, around: ConditionSurroundings): boolean {
  const { software } = around;
  const tests: readonly boolean[] = [
    condition.language === undefined ||
      list(condition.language).some((tag) => primaryTag(tag) === primaryTag(language)),
    condition.network === undefined ||
      isAny([around.address.network, ...(around.origin?.networks ?? [])], condition.network),
    condition.protocol === undefined || oneOf(software?.protocol, condition.protocol),
    condition.software === undefined ||
      list(condition.software).some((pattern) => matchesPattern(software?.name ?? "", pattern)),
    condition.gateway === undefined ||
      isAny([software?.gateway?.type, ...(around.origin?.gateways ?? [])], condition.gateway),
    condition.features === undefined ||
      list(condition.features).every((feature) => software?.features?.some((has) => has === feature) === true),
    condition.open === undefined || list(condition.open).some((queue) => around.isOpen(queue)),
    condition.closed === undefined || list(condition.closed).some((queue) => !around.isOpen(queue)),
  ];
  return tests.every(Boolean);
}

/** True when all that is given holds. An empty condition always does. */
export function holds(
  condition: Condition,
  language: string,
  facts: DialogFacts,
  around: ConditionSurroundings,
): boolean {
  return (
    factsHold(condition, facts, around) &&
    surroundingsHold(condition, language, around) &&
    (condition.not === undefined || !holds(condition.not, language, facts, around)) &&
    (condition.any === undefined || condition.any.some((each) => holds(each, language, facts, around)))
  );
}
