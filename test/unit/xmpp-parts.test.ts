/** The adapter's small parts: configuration, fence, presence of several devices, counting of a managed stream, answers. */
import { expect } from "chai";
import { type Asked, answerQuestion, OWN_CAPABILITIES, SOFTWARE } from "../../adapters/xmpp/answers.ts";
import { ERROR_TYPES, errorAnswer } from "../../adapters/xmpp/conditions.ts";
import { configSchema, parseConfig } from "../../adapters/xmpp/config.ts";
import { readDiscoInfo, verificationHash } from "../../adapters/xmpp/entity-capabilities.ts";
import { Fence } from "../../adapters/xmpp/fence.ts";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { PresenceTable } from "../../adapters/xmpp/presence.ts";
import { enabledStream } from "../../adapters/xmpp/stream-management.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { Outcome } from "../../src/adapter.ts";
import { ConfigProblem } from "../../src/adapter.ts";
import { CONDITIONS, type PresenceState } from "../../src/core/model.ts";
import { stanza } from "../support/xmpp-xml.ts";

describe("XMPP configuration", () => {
  const component = { mode: "component", domain: "Desk.Example.", secret: "s" };
  const account = { mode: "account", jid: "Support@Example.org", password: "p" };

  it("fills in what is left out and prepares addresses", () => {
    expect(parseConfig(component)).to.deep.include({ domain: "desk.example", host: "127.0.0.1", port: 5_347 });
    expect(parseConfig(account)).to.deep.include({ jid: "support@example.org", tls: "starttls" });
  });
  const FAULTS: readonly (readonly [what: string, section: unknown, path: readonly string[]])[] = [
    ["no section", null, []],
    ["no mode", {}, ["mode"]],
    ["an unknown mode", { mode: "psychic" }, ["mode"]],
    ["no secret", { mode: "component", domain: "x.y" }, ["secret"]],
    ["an address as domain", { ...component, domain: "a@b" }, ["domain"]],
    ["a domain as account", { ...account, jid: "example.org" }, ["jid"]],
    ["a resource in the account", { ...account, jid: "a@b/c" }, ["jid"]],
    ["a port that is none", { ...component, port: 70_000 }, ["port"]],
    ["a port without host", { ...account, port: 5_222 }, ["port"]],
    ["a login in the clear to another machine", { ...account, tls: "none", host: "im.example" }, ["tls"]],
    ["a login in the clear to wherever DNS points", { ...account, tls: "none" }, ["tls"]],
    ["an unknown key", { ...component, colour: "red" }, []],
    ["a limit that is none", { ...component, limits: { window: 0 } }, ["limits", "window"]],
    ["texts that fit into no stanza", { ...component, limits: { textBytes: 300_000 } }, ["limits", "textBytes"]],
    ["limits that contradict", { ...component, limits: { streamBytes: 20_000 } }, ["limits", "streamBytes"]],
  ];
  for (const [what, section, path] of FAULTS) {
    it(`refuses ${what}, and says where`, () => {
      try {
        parseConfig(section);
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigProblem);
        expect((error as ConfigProblem).path).to.deep.equal(path);
        return;
      }
      throw new Error("It was accepted.");
    });
  }
  it("takes a login in the clear on the same machine", () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
      expect(parseConfig({ ...account, tls: "none", host })).to.include({ host });
    }
  });
  it("marks secrets in its schema", () => {
    const schema = JSON.stringify(configSchema);
    expect(schema.match(/"writeOnly":true/g)).to.have.length(2);
    expect(schema).to.contain("draft/2020-12");
  });
});

