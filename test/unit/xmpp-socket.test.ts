/** The socket under an XMPP stream, on real TCP: characters split between segments, bad UTF-8, writes joined. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { expect } from "chai";
import { StreamSocket } from "../../adapters/xmpp/socket.ts";
import { until } from "../support/wait.ts";

const FLOOD = 4_000_000;
/** What comes at once of a crowd. */
const CROWD = 5_000;
const TEXT = "价格€5 👍 é 𝔘";

describe("the socket of an XMPP stream", () => {
  let server: Server;
  let port: number;
  before(async () => {
    server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  async function open() {
    const texts: string[] = [];
    const faults: Error[] = [];
    const closed: (Error | null)[] = [];
    const accepted = once(server, "connection");
    const socket = new StreamSocket(
      { host: "127.0.0.1", port, domain: "im.test", direct: false, authority: undefined },
      {
        text: (text) => texts.push(text),
        fault: (fault) => faults.push(fault),
        closed: (error) => closed.push(error),
      },
    );
    socket.library.connect();
    const [peer] = (await accepted) as [Socket];
    return { socket, peer, texts, faults, closed };
  }

  it("gives text whole, wherever its bytes are cut", async () => {
    const bytes = Buffer.from(TEXT);
    const { socket, peer, texts, faults } = await open();
    for (let at = 1; at < bytes.length; at += 1) {
      texts.length = 0;
      peer.write(bytes.subarray(0, at));
      await until("the first segment", () => texts.length === 1);
      peer.write(bytes.subarray(at));
      await until("the second segment", () => texts.length === 2);
      expect(texts.join(""), `cut at byte ${at}`).to.equal(TEXT);
    }
    expect(faults).to.deep.equal([]);
    socket.destroy();
  });

  for (const [what, bytes] of [
    ["a byte that is none of UTF-8", [0xff]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["half a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a character begun and not ended", [0xe2, 0x82, 0x41]],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { socket, peer, texts, faults } = await open();
      peer.write(Buffer.from(bytes));
      await until("the fault", () => faults.length === 1);
      expect(faults[0]).to.include({ condition: "unsupported-encoding" });
      expect(texts).to.deep.equal([]);
      socket.destroy();
    });
  }

  it("leaves everything else its turn between two pieces of what comes in a flood, and hands on all of it in order", async () => {
    const { socket, peer, texts } = await open();
    let [pieces, most, isOver] = [0, 0, false];
    const turn = () => {
      most = Math.max(most, texts.length - pieces);
      pieces = texts.length;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const flood = Array.from({ length: FLOOD / 8 }, (_none, index) => `${index}`.padStart(8)).join("");
    peer.write(flood);
    try {
      await until("all of it", () => texts.reduce((sum, { length }) => sum + length, 0) === FLOOD);
      expect(texts.join("") === flood, "in order").to.equal(true);
    } finally {
      isOver = true;
      socket.destroy();
    }
    expect(most, "pieces in one turn").to.be.at.most(2);
  });

  it("reads together what comes in the milliseconds after much came at once", async () => {
    const { socket, peer, texts } = await open();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    let [written, pieces] = [0, 0];
    const hasAll = () => texts.reduce((sum, { length }) => sum + length, 0) === written;
    try {
      for (let crowd = 0; crowd < 10; crowd += 1) {
        peer.write("c".repeat(CROWD));
        written += CROWD;
        while (!hasAll()) await turn();
        const before = texts.length;
        for (let more = 0; more < 5; more += 1) {
          peer.write("m");
          written += 1;
          await turn();
        }
        await until("what came after the crowd", hasAll);
        pieces += texts.length - before;
      }
      // A busy machine may take longer over five turns than the connection is left alone.
      expect(pieces, "of fifty that were written apart").to.be.at.most(35);
    } finally {
      socket.destroy();
    }
  });

  it("joins what one event leads to, in order, and goes to the system once, before the next event", async () => {
    const { socket, peer } = await open();
    let text = "";
    peer.on("data", (bytes) => {
      text += String(bytes);
    });
    const { write } = Socket.prototype;
    let writes = 0;
    Socket.prototype.write = function counting(this: Socket, ...args: Parameters<typeof write>) {
      writes += 1;
      return write.apply(this, args);
    } as typeof write;
    try {
      socket.write("<a/>");
      await Promise.resolve().then(() => socket.write("<b/>"));
      process.nextTick(() => socket.write("<c/>"));
      for (let tick = 0; tick < 3; tick += 1) await new Promise((next) => process.nextTick(next));
      expect(writes, "before the next event").to.equal(1);
      await until("the text", () => text === "<a/><b/><c/>");
    } finally {
      Socket.prototype.write = write;
    }
    expect(writes).to.equal(1);
    socket.destroy();
  });

  it("waits for no acknowledgement of what it wrote before (Nagle's algorithm is off)", async () => {
    const { setNoDelay } = Socket.prototype;
    const asked: unknown[] = [];
    Socket.prototype.setNoDelay = function noted(this: Socket, value?: boolean) {
      asked.push(value);
      return setNoDelay.call(this, value);
    };
    try {
      const { socket } = await open();
      socket.destroy();
    } finally {
      Socket.prototype.setNoDelay = setNoDelay;
    }
    expect(asked).to.deep.equal([true]);
  });

  it("tells once that it is over, and why", async () => {
    const { socket, peer, closed } = await open();
    peer.resetAndDestroy();
    await until("the end", () => closed.length > 0);
    socket.destroy();
    socket.write("to nobody");
    expect(String(closed[0])).to.match(/ECONNRESET/);
    expect(closed).to.have.length(1);
  });
});
