/**
 * The loopback network: everything of a real network that an adapter can meet, in this process. It holds its people, a
 * link to the desk that can be cut at any moment, and it behaves as the better networks do: what people write is kept in
 * order and delivered again, with the same number, until the desk acknowledges it; what the desk sends is answered.
 *
 * Frames travel in a later microtask, so nobody is called back from inside a call of their own. A frame under way when the
 * link is cut is lost, as on a wire.
 */
import { type Outbound, wordsOf } from "../../src/core/model.ts";
import type { FromNetwork, LoopbackEvent, ToNetwork } from "./codec.ts";
import { decodeToNetwork, encode } from "./codec.ts";
import type { PersonAct, PersonEvent, PersonOptions } from "./person.ts";
import { LoopbackPerson } from "./person.ts";
import { Seat } from "./seat.ts";

/** The desk's end of a link: called for each frame in order, and once when the link is gone. */
export interface LinkEnd {
  onFrame(frame: string): void;
  onClosed(): void;
}
export interface Link {
  /** Frames flow to `onFrame` from now on. */
  listen(): void;
  /** Lost silently when the link is cut. */
  write(frame: string): void;
  /** Ends the link without `onClosed`. */
  close(): void;
}
/** How the desk introduces itself. `account` is its one address where identity is fixed; null where every name is its own. */
export interface Login {
  readonly secret: string;
  readonly account: string | null;
  readonly deduplicates: boolean;
}
export type ConnectResult =
  | { readonly kind: "connected"; readonly link: Link }
  | { readonly kind: "unreachable" }
  | { readonly kind: "wrong-secret" };

type Answer = Extract<FromNetwork, { kind: "answer" }>["outcome"];

/** Keys remembered for de-duplication; the oldest are forgotten first. */
const MAX_KEYS = 100_000;

interface Line extends Login {
  readonly end: LinkEnd;
  open: boolean;
}

export class LoopbackNetwork {
  /** What the desk must say when it connects; "" asks for nothing. */
  secret = "";
  readonly #seats = new Map<string, Seat>();
  readonly #keys = new Set<string>();
  #line: Line | null = null;
  #cut = false;
  #seq = 0;
  #answersToLose = 0;
  /** Times the desk tried to connect, refused tries included. */
  connects = 0;

  /** That person, made at the first call; ids are canonical in lower case. Options count at the first call alone. */
  person(id: string, options: Partial<PersonOptions> = {}): LoopbackPerson {
    const canonical = id.toLowerCase();
    const known = this.#seats.get(canonical);
    if (known !== undefined) {
      return known.person;
    }
    const person = new LoopbackPerson(
      canonical,
      { software: null, language: null, nick: null, approvesContacts: true, ...options },
      {
        submit: (act) => this.#submit(canonical, act),
        setPresence: (state, text) => this.#changed(canonical, (seat) => seat.setPresence(state, text)),
        setConnected: (connected) => this.#connection(canonical, connected),
      },
    );
    this.#seats.set(canonical, new Seat(person));
    return person;
  }

  /** The desk's way in. A second connection takes the place of the first, which is closed. */
  async connect(login: Login, end: LinkEnd): Promise<ConnectResult> {
    this.connects += 1;
    await Promise.resolve();
    if (this.#cut) {
      return { kind: "unreachable" };
    }
    if (login.secret !== this.secret) {
      return { kind: "wrong-secret" };
    }
    this.#hangUp();
    const line: Line = { ...login, end, open: true };
    return {
      kind: "connected",
      link: {
        listen: () => this.#listen(line),
        write: (frame) => queueMicrotask(() => line.open && this.#take(decodeToNetwork(frame))),
        close: () => {
          line.open = false;
          this.#line = this.#line === line ? null : this.#line;
        },
      },
    };
  }

  #listen(line: Line): void {
    if (this.#cut) {
      queueMicrotask(() => line.end.onClosed());
      return;
    }
    this.#line = line;
    for (const seat of this.#seats.values()) {
      seat.linkOpened();
      this.#pump(seat);
    }
  }

  /** Cuts the link and refuses new ones until `heal`. What was under way is lost. */
  cut(): void {
    this.#cut = true;
    this.#hangUp();
  }
  heal(): void {
    this.#cut = false;
  }
  /** The next `count` sends of the desk reach the person, but the link breaks before the answer is out. */
  loseAnswers(count = 1): void {
    this.#answersToLose = count;
  }
  /** Delivers again what was delivered and not acknowledged, as the network also does on each new link. */
  redeliver(): void {
    for (const seat of this.#seats.values()) {
      seat.forgetDelivery();
      this.#pump(seat);
    }
  }
  /** Puts a frame of one's own making on the wire to the desk. */
  inject(frame: string): void {
    this.#toDesk(frame);
  }
  /** Whether anything waits for the desk's acknowledgement. */
  get idle(): boolean {
    return [...this.#seats.values()].every((seat) => seat.empty);
  }

  #hangUp(): void {
    const line = this.#line;
    this.#line = null;
    if (line === null) {
      return;
    }
    line.open = false;
    queueMicrotask(() => line.end.onClosed());
  }

