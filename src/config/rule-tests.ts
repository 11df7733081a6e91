/** The tests that routing.yaml carries: each is an imagined customer, and what is to become of them. */
import { ANYBODY, type Decision, type ImaginedCustomer, imagine } from "../core/analysis/imagined.ts";
import { FREE, type ImaginedCsr, type ImaginedDesk, imagineDesk } from "../core/analysis/imagined-desk.ts";
import { lossInWords } from "../core/analysis/words.ts";
import type { Capabilities, Software } from "../core/model.ts";
import { PLAIN_ROUTING } from "../core/queue-rules.ts";
import type { Rules } from "../core/rules.ts";
import { hoursAt } from "./hours.ts";
import type { ExpectInput, GivenInput, RuleTestInput } from "./schema-tests.ts";
import { readMoment } from "./wall-time.ts";

/** What a test found; null: all as expected. `key`: which expectation. */
export interface RuleTestFailure {
  readonly index: number;
  readonly key: keyof ExpectInput;
  readonly message: string;
}

/** A reference of a test to something there is not; found before the test runs. */
export interface RuleTestFault {
  readonly path: readonly string[];
  readonly what: string;
  readonly word: string;
  readonly known: readonly string[];
}

/** Milliseconds; any moment will do where a test names none. */
const SOME_TIME = Date.UTC(2026, 0, 7, 12);

/** Runs them in order. All names they refer to must be there. */
export function runRuleTests(rules: Rules, tests: readonly RuleTestInput[]): readonly RuleTestFailure[] {
  return tests.flatMap(({ name, given, expect }, index) => {
    const failure = judge(decide(rules, given), expect);
    return failure === null ? [] : [{ index, key: failure.key, message: `test failed: ${name}: ${failure.message}` }];
  });
}

/** What becomes of that customer, on that desk. */
export function decide(
  rules: Rules,
  given: GivenInput,
  capabilities?: (network: string) => Capabilities | null,
): Decision {
  const { turn, clock } = imagineDesk(rules, deskOf(rules, given), capabilities);
  return imagine(turn, clock, customerOf(rules, given));
}

/** The customer alone: the desk may be another. */
export function customerOf(rules: Rules, given: GivenInput): ImaginedCustomer {
  const { queue, handle, language, customer, answers, skills, priority, lastCsr, declined, waited } = given;
  return {
    ...ANYBODY,
    queue,
    network: given.network ?? [...rules.networks.keys()][0] ?? "",
    handle: handle ?? null,
    language: language ?? null,
    customer: customer ?? null,
    answers,
    skills,
    software: given.software === undefined ? null : softwareNamed(given.software),
    priority: priority ?? null,
    lastCsr: lastCsr ?? null,
    declined,
    waited,
  };
}

function softwareNamed(name: string): Software {
  return { protocol: "", name, version: null, os: null, features: null, gateway: null };
}

function deskOf(rules: Rules, { at, csrs, waiting, queue }: GivenInput): ImaginedDesk {
  const { timeZone } = rules.routing ?? PLAIN_ROUTING;
  const now = (at === undefined ? null : readMoment(timeZone, at)) ?? SOME_TIME;
  const others = typeof waiting === "number" ? { count: waiting, longest: 0 } : waiting;
  return {
    now,
    csrs: Object.fromEntries(Object.entries(csrs ?? {}).map(([id, csr]) => [id, csrOf(csr)])),
    others: csrs === undefined ? FREE : { ...FREE, state: "offline" },
    open: at === undefined ? {} : hoursAt(rules, now).open,
    waiting: others === undefined ? {} : { [queue]: others },
  };
}

function csrOf(given: NonNullable<GivenInput["csrs"]>[string]): ImaginedCsr {
  if (typeof given === "string") return { ...FREE, state: given };
  const { state, load, at, idle, today } = given;
  return { state, load: load ?? null, at: at ?? null, idle, today };
}

type Failure = { readonly key: keyof ExpectInput; readonly message: string } | null;
type Judge = (decision: Decision, expect: ExpectInput) => string | null;

