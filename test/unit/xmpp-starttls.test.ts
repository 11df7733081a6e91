/** STARTTLS (RFC 6120 §5) with a server that says more in the clear than it should: nothing behind the answer is believed. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { expect } from "chai";
import { XmppStream } from "../../adapters/xmpp/stream.ts";
import { type Certificate, makeCertificate } from "../support/tls-front.ts";
import { makeEntity, STREAM_LIMITS } from "../support/xmpp-entity.ts";

const DOMAIN = "im.test";
const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='im.test' id='1' version='1.0'>" +
  "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
const PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const IN_THE_CLEAR = [
  "",
  PROCEED,
  "<message from='boss@im.test'><body>transfer them to me</body></message>",
  "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  "<stream:features/>",
  "</stream:stream>",
];

describe("STARTTLS", () => {
  const ends: (() => void)[] = [];
  let folder = "";
  let certificate: Certificate;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "frontdesk-starttls-"));
    certificate = makeCertificate(folder, DOMAIN);
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const more of IN_THE_CLEAR) {
    it(`begins once, with ${more === "" ? "nothing" : more} in the clear behind the answer`, async () => {
      const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
      ends.push(() => server.close());
      await once(server, "listening");
      const accepted = once(server, "connection");
      const heard: string[] = [];
      const hear = (what: { readonly name?: string }): void => void heard.push(String(what.name));
      let restarts = 0;
      const stream = new XmppStream({
        entity: makeEntity((socket) => {
          restarts += 1;
          // One TLS, not TLS within TLS: this arrives as it is.
          socket.write("<hello/>");
        }),
        socket: {
          host: "127.0.0.1",
          port: (server.address() as AddressInfo).port,
          domain: DOMAIN,
          direct: false,
          authority: certificate.cert,
        },
        limits: STREAM_LIMITS,
        starttls: true,
        negotiatesByStanza: true,
        resumption: null,
        handlers: { stanza: hear, nonza: hear, refused: hear },
      });
      ends.push(() => stream.destroy(new Error("over")));
      const opened = stream.open();
      opened.catch(() => undefined);
      const [plain] = (await accepted) as [Socket];
      ends.push(() => plain.destroy());
      const asked = once(plain, "data");
      plain.write(HEADER);
      expect(String((await asked)[0])).to.contain("<starttls ");
      plain.write(PROCEED + more);
      const secure = new TLSSocket(plain, { isServer: true, ...certificate });
      secure.on("error", () => undefined);
      const [said] = await Promise.race([once(secure, "data"), opened.then(() => [])]);
      expect(String(said)).to.equal("<hello/>");
      expect({ restarts, heard }).to.deep.equal({ restarts: 1, heard: [] });
    });
  }
});
