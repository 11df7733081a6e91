/** The adapter itself: people's windows on one side, the desk's context on the other. */
import { randomBytes } from "node:crypto";
import type { WebSocket } from "ws";
import type { Adapter, AdapterContext, Outcome, StaffSession } from "../../src/adapter.ts";
import type { Address, Capabilities, Outbound, Software } from "../../src/core/model.ts";
import { toFrame } from "./codec.ts";
import type { WebConfig } from "./config.ts";
import { Contacts } from "./contacts.ts";
import { Delivery } from "./delivery.ts";
import { Existence } from "./existence.ts";
import { Intake, Lane } from "./intake.ts";
import { CLOSE, type ClientFrame, type ClientFrameOf, PROTOCOL_VERSION } from "./pages/protocol.ts";
import { People, type Window } from "./people.ts";
import { WEB_FEATURES } from "./software.ts";
import { StaffPresence } from "./staff-presence.ts";
import { Uploads } from "./uploads.ts";
import { Visitors } from "./visitors.ts";
import { Wire } from "./wire.ts";

const SWEEP_MS = 3_600_000;
const WINDOW = 16;

/** What is known of a connection before its first frame. */
export interface Upgrade {
  /** The signed-in CSR, or null for a visitor. */
  readonly session: StaffSession | null;
  /** The visitor's token from the cookie, or null when the browser sent none. */
  readonly token: string | null;
  readonly software: Software;
  readonly language: string | null;
}

export class WebNetwork implements Adapter {
  readonly capabilities: Capabilities;
  readonly visitors: Visitors;
  readonly uploads: Uploads;
  readonly #config: WebConfig;
  readonly #context: AdapterContext;
  readonly #people = new People();
  readonly #contacts: Contacts;
  readonly #existence: Existence;
  readonly #delivery: Delivery;
  readonly #intake: Intake;
  readonly #presence: StaffPresence;
  readonly #wires = new Set<Wire>();
  #state: "new" | "started" | "stopped" = "new";
  readonly #cancels = new Map<string, () => void>();