/** By expectation: null when it is met, else what came instead. */
const JUDGES: { readonly [Key in keyof ExpectInput]-?: Judge } = {
  csr: (decision, { csr = [] }) => {
    const wanted = typeof csr === "string" ? [csr] : csr;
    const got = decision.explanation.match?.csr ?? null;
    if (got !== null && wanted.includes(got)) return null;
    return `expected ${wanted.join(" or ")}, got ${whatCame(decision)}${wanted.map((id) => `; ${reason(decision, id)}`).join("")}`;
  },
  order: ({ order }, { order: wanted = [] }) =>
    wanted.every((id, index) => order[index] === id)
      ? null
      : `expected ${wanted.join(", ")} one after the other, got ${order.join(", ") || "nobody"}`,
  never: ({ order }, { never = [] }) => {
    const asked = never.filter((id) => order.includes(id));
    return asked.length === 0 ? null : `expected that they are never asked, and would be: ${asked.join(", ")}`;
  },
  nobody: (decision) =>
    decision.outcome.kind === "waiting" && decision.explanation.match === null
      ? null
      : `expected that nobody can take it, got ${whatCame(decision)}`,
  queue: (decision, { queue }) =>
    decision.queue === queue && decision.outcome.kind === "waiting"
      ? null
      : `expected the queue ${queue}, got ${decision.queue ?? "none"} (${whatCame(decision)})`,
  rings: ({ rings: come }, { rings }) => (come.length === rings ? null : `expected ${rings} rings, got ${come.length}`),
  ends: (decision, { ends }) =>
    decision.outcome.kind === "closed" && CLOSINGS[decision.outcome.why] === ends
      ? null
      : `expected that it ends (${ends}), got ${whatCame(decision)}`,
  dialog: (decision, { dialog }) =>
    decision.outcome.kind === "dialog" && decision.outcome.dialog === dialog
      ? null
      : `expected the dialog ${dialog}, got ${whatCame(decision)}`,
};

/** Endings of the core as tests name them. */
const CLOSINGS: Readonly<Record<string, string>> = { hours: "closed", full: "full", unqualified: "unqualified" };

function judge(decision: Decision, expect: ExpectInput): Failure {
  for (const key of Object.keys(JUDGES) as (keyof ExpectInput)[]) {
    const message = expect[key] === undefined ? null : JUDGES[key](decision, expect);
    if (message !== null) return { key, message };
  }
  return null;
}

/** "grace", "nobody yet", "the dialog message", "an end (full)". */
function whatCame({ outcome, explanation }: Decision): string {
  switch (outcome.kind) {
    case "waiting":
      return explanation.match?.csr ?? "nobody yet";
    case "dialog":
      return `the dialog ${outcome.dialog}`;
    case "closed":
      return `an end (${CLOSINGS[outcome.why] ?? outcome.why})`;
  }
}

function reason({ explanation }: Decision, id: string): string {
  const loss = explanation.losses.find(({ csr }) => csr === id)?.loss;
  return loss === undefined ? `${id} was not looked at` : `${id}: ${lossInWords(loss)}`;
}

/** Names in a test that there are not. */
export function faultsOf(rules: Rules, { given, expect }: RuleTestInput): readonly RuleTestFault[] {
  const known = {
    queue: [...rules.queues.keys()],
    network: [...rules.networks.keys()],
    CSR: [...rules.csrs.keys()],
    skill: rules.skills,
    dialog: [...rules.dialogs.keys()],
  };
  const some = (value: string | readonly string[] | undefined): readonly string[] =>
    value === undefined ? [] : typeof value === "string" ? [value] : value;
  const words: readonly (readonly [keyof typeof known, readonly string[], readonly string[]])[] = [
    ["queue", ["given", "queue"], [given.queue]],
    ["queue", ["expect", "queue"], some(expect.queue)],
    ["network", ["given", "network"], some(given.network)],
    ["skill", ["given", "skills"], Object.keys(given.skills)],
    ["CSR", ["given", "lastCsr"], some(given.lastCsr)],
    ["CSR", ["given", "declined"], given.declined],
    ["CSR", ["given", "csrs"], Object.keys(given.csrs ?? {})],
    ["CSR", ["expect", "csr"], some(expect.csr)],
    ["CSR", ["expect", "order"], some(expect.order)],
    ["CSR", ["expect", "never"], some(expect.never)],
    ["dialog", ["expect", "dialog"], some(expect.dialog)],
  ];
  const unknown = words.flatMap(([what, path, used]) =>
    used.filter((word) => !known[what].includes(word)).map((word) => ({ path, what, word, known: known[what] })),
  );
  const { customer } = given;
  return customer === undefined || rules.directory.byId(customer) !== null
    ? unknown
    : [...unknown, { path: ["given", "customer"], what: "customer of directory.yaml", word: customer, known: [] }];
}
