/**
 * The desk with the world around it: time that never goes back, tokens, line numbers, and what is remembered of the last
 * minutes. Turns an arrival into a step, and a defect of the core into a quarantined event.
 */
import type { LogFields, Logger } from "../adapter.ts";
import { ACCEPTED, type Capabilities, type Verdict } from "../core/model.ts";
import type { Desk, DeskEvent, LineReference, Step, World } from "../core/step.ts";
import type { Loaded } from "../store/store.ts";
import { type Arrival, refusedId, type Task } from "./arrival.ts";
import type { Draft } from "./draft.ts";
import { QUARANTINE_CHARACTERS } from "./limits.ts";
import { Recent } from "./recent.ts";

export interface StepperOptions {
  readonly createDesk: (snapshot: Loaded["snapshot"]) => Desk;
  readonly log: Logger;
  readonly token: () => string;
  readonly capabilities: (network: string) => Capabilities | null;
  /** Whether that timer was not set anew or cancelled since it fired. */
  readonly stands: (timer: Extract<DeskEvent, { kind: "timer" }>["timer"]) => boolean;
}

/** What the sender of an event is told when the desk met a defect. */
const DEFECT: Verdict = {
  kind: "refused",
  reason: "internal-server-error",
  text: "Something went wrong here. Please try again later.",
};

/** What the sender of a repeat is told when the event was refused the first time. */
const REFUSED_BEFORE: Verdict = { kind: "refused", reason: "not-acceptable", text: "This was refused before." };

export class Stepper {
  readonly recent: Recent;
  readonly epoch: string;
  readonly #options: StepperOptions;
  #desk: Desk;
  #now = 0;
  #lastLine: number;
  #lastRow: number;
  readonly #world: World;
  duplicates = 0;
  quarantined = 0;
  refused = 0;

