/**
 * Somebody on IRC in a measurement: logs in (RFC 2812 §3.1), answers PING, and gives what is written to them or to a channel they are in. A raw
 * connection, because the clients of the tests keep every line they were sent.
 */
import { connect } from "node:net";
import type { IrcServerAddresses } from "../../test/support/irc-server.ts";
import { within } from "../../test/support/wait.ts";

export interface IrcSeat {
  readonly nick: string;
  /** A line; those of one turn of the event loop leave together. */
  write(line: string): void;
  /** Called for each PRIVMSG: the nick it is from, to whom or which channel it is, and its words. */
  onText: (from: string, to: string, text: string) => void;
  end(): void;
}

const LOGIN_MS = 20_000;
const PRIVMSG = /^:([^! ]+)\S* PRIVMSG (\S+) :?(.*)$/u;

/** Resolves when the server has let them in. */
export async function sitDown(server: IrcServerAddresses, nick: string): Promise<IrcSeat> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  let pending = "";
  const seat: IrcSeat = {
    nick,
    onText: () => {},
    write(line) {
      if (pending === "") {
        setImmediate(() => {
          socket.write(pending);
          pending = "";
        });
      }
      pending += `${line}\r\n`;
    },
    end: () => socket.destroy(),
  };
  const { promise: isIn, resolve } = Promise.withResolvers<void>();
  const take = (line: string): void => {
    const [, from, to, text] = PRIVMSG.exec(line) ?? [];
    if (from !== undefined && to !== undefined && text !== undefined) seat.onText(from, to, text);
    else if (line.startsWith("PING ")) seat.write(`PONG ${line.slice("PING ".length)}`);
    else if (/^:\S+ (?:376|422) /u.test(line)) resolve();
  };
  let rest = "";
  socket.on("data", (more: string) => {
    const lines = (rest + more).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  for (const line of [`PASS ${server.password}`, `NICK ${nick}`, `USER ${nick} 0 * :${nick}`]) seat.write(line);
  await within(LOGIN_MS, `${nick} to be let in on IRC`, isIn);
  return seat;
}