  constructor(config: WebConfig, context: AdapterContext) {
    this.#config = config;
    this.#context = context;
    const { network, state, clock, handles } = context;
    this.capabilities = {
      identity: "virtual",
      features: WEB_FEATURES,
      maxTextBytes: config.maxTextBytes,
      window: WINDOW,
      deduplicates: true,
    };
    this.visitors = new Visitors(network, state, clock, config.visitorDays);
    this.#existence = new Existence(context, this.#people, this.visitors);
    this.#delivery = new Delivery(this.#people, handles, clock, config.ackSeconds * 1_000);
    this.uploads = new Uploads(context, config.uploadsAtOnce);
    this.#contacts = new Contacts(context, config);
    const stores = { visitors: this.visitors, uploads: this.uploads };
    this.#intake = new Intake(context, this.#people, stores, config, (window, frame, verdict) => {
      const windows = this.#people.of(window.address.id);
      this.#contacts.tell(windows);
      if (frame.kind === "continue" && verdict.kind === "accepted") {
        // A conversation from elsewhere came along: what was said in it is here now.
        for (const one of windows) {
          void this.#contacts.tellHistories(one);
        }
      }
    });
    this.#presence = new StaffPresence(context, (id) => this.#people.isHere(id), config.graceSeconds * 1_000);
  }

  /** Whether one more connection can be taken now. */
  get canConnect(): boolean {
    return this.#state === "started" && this.#wires.size < this.#config.connections;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#state !== "new") {
      return;
    }
    this.#state = "started";
    this.#every("heartbeat", (this.#config.silenceSeconds * 1_000) / 3, () => this.#heartbeat());
    this.#context.status("online");
    // Not waited for: with many visitors it takes its time.
    this.#every("sweep", SWEEP_MS, () => this.#sweep(), 0);
  }

  async forget({ id }: Address): Promise<void> {
    await this.uploads.forget(id);
    await this.visitors.forget(id);
  }

  async send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const encoded = toFrame(outbound);
    if (this.#state !== "started") {
      return { kind: "deferred", reason: "service-unavailable" };
    }
    if (encoded.kind === "unsupported") {
      return { kind: "rejected", reason: "feature-not-implemented", text: `The web chat has no ${outbound.kind}.` };
    }
    if (!(await this.#existence.of(outbound.to.id))) {
      return { kind: "rejected", reason: "item-not-found", text: "Nobody has this address." };
    }
    const text = outbound.kind === "message" || outbound.kind === "edit" ? outbound.text : "";
    if (Buffer.byteLength(text) > this.capabilities.maxTextBytes) {
      return {
        kind: "rejected",
        reason: "not-acceptable",
        text: `Longer than ${this.capabilities.maxTextBytes} bytes.`,
      };
    }
    try {
      switch (encoded.kind) {
        case "watch":
          this.#presence.watched(outbound.to);
          return { kind: "accepted", id: null };
        case "passing":
          return this.#delivery.pass(outbound, encoded.frame);
        case "acknowledged":
          return await this.#delivery.send(outbound, encoded.frame, signal);
      }
    } finally {
      this.#contacts.tell(this.#people.of(outbound.to.id));
    }
  }

  async stop(): Promise<void> {
    if (this.#state === "started") {
      this.#context.status("offline");
    }
    this.#state = "stopped";
    this.#presence.stop();
    for (const cancel of this.#cancels.values()) {
      cancel();
    }
    for (const wire of [...this.#wires]) {
      wire.close(CLOSE.tryAgain, "restarting");
    }
    this.#delivery.stop();
  }

  /** Takes over a WebSocket whose upgrade was allowed. */
  connect(socket: WebSocket, upgrade: Upgrade): void {
    let lane: Lane | null = null;
    const cancelHello = this.#context.clock.after(this.#config.helloSeconds * 1_000, () =>
      wire.close(CLOSE.protocol, "no hello in time"),
    );
    const wire = new Wire(
      socket,
      {
        frame: (frame) => {
          if (lane !== null) {
            this.#frame(lane, frame);
          } else if (frame.kind === "hello") {
            cancelHello();
            lane = this.#hello(wire, upgrade, frame);
          } else {
            wire.close(CLOSE.protocol, "a hello comes first");
          }
        },
        closed: () => {
          cancelHello();
          this.#wires.delete(wire);
          if (lane !== null) {
            this.#closed(lane.window);
          }
        },
      },
      this.#config,
      this.#context.log,
    );
    this.#wires.add(wire);
    if (this.#state !== "started") {
      wire.close(CLOSE.tryAgain, "restarting");
    }
  }

  isHere(id: string): boolean {
    return this.#people.isHere(id);
  }

  /** Ends a session and closes its consoles. `successor`: who signs in in its place; consoles of the same person come back by themselves. */
  async signOut(session: StaffSession, origin: string, successor: string | null = null): Promise<void> {
    const [code, reason] =
      successor === session.login ? [CLOSE.tryAgain, "signed in again"] : [CLOSE.signedOut, "signed out"];
    await this.#context.accounts.sessions.end(session, origin);
    for (const window of this.#people.of(session.login)) {
      if (window.session?.id === session.id) {
        window.wire.close(code, reason);
      }
    }
  }

  #hello(wire: Wire, upgrade: Upgrade, hello: ClientFrameOf<"hello">): Lane | null {
    if (hello.version !== PROTOCOL_VERSION) {
      wire.close(CLOSE.outdated, "reload the page");
      return null;
    }
    const { network, desk, handles } = this.#context;
    const { session } = upgrade;
    if (session !== null && hello.self !== null && hello.self !== session.login) {
      wire.close(CLOSE.signedOut, "somebody else signed in here");
      return null;
    }
    // A cookie comes first; a page in a foreign frame has none and brings the token it was given earlier.
    const known = this.visitors.idOf(upgrade.token) ?? this.visitors.idOf(hello.token);
    const minted = session === null && known === null ? this.visitors.mint() : null;
    const id = session?.login ?? known ?? this.visitors.idOf(minted);
    const handle = handles.find((name) => name === hello.desk) ?? handles[0];
    if (id === null || (session === null && handle === undefined)) {
      wire.close(CLOSE.protocol, "there is no such chat");
      return null;
    }
    const window: Window = {
      id: randomBytes(6).toString("base64url"),
      wire,
      address: { network, id },
      role: session === null ? "visitor" : "csr",
      desk: session === null ? (handle ?? desk) : desk,
      language: hello.language ?? upgrade.language,
      session,
      contactsTold: "",
    };
    const lane = new Lane(window, upgrade.software, this.#config);
    this.#opened(lane, minted);
    return lane;
  }

  #opened(lane: Lane, token: string | null): void {
    const { window } = lane;
    const contacts = this.#contacts.of(window);
    window.contactsTold = JSON.stringify(contacts);
    window.wire.send({
      kind: "welcome",
      version: PROTOCOL_VERSION,
      role: window.role,
      self: window.address.id,
      desk: window.desk,
      token,
      textBytes: this.#config.maxTextBytes,
      silenceMs: this.#config.silenceSeconds * 1_000,
      fileBytes: this.uploads.maxBytes,
      fileTypes: this.uploads.types,
      at: this.#context.clock.now(),
      contacts,
    });
    const surplus = this.#people.add(window, this.#config.connectionsPerPerson);
    surplus?.wire.close(CLOSE.tooMany, "opened in too many windows");
    if (window.role === "csr") {
      this.#intake.take(lane, { kind: "introduce" });
      this.#presence.opened(window.address);
    }
    this.#context.log.debug("web.window.opened", {
      network: window.address.network,
      role: window.role,
      device: window.id,
    });
    this.#contacts.tellHistories(window, contacts).finally(() => {
      if (window.wire.isOpen) {
        this.#delivery.windowOpened(window);
        this.#context.reachable(window.address);
      }
    });
  }

  #closed(window: Window): void {
    this.#people.remove(window);
    this.#delivery.windowClosed(window.address.id);
    if (this.#state !== "started") {
      return;
    }
    if (window.role === "csr") {
      this.#presence.closed(window.address);
    }
    this.#context.log.debug("web.window.closed", { network: window.address.network, device: window.id });
  }

  #frame(lane: Lane, frame: ClientFrame): void {
    switch (frame.kind) {
      case "open":
      case "continue":
      case "line":
      case "edit":
      case "retract":
      case "read":
      case "end":
        this.#intake.take(lane, { kind: "frame", frame });
        return;
      case "typing":
        this.#intake.typing(lane, frame.desk, frame.state);
        return;
      case "got":
        this.#got(lane, frame.key);
        return;
      case "hello":
        lane.window.wire.close(CLOSE.protocol, "hello comes once");
        return;
      case "ping":
        return;
    }
  }

  /** A page's `got` is its device's delivery receipt; the desk's own words need none. */
  #got(lane: Lane, key: string): void {
    const { address: from, id: device } = lane.window;
    const sent = this.#delivery.got(from.id, key);
    if (sent?.kind === "message" && !sent.notice) {
      const redelivery = `${from.id}/got/${key}`;
      const inbound = {
        kind: "receipt",
        redelivery,
        from,
        device,
        to: sent.from,
        of: key,
        state: "delivered",
      } as const;
      this.#intake.take(lane, { kind: "inbound", inbound });
    }
  }

  async #heartbeat(): Promise<void> {
    const silent = performance.now() - this.#config.silenceSeconds * 1_000;
    for (const wire of [...this.#wires]) {
      if (wire.heardAt < silent) {
        wire.cut();
      }
    }
    this.#contacts.tell(this.#people.all());
    for (const window of this.#people.all()) {
      const { session, wire } = window;
      if (session !== null && !(await this.#context.accounts.sessions.isAlive(session))) {
        wire.close(CLOSE.signedOut, "the session is over");
      } else if (session !== null && wire.heardAt >= silent) {
        await this.#context.accounts.sessions.touch(session);
      }
    }
  }

  async #sweep(): Promise<void> {
    const isOver = () => this.#state === "stopped";
    const visitors = await this.visitors.sweep(isOver);
    const uploads = isOver() ? 0 : await this.uploads.sweep();
    this.#context.log.debug("web.swept", { network: this.#context.network, visitors, uploads });
  }

  #every(name: string, everyMs: number, work: () => Promise<void>, firstMs = everyMs): void {
    const again = () => {
      work()
        .catch((error: unknown) => {
          this.#context.log.warn(`web.${name}.failed`, { network: this.#context.network, error: String(error) });
        })
        .finally(() => {
          if (this.#state === "started") {
            this.#cancels.set(name, this.#context.clock.after(everyMs, again));
          }
        });
    };
    this.#cancels.set(name, this.#context.clock.after(firstMs, again));
  }
}