describe("the fence", () => {
  const steady = new AbortController().signal;
  function make() {
    const asked: string[] = [];
    const timers = new Set<() => void>();
    let now = 0;
    let silences = 0;
    const fence = new Fence({
      clock: {
        now: () => now,
        after: (_ms, callback) => {
          timers.add(callback);
          return () => timers.delete(callback);
        },
      },
      answerMs: 1_000,
      unanswered: 100,
      written: () => 7,
      ask: (id) => asked.push(id),
      silent: () => {
        silences += 1;
      },
    });
    const send = (key: string, signal = steady) => {
      const state: { outcome: Outcome | null } = { outcome: null };
      void fence.track(key, "anna@x", signal).then((outcome) => {
        state.outcome = outcome;
      });
      return state;
    };
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    /** As much later as no pause is long. */
    const later = (ms = 100) => {
      now += ms;
    };
    return { fence, asked, timers, send, turn, later, silences: () => silences };
  }
  const ACCEPTED = { kind: "accepted", id: null };

  it("asks once for all that is sent in one turn, and again for what came meanwhile", async () => {
    const { fence, asked, send, turn, later } = make();
    const [one, two] = [send("1"), send("2")];
    await turn();
    const three = send("3");
    await turn();
    expect(asked).to.have.length(1);
    later();
    expect(fence.answered(asked[0] ?? "")).to.equal(true);
    await turn();
    expect([one.outcome, two.outcome, three.outcome]).to.deep.equal([ACCEPTED, ACCEPTED, null]);
    expect(asked).to.have.length(2);
    fence.answered(asked[1] ?? "");
    await turn();
    expect(three.outcome).to.deep.equal(ACCEPTED);
  });
  it("asks after a pause for a few that are sent one after the other, and at once for a crowd", async () => {
    const { fence, asked, timers, send, turn } = make();
    send("1");
    await turn();
    fence.answered(asked[0] ?? "");
    send("2");
    await turn();
    expect(asked, "within the pause").to.have.length(1);
    for (const callback of [...timers]) callback();
    expect(asked, "after the pause").to.have.length(2);
    fence.answered(asked[1] ?? "");
    for (let number = 3; number < 3 + 64; number += 1) send(String(number));
    await turn();
    expect(asked, "for a crowd").to.have.length(3);
  });
  it("asks with the first that is sent after the pause rather than by itself", async () => {
    const { fence, asked, send, turn, later } = make();
    send("1");
    await turn();
    fence.answered(asked[0] ?? "");
    send("2");
    await turn();
    later(6);
    expect(asked, "while nothing is sent").to.have.length(1);
    const [two, three] = [send("3"), send("4")];
    await turn();
    expect(asked, "with what is sent").to.have.length(2);
    fence.answered(asked[1] ?? "");
    await turn();
    expect([two.outcome, three.outcome]).to.deep.equal([ACCEPTED, ACCEPTED]);
  });
  it("leaves ids of others alone, and believes none that it did not ask", async () => {
    const { fence, asked, send, turn } = make();
    const one = send("1");
    await turn();
    expect(fence.answered("1")).to.equal(false);
    fence.answered(`${asked[0]}9`);
    await turn();
    expect(one.outcome).to.equal(null);
  });
  it("gives what bounced before the answer its own outcome", async () => {
    const { fence, asked, send, turn } = make();
    const [gone, busy, well] = [send("1"), send("2"), send("3")];
    await turn();
    expect(fence.bounced("1", "anna@x", { condition: "item-not-found", type: "cancel", text: "nobody" })).to.equal(
      true,
    );
    expect(fence.bounced("2", "anna@x", { condition: "resource-constraint", type: "wait", text: null })).to.equal(true);
    expect(fence.bounced("7", "anna@x", { condition: "gone", type: "cancel", text: null })).to.equal(false);
    fence.answered(asked[0] ?? "");
    await turn();
    expect(gone.outcome).to.deep.equal({ kind: "rejected", reason: "item-not-found", text: "nobody" });
    expect(busy.outcome).to.deep.equal({ kind: "deferred", reason: "resource-constraint" });
    expect(well.outcome).to.deep.equal(ACCEPTED);
  });
  it("lets nobody send back what was sent to somebody else", async () => {
    const { fence, asked, send, turn } = make();
    const one = send("1");
    await turn();
    expect(fence.bounced("1", "mallory@x", { condition: "gone", type: "cancel", text: null })).to.equal(false);
    fence.answered(asked[0] ?? "");
    await turn();
    expect(one.outcome).to.deep.equal(ACCEPTED);
  });
  it("forgets no send when two bear one key", async () => {
    const { fence, send, turn } = make();
    const both = [send("1"), send("1")];
    await turn();
    fence.cut();
    await turn();
    expect(both.map(({ outcome }) => outcome?.kind)).to.deep.equal(["deferred", "deferred"]);
  });
  it("is full at its limit", async () => {
    const { fence, send } = make();
    for (let key = 1; key <= 100; key += 1) send(String(key));
    expect(fence.isFull).to.equal(true);
  });
  it("defers all when the link is cut, and one that is given up", async () => {
    const { fence, send, turn } = make();
    const giveUp = new AbortController();
    const [one, two] = [send("1", giveUp.signal), send("2")];
    giveUp.abort();
    await turn();
    expect(one.outcome?.kind).to.equal("deferred");
    expect(two.outcome).to.equal(null);
    expect(fence.cut().map(({ key, number }) => ({ key, number }))).to.deep.equal([{ key: "2", number: 7 }]);
    await turn();
    expect(two.outcome?.kind).to.equal("deferred");
  });
  it("calls a server that does not answer silent", async () => {
    const { fence, timers, silences } = make();
    fence.probe();
    timers.forEach((callback) => void callback());
    expect(silences()).to.equal(1);
  });
});

