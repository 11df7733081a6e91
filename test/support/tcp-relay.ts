/** A TCP relay on a port of its own that a test can cut and heal, to whatever port the target has at that moment. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./ports.ts";

export class TcpRelay {
  readonly port: number;
  readonly #target: () => number | null;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  private constructor(port: number, target: () => number | null) {
    this.port = port;
    this.#target = target;
  }

  /** `target` is asked for the port at every connection; null refuses it. */
  static async open(target: () => number | null): Promise<TcpRelay> {
    const relay = new TcpRelay(await freePort(), target);
    await relay.heal();
    return relay;
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
    for (const socket of this.#sockets) {
      socket.resetAndDestroy();
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

  #relay(near: Socket): void {
    const target = this.#target();
    if (target === null) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
