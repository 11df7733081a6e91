/** Presence stanzas (RFC 6121 §3 and §4): contact requests, probes, and who is there. */
import { Element } from "@xmpp/xml";
import { LRUCache } from "lru-cache";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Inbound, PresenceState } from "../../src/core/model.ts";
import { OWN_CAPABILITIES } from "./answers.ts";
import type { Attachment } from "./attachment.ts";
import { base, decodePresence } from "./codec-inbound.ts";
import { encodeOutbound } from "./codec-outbound.ts";
import { readError } from "./conditions.ts";
import type { Discovery } from "./discovery.ts";
import { attribute } from "./elements.ts";
import type { Fence } from "./fence.ts";
import { addressOf, parseJid } from "./jid.ts";
import { type DevicePresence, PresenceTable } from "./presence.ts";
import type { Arrival } from "./reception.ts";

export interface PresenceParts {
  readonly context: AdapterContext;
  readonly attachment: Attachment;
  readonly discovery: Discovery;
  readonly devices: number;
  fence(): Fence | null;
  write(stanza: Element): void;
}

type SubscriptionState = "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";
const SUBSCRIPTIONS: ReadonlySet<string> = new Set<SubscriptionState>([
  "subscribe",
  "subscribed",
  "unsubscribe",
  "unsubscribed",
]);
/** One change of a person reaches every alias they know: repeats within this time are not reported again. */
const REPEAT_MS = 5_000;

export class PresenceReception {
  readonly #parts: PresenceParts;
  readonly #table: PresenceTable;
  readonly #reported: LRUCache<
    string,
    { readonly at: number; readonly state: PresenceState; readonly text: string | null }
  >;
  /** Whom the desk watches, and as whom, to ask again after every login. */
  readonly #watched: LRUCache<string, string>;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#table = new PresenceTable(parts.devices, (bare) => this.#watched.has(bare));
    this.#reported = new LRUCache({ max: parts.devices });
    this.#watched = new LRUCache({ max: parts.devices });
  }

  /** Takes a presence stanza; what the desk is to know of it goes to `hand`. False when there is nothing. */
  take(arrival: Arrival, hand: (event: Inbound) => void): boolean {
    let isHanded = false;
    this.#take(arrival, (event) => {
      isHanded = true;
      hand(event);
    });
    return isHanded;
  }

  #take(arrival: Arrival, hand: (event: Inbound) => void): void {
    const { stanza, from, to } = arrival;
    const type = attribute(stanza, "type");
    if (to.kind !== "desk") {
      this.#parts.context.count("xmpp.stanza.ignored", "presence to nobody at the desk");
      return;
    }
    if (type === "probe") {
      this.#answerProbe(arrival, to.name);
    } else if (type !== null && SUBSCRIPTIONS.has(type)) {
      const state = type as SubscriptionState;
      hand({ ...this.#base(arrival, to.name), device: null, kind: "subscription", state });
      if (state === "subscribed") {
        this.#probe(from.bare, to.name, this.#parts.write);
      }
    } else if (type === "error") {
      this.#bounced(arrival, to.name, hand);
    } else if (type === null || type === "unavailable") {
      this.#changed(arrival, to.name, decodePresence(stanza), hand);
    } else {
      this.#parts.context.count("xmpp.stanza.ignored", "presence of unknown type", from.full);
    }
  }

  /** The desk will have no contact with them (RFC 6121 §3.1.4). */
  deny({ from, to, stanza }: Arrival): void {
    if (to.kind === "desk" && attribute(stanza, "type") === "subscribe") {
      const answer = new Element("presence", { type: "unsubscribed", to: from.bare });
      if (this.#parts.attachment.identity === "virtual") {
        answer.attrs.from = this.#parts.attachment.publicAddress(to.name);
      }
      this.#parts.write(answer);
    }
  }

  /** The desk wants to know of that person from now on: whatever comes next is reported. */
  watch(bare: string, desk: string): void {
    this.#watched.set(bare, desk);
    this.#reported.delete(bare);
  }

  /** Asks again for everybody who is watched: while the link was down, changes went by unseen. */
  again(write: (stanza: Element) => void): void {
    for (const [bare, desk] of this.#watched.entries()) {
      this.#probe(bare, desk, write);
    }
  }

  /** RFC 6121 §4.3: what is their state now? An account's own server does that for it. */
  #probe(bare: string, desk: string, write: (stanza: Element) => void): void {
    const { attachment } = this.#parts;
    if (attachment.identity === "virtual") {
      write(new Element("presence", { type: "probe", to: bare, from: attachment.publicAddress(desk) }));
    }
  }

  /** The link is gone, and with it all knowledge. */
  cut(): void {
    this.#table.clear();
    this.#reported.clear();
  }

  #changed(
    { from, sender, stanza }: Arrival,
    to: string,
    presence: DevicePresence,
    hand: (event: Inbound) => void,
  ): void {
    if (presence.state === "offline") {
      this.#parts.discovery.forget(from);
    }
    const { before, after } = this.#table.update(from, presence);
    const now = this.#parts.context.clock.now();
    const last = this.#reported.get(from.bare);
    const isRepeat = last !== undefined && last.state === after.state && last.text === after.text;
    if (isRepeat && now - last.at < REPEAT_MS) {
      return;
    }
    this.#reported.set(from.bare, { at: now, ...after });
    const fields = base(stanza, { network: sender.network, from, to, archive: null, delivery: null });
    hand({ ...fields, kind: "presence", ...after, all: true });
    if (before.state === "offline" && after.state !== "offline") {
      this.#parts.context.reachable(sender);
    }
  }

  /** Their server cannot be asked: as far as anybody can tell, nobody is there (RFC 6121 §4.3.2). */
  #bounced(arrival: Arrival, to: string, hand: (event: Inbound) => void): void {
    const error = readError(arrival.stanza);
    const id = attribute(arrival.stanza, "id") ?? "";
    const isOurs = this.#parts.fence()?.bounced(id, arrival.from.bare, error) === true;
    this.#parts.context.count("xmpp.presence.bounced", error.condition, arrival.from.full);
    if (!isOurs) {
      const gone = parseJid(arrival.from.bare) ?? arrival.from;
      this.#changed({ ...arrival, from: gone }, to, { state: "offline", text: null, priority: 0 }, hand);
    }
  }

  /** A handle or alias that does not exist for the asker says nothing, as one that does not exist at all. */
  #answerProbe({ from, sender }: Arrival, to: string): void {
    const identity = this.#parts.context.identity(to, sender);
    if (identity === null || this.#parts.attachment.identity === "fixed") {
      return;
    }
    const { state, text, name } = identity;
    const encoded = encodeOutbound(
      {
        kind: "presence",
        key: "",
        from: to,
        to: addressOf(sender.network, from),
        device: null,
        conversation: null,
        state,
        text,
        nick: name,
      },
      {
        from: this.#parts.attachment.speaker(to),
        to: parseJid(from.bare) ?? from,
        now: 0,
        forms: false,
        caps: OWN_CAPABILITIES,
        textBytes: 0,
      },
    );
    if (encoded.kind === "stanzas") {
      encoded.stanzas.forEach((stanza) => {
        this.#parts.write(stanza);
      });
    }
  }

  #base({ stanza, from, sender }: Arrival, to: string) {
    return base(stanza, { network: sender.network, from, to, archive: null, delivery: null });
  }
}
