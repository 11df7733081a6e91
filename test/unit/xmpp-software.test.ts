/** Finding out what somebody writes from: capabilities, features, gateways, and asking in measure. */
import { Element } from "@xmpp/xml";
import { expect } from "chai";
import { Discovery, type DiscoveryOptions, type Target } from "../../adapters/xmpp/discovery.ts";
import {
  announcedCapabilities,
  isUnambiguous,
  readDiscoInfo,
  verificationHash,
} from "../../adapters/xmpp/entity-capabilities.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { featuresOf, gatewayOf, softwareOf } from "../../adapters/xmpp/software.ts";
import type { Software } from "../../src/core/model.ts";
import { until } from "../support/wait.ts";
import { stanza } from "../support/xmpp-xml.ts";

const INFO = "http://jabber.org/protocol/disco#info";
/** The two examples of XEP-0115, §5.2 and §5.3, as answers. */
const SIMPLE = `<query xmlns='${INFO}'><identity category='client' type='pc' name='Exodus 0.9.1'/><feature var='http://jabber.org/protocol/caps'/><feature var='${INFO}'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/></query>`;
const SIMPLE_HASH = "QgayPKawpkPSDYmwT/WM94uAlu0=";
const COMPLEX = `<query xmlns='${INFO}'><identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/><identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/><feature var='http://jabber.org/protocol/caps'/><feature var='${INFO}'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/><x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field><field var='ip_version'><value>ipv4</value><value>ipv6</value></field><field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field><field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field></x></query>`;

