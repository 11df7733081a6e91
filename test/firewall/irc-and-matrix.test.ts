/**
 * The same with customers on IRC and Matrix, over IPv4 and over IPv6: the IRC server and the homeserver are outside with their people, the
 * desk is a nick of the one and an account of the other, or a linked server and an application service, and the CSR is on the company's
 * XMPP server inside.
 */
import { hostname } from "node:os";
import { expect } from "chai";
import { PATIENCE_MS } from "../support/desk-people.ts";
import { requiresNamespaces } from "../support/namespaces.ts";
import { requires } from "../support/requires.ts";
import { CSR, CUSTOMER, METRICS_PORT, Place } from "./irc-and-matrix.ts";
import { connects, IPV4, IPV6 } from "./two-legs.ts";

const ASKS = { irc: "Where is my order 4711?", matrix: "And where is 4712?" } as const;
const ANSWERS = { irc: "It left this morning", matrix: "It leaves tomorrow" } as const;

for (const [version, addressing, attachment] of [
  ["a guest of both, over IPv4", IPV4, "guest"],
  ["a guest of both, over IPv6", IPV6, "guest"],
  ["a part of both (a linked IRC server, an application service), over IPv4", IPV4, "part"],
] as const) {
  describe(`a desk between IRC and Matrix outside and XMPP inside, ${version} (real ngIRCd, Synapse, Prosody, irssi, matrix-nio, slixmpp)`, function () {
    this.timeout(400_000);
    // One conversation and what became of it: each test goes on where the last one ended.
    this.bail(true);
    requiresNamespaces();
    requires("tcpdump", "prosody", "ngircd", "synapse", "irssi", "matrixNio", "slixmpp", "tmux");
    const { outside, inside, range } = addressing;
    const place = new Place(addressing, attachment);

    before(() => place.open());
    after(() => place.close());

    it("serves a customer on IRC", async () => {
      const { irc } = place.people();
      irc.open("support");
      irc.type("hello");
      await irc.waitFor(/your name/u, PATIENCE_MS);
      irc.type("Anna");
      const window = await place.accepts();
      await irc.waitFor(/connected to/u, PATIENCE_MS);
      irc.type(ASKS.irc);
      await place.csrHears(ASKS.irc);
      place.people().csr.message(window, ANSWERS.irc);
      await irc.waitFor(new RegExp(ANSWERS.irc, "u"), PATIENCE_MS);
    });

    it("serves a customer on Matrix", async () => {
      const { matrix, csr } = place.people();
      const room = await matrix.chat(place.handle);
      matrix.say(room, "hello");
      await matrix.hears((body) => body.includes("your name"), PATIENCE_MS);
      matrix.say(room, "Berta");
      const window = await place.accepts();
      matrix.say(room, ASKS.matrix);
      await place.csrHears(ASKS.matrix);
      csr.message(window, ANSWERS.matrix);
      await matrix.hears((body) => body === ANSWERS.matrix, PATIENCE_MS);
    });

    it("shows outside no address but its own: not in a header, not in what is said", async () => {
      const { hosts, found } = await place.outerWire();
      expect(hosts).to.deep.equal([outside.desk, outside.server].sort());
      for (const words of [...Object.values(ASKS), ...Object.values(ANSWERS)])
        expect(found(words), `streams in which it can be read: ${words}`).to.be.greaterThan(0);
      const secrets = [inside.desk, inside.server, inside.csr, CSR, "corp.test", "slixmpp", "corp", hostname()];
      expect(secrets.filter((secret) => secret.length > 3 && found(secret) > 0)).to.deep.equal([]);
    });

    it("shows inside nothing of where the customers are, either", async () => {
      const { hosts, found } = await place.innerWire();
      expect(Object.values(inside)).to.include.members([...hosts]);
      expect(found(`${CSR}@corp.test`), "what belongs there is found").to.be.greaterThan(0);
      for (const words of Object.values(ANSWERS)) expect(found(words), words).to.be.greaterThan(0);
      const secrets = [CUSTOMER, "mx.test", "irc.ngircd.test", outside.server, outside.customer];
      expect(secrets.filter((secret) => found(secret) > 0)).to.deep.equal([]);
    });

    it("leads nobody from outside inside, and nobody from inside outside", () => {
      const { corp, ngircd, network } = place.servers();
      expect(connects(network.csr, inside.server, corp.clientPort), "the CSR, to the company's server").to.equal(true);
      expect(connects(network.customer, outside.server, ngircd.port), "the customer, to IRC").to.equal(true);
      for (const target of [corp.clientPort, corp.componentPort, corp.httpPort])
        expect(connects(network.customer, inside.server, target), `the customer, to port ${target}`).to.equal(false);
      expect(connects(network.outerServer, inside.csr, corp.clientPort)).to.equal(false);
      expect(connects(network.csr, outside.server, ngircd.port)).to.equal(false);
    });

    it(`answers metrics and the console to ${range} alone`, () => {
      const { network } = place.servers();
      const at = (host: string, port: number | string) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
      const metrics = `${at(inside.desk, METRICS_PORT)}/metrics`;
      const page = (leg: string) => `${at(leg, place.port)}/desk`;
      expect(network.customer.fetch(page(outside.desk))?.status, "from outside").to.equal(403);
      expect(network.csr.fetch(page(inside.desk))?.status).to.equal(200);
      expect(network.csr.fetch(metrics)?.status).to.equal(200);
      // Whoever is outside reaches the inner leg; the listener's own list is what stands here.
      expect(connects(network.customer, inside.desk, METRICS_PORT), "the way to the inner leg").to.equal(true);
      expect(network.customer.fetch(metrics)).to.equal(null);
    });
  });
}
