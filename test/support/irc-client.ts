/** A small IRC client for tests: sends and shows raw lines, answers PING, and keeps its nick through restarts of the server. */
import { connect, type Socket } from "node:net";
import type { IrcServerAddresses } from "./irc-server.ts";
import { Arrivals, beats, DEFAULT_LIMIT_MS, until } from "./wait.ts";

export interface IrcLine {
  /** The nick or server it is from. */
  readonly nick: string;
  readonly prefix: string;
  readonly command: string;
  readonly params: readonly string[];
}

const AGAIN_MS = 50;

export class IrcClient {
  readonly nick: string;
  readonly lines = new Arrivals<IrcLine>((line) => JSON.stringify(line));
  readonly #server: IrcServerAddresses;
  #socket: Socket | null = null;
  #isWelcome = false;
  #isStopped = false;
  #pings = 0;

  private constructor(server: IrcServerAddresses, nick: string) {
    this.#server = server;
    this.nick = nick;
  }

  /** Connects and logs in. */
  static async connect(server: IrcServerAddresses, nick: string): Promise<IrcClient> {
    const client = new IrcClient(server, nick);
    client.#connect();
    await client.online();
    return client;
  }

  async online(limitMs = DEFAULT_LIMIT_MS): Promise<void> {
    await until(`${this.nick} to be on IRC`, () => this.#isWelcome, limitMs);
  }

  /** Writes a line as it is. */
  write(line: string | Buffer): void {
    this.#socket?.write(Buffer.concat([Buffer.from(line), Buffer.from("\r\n")]));
  }

  /** Resolves when the server has taken everything written before. */
  async fence(): Promise<void> {
    await this.online();
    this.#pings += 1;
    const token = `test-${this.#pings}`;
    this.write(`PING :${token}`);
    await this.lines.next(
      `the answer to ${token}`,
      ({ command, params }) => command === "PONG" && params.at(-1) === token,
    );
  }

  /** The next line of that command (from that nick), not taken by another wait. */
  next(command: string, matches: (line: IrcLine) => boolean = () => true, limitMs?: number): Promise<IrcLine> {
    const isIt = (line: IrcLine) => line.command === command && matches(line);
    return this.lines.next(`${this.nick} to be sent ${command}`, isIt, limitMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect(this.#server.port, "127.0.0.1").setNoDelay(true);
    this.#socket = socket;
    let rest = Buffer.alloc(0);
    socket.on("connect", () => {
      this.write(`PASS ${this.#server.password}`);
      this.write(`NICK ${this.nick}`);
      this.write(`USER ${this.nick.slice(0, 9)} 0 * :A person called ${this.nick}`);
    });
    socket.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
        this.#take(rest.subarray(0, end).toString("utf8").replace(/\r$/u, ""));
        rest = rest.subarray(end + 1);
      }
    });
    socket.on("error", () => undefined); // the server's death is what some tests are about
    socket.on("close", () => {
      this.#isWelcome = false;
      if (!this.#isStopped) void soon(() => this.#connect());
    });
  }

  #take(text: string): void {
    const line = parse(text);
    if (line.command === "PING") this.write(`PONG :${line.params.at(-1) ?? ""}`);
    if (line.command === "433") void soon(() => this.write(`NICK ${this.nick}`));
    if (line.command === "376" || line.command === "422") this.#isWelcome = true;
    this.lines.push(line);
  }
}

/** A client's own pause before it tries again. */
async function soon(act: () => void): Promise<void> {
  for await (const beat of beats(AGAIN_MS)) {
    if (beat > 1) {
      act();
      return;
    }
  }
}

/** By the grammar of RFC 2812 §2.3.1, and not by the parser that the adapter uses. */
function parse(text: string): IrcLine {
  const [, prefix = "", command = "", rest = ""] = /^(?:@\S+ )?(?::(\S+) )?(\S+)(.*)$/su.exec(text) ?? [];
  const [, middle = "", trailing] = /^(.*?)(?: :(.*))?$/su.exec(rest) ?? [];
  const words = middle.split(" ").filter((word) => word !== "");
  const params = trailing === undefined ? words : [...words, trailing];
  return { nick: prefix.split("!")[0] ?? "", prefix, command, params };
}
