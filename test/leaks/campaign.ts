/** Cases one after the other for a pair of networks, until so many messages were said. */
import { openPair } from "./networks.ts";
import { ACTS_IN_CASE, type Leak, runCase } from "./pair.ts";
import type { Fault } from "./planted-leaks.ts";
import type { LeakWire } from "./wire.ts";

export interface Campaign {
  readonly messages: number;
  readonly written: number;
  readonly leaks: readonly Leak[];
}

export interface CampaignPlan {
  readonly customer: string;
  readonly csr: string;
  readonly messages: number;
  /** Of the first case; the next ones follow. */
  readonly seed: number;
  readonly fault?: Fault;
  /** What is encrypted is so by the real crypto, which takes its time; left out: in glass. */
  readonly realCrypto?: boolean;
  /** Leaks after which it is enough. */
  readonly most?: number;
}

/** Cases after which the wires begin anew, so that what they remember stays small. */
const CASES_ON_A_WIRE = 40;
const ENOUGH = 5;

export async function runCampaign({
  customer,
  csr,
  messages,
  seed,
  fault = {},
  realCrypto = false,
  most = ENOUGH,
}: CampaignPlan): Promise<Campaign> {
  const leaks: Leak[] = [];
  let [said, written, cases] = [0, 0, 0];
  let pair = openPair(customer, csr, realCrypto);
  while (said < messages && leaks.length < most) {
    if (cases > 0 && cases % CASES_ON_A_WIRE === 0) {
      await closePair(pair);
      pair = openPair(customer, csr, realCrypto);
    }
    const result = await runCase(...pair, seed + cases, fault);
    cases += 1;
    said += result.messages;
    written += result.written;
    leaks.push(...result.leaks);
  }
  await closePair(pair);
  return { messages: said, written, leaks };
}

async function closePair(pair: readonly LeakWire[]): Promise<void> {
  for (const wire of new Set(pair)) await wire.close?.();
}

/** One line for people: what was found of whom, and how it is done again. */
export function leakInWords({ customer, csr, seed, of, what, value, how, act, raw, wire }: Leak): string {
  const did = typeof act === "string" ? act : act.kind;
  return [
    `The ${of}'s ${what} (${value}, ${how}) was shown: customer on ${customer}, CSR on ${csr}, after ${did}.`,
    `  again: node scripts/leaks.ts --pairs ${customer}:${csr} --seed ${seed} --messages ${ACTS_IN_CASE}`,
    `  said:  ${raw}`,
    `  shown: ${wire}`,
  ].join("\n");
}
