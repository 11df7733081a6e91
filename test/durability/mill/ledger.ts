/** The account of a run of the mill: every message bears the name of its flow and a number, and is looked for on every screen. */
import type { MillNetwork } from "./talks.ts";
import { CAUSES, type Cause, NO_CAUSES, NOTHING, type Totals, together } from "./totals.ts";

/** What one person says to another through the desk, or through the relay beside it. */
export interface FlowAim {
  /** The network that the customer is on. */
  readonly network: MillNetwork;
  /** The network on which it is shown: every CSR is on XMPP. */
  readonly shownOn: MillNetwork;
  /** `desk-anna-in`: through what, whose conversation, and in which direction. Stands in front of each message. */
  readonly name: string;
  /** Who shall see it, by the name under which their client reports. */
  readonly reader: string;
  /** As from whom they shall see it. */
  readonly as: string;
}

/** A message as some person's client showed it. */
export interface Shown {
  readonly reader: string;
  readonly as: string;
  readonly text: string;
  readonly id: string;
}

interface Flow {
  readonly aim: FlowAim;
  /** By the id under which its sender's client sent it. */
  readonly numbers: Map<string, number>;
  readonly receipted: Set<number>;
  readonly returned: Set<number>;
  /** The id under which each number was first shown. */
  readonly shown: Map<number, string>;
  last: number;
  /** By the fault that came before. */
  readonly repeats: Record<Cause, number>;
  doubled: number;
  misaddressed: number;
  reordered: number;
}

interface Waiting {
  readonly side: string;
  readonly network: MillNetwork;
  readonly resolve: () => void;
}

/** Evidence kept for each run; more says nothing new. */
const MOST_EVIDENCE = 50;
const NUMBERED = /^([a-z]+-[a-z]+-(?:in|out)) (\d+)$/u;

/** Who sent what under which name, what was said of it, and where it was shown. */
export class Ledger {
  /** What was found wrong, one sentence each. */
  readonly evidence: string[] = [];
  /** The newest fault: what is shown again from now on is put down to it. */
  cause: Cause = "kill";
  readonly #flows = new Map<string, Flow>();
  readonly #flowOfId = new Map<string, Flow>();
  readonly #waiting: Waiting[] = [];

