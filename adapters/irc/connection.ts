/** One connection to an IRC server, from its opening to its end: bytes in both directions, nothing of what they mean. */
import { strict as assert } from "node:assert";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock } from "../../src/adapter.ts";
import { LineDecoder } from "./decoder.ts";
import { BREAKS, fits } from "./line.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly authority: string | undefined;
  readonly lineBytes: number;
  /**
   * Whether what came is acknowledged at once, by an empty line. Servers that gather small writes (Nagle), as ngIRCd does, keep back the next
   * line until the last one is acknowledged, and a socket that has nothing to write leaves that for 40 ms. RFC 2812 §2.3.1 has
   * servers pass over empty lines; but where lines are counted, they would be, too.
   */
  readonly acknowledges: boolean;
}

export interface ConnectionHandlers {
  line(line: string): void;
  tooLong(): void;
}

/** How long what came waits for something to be written, before an empty line is. */
const ACKNOWLEDGE_MS = 1;
/** How long the server may take to close after the last line. */
const CLOSE_MS = 500;

export class Connection {
  readonly #target: Target;
  readonly #handlers: ConnectionHandlers;
  readonly #clock: Clock;
  readonly #decoder: LineDecoder;
  readonly #ended = Promise.withResolvers<Error | null>();
  #socket: Socket | null = null;
  #reason: Error | null = null;
  #isOver = false;
  #isPaused = false;
  /** Lines that are written when the turn is over. */
  #pending = "";
  /** Cancels the empty line that would acknowledge what came. */
  #cancelEmptyLine: (() => void) | null = null;

  constructor(target: Target, clock: Clock, handlers: ConnectionHandlers) {
    this.#target = target;
    this.#clock = clock;
    this.#handlers = handlers;
    this.#decoder = new LineDecoder(target.lineBytes, () => handlers.tooLong());
  }

  /** Resolves once over, with the reason; null when the server closed without one. */
  get ended(): Promise<Error | null> {
    return this.#ended.promise;
  }
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves once lines can be written, TLS included. Rejects when that fails. Call once. */
  open(): Promise<void> {
    const { host, port, tls, authority } = this.#target;
    return new Promise((resolve, reject) => {
      const servername = isIP(host) === 0 ? { servername: host } : {};
      const ca = authority === undefined ? {} : { ca: authority };
      const socket = tls ? connectTls({ host, port, ...servername, ...ca }) : connect({ host, port });
      this.#socket = socket;
      socket.setNoDelay(true);
      socket.once(tls ? "secureConnect" : "connect", () => resolve());
      socket.on("data", (bytes: Buffer) => this.#read(bytes));
      socket.on("error", (error) => {
        this.#reason ??= error;
      });
      socket.once("close", () => {
        this.#isOver = true;
        this.#cancelEmptyLine?.();
        reject(this.#reason ?? new Error("The server closed the connection."));
        this.#ended.resolve(this.#reason);
      });
    });
  }

  /** Lines of one turn of the event loop leave together. After the end nothing is written. */
  write(line: string): void {
    assert(fits(line) && !BREAKS.test(line), "a line that would be another");
    const socket = this.#socket;
    if (this.#isOver || socket === null || socket.destroyed || socket.writableEnded) {
      return;
    }
    if (this.#pending === "") process.nextTick(() => this.#flush(socket));
    this.#cancelEmptyLine?.();
    this.#cancelEmptyLine = null;
    this.#pending += `${line}\r\n`;
  }

  #flush(socket: Socket): void {
    const lines = this.#pending;
    this.#pending = "";
    if (lines !== "" && !socket.destroyed && !socket.writableEnded) socket.write(lines);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket?.pause();
  }
  resume(): void {
    this.#isPaused = false;
    this.#socket?.resume();
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Ends it in order, with a last line; at the latest half a second later it is over. */
  async close(lastLine: string | null): Promise<void> {
    const socket = this.#socket;
    if (socket === null || this.#isOver) {
      return;
    }
    if (lastLine === null || socket.connecting) {
      socket.destroy();
    } else {
      this.write(lastLine);
      // What nobody reads any more must not keep the end from being seen.
      socket.resume();
      process.nextTick(() => socket.end());
    }
    const cancel = this.#clock.after(CLOSE_MS, () => socket.destroy());
    await this.#ended.promise;
    cancel();
  }

  destroy(reason: Error): void {
    this.#reason ??= reason;
    this.#socket?.destroy();
    if (this.#socket === null) {
      this.#isOver = true;
      this.#ended.resolve(this.#reason);
    }
  }

  #read(bytes: Buffer): void {
    if (this.#target.acknowledges) {
      this.#cancelEmptyLine ??= this.#clock.after(ACKNOWLEDGE_MS, () => this.write(""));
    }
    for (const line of this.#decoder.take(bytes)) {
      if (this.#socket?.destroyed !== false) {
        return;
      }
      this.#handlers.line(line);
    }
  }
}
