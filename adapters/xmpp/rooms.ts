/**
 * Rooms the desk stays in, for the sake of gateways: biboumi connects a user to IRC when they join a channel through it
 * (XEP-0045), and only then do private messages from IRC reach them. What is said in a room is not for the desk.
 */
import { Element } from "@xmpp/xml";
import type { AdapterContext } from "../../src/adapter.ts";
import { readError } from "./conditions.ts";
import { attribute, childOf, childrenOf } from "./elements.ts";
import type { Jid } from "./jid.ts";
import { NS } from "./namespaces.ts";

/** One room, and as whom the desk is in it. */
export interface Join {
  readonly room: Jid;
  /** The desk's own name that is in it. */
  readonly desk: string;
  readonly nick: string;
}

export interface RoomsOptions {
  readonly joins: readonly Join[];
  readonly context: Pick<AdapterContext, "clock" | "backoffMs" | "count" | "log" | "network">;
  /** How often it is asked whether the desk is still in (XEP-0410). */
  readonly checkMs: number;
  /** The full address that a name of the desk speaks from; null where the server writes it. */
  speaker(desk: string): string | null;
  write(stanza: Element): void;
  /** Resolves with the result, or with null for an error or silence. */
  ask(desk: string, to: Jid, question: Element): Promise<Element | null>;
}

interface Stay {
  readonly join: Join;
  /** The address under which the room shows the desk, once it is in: the nick may not be the one that was asked for. */
  place: Jid | null;
  attempts: number;
  cancel: () => void;
}

/** XEP-0045 §15.6.2: this presence is about whoever receives it. */
const ABOUT_SELF = "110";
const STATUSES = 20;

export class Rooms {
  readonly #options: RoomsOptions;
  readonly #stays: ReadonlyMap<string, Stay>;
  readonly #domains: ReadonlyMap<string, string>;
  /** Rises with every login, so that what an earlier one was waiting for is not acted on. */
  #login = 0;

  constructor(options: RoomsOptions) {
    this.#options = options;
    const stay = (join: Join): Stay => ({ join, place: null, attempts: 0, cancel: () => undefined });
    this.#stays = new Map(options.joins.map((join) => [`${join.room.bare} ${join.desk}`, stay(join)]));
    this.#domains = new Map(options.joins.map(({ room }) => [room.domain, room.local ?? ""]));
  }

  /** The link is up: the desk goes in everywhere. */
  begin(): void {
    this.#login += 1;
    for (const stay of this.#stays.values()) {
      stay.attempts = 0;
      this.#enter(stay);
    }
  }

  /** The link is gone. */
  cut(): void {
    this.#login += 1;
    for (const stay of this.#stays.values()) {
      stay.cancel();
      stay.place = null;
    }
  }

  /** Takes what comes from a room or is a gateway's own voice; false for everything else, which is from people. */
  take(stanza: Element, from: Jid, desk: string | null): boolean {
    if (this.#stays.size === 0 || (stanza.name !== "presence" && stanza.name !== "message")) {
      return false;
    }
    const isRoom = this.#options.joins.some(({ room }) => room.bare === from.bare);
    const stay = this.#stays.get(`${from.bare} ${desk ?? ""}`);
    if (stay !== undefined && stanza.name === "presence") {
      this.#presence(stay, stanza, from);
    } else if (stanza.name === "message" && (isRoom || this.#isServer(from))) {
      this.#options.context.count(
        "xmpp.message.ignored",
        isRoom ? "said in a room" : "a gateway's own words",
        from.full,
      );
    }
    return isRoom || (stanza.name === "message" && this.#isServer(from));
  }

  /**
   * A gateway speaks for its IRC server too ("Connected to IRC server."), from an address without a nick; whoever answers
   * that writes a raw command to the server. Where rooms are `#channel%server`, people are `nick%server`.
   */
  #isServer({ domain, local }: Jid): boolean {
    const room = this.#domains.get(domain);
    return room !== undefined && (local === null || (room.includes("%") && !local.includes("%")));
  }

  #presence(stay: Stay, stanza: Element, from: Jid): void {
    const { context } = this.#options;
    const type = attribute(stanza, "type");
    const { bare } = stay.join.room;
    if (type === "error") {
      const { condition } = readError(stanza);
      context.log.warn("xmpp.room.refused", { network: context.network, room: bare, condition });
      this.#lost(stay);
      return;
    }
    const user = childOf(stanza, "x", NS.mucUser);
    const statuses = user === undefined ? [] : childrenOf(user, "status", NS.mucUser, STATUSES);
    const isSelf = statuses.some((status) => attribute(status, "code") === ABOUT_SELF);
    if (!isSelf) {
      return;
    }
    if (type === "unavailable") {
      context.log.warn("xmpp.room.left", { network: context.network, room: bare });
      this.#lost(stay);
    } else {
      context.log.info("xmpp.room.joined", { network: context.network, room: bare, nick: from.resource });
      stay.place = from;
      stay.attempts = 0;
      this.#later(stay, this.#options.checkMs);
    }
  }

  #lost(stay: Stay): void {
    stay.place = null;
    this.#later(stay, this.#options.context.backoffMs(stay.attempts));
  }

  /** Asks to be let in; whatever becomes of it, it is looked at again later. */
  #enter(stay: Stay): void {
    const { room, desk, nick } = stay.join;
    const from = this.#options.speaker(desk);
    const to = `${room.bare}/${nick}`;
    const presence = new Element("presence", from === null ? { to } : { to, from });
    presence.c("x", { xmlns: NS.muc }).c("history", { maxstanzas: "0" });
    stay.place = null;
    this.#options.write(presence);
    const wait = this.#options.context.backoffMs(stay.attempts);
    stay.attempts += 1;
    this.#later(stay, wait);
  }

  #later(stay: Stay, ms: number): void {
    const login = this.#login;
    stay.cancel();
    stay.cancel = this.#options.context.clock.after(ms, () => {
      if (login === this.#login) {
        void this.#check(stay, login);
      }
    });
  }

  /** A gateway that was killed says nothing; its rooms have to be asked. */
  async #check(stay: Stay, login: number): Promise<void> {
    const { place, join } = stay;
    const question = new Element("ping", { xmlns: NS.ping });
    const isIn = place !== null && (await this.#options.ask(join.desk, place, question)) !== null;
    // Meanwhile the link may have been cut, or the room may have spoken itself.
    if (login !== this.#login || stay.place !== place) {
      return;
    }
    if (isIn) {
      this.#later(stay, this.#options.checkMs);
    } else {
      this.#enter(stay);
    }
  }
}