  #submit(id: string, act: PersonAct): void {
    this.#changed(id, (seat) => seat.queue(act));
  }
  #changed(id: string, change: (seat: Seat) => void): void {
    const seat = this.#seat(id);
    change(seat);
    this.#pump(seat);
  }
  #connection(id: string, connected: boolean): void {
    this.#changed(id, (seat) => seat.setConnected(connected));
    if (connected) {
      this.#toDesk(encode({ kind: "reachable", person: id }));
    }
  }

  /** Puts on the wire what this person's lane allows now: volatile events at once, durable ones one at a time. */
  #pump(seat: Seat): void {
    if (this.#line === null) {
      return;
    }
    for (const { seq, act } of seat.takeDeliverable(() => this.#nextSeq())) {
      const to = this.#line.account ?? act.to;
      const event = { ...act, to, from: seat.person.id, device: seat.person.options.software?.name ?? null };
      this.#toDesk(encode({ kind: "event", seq, event: event as LoopbackEvent }));
    }
  }
  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #toDesk(frame: string): void {
    const line = this.#line;
    if (line !== null) {
      queueMicrotask(() => line.open && line.end.onFrame(frame));
    }
  }

  /** One frame of the desk has arrived. */
  #take(frame: ToNetwork): void {
    switch (frame.kind) {
      case "send":
        this.#answer(frame.outbound.key, this.#deliver(frame.outbound));
        return;
      case "ack":
        this.#settle(frame.seq, null);
        return;
      case "nack":
        this.#settle(frame.seq, frame);
        return;
    }
  }

  #settle(seq: number, refusal: Extract<ToNetwork, { kind: "nack" }> | null): void {
    for (const seat of this.#seats.values()) {
      const act = seat.acknowledge(seq);
      if (act === null) {
        continue;
      }
      const of = "id" in act ? act.id : "of" in act ? act.of : null;
      if (refusal !== null) {
        const { reason, text } = refusal;
        this.#show(seat, { kind: "refusal", from: act.to, of, reason, text });
      } else if (act.kind === "message" || act.kind === "edit") {
        this.#show(seat, { kind: "receipt", from: act.to, of: of ?? "", state: "received" });
      }
      this.#pump(seat);
    }
  }

  /** Brings it to the person, if that can be, and says what became of it. */
  #deliver(outbound: Outbound): Answer {
    const seat = this.#seats.get(outbound.to.id);
    if (seat === undefined) {
      return { kind: "rejected", reason: "item-not-found", text: "nobody has that address" };
    }
    if (outbound.kind === "watch") {
      seat.watchedBy(outbound.from);
      this.#pump(seat);
      return { kind: "accepted", id: null };
    }
    if (outbound.kind === "room") {
      return { kind: "rejected", reason: "feature-not-implemented", text: "this network has no rooms" };
    }
    if (!seat.connected) {
      return { kind: "deferred", reason: "recipient-unavailable" };
    }
    if (!this.#repeated(outbound.key)) {
      this.#show(seat, personEvent(outbound));
    }
    return { kind: "accepted", id: null };
  }

  /** What the person sees comes from the desk's one account where it has only one. */
  #show(seat: Seat, event: PersonEvent): void {
    const account = this.#line?.account ?? null;
    seat.person.show(account === null ? event : { ...event, from: account });
  }

  #repeated(key: string): boolean {
    if (this.#line?.deduplicates !== true) {
      return false;
    }
    if (this.#keys.has(key)) {
      return true;
    }
    this.#keys.add(key);
    if (this.#keys.size > MAX_KEYS) {
      const [oldest] = this.#keys;
      this.#keys.delete(oldest ?? "");
    }
    return false;
  }

  #answer(key: string, outcome: Answer): void {
    if (this.#answersToLose > 0) {
      this.#answersToLose -= 1;
      this.#hangUp();
      return;
    }
    this.#toDesk(encode({ kind: "answer", key, outcome }));
  }

  #seat(id: string): Seat {
    const seat = this.#seats.get(id);
    if (seat === undefined) {
      throw new Error(`Nobody on the loopback network is called ${id}.`);
    }
    return seat;
  }
}

type Shown = Exclude<Outbound, { kind: "watch" | "room" }>;

/** What the person's client makes of a message of the desk. */
function personEvent(outbound: Shown): PersonEvent {
  const { from } = outbound;
  switch (outbound.kind) {
    case "message": {
      const { key, nick, choices, replyTo, notice } = outbound;
      return { kind: "message", from, id: key, ...wordsOf(outbound), nick, choices, replyTo, notice };
    }
    case "edit":
      return { kind: "edit", from, of: outbound.of, ...wordsOf(outbound) };
    case "retraction":
      return { kind: "retraction", from, of: outbound.of };
    case "reaction":
      return { kind: "reaction", from, of: outbound.of, reactions: outbound.reactions };
    case "typing":
      return { kind: "typing", from, state: outbound.state };
    case "receipt":
      return { kind: "receipt", from, of: outbound.of, state: outbound.state };
    case "presence":
      return { kind: "presence", from, state: outbound.state, text: outbound.text, nick: outbound.nick };
    case "subscription":
      return { kind: "subscription", from, state: outbound.state, nick: outbound.nick };
  }
}
