/**
 * A person on the web network, with the pages' own link over a WebSocket of Node: reconnects, sends again and acknowledges
 * just as a page does. Browsers are in test/browser; this one can be cut like a cable.
 */
import { WebSocket } from "ws";
import { freshId } from "../../adapters/web/pages/ids.ts";
import { Link, type Socket } from "../../adapters/web/pages/link.ts";
import {
  type NumberedFrame,
  PROTOCOL_VERSION,
  type ServerFrame,
  type ServerFrameOf,
} from "../../adapters/web/pages/protocol.ts";
import { Arrivals } from "./wait.ts";

export const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

export interface WebPersonOptions {
  /** `http://127.0.0.1:port/`, the network's own path included. */
  readonly url: string;
  /** `name=value`, of a visitor or of a CSR; null: the visitor's chat page is asked for one. */
  readonly cookie?: string | null;
  /** True for a console. */
  readonly csr?: boolean;
  readonly desk?: string | null;
  readonly token?: string | null;
}

export class WebPerson {
  readonly frames = new Arrivals<ServerFrame>((frame) => JSON.stringify(frame));
  readonly link: Link;
  readonly cookie: string;
  /** Where the network's pages are; ends in a slash. */
  readonly url: string;
  readonly #isCsr: boolean;
  readonly #sockets = new Set<WebSocket>();
  #cut = false;
  /** Whether desk frames are acknowledged, as a page does. */
  acknowledges = true;
  welcome: ServerFrameOf<"welcome"> | null = null;

  private constructor(options: WebPersonOptions, cookie: string) {
    this.cookie = cookie;
    const { url, csr = false, desk = null, token = null } = options;
    this.url = url;
    this.#isCsr = csr;
    this.link = new Link({
      connect: () => this.#connect(new URL(csr ? "csr/socket" : "socket", url)),
      hello: () => ({ kind: "hello", version: PROTOCOL_VERSION, desk, token, language: "en", self: null }),
      onFrame: (frame) => this.#received(frame),
      onState: () => undefined,
    });
  }

  /** Opens the chat (or the console) and waits for the welcome. */
  static async open(options: WebPersonOptions): Promise<WebPerson> {
    const cookie = options.cookie ?? (options.cookie === undefined ? await visitorCookie(options.url) : "");
    const person = new WebPerson(options, cookie);
    person.link.wake();
    person.welcome = (await person.next("welcome")) as ServerFrameOf<"welcome">;
    return person;
  }

  async next<K extends ServerFrame["kind"]>(kind: K, matches: (frame: ServerFrameOf<K>) => boolean = () => true) {
    const isIt = (frame: ServerFrame): boolean => frame.kind === kind && matches(frame as ServerFrameOf<K>);
    return (await this.frames.next(`a ${kind} frame`, isIt)) as ServerFrameOf<K>;
  }

  /** Sends a numbered frame under a fresh id, which is returned. */
  send(frame: NumberedFrame extends infer F ? (F extends { id: string } ? Omit<F, "id"> : never) : never): string {
    const id = freshId();
    this.link.send({ ...frame, id } as NumberedFrame);
    return id;
  }
  say(desk: string, text: string): string {
    return this.send({ kind: "line", desk, text, choice: null, file: null });
  }

  /** Brings a file, as the pages' button does; its id, for the line that sends it. */
  async upload(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const headers = {
      cookie: this.cookie,
      origin: new URL(this.url).origin,
      "content-type": "application/octet-stream",
      "x-file-name": encodeURIComponent(name),
    };
    const path = this.#isCsr ? "csr/upload" : "upload";
    const answer = await fetch(new URL(path, this.url), { method: "POST", headers, body: bytes });
    const { id, error } = (await answer.json()) as { readonly id?: string; readonly error?: string };
    if (id === undefined) throw new Error(`The upload was not taken: HTTP ${answer.status} ${error}`);
    return id;
  }

  /** Tears the cable, and keeps it torn. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) {
      socket.terminate();
    }
  }
  heal(): void {
    this.#cut = false;
    this.link.wake();
  }
  /** Reads nothing more from the wire, as a machine that was put to sleep. */
  deafen(): void {
    for (const socket of this.#sockets) {
      socket.pause();
    }
  }
  close(): void {
    this.link.stop();
    for (const socket of this.#sockets) {
      socket.terminate();
    }
  }

  #connect(url: URL): Socket {
    const target = new URL(url);
    target.protocol = "ws:";
    // A torn cable leads nowhere; the socket says so by closing, as a real one would.
    target.port = this.#cut ? "1" : target.port;
    const headers = { cookie: this.cookie, "user-agent": USER_AGENT, "accept-language": "en-GB,en;q=0.8" };
    const socket = new WebSocket(target, { origin: url.origin, headers });
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    return socket as unknown as Socket;
  }

  #received(frame: ServerFrame): void {
    if (this.acknowledges && "key" in frame && frame.key !== null) {
      this.link.send({ kind: "got", key: frame.key });
    }
    this.frames.push(frame);
  }
}

/** The cookie that the chat page sets, as the browser would send it back. */
export async function visitorCookie(url: string): Promise<string> {
  const answer = await fetch(new URL("chat", url), { headers: { "user-agent": USER_AGENT } });
  await answer.text();
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** Signs in at the console; the answer and, when it was given, the session's cookie. */
export async function signIn(
  url: string,
  login: string,
  password: string,
): Promise<{ readonly status: number; readonly cookie: string | null; readonly setCookie: string }> {
  const answer = await fetch(new URL("csr/sign-in", url), {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(url).origin },
    body: JSON.stringify({ login, password }),
  });
  await answer.text();
  const setCookie = answer.headers.getSetCookie()[0] ?? "";
  return { status: answer.status, cookie: setCookie.split(";")[0] || null, setCookie };
}
