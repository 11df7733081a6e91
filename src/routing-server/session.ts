/**
 * One connection of a desk, from the server's side: the two prove themselves to each other, the desk tells all it knows, then what
 * changes. Whatever is not as it must be ends the connection; the desk comes back and begins anew.
 */
import type { WebSocket } from "ws";
import type { LogFields, Logger } from "../adapter.ts";
import type { DelegatedRequest, RoutingNews } from "../core/routing/delegated-engine.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";
import { type FromDesk, type FromServer, newsOf, PROTOCOL_VERSION, type Refusal, readFromDesk } from "./protocol.ts";
import { isProof, type Meeting, newNonce, proofOf, Seal } from "./seal.ts";

/** What a session asks of the server around it. */
export interface SessionHost {
  readonly epoch: number;
  readonly leaseMs: number;
  /** Requests and CSRs of one desk, each. */
  readonly mostItems: number;
  readonly log: Logger;
  /** Null when no such desk is configured. */
  secretOf(desk: string): string | null;
  /** The desk has proved itself. False when another one of its name is connected. */
  claim(session: Session): boolean;
  announced(session: Session, whole: RoutingNews): void;
  changed(session: Session, news: RoutingNews): void;
}

/** Bytes that may wait to be read by a desk; one that reads no faster is cut off. */
const MOST_UNREAD_BYTES = 16_777_216;

const SAID: Readonly<Record<Refusal, string>> = {
  version: "This server speaks none of the versions that were offered.",
  "unknown-desk": "No desk of that name is configured here.",
  proof: "The secret is not the one configured here for that desk.",
  conflict: "Another desk of that name is connected.",
  malformed: "What was said is not understood, or not in its place.",
  "too-much": "There is more than this server takes.",
  silent: "Nothing was heard for too long.",
};

type Phase =
  | { readonly kind: "meeting"; readonly nonce: string }
  | { readonly kind: "known"; readonly meeting: Meeting; readonly incoming: Seal; readonly outgoing: Seal };

export class Session {
  readonly #socket: WebSocket;
  readonly #host: SessionHost;
  #phase: Phase = { kind: "meeting", nonce: newNonce() };
  /** What was announced so far, between `begin` and `end`. */
  #whole: { readonly csrs: Map<string, RoutingCsr>; readonly waiting: Map<string, DelegatedRequest> } | null = null;
  #isPresent = false;
  #isOver = false;
  /** Pings that were not answered. */
  unanswered = 0;

  constructor(socket: WebSocket, host: SessionHost) {
    this.#socket = socket;
    this.#host = host;
    socket.on("message", (data, isBinary) => this.#hear(isBinary ? null : String(data)));
    socket.on("pong", () => {
      this.unanswered = 0;
    });
    const nonce = this.#phase.kind === "meeting" ? this.#phase.nonce : "";
    this.#write(JSON.stringify({ kind: "challenge", versions: [PROTOCOL_VERSION], epoch: host.epoch, nonce }));
  }

  /** Null before it has proved itself. */
  get desk(): string | null {
    return this.#phase.kind === "known" ? this.#phase.meeting.desk : null;
  }
  get store(): string | null {
    return this.#phase.kind === "known" ? this.#phase.meeting.store : null;
  }
  /** Has told everything there is. */
  get isPresent(): boolean {
    return this.#isPresent && !this.#isOver;
  }

  tell(frame: Extract<FromServer, { kind: "assign" | "elsewhere" }>): void {
    if (this.#phase.kind !== "known" || this.#isOver) return;
    this.#write(this.#phase.outgoing.seal(JSON.stringify(frame)));
  }

  ping(): void {
    this.unanswered += 1;
    if (!this.#isOver) this.#socket.ping();
  }

  /** Ends it, saying why. */
  end(reason: Refusal): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const text = SAID[reason];
    this.#host.log.warn("routing.desk.refused", { desk: this.desk, reason, note: text });
    this.#socket.send(JSON.stringify({ kind: "refused", reason, text }));
    this.#socket.close(1008, reason);
    // A peer that does not answer the close is not waited for.
    setTimeout(() => this.#socket.terminate(), 1_000).unref();
  }

  /** Ends it without a word: nobody is there to hear one. */
  cut(event: string, fields: LogFields): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host.log.warn(event, { desk: this.desk, ...fields });
    this.#socket.terminate();
  }

  #write(text: string): void {
    if (this.#socket.bufferedAmount > MOST_UNREAD_BYTES) this.cut("routing.desk.slow", { bytes: MOST_UNREAD_BYTES });
    else this.#socket.send(text);
  }

  #hear(raw: string | null): void {
    if (this.#isOver) return;
    const text = raw === null || this.#phase.kind === "meeting" ? raw : this.#phase.incoming.open(raw);
    const frame = text === null ? null : readFromDesk(text);
    if (frame === null) this.end("malformed");
    else if (this.#phase.kind === "meeting") this.#meet(frame, this.#phase.nonce);
    else this.#take(frame);
  }

  #meet(frame: FromDesk, serverNonce: string): void {
    if (frame.kind !== "hello") {
      this.end("malformed");
      return;
    }
    const { version, desk, store, nonce: deskNonce, proof } = frame;
    const { epoch, leaseMs } = this.#host;
    const secret = this.#host.secretOf(desk);
    const meeting: Meeting = { desk, store, deskNonce, serverNonce, epoch };
    if (version !== PROTOCOL_VERSION) this.end("version");
    else if (secret === null) this.end("unknown-desk");
    else if (!isProof(secret, "desk", meeting, proof)) this.end("proof");
    else {
      const [incoming, outgoing] = [new Seal(secret, "desk", meeting), new Seal(secret, "server", meeting)];
      this.#phase = { kind: "known", meeting, incoming, outgoing };
      if (!this.#host.claim(this)) this.end("conflict");
      else this.#write(JSON.stringify({ kind: "welcome", proof: proofOf(secret, "server", meeting), leaseMs }));
    }
  }

  #take(frame: FromDesk): void {
    switch (frame.kind) {
      case "hello":
        this.end("malformed");
        return;
      case "begin":
        if (this.#whole === null && !this.#isPresent) this.#whole = { csrs: new Map(), waiting: new Map() };
        else this.end("malformed");
        return;
      case "news":
        this.#takeNews(frame);
        return;
      case "end":
        this.#takeWhole();
        return;
    }
  }

  #takeNews(frame: Extract<FromDesk, { kind: "news" }>): void {
    if (this.#isPresent) {
      this.#host.changed(this, newsOf(frame, false));
      return;
    }
    if (this.#whole === null) {
      this.end("malformed");
      return;
    }
    const { csrs, waiting } = newsOf(frame, true);
    for (const [id, csr] of csrs) if (csr !== null) this.#whole.csrs.set(id, csr);
    for (const [id, request] of waiting) if (request !== null) this.#whole.waiting.set(id, request);
    if (Math.max(this.#whole.csrs.size, this.#whole.waiting.size) > this.#host.mostItems) this.end("too-much");
  }

  #takeWhole(): void {
    const whole = this.#whole;
    if (whole === null) {
      this.end("malformed");
      return;
    }
    this.#whole = null;
    this.#isPresent = true;
    this.#host.announced(this, { whole: true, ...whole, settled: [] });
  }
}
