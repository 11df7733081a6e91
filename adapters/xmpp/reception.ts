/**
 * Where stanzas arrive: each is decoded, handed to the desk, and answered once the desk has decided. Nothing is confirmed to
 * its sender before `receive` has resolved, and reading pauses while too much awaits the desk.
 */
import type { Element } from "@xmpp/xml";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Address, Condition, Inbound, InboundKind, Verdict } from "../../src/core/model.ts";
import type { Addressee, Attachment } from "./attachment.ts";
import { type DecodedMessage, decodeMessage, type FileMessage, type Frame, languageOf } from "./codec-inbound.ts";
import { encodeReceived } from "./codec-outbound.ts";
import { errorAnswer, readError } from "./conditions.ts";
import type { Discovery } from "./discovery.ts";
import { attribute } from "./elements.ts";
import { announcedCapabilities } from "./entity-capabilities.ts";
import type { Fence } from "./fence.ts";
import type { FileReception } from "./file-reception.ts";
import type { HostedRooms } from "./hosted-rooms.ts";
import { addressOf, type Jid, parseJid } from "./jid.ts";
import type { PresenceReception } from "./presence-reception.ts";
import type { QuestionReception } from "./question-reception.ts";
import type { Rooms } from "./rooms.ts";
import type { XmlFault } from "./xml-fault.ts";

export interface ReceptionParts {
  readonly context: AdapterContext;
  readonly attachment: Attachment;
  readonly discovery: Discovery;
  readonly presences: PresenceReception;
  readonly questions: QuestionReception;
  readonly rooms: Rooms;
  readonly hosted: HostedRooms;
  readonly files: FileReception;
  /** Stanzas that may await the desk before reading pauses. */
  readonly inbound: number;
  /** Whether what is not handed to the desk yet must not be any more: the adapter is to be silent, or the server keeps it. */
  isStopped(): boolean;
  /** Of the present login; null while there is none. */
  fence(): Fence | null;
  /** Sends an answer; while the link is down it waits for the next login, within a limit. */
  write(stanza: Element): void;
  pause(): void;
  resume(): void;
}

/** How a stanza was delivered, and whom to tell that it was taken. */
export interface Delivery {
  /** The id under which the server would deliver it again; null where it never does. */
  readonly id: string | null;
  /** Called once: it is committed, or there was nothing to commit. False: the desk could not take it. */
  settle(taken: boolean): void;
}

/** A stanza with its two ends understood. */
export interface Arrival {
  readonly stanza: Element;
  readonly delivery: Delivery;
  readonly from: Jid;
  readonly to: Addressee;
  readonly sender: Address;
}

/** Kinds whose sender is told by an error stanza that they were not taken; nobody waits for the others. */
const ANSWERED: ReadonlySet<InboundKind> = new Set(["message", "edit", "retraction", "reaction"]);
type Refusal = Omit<Extract<Verdict, { kind: "refused" }>, "kind">;
const NOT_TAKEN = "The desk could not take your message. Please send it again in a minute.";

export class Reception {
  readonly #parts: ReceptionParts;
  #awaiting = 0;
  #isPaused = false;
  #onDecided: (() => void)[] = [];

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  /** Takes one stanza; never throws for what is in it. */
  stanza(stanza: Element, delivery: Delivery): void {
    if (!this.#understood(stanza, delivery)) {
      delivery.settle(true);
    }
  }

