/** The IRC adapter's connection: what a linked server says is acknowledged at once, so that it does not keep the next line back. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { Connection } from "../../adapters/irc/connection.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import { until } from "../support/wait.ts";

async function linked(acknowledges: boolean) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const clock = createVirtualClock();
  const lines: string[] = [];
  const target = { host: "127.0.0.1", port, tls: false, authority: undefined, lineBytes: 16_384, acknowledges };
  const connection = new Connection(target, clock, { line: (line) => lines.push(line), tooLong: () => {} });
  await connection.open();
  const [socket] = (await accepted) as [Socket];
  let heard = "";
  socket.setEncoding("latin1").on("data", (text: string) => {
    heard += text;
  });
  const says = async (text: string) => {
    socket.write(`:anna PRIVMSG support :${text}\r\n`);
    await until(text, () => lines.at(-1)?.endsWith(text));
  };
  const close = () => {
    connection.destroy(new Error("over"));
    socket.destroy();
    server.close();
  };
  return { connection, clock, says, heard: () => heard, close };
}

describe("the connection to an IRC server", () => {
  it("acknowledges what came by an empty line when there is nothing to write, once", async () => {
    const { clock, says, heard, connection, close } = await linked(true);
    try {
      for (const text of ["one", "two"]) await says(text);
      await clock.advance(10);
      connection.write("PING :x");
      await until("the line", () => heard().includes("PING"));
      expect(heard()).to.equal("\r\nPING :x\r\n");
    } finally {
      close();
    }
  });

  for (const acknowledges of [true, false]) {
    const where = acknowledges ? "where something was written anyway" : "where lines are counted";
    it(`writes none ${where}`, async () => {
      const { clock, says, heard, connection, close } = await linked(acknowledges);
      try {
        await says("one");
        if (acknowledges) connection.write("PONG :one");
        await clock.advance(10);
        connection.write("PONG :two");
        await until("the last line", () => heard().includes("two"));
        expect(heard()).to.equal(`${acknowledges ? "PONG :one\r\n" : ""}PONG :two\r\n`);
      } finally {
        close();
      }
    });
  }
});