describe("presence of several devices", () => {
  const say = (table: PresenceTable, address: string, state: PresenceState, priority = 0): PresenceState => {
    const jid = parseJid(address);
    if (jid === null) {
      throw new Error(`${address} is no address.`);
    }
    return table.update(jid, { state, text: null, priority }).after.state;
  };
  it("is the best of them", () => {
    const table = new PresenceTable(100);
    expect(say(table, "anna@x/phone", "away")).to.equal("away");
    expect(say(table, "anna@x/desk", "chat")).to.equal("chat");
    expect(say(table, "anna@x/desk", "dnd")).to.equal("away");
    expect(say(table, "anna@x/phone", "offline")).to.equal("dnd");
    expect(say(table, "anna@x/desk", "offline")).to.equal("offline");
  });
  it("leaves out devices that take no messages", () => {
    const table = new PresenceTable(100);
    expect(say(table, "anna@x/tv", "chat", -1)).to.equal("offline");
    expect(say(table, "anna@x/phone", "xa")).to.equal("xa");
  });
  it("ends all devices when the server says so", () => {
    const table = new PresenceTable(100);
    say(table, "anna@x/1", "available");
    say(table, "anna@x/2", "available");
    expect(say(table, "anna@x", "offline")).to.equal("offline");
  });
  it("is not forgotten for a crowd of strangers, of those who are watched", () => {
    const table = new PresenceTable(60, (bare) => bare === "csr@x");
    say(table, "csr@x/desk", "available");
    for (let n = 0; n < 200; n += 1) {
      say(table, `stranger${n}@x/1`, "available");
    }
    expect(say(table, "csr@x/phone", "away")).to.equal("available");
  });
  it("is bounded even when all are watched", () => {
    const table = new PresenceTable(60, () => true);
    for (let n = 0; n < 200; n += 1) {
      say(table, `person${n}@x/1`, "available");
    }
    expect(table.of("person0@x").state).to.equal("offline");
    expect(table.of("person199@x").state).to.equal("available");
  });
  it("is bounded, for all and for one", () => {
    const table = new PresenceTable(60);
    for (let n = 0; n < 200; n += 1) {
      say(table, `crowd@x/${n}`, "available");
      say(table, `person${n}@x/1`, "available");
    }
    const present = Array.from({ length: 200 }, (_, n) => table.of(`person${n}@x`).state).filter(
      (s) => s !== "offline",
    );
    expect(present.length).to.be.at.most(60);
    expect(table.of("person199@x").state).to.equal("available");
  });
});

describe("a managed stream", () => {
  const enabled = (attributes: string) => stanza(`<enabled xmlns='urn:xmpp:sm:3' ${attributes}/>`, "jabber:client");
  it("acknowledges what is handled, up to the first that is not", () => {
    const written: string[] = [];
    const stream = enabledStream(enabled("id='x' resume='true'"), (xml) => written.push(xml));
    const [one, two, three] = [stream?.take(), stream?.take(), stream?.take()];
    stream?.settle(three ?? 0);
    stream?.acknowledge();
    stream?.settle(one ?? 0);
    stream?.settle(two ?? 0);
    expect(written.map((xml) => /h='(\d+)'/.exec(xml)?.[1])).to.deep.equal(["0", "1", "3"]);
  });
  it("gives a stanza the same redelivery id on the resumed stream", () => {
    const stream = enabledStream(enabled("id='x' resume='true'"), () => undefined);
    stream?.settle(stream.take());
    const second = stream?.redelivery(stream.take());
    expect(stream?.resumption).to.deep.equal({ id: "x", h: 1 });
    const again = stream?.resumed(() => undefined);
    expect(again?.redelivery(again.take())).to.equal(second);
  });
  it("is not resumed where the server does not offer it", () => {
    const stream = enabledStream(enabled(""), () => undefined);
    expect(stream?.resumption).to.equal(null);
    expect(stream?.redelivery(1)).to.equal(null);
    expect(enabledStream(stanza("<r xmlns='urn:xmpp:sm:3'/>"), () => undefined)).to.equal(null);
  });
});

