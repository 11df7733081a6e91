/** The beginning of a stream on real TCP: what the server says in one breath with the end of the login is not lost. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect } from "chai";
import { type LibraryEntity, XmppStream } from "../../adapters/xmpp/stream.ts";
import { until } from "../support/wait.ts";

const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='im.test' id='1' version='1.0'>" +
  "<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>";
const LIMITS = {
  stanzaCharacters: 10_000,
  streamCharacters: 20_000,
  depth: 10,
  nodes: 100,
  attributes: 20,
  nameCharacters: 100,
};

/** As much of an xmpp.js entity as opens a stream and leaves the rest to ours. */
function makeEntity(): LibraryEntity {
  const entity = {
    options: { domain: "im.test" },
    reconnect: { stop: () => undefined },
    timeout: 1_000,
    on: () => undefined,
    connect: async () => {
      const { Socket: Lent } = entity as unknown as { Socket: new () => { connect(): void } & NodeJS.EventEmitter };
      const socket = new Lent();
      const connected = once(socket, "connect");
      socket.connect();
      await connected;
    },
    open: async () => {
      const { Parser } = entity as unknown as { Parser: new () => unknown };
      new Parser();
    },
    restart: async () => undefined,
  };
  return entity;
}

describe("the beginning of an XMPP stream", () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) {
      end();
    }
  });
  it("hands on what came behind a resumption only when it can be taken, in order", async () => {
    const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    ends.push(() => server.close());
    await once(server, "listening");
    const accepted = once(server, "connection");
    const { port } = server.address() as AddressInfo;
    const heard: string[] = [];
    let isOpen = false;
    const hear = (what: string): void => void heard.push(isOpen ? what : `${what} too early`);
    const stream = new XmppStream({
      entity: makeEntity(),
      socket: { host: "127.0.0.1", port, domain: "im.test", direct: false, authority: undefined },
      limits: LIMITS,
      starttls: false,
      negotiatesByStanza: true,
      resumption: { id: "x", h: 3 },
      handlers: {
        stanza: ({ name }) => hear(name),
        nonza: ({ name }) => hear(name),
        refused: () => hear("refused"),
      },
    });
    ends.push(() => stream.destroy(new Error("over")));
    const opened = stream.open().then(() => {
      isOpen = true;
    });
    const [peer] = (await accepted) as [Socket];
    ends.push(() => peer.destroy());
    const asked = once(peer, "data");
    peer.write(HEADER);
    expect(String((await asked)[0])).to.contain("<resume ");
    peer.write("<resumed xmlns='urn:xmpp:sm:3' h='0' previd='x'/><message/><r xmlns='urn:xmpp:sm:3'/><presence/>");
    await opened;
    await until("all to be heard", () => heard.length === 3);
    expect(heard).to.deep.equal(["message", "r", "presence"]);
  });
});