  /** False when the stanza is done with; else it is settled once the desk has decided. */
  #understood(stanza: Element, delivery: Delivery): boolean {
    const { context, attachment, fence, questions } = this.#parts;
    const named = attribute(stanza, "from");
    const from = named === null ? attachment.unnamedSender : parseJid(named);
    if (from === null) {
      context.count("xmpp.stanza.ignored", "malformed sender");
      return false;
    }
    if (attachment.isOwn(from)) {
      const id = attribute(stanza, "id") ?? "";
      const isFence = stanza.name === "iq" && fence()?.answered(id) === true;
      if (!isFence && !(stanza.name === "iq" && questions.ownAccount(stanza, from))) {
        context.count("xmpp.stanza.ignored", "from the desk's own address");
      }
      return false;
    }
    const addressed = attribute(stanza, "to");
    const to = attachment.addressee(addressed === null ? null : parseJid(addressed));
    if (this.#parts.hosted.take(stanza, from)) {
      return false;
    }
    if (this.#parts.rooms.take(stanza, from, to.kind === "desk" ? to.name : null)) {
      return false;
    }
    return this.#route({ stanza, delivery, from, to, sender: addressOf(this.#parts.context.network, from) });
  }

  /** A stanza beyond the parser's limits: its sender is told so, if it can be answered at all. */
  refused(head: Element, fault: XmlFault): void {
    this.#parts.context.count("xmpp.stanza.refused", "beyond limits", attribute(head, "from") ?? "");
    const isAnswerable = head.name === "message" || head.name === "iq";
    const from = parseJid(attribute(head, "from") ?? "");
    if (isAnswerable && from !== null && !this.#parts.attachment.isOwn(from)) {
      this.#refuse(head, "policy-violation", fault.message);
    }
  }

  #route(arrival: Arrival): boolean {
    const { presences, questions } = this.#parts;
    switch (arrival.stanza.name) {
      case "message":
        return this.#message(arrival);
      case "presence":
        this.#notice(arrival);
        return presences.take(arrival, (event) => this.#hand(arrival, [event], null));
      default:
        questions.take(arrival);
        return false;
    }
  }

  #message(arrival: Arrival): boolean {
    const { stanza, from, to, delivery } = arrival;
    const { context, attachment, fence } = this.#parts;
    if (to.kind !== "desk") {
      this.#refuse(stanza, "service-unavailable", null);
      context.count("xmpp.stanza.ignored", "to nobody at the desk");
      return false;
    }
    const { archive } = attachment;
    const frame: Frame = { network: context.network, from, to: to.name, archive, delivery: delivery.id };
    const decoded = decodeMessage(stanza, frame);
    switch (decoded.kind) {
      case "ignored":
        context.count("xmpp.message.ignored", decoded.reason, from.full);
        return false;
      case "unreadable":
        context.count("xmpp.message.ignored", decoded.reason, from.full);
        this.#refuse(stanza, "not-acceptable", decoded.text);
        return false;
      case "file":
        this.#file(arrival, decoded);
        this.#notice(arrival);
        return true;
      case "message":
        break;
    }
    const [event] = decoded.events;
    if (event?.kind === "bounce" && fence()?.bounced(event.of, from.bare, readError(stanza)) === true) {
      return false; // its send has not been answered yet, and now is
    }
    const fetching = this.#parts.files.underWay(from.bare);
    if (fetching === null) this.#hand(arrival, decoded.events, decoded.receipt);
    else this.#handAfter(fetching, arrival, decoded);
    this.#notice(arrival);
    return true;
  }

  /** Nothing that somebody writes after a file overtakes it; while it waits it counts as awaiting the desk. */
  #handAfter(fetching: Promise<void>, arrival: Arrival, { events, receipt }: DecodedMessage): void {
    this.#awaiting += 1;
    this.#press();
    void fetching.then(() => {
      this.#awaiting -= 1;
      this.#hand(arrival, events, receipt);
    });
  }

  /** The file first, then the message that tells of it; what cannot be taken is said to its sender. */
  #file(arrival: Arrival, { link, event, receipt }: FileMessage): void {
    this.#awaiting += 1;
    this.#press();
    void this.#parts.files.take(arrival.from, event.to, link).then((taken) => {
      this.#awaiting -= 1;
      this.#press();
      if (this.#parts.isStopped()) {
        arrival.delivery.settle(false);
      } else if (taken.kind === "refused") {
        this.#refuse(arrival.stanza, taken.reason, taken.text);
        arrival.delivery.settle(true);
      } else {
        const text = [event.text, taken.words].filter((words) => words !== "").join("\n");
        this.#hand(arrival, [{ ...event, text, file: taken.file }], receipt);
      }
    });
  }

  /** Somebody wrote or showed themselves: what do they write from? */
  #notice({ stanza, from, to }: Arrival): void {
    const type = attribute(stanza, "type");
    const shows = stanza.name === "message" ? type !== "error" : type === null;
    if (!shows || to.kind !== "desk") {
      return;
    }
    const { discovery } = this.#parts;
    const capabilities = stanza.name === "presence" ? announcedCapabilities(stanza) : null;
    if (!discovery.isKnown(from, capabilities)) {
      const language = languageOf(stanza, stanza);
      discovery.notice({ device: from, desk: to.name, capabilities, language });
    }
  }

  /** The calls of `receive` are made here and now, so that their order is that of arrival. */
  #hand(arrival: Arrival, events: readonly Inbound[], receipt: string | null): void {
    const { context } = this.#parts;
    this.#awaiting += 1;
    this.#press();
    const [first] = events;
    const failed = (error: unknown): void => {
      this.#notReceived(arrival, events, error);
      this.#awaited();
    };
    // A promise and a turn less than with `catch` behind it, of every message.
    const decided = (verdicts: Verdict | readonly Verdict[]): void => {
      try {
        this.#decided(arrival, events, "kind" in verdicts ? [verdicts] : verdicts, receipt);
        arrival.delivery.settle(true);
        this.#awaited();
      } catch (error) {
        failed(error);
      }
    };
    if (first !== undefined && events.length === 1) context.receive(first).then(decided, failed);
    else Promise.all(events.map((event) => context.receive(event))).then(decided, failed);
  }

  #awaited(): void {
    this.#awaiting -= 1;
    this.#press();
  }

  #notReceived(arrival: Arrival, events: readonly Inbound[], error: unknown): void {
    const { context } = this.#parts;
    if (!this.#parts.isStopped()) {
      context.log.error("xmpp.receive.failed", { network: context.network, error: String(error) });
    }
    if (arrival.delivery.id === null) {
      this.#refused(arrival, events, { reason: "resource-constraint", text: NOT_TAKEN });
    }
    arrival.delivery.settle(false);
  }

  #decided(arrival: Arrival, events: readonly Inbound[], verdicts: readonly Verdict[], receipt: string | null): void {
    const refusal = verdicts.find((verdict) => verdict.kind === "refused");
    if (refusal !== undefined) {
      this.#refused(arrival, events, refusal);
    } else if (receipt !== null && arrival.to.kind === "desk") {
      const from = this.#parts.attachment.speaker(arrival.to.name);
      this.#parts.write(encodeReceived(receipt, { from, to: arrival.from }));
    }
  }

  #refused(arrival: Arrival, events: readonly Inbound[], { reason, text, ...hints }: Refusal): void {
    const [first] = events;
    this.#parts.context.count("xmpp.event.refused", `${first?.kind ?? "nothing"} ${reason}`, arrival.from.full);
    if (first !== undefined && ANSWERED.has(first.kind)) {
      this.#refuse(arrival.stanza, reason, text, hints);
    } else if (first?.kind === "subscription") {
      this.#parts.presences.deny(arrival);
    }
  }

  #refuse(stanza: Element, condition: Condition, text: string | null, hints: Pick<Refusal, "uri" | "wait"> = {}): void {
    const answer = errorAnswer(stanza, condition, text, hints);
    if (answer !== null) {
      if (this.#parts.attachment.identity === "fixed") {
        delete answer.attrs.from;
      }
      this.#parts.write(answer);
    }
  }

  /** Resolves when nothing awaits the desk, or after `limitMs`. */
  async decided(limitMs: number): Promise<void> {
    let isLate = false;
    let wake = () => {};
    const cancel = this.#parts.context.clock.after(limitMs, () => {
      isLate = true;
      wake();
    });
    while (this.#awaiting > 0 && !isLate) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      this.#onDecided.push(resolve);
      await promise;
    }
    cancel();
  }

  /** Back-pressure: the server waits while the desk is behind, and again when half of it is done. */
  #press(): void {
    const { inbound, pause, resume } = this.#parts;
    if (!this.#isPaused && this.#awaiting >= inbound) {
      this.#isPaused = true;
      pause();
    } else if (this.#isPaused && this.#awaiting <= inbound / 2) {
      this.#isPaused = false;
      resume();
    }
    if (this.#awaiting === 0) {
      for (const resolve of this.#onDecided.splice(0)) resolve();
    }
  }

  /** A fresh connection reads from its beginning. */
  get isPaused(): boolean {
    return this.#isPaused;
  }
}
