/**
 * One WebSocket: frames in and out, with a limit on everything a stranger could make grow. It knows the protocol's frames
 * and nobody behind them.
 */
import type { WebSocket } from "ws";
import type { Logger } from "../../src/adapter.ts";
import { Bucket } from "../../src/http/rate-limit.ts";
import { CLOSE, type ClientFrame, parseClientFrame, type ServerFrame } from "./pages/protocol.ts";

/** Frames that are none, after which the connection is ended. */
const FAULTS = 10;

export interface WireLimits {
  /** Unsent bytes before it is cut. */
  readonly bufferedBytes: number;
  /** Frames of any kind at once, and in a second. A page with 200 unread lines answers 200 `got` at once. */
  readonly frameBurst: number;
  readonly framesPerSecond: number;
}

export interface WireListener {
  frame(frame: ClientFrame): void;
  /** Once, whoever ended it. */
  closed(): void;
}

export class Wire {
  readonly #socket: WebSocket;
  readonly #bufferedBytes: number;
  readonly #log: Logger;
  readonly #rate: Bucket;
  #faults = 0;
  #heardAt = performance.now();
  #open = true;
  #listener: WireListener;

  constructor(socket: WebSocket, listener: WireListener, limits: WireLimits, log: Logger) {
    this.#socket = socket;
    this.#listener = listener;
    this.#bufferedBytes = limits.bufferedBytes;
    const everyMs = 1_000 / limits.framesPerSecond;
    this.#rate = new Bucket({ burst: limits.frameBurst, everyMs }, performance.now());
    this.#log = log;
    socket.on("message", (message, isBinary) => this.#message(message.toString(), isBinary));
    socket.on("ping", () => {
      this.#heardAt = performance.now();
    });
    socket.on("error", (error) => this.#log.debug("web.socket.error", { error: error.message }));
    socket.on("close", () => this.#ended());
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Monotonic milliseconds (performance.now) of the last sign of life. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Writes a frame. A connection that does not read what it was sent is cut; its page comes back and catches up. */
  send(frame: ServerFrame): void {
    if (!this.#open) {
      return;
    }
    if (this.#socket.bufferedAmount > this.#bufferedBytes) {
      this.#log.warn("web.socket.slow", { bufferedBytes: this.#socket.bufferedAmount });
      this.cut();
      return;
    }
    this.#socket.send(JSON.stringify(frame));
  }

  /** Writes a frame and resolves once the system has taken it, or nobody will any more. */
  tell(frame: ServerFrame): Promise<void> {
    if (!this.#open) {
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#socket.send(JSON.stringify(frame), () => resolve()));
  }

  /** Ends it in good order. The reason is at most 123 bytes (RFC 6455 §5.5). */
  close(code: number, reason: string): void {
    if (this.#open) {
      this.#socket.close(code, reason);
      this.#ended();
    }
  }

  /** Ends it at once, for a far side that is dead or does not listen. */
  cut(): void {
    this.#socket.terminate();
    this.#ended();
  }

  /** Stops reading: back-pressure reaches the page by TCP. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #message(wire: string, isBinary: boolean): void {
    if (!this.#open) {
      return;
    }
    this.#heardAt = performance.now();
    if (!this.#rate.take(this.#heardAt).taken) {
      this.#log.warn("web.socket.flood");
      this.close(CLOSE.protocol, "too many frames");
      return;
    }
    const parsed = isBinary
      ? ({ kind: "fault", fault: "A frame must be text.", id: null } as const)
      : parseClientFrame(wire);
    switch (parsed.kind) {
      case "frame":
        if (parsed.frame.kind === "ping") {
          this.send({ kind: "pong" });
        } else {
          this.#listener.frame(parsed.frame);
        }
        return;
      case "fault":
        this.#fault(parsed.fault, parsed.id);
    }
  }

  #fault(fault: string, id: string | null): void {
    this.#faults += 1;
    this.#log.debug("web.frame.fault", { fault, faults: this.#faults });
    this.send(
      id === null ? { kind: "fault", text: fault } : { kind: "refused", id, reason: "bad-request", text: fault },
    );
    if (this.#faults >= FAULTS) {
      this.close(CLOSE.protocol, "too many faulty frames");
    }
  }

  #ended(): void {
    if (this.#open) {
      this.#open = false;
      this.#listener.closed();
    }
  }
}
