/**
 * The socket under an xmpp.js entity, in place of the library's own: Nagle's algorithm off, the writes that one event leads
 * to joined into one, characters that a TCP segment splits put together again, text that is not UTF-8 refused, and
 * TLS from the first byte or by STARTTLS with the operator's certificates.
 */
import { EventEmitter } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { XmlFault } from "./xml-fault.ts";

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  /** Name the server's certificate must be for. */
  readonly domain: string;
  /** TLS from the first byte (XEP-0368). */
  readonly direct: boolean;
  /** PEM certificates to trust instead of the system's. */
  readonly authority: string | undefined;
}

export interface SocketHandlers {
  text(text: string): void;
  /** The other side sent something that is not UTF-8. */
  fault(fault: Error): void;
  /** Once, when the connection is over or could not be made; `error` is null after an orderly end. */
  closed(error: Error | null): void;
}

/** What the library expects of a socket. */
export interface LibrarySocket extends EventEmitter {
  secure: boolean;
  connect(): void;
  write(text: string, callback?: (error?: Error | null) => void): void;
  end(): void;
}

/**
 * How long a connection is left alone that brought so many bytes at once (the first row that fits), so that more comes at once: what is read
 * together is committed and written together, and each time costs a wake-up of both threads and a sync. At its limit of messages under way the
 * desk would be a fraction of that behind anyway. 4 kB come while some thousand messages a second do, or when a stop of ten milliseconds has left
 * them of a thousand; a thousand a second do not bring as much again meanwhile, so one stop does not lead to the next. Behind 32 kB more is
 * waiting already: such a connection is read once in a turn of the event loop.
 */
const PAUSES = [
  { bytes: 32_768, ms: 0 },
  { bytes: 12_288, ms: 8 },
  { bytes: 4_096, ms: 5 },
] as const;
/** While it is left alone, what comes stays with the system, but for the first piece: Node would read on, 64 kB of it, and wake for each. */
const READ_AHEAD_BYTES = 1;

type Written = (error?: Error | null) => void;

export class StreamSocket {
  /** The face the library sees: an emitter of `connect`, `error` and `close`. Text goes to the handlers alone. */
  readonly library: LibrarySocket;
  readonly #options: SocketOptions;
  readonly #handlers: SocketHandlers;
  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #socket: Socket | null = null;
  #pending = "";
  #written: Written[] = [];
  #scheduled = false;
  #error: Error | null = null;
  #closed = false;
  /** Somebody wants the other side to wait. */
  #isHeld = false;

  constructor(options: SocketOptions, handlers: SocketHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.library = Object.assign(new EventEmitter(), {
      secure: false,
      connect: () => this.#connect(),
      write: (text: string, callback?: Written) => this.write(text, callback),
      end: () => this.end(),
    });
    this.library.on("error", () => undefined); // the library listens only at times; `closed` tells of every error
  }

  /** Characters and bytes written and not yet taken by the system. */
  get waiting(): number {
    return this.#pending.length + (this.#socket?.writableLength ?? 0);
  }

  /**
   * Joins what one event leads to, and writes it as soon as all of that was done, before the next event: an immediate would come behind
   * all that is at hand. Two ticks, since in the first one the fence is written that stands behind the messages (fence.ts).
   */
  write(text: string, callback?: Written): void {
    this.#pending += text;
    if (callback !== undefined) {
      this.#written.push(callback);
    }
    if (!this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(() => process.nextTick(() => this.#flush()));
    }
  }

  /** Stops reading, so that the other side has to wait (back-pressure). */
  pause(): void {
    this.#isHeld = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#isHeld = false;
    this.#socket?.resume();
  }

  /** Writes what is left and ends the connection. */
  end(): void {
    this.#flush();
    this.#socket?.end();
  }

  /** Ends the connection at once; what was not written is lost. */
  destroy(): void {
    this.#socket?.destroy();
    this.#close();
  }

  /** Continues over TLS on the same connection (RFC 6120 §5). Rejects when the certificate is not right. */
  upgrade(): Promise<void> {
    const plain = this.#socket;
    if (plain === null) {
      return Promise.reject(new Error("The connection was closed before it could be encrypted."));
    }
    plain.removeAllListeners("data");
    plain.removeAllListeners("close");
    const { domain, authority } = this.#options;
    const secure = connectTls({ socket: plain, servername: domain, host: domain, ...trust(authority) });
    this.#decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    this.#attach(secure);
    return new Promise((resolve, reject) => {
      secure.once("secureConnect", () => {
        this.library.secure = true;
        resolve();
      });
      secure.once("close", () => reject(this.#error ?? new Error("The server closed the connection during TLS.")));
    });
  }

  #connect(): void {
    const { host, port, domain, direct, authority } = this.#options;
    const plain = { host, port, readableHighWaterMark: READ_AHEAD_BYTES };
    const socket = direct
      ? connectTls({ host, port, servername: domain, ALPNProtocols: ["xmpp-client"], ...trust(authority) })
      : connectTcp(plain);
    socket.once(direct ? "secureConnect" : "connect", () => {
      this.library.secure = direct;
      this.library.emit("connect");
    });
    this.#attach(socket);
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.on("close", () => this.#close());
  }

  #read(bytes: Buffer): void {
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      this.#handlers.fault(new XmlFault("unsupported-encoding", "The server sent text that is not UTF-8."));
      return;
    }
    this.#handlers.text(text);
    const pause = PAUSES.find((one) => bytes.length >= one.bytes);
    if (pause !== undefined) this.#leave(pause.ms);
  }

  /**
   * Reads nothing for so long; 0: until the event loop has gone round. Of a connection on which much comes the system is read again and again
   * before anything else has its turn.
   */
  #leave(ms: number): void {
    const socket = this.#socket;
    if (this.#isHeld || socket === null) return;
    socket.pause();
    const resume = (): void => {
      if (!this.#isHeld && socket === this.#socket) socket.resume();
    };
    if (ms === 0) setImmediate(resume);
    else setTimeout(resume, ms);
  }

  #flush(): void {
    this.#scheduled = false;
    const text = this.#pending;
    const written = this.#written;
    this.#pending = "";
    this.#written = [];
    if (text === "") {
      return;
    }
    const tell = (error?: Error | null) => written.forEach((callback) => void callback(error));
    if (this.#socket === null || this.#closed || this.#socket.writableEnded) {
      tell(new Error("The connection is closed."));
      return;
    }
    this.#socket.write(text, written.length === 0 ? undefined : tell);
  }

  #close(): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    if (this.#error !== null) {
      this.library.emit("error", this.#error);
    }
    this.library.emit("close", this.#error !== null);
    this.#handlers.closed(this.#error);
  }
}

function trust(authority: string | undefined): { ca?: string } {
  return authority === undefined ? {} : { ca: authority };
}
