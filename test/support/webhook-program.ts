/** A program behind an HTTP address, with a real server: what it is sent, what it answers, and calls of its own. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { freePort } from "./ports.ts";

/** What the desk sends. */
export interface Brought {
  readonly type: "message" | "ping";
  readonly id: string;
  readonly conversation: { readonly id: string; readonly name: string | null; readonly open: boolean };
  readonly text: string;
  readonly from: "customer" | "desk";
  readonly name: string | null;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

/** What the program answers: a body to 200, or a status. */
export type Answering = (brought: Brought) => object | number | Promise<object | number>;

export class WebhookProgram {
  readonly secret: string;
  readonly received: Brought[] = [];
  /** Every request as it came over the wire, headers and body. */
  readonly wire: string[] = [];
  /** Requests with no signature, or a wrong one: the program took none of them. */
  readonly unsigned: string[] = [];
  answering: Answering = () => ({});
  #server: Server | null = null;
  #port = 0;
  #calls = 0;

  constructor(secret: string) {
    this.secret = secret;
  }

  /** On a port of its own, the same one every time. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      });
    });
    this.#server = server;
    this.#port ||= await freePort();
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
  }
  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
  get url(): string {
    return `http://127.0.0.1:${this.#port}/frontdesk`;
  }

  /** Calls the desk; `id` is the same for every try of one call. */
  async call(url: string, body: object | string, id = this.nextId()): Promise<{ status: number; body: unknown }> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const seconds = Math.floor(Date.now() / 1000);
    const signature = this.#sign(id, seconds, text);
    const headers = { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signature };
    const response = await fetch(url, { method: "POST", headers, body: text });
    return { status: response.status, body: await response.json().catch(() => null) };
  }
  nextId(): string {
    this.#calls += 1;
    return `call-${process.pid}-${Date.now().toString(36)}-${this.#calls}`;
  }

  #sign(id: string, seconds: number, body: string): string {
    return `v1,${createHmac("sha256", this.secret).update(`${id}.${seconds}.${body}`).digest("base64")}`;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    this.wire.push(`${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)}\n${text}`);
    const { "webhook-id": id = "", "webhook-timestamp": at = "0", "webhook-signature": signature } = request.headers;
    if (signature !== this.#sign(String(id), Number(at), text)) {
      this.unsigned.push(text);
      return { status: 401, body: "" };
    }
    const brought = JSON.parse(text) as Brought;
    if (brought.type === "ping") return { status: 200, body: "" };
    this.received.push(brought);
    const answer = await this.answering(brought);
    return typeof answer === "number" ? { status: answer, body: "" } : { status: 200, body: JSON.stringify(answer) };
  }
}