describe("XMPP software discovery", () => {
  it("computes the hashes of XEP-0115's examples", () => {
    expect(verificationHash(readDiscoInfo(stanza(SIMPLE)))).to.equal(SIMPLE_HASH);
    expect(verificationHash(readDiscoInfo(stanza(COMPLEX)))).to.equal("q07IKJEyjvHSyhy//CH0CxmKi8w=");
  });
  it("does not believe an answer that says something twice (XEP-0115 §5.4)", () => {
    expect(isUnambiguous(readDiscoInfo(stanza(COMPLEX)))).to.equal(true);
    const twice = SIMPLE.replace("</query>", "<feature var='http://jabber.org/protocol/muc'/></query>");
    expect(isUnambiguous(readDiscoInfo(stanza(twice)))).to.equal(false);
  });
  it("does not believe an answer that has an honest client's hash by the characters that part its pieces", () => {
    const poisoned = SIMPLE.replace(
      `<feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>`,
      `<feature var='http://jabber.org/protocol/disco#items&lt;http://jabber.org/protocol/muc'/>`,
    );
    const info = readDiscoInfo(stanza(poisoned));
    expect(verificationHash(info)).to.equal(SIMPLE_HASH);
    expect(isUnambiguous(info)).to.equal(false);
  });
  it("takes capabilities from presence only with the hash it can verify", () => {
    const caps = (attributes: string) =>
      announcedCapabilities(stanza(`<presence><c xmlns='http://jabber.org/protocol/caps' ${attributes}/></presence>`));
    expect(caps("hash='sha-1' node='n' ver='v'")).to.deep.equal({ node: "n", ver: "v" });
    expect(caps("node='n' ver='v'")).to.equal(null);
    expect(caps("hash='md5' node='n' ver='v'")).to.equal(null);
    expect(caps("hash='sha-1' node='n'")).to.equal(null);
  });
  it("reads features, gateways and names in the model's words", () => {
    const info = readDiscoInfo(
      stanza(
        `<query xmlns='${INFO}'><identity category='gateway' type='irc' name='Biboumi'/><feature var='urn:xmpp:receipts'/><feature var='urn:xmpp:message-correct:0'/><feature var='__proto__'/></query>`,
      ),
    );
    expect(featuresOf(info)).to.deep.equal(["edit", "delivered", "formatting", "presence", "multiline"]);
    expect(gatewayOf(info)).to.deep.equal({ type: "irc", name: "Biboumi" });
    const version = stanza("<query xmlns='jabber:iq:version'><name> Gajim\n</name><version>1.9</version></query>");
    expect(softwareOf({ info: null, version, gateway: null })).to.deep.equal({
      protocol: "xmpp",
      name: "Gajim",
      version: "1.9",
      os: null,
      features: null,
      gateway: null,
    });
    expect(softwareOf({ info: null, version: null, gateway: null })).to.equal(null);
  });
  it("knows biboumi by the identity it has: a conference of type irc, and no other conference", () => {
    const identity = (attributes: string) =>
      gatewayOf(readDiscoInfo(stanza(`<query xmlns='${INFO}'><identity ${attributes}/></query>`)));
    expect(identity("category='conference' type='irc' name='Biboumi XMPP-IRC gateway'")).to.deep.equal({
      type: "irc",
      name: "Biboumi XMPP-IRC gateway",
    });
    expect(identity("category='conference' type='text' name='Chatrooms'")).to.equal(null);
    expect(identity("category='server' type='im'")).to.equal(null);
  });
  it("parts the one text that IRC clients answer, and only behind a gateway", () => {
    const irc = { type: "irc", name: null };
    for (const [text, name, version] of [
      ["irssi v1.4.3", "irssi", "1.4.3"],
      ["WeeChat 3.8 (Jan 11 2023, 01:14:41)", "WeeChat", "3.8"],
      ["HexChat 2.16.1 / Linux 6.1.0", "HexChat", "2.16.1"],
      ["Quassel IRC v0.14.0 (dist-)", "Quassel IRC", "0.14.0"],
      ["my own client", "my own client", null],
      ["7", "7", null],
    ] as const) {
      const answer = stanza(`<query xmlns='jabber:iq:version'><name>${text}</name></query>`);
      expect(softwareOf({ info: null, version: answer, gateway: irc })).to.include({ name, version });
      expect(softwareOf({ info: null, version: answer, gateway: null })).to.include({ name: text, version: null });
    }
  });

  describe("asks", () => {
    interface Bench {
      readonly discovery: Discovery;
      readonly asked: string[];
      readonly found: Software[];
      skipped: number;
      tick(): void;
    }
    function bench(answers: Readonly<Record<string, string>>, options: Partial<DiscoveryOptions> = {}): Bench {
      const ticks: (() => void)[] = [];
      const discovery = new Discovery({
        clock: {
          now: () => 0,
          after: (_ms, callback) => {
            ticks.push(callback);
            return () => undefined;
          },
        },
        perSecond: 10,
        waiting: 10,
        devices: 100,
        ask: async (_desk, to, question) => {
          const what = `${to.full} ${question.attrs.xmlns}`;
          made.asked.push(what);
          const answer = answers[what];
          return answer === undefined ? null : new Element("iq").cnode(stanza(answer)).root();
        },
        found: (_target, software) => made.found.push(software),
        skipped: () => {
          made.skipped += 1;
        },
        ...options,
      });
      const made: Bench = { discovery, asked: [], found: [], skipped: 0, tick: () => ticks.shift()?.() };
      return made;
    }
    function device(full: string, ver: string | null = null): Target {
      const jid = parseJid(full);
      if (jid === null) {
        throw new Error(`${full} is no address.`);
      }
      return { device: jid, desk: "support", capabilities: ver === null ? null : { node: "n", ver }, language: null };
    }
    const of = (asked: readonly string[], what: string) => asked.filter((one) => one.startsWith(what)).length;

    it("a device once", async () => {
      const { discovery, asked, found } = bench({ [`anna@x/1 ${INFO}`]: SIMPLE });
      discovery.notice(device("anna@x/1"));
      discovery.notice(device("anna@x/1"));
      await until("the software to be found", () => found.length === 1);
      expect(of(asked, "anna@x/1")).to.equal(2);
      expect(found[0]?.name).to.equal("Exodus 0.9.1");
    });
    it("again when its capabilities change, or after it was gone", async () => {
      const { discovery, asked } = bench({});
      discovery.notice(device("anna@x/1", "v1"));
      discovery.notice(device("anna@x/1", "v2"));
      discovery.forget(device("anna@x/1").device);
      discovery.notice(device("anna@x/1", "v2"));
      expect(of(asked, `anna@x/1 ${INFO}`)).to.equal(3);
    });
    it("nobody for features that were verified with somebody else", async () => {
      const { discovery, asked, found } = bench({ [`anna@x/1 ${INFO}`]: SIMPLE });
      discovery.notice(device("anna@x/1", SIMPLE_HASH));
      await until("the first to be found", () => found.length === 1);
      discovery.notice(device("ben@y/2", SIMPLE_HASH));
      await until("the second to be found", () => found.length === 2);
      expect(of(asked, `ben@y/2 ${INFO}`)).to.equal(0);
      expect(found[1]?.features).to.deep.equal(found[0]?.features);
    });
    it("everybody when the features do not fit the hash", async () => {
      const poisoned = { [`mallory@x/1 ${INFO}`]: COMPLEX, [`ben@y/2 ${INFO}`]: SIMPLE };
      const { discovery, asked, found } = bench(poisoned);
      discovery.notice(device("mallory@x/1", SIMPLE_HASH));
      await until("the first to be found", () => found.length === 1);
      discovery.notice(device("ben@y/2", SIMPLE_HASH));
      await until("the second to be found", () => found.length === 2);
      expect(of(asked, `ben@y/2 ${INFO}`)).to.equal(1);
    });
    it("a domain once whether it is a gateway", async () => {
      const gateway = `<query xmlns='${INFO}'><identity category='gateway' type='irc'/></query>`;
      const { discovery, asked, found } = bench({ [`irc.x ${INFO}`]: gateway });
      discovery.notice(device("anna%a@irc.x/1"));
      discovery.notice(device("ben%b@irc.x/1"));
      await until("both to be found", () => found.length === 2);
      expect(of(asked, "irc.x ")).to.equal(1);
      expect(found.map((software) => software.gateway?.type)).to.deep.equal(["irc", "irc"]);
    });
    it("a set number in a second, keeps a set number waiting, and counts the rest", () => {
      const { discovery, asked, tick, ...rest } = bench({}, { perSecond: 2, waiting: 3 });
      const made = { rest };
      for (let n = 1; n <= 7; n += 1) {
        discovery.notice(device(`crowd${n}@x${n}/1`));
      }
      const devices = () => asked.filter((one) => one.endsWith("jabber:iq:version")).length;
      expect(devices()).to.equal(2);
      tick();
      expect(devices()).to.equal(4);
      tick();
      expect(devices()).to.equal(5);
      expect(made).to.have.nested.property("rest.found").that.deep.equals([]);
    });
  });
});
