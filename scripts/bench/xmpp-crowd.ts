/**
 * The people of the XMPP measurements: customers who write, CSRs who take every offer. They speak raw XML, because a client library
 * takes longer over a message than what is measured. While conversations begin, what they hear is parsed; under load bodies are read.
 */
import { type Element, escapeXML } from "@xmpp/xml";
import { StanzaParser } from "../../adapters/xmpp/parser.ts";
import { until } from "../../test/support/wait.ts";

/** Somebody's way to the server. */
export interface Seat {
  readonly jid: string;
  readonly role: "customer" | "csr";
  write(xml: string): void;
}

const LIMITS = {
  stanzaCharacters: 1_000_000,
  streamCharacters: 10_000_000,
  depth: 100,
  nodes: 10_000,
  attributes: 100,
  nameCharacters: 1_000,
};
const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const NO_SERVICE =
  "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>" as const;
const BEGIN_MS = 60_000;
/** What a customer says first; their address follows, by which the CSR's side knows whom they have. */
export const GREETING = "hello from ";
/**
 * What clients put beside each message: a bare relay passes it on, as the desk sends the like of its own. None asks for a receipt: a bare
 * relay gives none, and the desk would send one more stanza for each message.
 */
const BESIDE =
  "<active xmlns='http://jabber.org/protocol/chatstates'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='o'/>";
const BODY = "<body>";
const BODY_END = "</body>";

export class XmppCrowd {
  readonly customers: Seat[] = [];
  readonly #seats = new Map<string, Seat>();
  readonly #handle: string;
  /** Addresses of customers who talk with a CSR. */
  readonly #talking = new Set<string>();
  #isLoaded = false;
  #direct: readonly string[] | null = null;
  #count = 0;
  /** Called with the text of each message that reaches a CSR under load. */
  onArrival: (text: string) => void = () => {};
  /** The same for what reaches a customer; null: nobody asks, and it is not read. */
  onReturn: ((text: string) => void) | null = null;
  /** Called with each message that is understood as a whole, so while stanzas are: who hears it, from which address, and its text. */
  onHeard: (seat: Seat, from: string, text: string) => void = () => {};

  /** `handle`: the address that customers write to. */
  constructor(handle: string) {
    this.#handle = handle;
  }

  seat(seat: Seat): void {
    this.#seats.set(bare(seat.jid), seat);
    if (seat.role === "customer") this.customers.push(seat);
  }

  /** Somebody has left. */
  unseat(seat: Seat): void {
    this.#seats.delete(bare(seat.jid));
    this.#talking.delete(bare(seat.jid));
    const index = this.customers.indexOf(seat);
    if (index >= 0) this.customers.splice(index, 1);
  }

  /** For one connection: takes what comes on it, piece by piece. `seat`: whose it is; null: everybody's, told apart by `to`. */
  ear(seat: Seat | null): (text: string) => void {
    const parser = new StanzaParser(LIMITS, {
      open: () => {},
      element: (stanza) => this.#understand(stanza, seat ?? this.#seats.get(bare(String(stanza.attrs.to)))),
      refused: () => {},
      close: () => {},
      fault: (fault) => {
        throw fault;
      },
    });
    parser.write(HEADER);
    let rest = "";
    return (text) => {
      if (!this.#isLoaded) parser.write(text);
      else {
        const tell = seat?.role === "customer" ? this.onReturn : this.onArrival;
        if (tell !== null) rest = scan(rest + text, tell);
      }
    };
  }

  /**
   * Every customer says hello and every CSR takes every offer, until all customers talk. From then on bodies are read alone;
   * with `stanzas` all of it is understood as before, so that conversations may end and begin.
   */
  async begin(reading: "bodies" | "stanzas" = "bodies"): Promise<void> {
    for (const customer of this.customers) this.greet(customer);
    const areAllTalking = () => this.#talking.size === this.customers.length;
    await until("all customers to talk with CSRs", areAllTalking, BEGIN_MS).catch(() => {
      const missing = this.customers.filter(({ jid }) => !this.#talking.has(bare(jid))).map(({ jid }) => jid);
      throw new Error(
        `${missing.length} of ${this.customers.length} customers of ${this.#handle} did not get to talk: ${missing}`,
      );
    });
    this.#isLoaded = reading === "bodies";
  }

  /** A customer opens a conversation. */
  greet(customer: Seat): void {
    this.say(customer, this.#handle, `${GREETING}${bare(customer.jid)}`);
  }

  /** The customer of that number (any) writes to the desk. */
  write(number: number, text: string): void {
    const customer = this.customers[number % this.customers.length];
    if (customer === undefined) throw new Error("Nobody is seated.");
    this.say(customer, this.#direct?.[number % this.#direct.length] ?? this.#handle, text, BESIDE);
  }

  /** Instead of `begin`: from now on customers write to these addresses themselves, with no relay between. */
  talkDirectly(addresses: readonly string[]): void {
    this.#direct = addresses;
    this.#isLoaded = true;
  }

  /** Somebody writes to that address; `beside`: what their client puts beside the text. */
  say(seat: Seat, to: string, text: string, beside = ""): void {
    this.#count += 1;
    const body = `${BODY}${escapeXML(text)}${BODY_END}`;
    seat.write(`<message from='${seat.jid}' to='${to}' id='m${this.#count}' type='chat'>${body}${beside}</message>`);
  }

  #understand(stanza: Element, seat: Seat | undefined): void {
    if (seat === undefined) return;
    const { from, id, type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    if (stanza.is("iq") && type === "get") {
      seat.write(`<iq type='error' id='${id}' from='${seat.jid}' to='${from}'>${NO_SERVICE}</iq>`);
    } else if (stanza.is("presence") && type === "subscribe") {
      seat.write(`<presence type='subscribed' from='${bare(seat.jid)}' to='${bare(from)}'/>`);
      seat.write(`<presence from='${seat.jid}' to='${bare(from)}'/>`);
    } else if (stanza.is("message")) {
      this.#heard(stanza.getChildText("body") ?? "", String(from), seat);
    }
  }

  #heard(text: string, from: string, seat: Seat): void {
    this.onHeard(seat, from, text);
    if (seat.role === "csr" && text.includes("/accept")) {
      this.say(seat, bare(from), "/accept");
    } else if (seat.role === "csr" && text.startsWith(GREETING)) {
      this.#talking.add(text.slice(GREETING.length));
    } else if (seat.role === "customer" && text.includes("now connected to")) {
      this.#talking.add(bare(seat.jid));
    }
  }
}

/** Tells of each body; returns what has not ended yet. */
function scan(text: string, tell: (body: string) => void): string {
  let read = 0;
  for (let start = text.indexOf(BODY); start >= 0; start = text.indexOf(BODY, read)) {
    const end = text.indexOf(BODY_END, start);
    if (end < 0) return text.slice(start);
    tell(text.slice(start + BODY.length, end));
    read = end + BODY_END.length;
  }
  return text.slice(Math.max(read, text.length - BODY.length));
}

/** An address without its resource. */
export function bare(jid: string | undefined): string {
  return (jid ?? "").replace(/\/.*$/u, "");
}
