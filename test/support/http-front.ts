/** An HTTP server before another one, which answers some requests with an error as a proxy does whose server is in trouble. */
import { createServer, request, type Server } from "node:http";
import { freePort } from "./ports.ts";

const BAD_GATEWAY = 502;

export class HttpFront {
  readonly port: number;
  readonly #server: Server;
  #isRefused: (url: string) => boolean = () => false;
  #refusals = 0;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#server = createServer((near, answer) => {
      const { method, url = "/", headers } = near;
      if (this.#isRefused(url)) {
        this.#refusals += 1;
        near.resume();
        answer.writeHead(BAD_GATEWAY, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
        return;
      }
      const far = request({ host: "127.0.0.1", port: target, method, path: url, headers }, (given) => {
        answer.writeHead(given.statusCode ?? BAD_GATEWAY, given.headers);
        given.pipe(answer);
      });
      far.on("error", () => answer.destroy());
      near.on("error", () => far.destroy()).pipe(far);
      answer.on("close", () => far.destroy());
    });
  }

  /** Before that port of 127.0.0.1. */
  static async open(target: number): Promise<HttpFront> {
    const front = new HttpFront(await freePort(), target);
    await new Promise<void>((resolve) => front.#server.listen(front.port, "127.0.0.1", resolve));
    return front;
  }

  /** Requests that were answered with an error. */
  get refusals(): number {
    return this.#refusals;
  }

  /** From now on requests whose path and query are such are answered with 502; null: none. */
  refuse(isRefused: ((url: string) => boolean) | null): void {
    this.#isRefused = isRefused ?? (() => false);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