describe("answers about the desk", () => {
  const identity = { kind: "alias", name: "Eva", state: "available", text: null } as const;
  const asked: Asked = { identity, handles: [{ jid: "support@desk.example", name: "Support" }], uptimeSeconds: 7 };
  const answer = (query: string, of: Asked["identity"]) => answerQuestion(stanza(query), { ...asked, identity: of });
  const QUESTIONS = [
    "<query xmlns='http://jabber.org/protocol/disco#info'/>",
    "<query xmlns='http://jabber.org/protocol/disco#items'/>",
    "<query xmlns='jabber:iq:version'/>",
    "<vCard xmlns='vcard-temp'/>",
    "<query xmlns='jabber:iq:last'/>",
    "<ping xmlns='urn:xmpp:ping'/>",
  ];
  for (const question of QUESTIONS) {
    it(`are given to those who may know, and to others as if nobody were there: ${question}`, () => {
      expect(answer(question, identity)).to.satisfy((said: unknown) => typeof said !== "string");
      expect(answer(question, null)).to.equal("service-unavailable");
    });
  }
  it("are the same for what is unknown and for whom is unknown", () => {
    const unknown = "<query xmlns='jabber:iq:private'/>";
    expect(answer(unknown, identity)).to.equal(answer(unknown, null));
    expect(answer("<constructor xmlns='__proto__'/>", identity)).to.equal("service-unavailable");
  });
  it("have the capabilities that presence announces", () => {
    const info = answer("<query xmlns='http://jabber.org/protocol/disco#info'/>", identity);
    expect(verificationHash(readDiscoInfo(stanza(String(info))))).to.equal(OWN_CAPABILITIES.ver);
    expect(String(info)).not.to.contain("Eva");
  });
  it("name the version of this package", () => expect(SOFTWARE.version).to.equal(packageJson.version));
  it("list the handles of the domain", () => {
    const items = String(answer("<query xmlns='http://jabber.org/protocol/disco#items'/>", "domain"));
    expect(items).to.contain('jid="support@desk.example"');
  });
});

describe("stanza errors", () => {
  it("have a type for every condition (RFC 6120 §8.3.3)", () => {
    expect(Object.keys(ERROR_TYPES).toSorted()).to.deep.equal([...CONDITIONS].toSorted());
  });
  it("answer to where the stanza came from, with its id, and nothing of its content", () => {
    const answer = errorAnswer(
      stanza("<message from='a@b/c' to='s@d' id='7'><body>x</body></message>"),
      "gone",
      "Closed.",
    );
    expect(String(answer)).to.equal(
      '<message type="error" to="a@b/c" from="s@d" id="7"><error type="cancel"><gone xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>' +
        '<text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">Closed.</text></error></message>',
    );
  });
  it("say where to write instead, in the element that has room for it (RFC 6120 §8.3.3.5, §8.3.3.14)", () => {
    const message = stanza("<message from='a@b/c' to='s@d'/>");
    const uri = "https://chat.example/chat?to=support&x=<y>";
    const shown = "https://chat.example/chat?to=support&amp;x=&lt;y&gt;</redirect>";
    expect(String(errorAnswer(message, "redirect", "There.", { uri }))).to.contain(shown);
    expect(String(errorAnswer(message, "gone", "There.", { uri: "xmpp:x@d" }))).to.contain(">xmpp:x@d</gone>");
    expect(String(errorAnswer(message, "forbidden", "There.", { uri: "xmpp:x@d" }))).not.to.contain("xmpp:x@d");
  });
  it("say that the same would be taken later (RFC 6120 §8.3.3.12 leaves modify or wait)", () => {
    const message = stanza("<message from='a@b/c' to='s@d'/>");
    expect(String(errorAnswer(message, "policy-violation", "Slowly.", { wait: true }))).to.contain('type="wait"');
    expect(String(errorAnswer(message, "policy-violation", "Too long."))).to.contain('type="modify"');
  });
  it("never answer an error or a result", () => {
    expect(errorAnswer(stanza("<message type='error' from='a@b'/>"), "gone", null)).to.equal(null);
    expect(errorAnswer(stanza("<iq type='result' from='a@b'/>"), "gone", null)).to.equal(null);
  });
});