  constructor(options: StepperOptions, loaded: Loaded) {
    this.#options = options;
    this.epoch = loaded.epoch;
    this.recent = new Recent(loaded.epoch);
    this.#desk = options.createDesk(loaded.snapshot);
    this.#lastLine = loaded.lastLine;
    this.#lastRow = loaded.lastOutbox;
    const now = (): number => this.#now;
    this.#world = {
      get now() {
        return now();
      },
      token: options.token,
      nextLine: () => {
        this.#lastLine += 1;
        return this.#lastLine;
      },
      epoch: loaded.epoch,
      capabilities: options.capabilities,
    };
  }

  get desk(): Desk {
    return this.#desk;
  }

  get lastLine(): number {
    return this.#lastLine;
  }

  /** The time of the steps that follow; an earlier one than before is not believed. */
  tick(now: number): number {
    this.#now = Math.max(this.#now, now);
    return this.#now;
  }

  /** A batch was thrown away: back to what the store holds. Numbers it gave out were told to nobody. */
  reload(loaded: Loaded): void {
    this.#desk = this.#options.createDesk(loaded.snapshot);
    this.#lastLine = loaded.lastLine;
    this.#lastRow = loaded.lastOutbox;
    this.recent.forget();
  }

  /** Steps one arrival into the draft. Never throws for what the event holds. */
  step(arrival: Arrival, draft: Draft): Verdict {
    const { task } = arrival;
    switch (task.kind) {
      case "adapter-state":
        for (const { key, value } of task.entries) {
          draft.adapterState.push({ network: task.network, key, value });
        }
        return ACCEPTED;
      case "inbound":
        return this.#stepInbound(task.inbound, arrival, draft);
      case "event":
        return this.#stepEvent(task, arrival, draft);
    }
  }

  #stepInbound(inbound: Extract<Task, { kind: "inbound" }>["inbound"], arrival: Arrival, draft: Draft): Verdict {
    const { redelivery, from } = inbound;
    if (redelivery !== null && arrival.needs !== null) {
      if (arrival.lookup?.seen === true || this.recent.hasSeen(from.network, redelivery)) {
        this.duplicates += 1;
        // Else the sender of a message that was refused would be told that it was received.
        const wasRefused = arrival.lookup?.refused === true || this.recent.hasSeen(from.network, refusedId(redelivery));
        const verdict = wasRefused ? REFUSED_BEFORE : ACCEPTED;
        this.#options.log.debug("event.repeated", { network: from.network, redelivery, verdict: verdict.kind });
        return verdict;
      }
    }
    const reference = this.#resolve(arrival, "of", "reference");
    const replyTo = this.#resolve(arrival, "replyTo", "replyTo");
    const verdict = this.#apply({ kind: "inbound", inbound, reference, replyTo }, draft);
    this.#take(arrival, draft);
    if (redelivery !== null && verdict.kind === "refused") this.#see(from.network, refusedId(redelivery), draft);
    return verdict;
  }

  #stepEvent(task: Extract<Task, { kind: "event" }>, arrival: Arrival, draft: Draft): Verdict {
    const { event } = task;
    if (event.kind === "timer") {
      if (draft.hasTimer(event.timer.id) || !this.#options.stands(event.timer)) {
        return ACCEPTED;
      }
    }
    this.#take(arrival, draft);
    const reference = this.#resolve(arrival, "of", "reference");
    return this.#apply(event.kind === "undelivered" ? { ...event, reference } : event, draft);
  }

  /** What is recorded of an arrival whatever the step makes of it, so that it does not come again. */
  #take({ task, needs }: Arrival, draft: Draft): void {
    if (needs !== null && needs.redelivery !== null) {
      this.#see(needs.network, needs.redelivery, draft);
    }
    if (task.kind === "event") {
      if (task.mark !== null) draft.marks.push(task.mark);
      if (task.event.kind === "timer") draft.addTimer({ kind: "cancel", id: task.event.timer.id });
    }
  }

  #see(network: string, redelivery: string, draft: Draft): void {
    this.recent.see(network, redelivery);
    draft.inbox.push({ network, redelivery, at: draft.at });
  }

  #resolve(arrival: Arrival, id: "of" | "replyTo", answer: "reference" | "replyTo"): LineReference | null {
    const { needs, lookup } = arrival;
    const named = needs?.[id] ?? null;
    if (needs === null || named === null) {
      return null;
    }
    return this.recent.reference(needs.network, needs.person, named) ?? lookup?.[answer] ?? null;
  }

  #apply(event: DeskEvent, draft: Draft): Verdict {
    try {
      const step = this.#desk.step(event, this.#world);
      draft.add(step, this.#nextRow);
      draft.observed?.push({ event, step });
      for (const line of step.lines) this.recent.addLine(line);
      for (const outbound of step.outbounds) this.recent.addCopy(outbound);
      this.#log(event, step);
      return step.verdict;
    } catch (error) {
      return this.#quarantine(event, error, draft);
    }
  }

  /** Keeps an event that could not be processed for a person to look at, and says so. */
  quarantineArrival(arrival: Arrival, error: unknown, draft: Draft): Verdict {
    const { task } = arrival;
    this.#take(arrival, draft);
    switch (task.kind) {
      case "inbound": {
        const { inbound } = task;
        const { redelivery, from } = inbound;
        // When the network brings it again, its sender must hear the same: refused, not received.
        if (redelivery !== null) this.#see(from.network, refusedId(redelivery), draft);
        return this.#quarantine({ kind: "inbound", inbound, reference: null, replyTo: null }, error, draft);
      }
      case "event":
        return this.#quarantine(task.event, error, draft);
      case "adapter-state":
        return DEFECT;
    }
  }

  #quarantine(event: DeskEvent, error: unknown, draft: Draft): Verdict {
    this.quarantined += 1;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    draft.quarantine.push({ at: draft.at, event: describe(event), error: text.slice(0, QUARANTINE_CHARACTERS) });
    this.#options.log.error("event.quarantined", { kind: event.kind, ...about(event), error });
    return DEFECT;
  }

  /** The first station of a message's way; `keys` are the copies it led to, whose way goes on with `send.committed`. */
  #log(event: DeskEvent, { lines, outbounds, facts, verdict }: Step): void {
    if (verdict.kind === "refused") this.refused += 1;
    if (this.#options.log.writesDebug === false) {
      return;
    }
    const place = about(event);
    const first = lines[0] ?? outbounds[0] ?? facts[0];
    this.#options.log.debug("event.stepped", {
      kind: event.kind === "inbound" ? event.inbound.kind : event.kind,
      ...place,
      conversation: first?.conversation ?? place.conversation,
      ...(event.kind === "inbound" ? namesOf(event.inbound) : {}),
      verdict: verdict.kind === "refused" ? verdict.reason : verdict.kind,
      keys: outbounds.map(({ key }) => key),
    });
  }

  readonly #nextRow = (): number => {
    this.#lastRow += 1;
    return this.#lastRow;
  };
}

function describe(event: DeskEvent): string {
  try {
    return JSON.stringify(event).slice(0, QUARANTINE_CHARACTERS);
  } catch (error) {
    return `${event.kind}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Ids that an event bears or mentions, for the log: a receipt is found by the key of the copy it is for. */
function namesOf(inbound: Extract<DeskEvent, { kind: "inbound" }>["inbound"]): LogFields {
  const { redelivery } = inbound;
  return "of" in inbound ? { redelivery, of: inbound.of } : { redelivery };
}

/** Where an event belongs, for the log. */
function about(event: DeskEvent): {
  readonly conversation: string | null;
  readonly network?: string;
  readonly key?: string;
} {
  switch (event.kind) {
    case "inbound": {
      const conversation = event.reference?.conversation ?? event.replyTo?.conversation ?? null;
      return { conversation, network: event.inbound.from.network };
    }
    case "undelivered":
      return {
        conversation: event.outbound.conversation,
        network: event.outbound.to.network,
        key: event.outbound.key,
      };
    case "delivery":
      return { conversation: event.conversation, network: event.to.network };
    case "timer":
      return { conversation: event.timer.conversation };
    case "history":
      return { conversation: event.conversation };
    case "link":
      return { conversation: null, network: event.network };
    case "command":
      return { conversation: event.command.kind === "close" ? event.command.conversation : null };
    case "hours":
    case "estimates":
    case "matched":
    case "deciding":
    case "elsewhere":
    case "rules":
      return { conversation: null };
  }
}
