/** What waits in the inbox to be stepped, and what has to be looked up for it before. */
import type { Inbound, Verdict } from "../core/model.ts";
import type { DeskEvent, LineReference } from "../core/step.ts";
import { isCopy, lineOfKey, parseKey } from "../store/keys.ts";
import type { Mark, Store } from "../store/store.ts";
import type { Recent } from "./recent.ts";
import type { UnknownIds } from "./unknown-ids.ts";

export type Task =
  | { readonly kind: "inbound"; readonly inbound: Inbound }
  /** `mark` is recorded with the event: what became of the send that led to it. */
  | { readonly kind: "event"; readonly event: Exclude<DeskEvent, { kind: "inbound" }>; readonly mark: Mark | null }
  | { readonly kind: "adapter-state"; readonly network: string; readonly entries: readonly StateEntry[] };

/** One entry of a network's durable map; `value` undefined deletes it. */
export interface StateEntry {
  readonly key: string;
  readonly value: unknown;
}

export interface Arrival {
  readonly task: Task;
  /** Null for most: nothing has to be looked up. */
  readonly needs: Needs | null;
  /** Begun when the arrival came and memory did not know; null otherwise. */
  lookup: Lookup | null;
  readonly resolve: (verdict: Verdict | Promise<Verdict>) => void;
  readonly reject: (error: Error) => void;
}

/** Ids that an event mentions. */
export interface Needs {
  readonly network: string;
  readonly person: string;
  readonly redelivery: string | null;
  readonly of: string | null;
  readonly replyTo: string | null;
  /** The desk names them, of a send of its own. */
  readonly byDesk: boolean;
}

export function needsOf(task: Task): Needs | null {
  switch (task.kind) {
    case "inbound":
      return needsOfInbound(task.inbound);
    case "event": {
      const { event } = task;
      if (event.kind !== "undelivered" || !isCopy(event.outbound)) {
        return null;
      }
      const { key, to } = event.outbound;
      return { network: to.network, person: to.id, redelivery: null, of: key, replyTo: null, byDesk: true };
    }
    case "adapter-state":
      return null;
  }
}

function needsOfInbound(inbound: Inbound): Needs | null {
  const of = "of" in inbound ? inbound.of : null;
  const replyTo = inbound.kind === "message" ? inbound.replyTo : null;
  if (inbound.redelivery === null && of === null && replyTo === null) {
    return null;
  }
  const { redelivery, from } = inbound;
  return { network: from.network, person: from.id, redelivery, of, replyTo, byDesk: false };
}

/** Under this id the inbox keeps that the event of that redelivery id was refused. */
export function refusedId(redelivery: string): string {
  return `refused ${redelivery}`;
}

/** What knows the answers. */
export interface Sources {
  readonly store: Store;
  readonly recent: Recent;
  readonly unknown: UnknownIds;
}

/** Questions to the store, all asked at once. What memory learns meanwhile is newer than the answers. */
export class Lookup {
  /** Never rejects: see `error`. */
  readonly done: Promise<void>;
  isDone = false;
  seen = false;
  /** Seen, and refused then. */
  refused = false;
  reference: LineReference | null = null;
  replyTo: LineReference | null = null;
  /** The store could not be read. */
  error: unknown = null;
  readonly #recent: Recent;
  readonly #timesForgotten: number;

  constructor({ store, recent, unknown }: Sources, { network, person, redelivery, of, replyTo, byDesk }: Needs) {
    this.#recent = recent;
    this.#timesForgotten = recent.timesForgotten;
    const ask = async (id: string): Promise<LineReference | null> => {
      const found = recent.reference(network, person, id) ?? (await store.reference(network, person, id));
      if (found === null && !byDesk) unknown.count({ network, id: person });
      return found;
    };
    this.done = this.#ask(
      redelivery === null ? null : store.seen(network, redelivery),
      redelivery === null ? null : store.seen(network, refusedId(redelivery)),
      of === null ? null : ask(of),
      replyTo === null ? null : ask(replyTo),
    );
  }

  /** Memory has forgotten something since it was asked: what was committed meanwhile may be in neither. */
  get isStale(): boolean {
    return this.#timesForgotten !== this.#recent.timesForgotten;
  }

  async #ask(
    seen: Promise<boolean> | null,
    refused: Promise<boolean> | null,
    reference: Promise<LineReference | null> | null,
    replyTo: Promise<LineReference | null> | null,
  ): Promise<void> {
    try {
      [this.seen, this.refused, this.reference, this.replyTo] = await Promise.all([
        seen ?? false,
        refused ?? false,
        reference,
        replyTo,
      ]);
    } catch (error) {
      this.error = error;
    }
    this.isDone = true;
  }
}

/** Null when memory knows all that is needed. */
export function lookUp(sources: Sources, needs: Needs): Lookup | null {
  const { recent, unknown } = sources;
  const { network, person, redelivery, byDesk } = needs;
  if (redelivery !== null && recent.hasSeen(network, redelivery)) {
    return null;
  }
  const open = (id: string | null): string | null =>
    id === null || namesNoLine(recent.epoch, id) || recent.reference(network, person, id) !== null ? null : id;
  const [of, replyTo] = [open(needs.of), open(needs.replyTo)];
  const isOpen = of !== null || replyTo !== null;
  if (redelivery === null && !isOpen) {
    return null;
  }
  const isAsked = isOpen && (byDesk || unknown.mayAsk({ network, id: person }));
  return new Lookup(sources, isAsked ? { ...needs, of, replyTo } : { ...needs, of: null, replyTo: null });
}

/** Keys of what the desk says beside a conversation: people acknowledge it, and there is no line to be found. */
function namesNoLine(epoch: string, id: string): boolean {
  return lineOfKey(epoch, id) > 0 && parseKey(epoch, id) === null;
}
