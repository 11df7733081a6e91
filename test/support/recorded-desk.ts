/** A small company's rule files in a folder, and a store that holds what its desk recorded: for commands that look back. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chanceFrom, exponential } from "../../src/core/estimate/chance.ts";
import type { Fact } from "../../src/core/step.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { STORE_FILE } from "../../src/store/store-file.ts";
import { filedSetting } from "./play-rules.ts";
import { type Plan, recordedDay } from "./recorded-day.ts";

export const FILES = {
  "frontdesk.yaml": `
company: Example
networks:
  web:
    adapter: web
    handles:
      support: { name: Support, dialog: welcome }
store:
  folder: ../data
`,
  "routing.yaml": `
skills: [billing]
timeZone: Europe/Berlin
queues:
  billing:
    name: Billing
    skills: { billing: 1 }
    serviceLevel: { percent: 80, seconds: 60 }
`,
  "people.yaml": `
csrs:
  ada: { name: Ada, addresses: [{ web: ada }], skills: { billing: 3 }, capacity: 1 }
  ben: { name: Ben, addresses: [{ web: ben }], skills: { billing: 2 }, capacity: 1 }
`,
  "dialogs.yaml": `
person: billing
dialogs:
  welcome:
    steps:
      - route: billing
`,
  "directory.yaml": "customers: []\n",
} as const;

/** Writes those files, with the changes, into that folder. */
export function writeRules(folder: string, changes: Readonly<Record<string, string>> = {}): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ ...FILES, ...changes })) writeFileSync(join(folder, name), text);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Days from nine to five by Berlin's clock, so many customers an hour, both CSRs there. `firstDay`: its midnight there, in milliseconds.
 */
export function workingDays(firstDay: number, days: readonly number[], perHour: number): Plan {
  const chance = chanceFrom(5);
  const customers: Plan["customers"][number][] = [];
  const csrs: Plan["csrs"][number][] = [];
  for (const day of days) {
    const [from, to] = [firstDay + (day * 24 + 9) * HOUR, firstDay + (day * 24 + 17) * HOUR];
    for (const id of ["ada", "ben"]) {
      csrs.push({ at: from, address: { network: "web", id }, state: "available" });
      csrs.push({ at: to, address: { network: "web", id }, state: "offline" });
    }
    for (let at = from + MINUTE; at < to - HOUR / 2; at += (exponential(chance) * HOUR) / perHour) {
      const talkMs = exponential(chance) * 5 * MINUTE;
      customers.push({ at, id: `customer${customers.length}`, talkMs, patienceMs: exponential(chance) * 20 * MINUTE });
    }
  }
  return { customers, csrs, until: firstDay + ((days.at(-1) ?? 0) + 1) * 24 * HOUR };
}

/** What a desk by those files records of the plan. */
export function recordedBy(plan: Plan): readonly Fact[] {
  return recordedDay(filedSetting(FILES), plan);
}

/** Writes a store with these facts into the data folder. */
export async function writeStore(dataFolder: string, facts: readonly Fact[]): Promise<void> {
  const store = await openSqliteStore({ path: join(dataFolder, STORE_FILE) });
  const nothing = {
    inbox: [],
    changes: [],
    lines: [],
    outbox: [],
    timers: [],
    marks: [],
    quarantine: [],
    adapterState: [],
  };
  await store.commit({ ...nothing, facts });
  await store.close();
}
