/**
 * The wire between the adapter and its XMPP server: a TCP relay that a test can cut, heal, slow down to single bytes, and
 * write into as if the server had written.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../support/ports.ts";
import { until } from "../support/wait.ts";

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

export class XmppWire {
  readonly port: number;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #server: Server | null = null;
  #connections = 0;
  /** Bytes in one segment towards the adapter; null leaves them as the server wrote them. */
  segmentBytes: number | null = null;
  /** Bytes of the adapter are not passed on while true: the server looks silent. */
  isSilent = false;
  /** Bytes of the server are not passed on while true: what it takes and answers is never heard of. */
  isMuffled = false;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  /** A relay on a free port to that port of this machine. */
  static async open(target: number): Promise<XmppWire> {
    const wire = new XmppWire(await freePort(), target);
    await wire.heal();
    return wire;
  }

  /** How many connections were made since it was opened. */
  get connections(): number {
    return this.#connections;
  }

  /** Ends every connection hard and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? Promise.resolve() : new Promise<void>((resolve) => server.close(() => resolve()));
    this.drop();
    await closed;
  }

  /** Ends every connection hard; new ones are welcome. */
  drop(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  async heal(): Promise<void> {
    if (this.#server !== null) {
      return;
    }
    const server = createServer((near) => this.#relay(near));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.port, "127.0.0.1", resolve);
    });
  }

  /** Writes to the adapter as if the server had. */
  inject(bytes: string | Buffer): void {
    for (const { near } of this.#pairs) {
      near.write(bytes);
    }
  }

  /** Resolves once the adapter has made more connections than that. */
  async reconnected(since: number): Promise<void> {
    await until("the adapter to connect again", () => this.#connections > since);
  }

  #relay(near: Socket): void {
    const far = connect(this.#target, "127.0.0.1").setNoDelay(true);
    const pair: Pair = { near: near.setNoDelay(true), far };
    this.#pairs.add(pair);
    this.#connections += 1;
    near.on("data", (bytes) => this.isSilent || far.write(bytes));
    let passed = Promise.resolve();
    far.on("data", (bytes) => {
      if (this.isMuffled) return;
      passed = passed.then(() => this.#pass(bytes, near));
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined); // a cut connection is what these tests are about
      one.on("end", () => other.end());
      one.on("close", () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }

  /** Each segment leaves by itself and is read before the next: both ends live in this event loop. */
  async #pass(bytes: Buffer, near: Socket): Promise<void> {
    const size = this.segmentBytes;
    if (size === null) {
      near.write(bytes);
      return;
    }
    for (let start = 0; start < bytes.length; start += size) {
      near.write(bytes.subarray(start, start + size));
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
  }
}
