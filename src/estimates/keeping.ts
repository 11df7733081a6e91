/** What was learned, kept in the store as a few entries of bounded size: one for the desk, one for each queue, some for the talks under way. */
import type { AdapterState } from "../adapter.ts";
import type { QueueAudit } from "../core/estimate/audit.ts";
import type { Learned, OpenTalk } from "../core/estimate/learning.ts";
import { noRates, type QueueRates, type Rates } from "../core/estimate/rates.ts";

export interface Kept {
  readonly learned: Learned;
  readonly audits: ReadonlyMap<string, QueueAudit>;
}

interface KeptQueue {
  readonly rates: QueueRates | null;
  readonly audit: QueueAudit | null;
}

/** Another form of what is kept needs another number; what an older one kept is learned anew. */
const FORM = 1;
const DESK = `desk ${FORM}`;
const QUEUE = `queue ${FORM} `;
const TALKS = `talks ${FORM} `;
/** Of talks in one entry. */
export const TALKS_TOGETHER = 300;

export async function readKept(state: AdapterState, now: number): Promise<Kept> {
  const desk = (await state.get(DESK)) as Omit<Rates, "queues"> | undefined | null;
  const queues: Record<string, QueueRates> = {};
  const audits = new Map<string, QueueAudit>();
  for (const key of await state.keys(QUEUE)) {
    const { rates, audit } = (await state.get(key)) as KeptQueue;
    const queue = key.slice(QUEUE.length);
    if (rates !== null) queues[queue] = rates;
    if (audit !== null) audits.set(queue, audit);
  }
  const talks: (readonly [string, OpenTalk])[] = [];
  for (const key of await state.keys(TALKS)) {
    talks.push(...((await state.get(key)) as readonly (readonly [string, OpenTalk])[]));
  }
  return { learned: { rates: { ...noRates(now), ...desk, queues }, talks }, audits };
}

/** Writes all of it in one transaction. `talkEntries`: how many there were the last time; gives how many there are now. */
export async function writeKept(state: AdapterState, { learned, audits }: Kept, talkEntries: number): Promise<number> {
  const { queues, ...desk } = learned.rates;
  const values = new Map<string, unknown>([[DESK, rounded(desk)]]);
  for (const queue of new Set([...Object.keys(queues), ...audits.keys()])) {
    const kept: KeptQueue = { rates: queues[queue] ?? null, audit: audits.get(queue) ?? null };
    values.set(`${QUEUE}${queue}`, rounded(kept));
  }
  const entries = Math.ceil(learned.talks.length / TALKS_TOGETHER);
  for (let entry = 0; entry < Math.max(entries, talkEntries); entry += 1) {
    const talks = learned.talks.slice(entry * TALKS_TOGETHER, (entry + 1) * TALKS_TOGETHER);
    values.set(`${TALKS}${entry}`, entry < entries ? rounded(talks) : undefined);
  }
  await state.setAll(values);
  return entries;
}

/** With as many digits as mean something. */
function rounded(value: unknown): unknown {
  const digits = (_key: string, one: unknown): unknown =>
    typeof one === "number" && !Number.isInteger(one) ? Number(one.toPrecision(7)) : one;
  return JSON.parse(JSON.stringify(value, digits));
}
