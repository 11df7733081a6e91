/**
 * A wire that carries one byte at a time: a TCP relay that gives each byte to the system by itself, both ways, so that every
 * border between two bytes is one between two reads.
 */
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./ports.ts";

const FIRST_OF_MULTIBYTE = 0x80;

export class ByteWire {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes carried, both directions together. */
  carried = 0;
  /**
   * Bytes of multi-byte characters of which the system said that the reader had taken them before the next one was sent.
   * Without Linux's table of connections nothing is proven, and the count stays 0.
   */
  proven = 0;

  private constructor(port: number, server: Server) {
    this.port = port;
    this.#server = server;
  }

  /** A relay on a free port to that port of this machine. */
  static async open(target: number): Promise<ByteWire> {
    const server = createServer({ noDelay: true });
    const wire = new ByteWire(await freePort(), server);
    server.on("connection", (near) => wire.#relay(near, target));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(wire.port, "127.0.0.1", resolve);
    });
    return wire;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #relay(near: Socket, target: number): void {
    const far = connect(target, "127.0.0.1").setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      void this.#carry(from, to);
    }
  }

  async #carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from) {
        for (const byte of chunk as Buffer) await this.#give(byte, to);
      }
      to.end();
    } catch {
      to.destroy(); // one of the two ends is gone, and with it the wire
    }
  }

  async #give(byte: number, to: Socket): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      to.write(Uint8Array.of(byte), (error) => (error ? reject(error) : resolve()));
    });
    this.carried += 1;
    if (byte < FIRST_OF_MULTIBYTE) return;
    for (let table = connections(); table !== null && !to.destroyed; table = connections()) {
      if (isTaken(to, table)) {
        this.proven += 1;
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const TABLE = "/proc/net/tcp";
/** local address, remote address, state, bytes unsent : bytes unread. */
const ENTRY = /^\s*\d+: [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F]{2} ([0-9A-F]{8}):([0-9A-F]{8})/u;

/** Null on a system that has no such table. */
function connections(): string | null {
  return existsSync(TABLE) ? readFileSync(TABLE, "latin1") : null;
}

/**
 * Whether all that was written has been read by the program at the other end, as that table has it. It is no picture of one moment: while
 * other connections come and go, one of the two ends may not be in it, and then it says nothing.
 */
function isTaken({ localPort = 0, remotePort = 0 }: Socket, table: string): boolean {
  let ends = 0;
  let queued = 0;
  for (const line of table.split("\n")) {
    const [, local = "", remote = "", unsent = "", unread = ""] = ENTRY.exec(line) ?? [];
    const [from, to] = [Number.parseInt(local, 16), Number.parseInt(remote, 16)];
    if (from === localPort && to === remotePort) queued += Number.parseInt(unsent, 16);
    else if (from === remotePort && to === localPort) queued += Number.parseInt(unread, 16);
    else continue;
    ends += 1;
  }
  return ends === 2 && queued === 0;
}