  open(aim: FlowAim): void {
    this.#flows.set(aim.name, {
      aim,
      numbers: new Map(),
      receipted: new Set(),
      returned: new Set(),
      shown: new Map(),
      last: 0,
      repeats: { ...NO_CAUSES },
      doubled: 0,
      misaddressed: 0,
      reordered: 0,
    });
  }

  /** To be called before the message leaves: its receipt may be quicker than the call that sends it. */
  sent(name: string, number: number, id: string): void {
    const flow = this.#flows.get(name);
    if (flow === undefined) throw new Error(`There is no flow ${name}.`);
    flow.numbers.set(id, number);
    this.#flowOfId.set(id, flow);
  }

  receipted(id: string): void {
    const flow = this.#flowOfId.get(id);
    const number = flow?.numbers.get(id);
    if (number !== undefined) flow?.receipted.add(number);
  }

  returned(id: string): void {
    const flow = this.#flowOfId.get(id);
    const number = flow?.numbers.get(id);
    if (number !== undefined) flow?.returned.add(number);
  }

  /** Anything that a client shows; what is not of a flow is not looked at. Where there are no ids, the same text counts as the same id. */
  shown({ reader, as, text, id }: Shown): void {
    const [, name = "", digits = ""] = NUMBERED.exec(text) ?? [];
    const flow = this.#flows.get(name);
    if (flow === undefined) return;
    const number = Number(digits);
    if (reader !== flow.aim.reader || as !== flow.aim.as) {
      flow.misaddressed += 1;
      this.#note(`${text} was shown to ${reader} as from ${as}; it was for ${flow.aim.reader}, from ${flow.aim.as}`);
      return;
    }
    const before = flow.shown.get(number);
    if (before === undefined) this.#first(flow, number, id);
    else if (before === id) flow.repeats[this.cause] += 1;
    else {
      flow.doubled += 1;
      this.#note(`${text} was shown as ${before} and again as ${id}`);
    }
    this.#tell(name, flow.aim.network);
  }

  #first(flow: Flow, number: number, id: string): void {
    flow.shown.set(number, id);
    if (number < flow.last) {
      flow.reordered += 1;
      this.#note(`${flow.aim.name} ${number} was shown after ${flow.last}`);
    }
    flow.last = Math.max(flow.last, number);
  }

  /** Messages that were shown through that side (`desk`, `relay`), those of one network or all. */
  arrived(side: string, network: MillNetwork | null = null): number {
    return this.#of(side, network).reduce((sum, { shown }) => sum + shown.size, 0);
  }

  /** Messages that have been written for that network through the desk, by the flow that has the fewest. */
  leastWritten(network: MillNetwork): number {
    return Math.min(...this.#of("desk", network).map(({ numbers }) => numbers.size));
  }

  /** Receipted messages of that flow that are newer than the last one shown. */
  underWay(name: string): number {
    const { receipted, last } = this.#flows.get(name) ?? { receipted: [], last: 0 };
    return [...receipted].filter((number) => number > last).length;
  }

  hasArrived(name: string, number: number): boolean {
    return this.#flows.get(name)?.shown.has(number) === true;
  }

  /** Resolves in the very turn in which the next message of that side and network is shown. */
  nextArrival(side: string, network: MillNetwork): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ side, network, resolve }));
  }

  /** Receipted ones of that side that have not been shown yet: `desk-anna-in 17`. */
  missing(side: string): readonly string[] {
    return this.#of(side, null).flatMap(({ aim, receipted, shown }) =>
      [...receipted].filter((number) => !shown.has(number)).map((number) => `${aim.name} ${number}`),
    );
  }

  /** The account of that side and network as it is now. */
  totals(side: string, network: MillNetwork): Totals {
    return this.#of(side, network).map(totalsOf).reduce(together, NOTHING);
  }

  /** How many messages the desk showed again on that network, by the fault before. */
  repeats(network: MillNetwork): Readonly<Record<Cause, number>> {
    const sums = { ...NO_CAUSES };
    for (const { repeats } of this.#of("desk", null).filter(({ aim }) => aim.shownOn === network)) {
      for (const cause of CAUSES) sums[cause] += repeats[cause];
    }
    return sums;
  }

  #of(side: string, network: MillNetwork | null): readonly Flow[] {
    return [...this.#flows.values()].filter(
      ({ aim }) => aim.name.startsWith(`${side}-`) && (network === null || aim.network === network),
    );
  }

  #tell(name: string, of: MillNetwork): void {
    const isMeant = ({ side, network }: Waiting) => network === of && name.startsWith(`${side}-`);
    const told = this.#waiting.filter(isMeant);
    if (told.length === 0) return;
    const others = this.#waiting.filter((one) => !isMeant(one));
    this.#waiting.splice(0, this.#waiting.length, ...others);
    for (const { resolve } of told) resolve();
  }

  #note(sentence: string): void {
    if (this.evidence.length < MOST_EVIDENCE) this.evidence.push(sentence);
  }
}

function totalsOf(flow: Flow): Totals {
  const { numbers, receipted, returned, shown, repeats, doubled, misaddressed, reordered } = flow;
  const isUnanswered = (number: number) => !receipted.has(number) && !returned.has(number) && !shown.has(number);
  return {
    sent: numbers.size,
    receipted: receipted.size,
    arrived: shown.size,
    returned: returned.size,
    unanswered: [...numbers.values()].filter(isUnanswered).length,
    repeats: CAUSES.reduce((sum, cause) => sum + repeats[cause], 0),
    lost: [...receipted].filter((number) => !shown.has(number)).length,
    doubled,
    misaddressed,
    reordered,
  };
}
