/** A stream on real TCP: neither what the server says in one breath with the end of the login nor what it says last is lost. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { type StreamHandlers, XmppStream } from "../../adapters/xmpp/stream.ts";
import { until } from "../support/wait.ts";
import { makeEntity, STREAM_LIMITS } from "../support/xmpp-entity.ts";

const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='im.test' id='1' version='1.0'>" +
  "<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>";
const RESUMED = "<resumed xmlns='urn:xmpp:sm:3' h='0' previd='x'/>";

/** A stream whose server the test is: what it hands on, and the server's end of the connection. */
async function connect(ends: (() => void)[], handlers: StreamHandlers) {
  const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
  ends.push(() => server.close());
  await once(server, "listening");
  const accepted = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const stream = new XmppStream({
    entity: makeEntity(),
    socket: { host: "127.0.0.1", port, domain: "im.test", direct: false, authority: undefined },
    limits: STREAM_LIMITS,
    starttls: false,
    negotiatesByStanza: true,
    resumption: { id: "x", h: 3 },
    handlers,
  });
  ends.push(() => stream.destroy(new Error("over")));
  const opened = stream.open();
  const [peer] = (await accepted) as [Socket];
  ends.push(() => peer.destroy());
  const asked = once(peer, "data");
  peer.write(HEADER);
  expect(String((await asked)[0])).to.contain("<resume ");
  return { stream, peer, opened };
}

describe("an XMPP stream, at its beginning and at its end", () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) {
      end();
    }
  });

  it("hands on what came behind a resumption only when it can be taken, in order", async () => {
    const heard: string[] = [];
    let isOpen = false;
    const hear = (what: string): void => void heard.push(isOpen ? what : `${what} too early`);
    const { opened, peer } = await connect(ends, {
      stanza: ({ name }) => hear(name),
      nonza: ({ name }) => hear(name),
      refused: () => hear("refused"),
    });
    void opened.then(() => {
      isOpen = true;
    });
    peer.write(`${RESUMED}<message/><r xmlns='urn:xmpp:sm:3'/><presence/>`);
    await opened;
    await until("all to be heard", () => heard.length === 3);
    expect(heard).to.deep.equal(["message", "r", "presence"]);
  });

  it("goes on counting its stanzas where the server is in the stream that it continues", async () => {
    const ignore = (): void => undefined;
    const { stream, peer, opened } = await connect(ends, { stanza: ignore, nonza: ignore, refused: ignore });
    peer.write(RESUMED.replace("h='0'", "h='41'"));
    await opened;
    stream.write("<message/>");
    stream.write("<message/><message/>", 2);
    stream.write("<a xmlns='urn:xmpp:sm:3' h='3'/>", 0);
    expect([stream.isResumed, stream.handled, stream.written]).to.deep.equal([true, 41, 44]);
  });

  it("hands on what the server wrote before its own goodbye, and writes nothing behind ours", async () => {
    const heard: string[] = [];
    const hear = ({ attrs }: { readonly attrs: { readonly id?: string } }): void => void heard.push(String(attrs.id));
    const { stream, peer, opened } = await connect(ends, { stanza: hear, nonza: hear, refused: hear });
    peer.write(RESUMED);
    await opened;
    let written = "";
    peer.on("data", (bytes) => {
      written += String(bytes);
    });
    let isConnectionEnded = false;
    peer.on("end", () => {
      isConnectionEnded = true;
    });
    stream.write("<message id='ours'/>");
    const closed = stream.close();
    stream.write("<message id='late'/>");
    await until("our goodbye", () => written.endsWith("</stream:stream>"));
    peer.write("<message id='1'/>");
    await until("what came behind our goodbye", () => heard.length === 1);
    expect(isConnectionEnded, "whether the connection was ended before the server's goodbye").to.equal(false);
    peer.write("<message id='2'/></stream:stream>");
    await closed;
    expect(heard).to.deep.equal(["1", "2"]);
    expect(written).to.equal("<message id='ours'/></stream:stream>");
  });
});
