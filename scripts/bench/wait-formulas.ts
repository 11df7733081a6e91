/**
 * How others estimate a wait, from what they publish. Each learns from the same facts and sees the same state as we do.
 *
 * - last to enter service: what the last one waited who was served (Ibrahim and Whitt, 2009).
 * - Asterisk: a quarter of the newest wait and three quarters of the average before (app_queue.c, `recalc_holdtime`).
 * - Genesys (Stat Server): mean handling time * waiting / (agents * their effective share of the queue), 90 s before anything is known.
 * - Salesforce (Omni-Channel): of up to ten accepted in the last ten minutes the mean, the newest ten times, the one before nine times …
 * - Fastpath (Openfire): place * an average that goes half way to each wait; 15 s * place before there is one.
 * - length: place * mean handling time / staff, as Expertflow and many others have it.
 */
import type { Present } from "../../src/core/estimate/roll.ts";
import type { Fact } from "../../src/core/step.ts";

export const FORMULAS = ["last-wait", "asterisk", "salesforce", "genesys", "fastpath", "length"] as const;
export type Formula = (typeof FORMULAS)[number];

const GENESYS_FIRST_MS = 90_000;
const FASTPATH_FIRST_MS = 15_000;
const SALESFORCE_MOST = 10;
const SALESFORCE_MS = 10 * 60_000;

interface Known {
  last: number;
  asterisk: number | null;
  fastpath: number | null;
  /** The newest first. */
  accepted: { readonly at: number; readonly waited: number }[];
  talkMs: number;
  talks: number;
}

export class Formulas {
  readonly #queues = new Map<string, Known>();
  readonly #entered = new Map<string, { readonly queue: string; readonly at: number }>();
  readonly #began = new Map<string, number>();
  #allTalkMs = 0;

  hear({ event, conversation, at, detail }: Fact): void {
    const id = conversation ?? "";
    const entered = this.#entered.get(id);
    if (event === "queue.entered") this.#entered.set(id, { queue: String(detail.queue), at });
    if (event === "offer.accepted" && entered !== undefined) {
      const known = this.#of(entered.queue);
      const waited = at - entered.at;
      known.last = waited;
      known.asterisk = known.asterisk === null ? waited : (known.asterisk * 3 + waited) / 4;
      known.fastpath = ((known.fastpath ?? waited) + waited) / 2;
      known.accepted = [{ at, waited }, ...known.accepted].slice(0, SALESFORCE_MOST);
      this.#began.set(id, at);
    }
    const began = this.#began.get(id);
    if (event !== "conversation.closed") return;
    if (began !== undefined && entered !== undefined) {
      const known = this.#of(entered.queue);
      known.talkMs += at - began;
      known.talks += 1;
      this.#allTalkMs += at - began;
    }
    this.#began.delete(id);
    this.#entered.delete(id);
  }

  /** For the one who came last in that queue. */
  estimates(present: Present, queue: string): Readonly<Record<Formula, number>> {
    const { last, asterisk, fastpath, accepted, talkMs, talks } = this.#of(queue);
    const waiting = present.waiting.filter((one) => one.waiting.queue === queue);
    const needs = waiting[0]?.waiting.needs ?? [];
    const skills = needs.flatMap((need) => (need.kind === "skill" ? [need.skill] : []));
    const staff = present.csrs.filter(
      ({ csr }) => csr.willing && skills.every((skill) => Object.hasOwn(csr.skills, skill)),
    );
    const slots = staff.reduce((sum, { csr }) => sum + csr.capacity, 0);
    const mean = talks === 0 ? GENESYS_FIRST_MS : talkMs / talks;
    const share = this.#allTalkMs === 0 ? 1 : talkMs / this.#allTalkMs;
    return {
      "last-wait": last,
      asterisk: asterisk ?? 0,
      salesforce: salesforce(accepted, present.now) ?? last,
      fastpath: (fastpath ?? FASTPATH_FIRST_MS) * waiting.length,
      genesys: (mean * waiting.length) / Math.max(0.0001, slots * share),
      length: (mean * waiting.length) / Math.max(1, slots),
    };
  }

  #of(queue: string): Known {
    let known = this.#queues.get(queue);
    if (known === undefined) {
      known = { last: 0, asterisk: null, fastpath: null, accepted: [], talkMs: 0, talks: 0 };
      this.#queues.set(queue, known);
    }
    return known;
  }
}

/** Null when nobody was accepted lately: then it says nothing. */
function salesforce(accepted: Known["accepted"], now: number): number | null {
  let [sum, weights] = [0, 0];
  for (const [index, { at, waited }] of accepted.entries()) {
    if (at < now - SALESFORCE_MS) continue;
    sum += waited * (SALESFORCE_MOST - index);
    weights += SALESFORCE_MOST - index;
  }
  return weights === 0 ? null : sum / weights;
}
