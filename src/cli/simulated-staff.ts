/** People who are imagined, as options of `frontdesk simulate` describe them. */
import type { Attendance } from "../core/analysis/shift.ts";
import { withNewcomers } from "../core/analysis/staffing.ts";
import type { Csr, Rules, SkillLevel } from "../core/rules.ts";
import { Refusal, readWhole } from "./recorded.ts";
import type { SimulateOptions } from "./simulate.ts";
import { EXIT_CODES } from "./terminal.ts";

/** CSRs that are added at most. */
const MOST_ADDED = 1_000;

/** CSRs of that description, with ids that nobody has. Throws Refusal. */
export function addedCsrs(rules: Rules, options: SimulateOptions): readonly Csr[] {
  const count = readWhole("add", options.add, 0, MOST_ADDED);
  if (count === 0) return [];
  if (options.like === undefined && options.skills === undefined) {
    throw new Refusal(EXIT_CODES.usage, "Say what the new CSRs can: --like ada, or --skills billing:3,support.");
  }
  const model = options.like === undefined ? stranger(rules) : requireCsr(rules, options.like);
  const skills = options.skills === undefined ? model.skills : readSkills(rules, options.skills);
  const capacity = options.capacity === undefined ? model.capacity : readWhole("capacity", options.capacity, 1, 1_000);
  return Array.from({ length: count }, (_, index) => {
    const id = `new-${index + 1}`;
    const addresses = model.addresses.map(({ network }) => ({ network, id }));
    return { ...model, id, name: id, skills, capacity, addresses };
  });
}

/** Throws Refusal. */
export function requireCsr(rules: Rules, id: string): Csr {
  const csr = rules.csrs.get(id);
  if (csr !== undefined) return csr;
  throw new Refusal(
    EXIT_CODES.usage,
    `There is no CSR ${JSON.stringify(id)}; there are: ${[...rules.csrs.keys()].join(", ")}.`,
  );
}

/** Somebody on every network, who speaks every language, and has as many conversations at a time as CSRs mostly have. */
function stranger(rules: Rules): Csr {
  const capacities = [...rules.csrs.values()].map(({ capacity }) => capacity).sort((left, right) => left - right);
  return {
    id: "",
    name: "",
    addresses: [...rules.networks.keys()].map((network) => ({ network, id: "" })),
    skills: new Map(),
    languages: rules.languages,
    capacity: capacities[Math.floor(capacities.length / 2)] ?? 1,
  };
}

/** "billing:3,support"; a skill without a level has the highest. */
function readSkills(rules: Rules, text: string): Csr["skills"] {
  return new Map(
    text.split(",").map((part) => {
      const [skill = "", level = "5"] = part.trim().split(":");
      if (!rules.skills.includes(skill)) {
        const known = rules.skills.join(", ");
        throw new Refusal(EXIT_CODES.usage, `There is no skill ${JSON.stringify(skill)}; there are: ${known}.`);
      }
      return [skill, readWhole(`skills ${skill}`, level, 1, 5) as SkillLevel] as const;
    }),
  );
}

export function withCsrs(rules: Rules, csrs: readonly Csr[]): Rules {
  return { ...rules, csrs: new Map([...rules.csrs, ...csrs.map((csr) => [csr.id, csr] as const)]) };
}

/** From then on and up to then, in milliseconds after midnight; null: whenever anybody is there. Throws Refusal. */
export type DutyHours = { readonly fromMs: number; readonly toMs: number } | null;

export function readHours(text: string | undefined): DutyHours {
  if (text === undefined) return null;
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/u.exec(text) ?? [];
  const ms = (hour = "", minute = ""): number => (Number(hour) * 60 + Number(minute)) * 60_000;
  const hours = { fromMs: ms(fromHour, fromMinute), toMs: ms(toHour, toMinute) };
  if (fromHour !== undefined && hours.fromMs < hours.toMs && hours.toMs <= ms("24", "0")) return hours;
  throw new Refusal(EXIT_CODES.usage, `--hours must be as "09:00-17:00", not ${JSON.stringify(text)}.`);
}

/** `start`: the day's midnight. */
export function withAdded(
  attendance: readonly Attendance[],
  csrs: readonly string[],
  hours: DutyHours,
  start: number,
): readonly Attendance[] {
  if (hours === null) return withNewcomers(attendance, csrs);
  const added = csrs.flatMap((csr): Attendance[] => [
    { at: start + hours.fromMs, csr, state: "ready", networks: [] },
    { at: start + hours.toMs, csr, state: "off", networks: [] },
  ]);
  return [...attendance, ...added];
}
