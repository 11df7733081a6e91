/** Parts of the Matrix adapter that need no homeserver: addresses, configuration, software, the order of a room's events. */
import { expect } from "chai";
import { OwnUser } from "../../adapters/matrix/account/own-user.ts";
import { parseConfig } from "../../adapters/matrix/config.ts";
import type { Homeserver } from "../../adapters/matrix/homeserver.ts";
import { canonicalUserId, displayName, ReservedNames } from "../../adapters/matrix/identifiers.ts";
import { Ledger } from "../../adapters/matrix/ledger.ts";
import { Reactions } from "../../adapters/matrix/reactions.ts";
import { deviceNames, softwareOf } from "../../adapters/matrix/software.ts";
import { ConfigProblem } from "../../src/adapter.ts";
import { TestContext } from "../support/adapter-context.ts";

const SECTION = {
  mode: "appservice",
  homeserver: "http://127.0.0.1:8008/",
  serverName: "example.com",
  asToken: "a",
  hsToken: "h",
};

describe("Matrix addresses", () => {
  for (const [id, expected] of [
    ["@anna:example.com", "@anna:example.com"],
    [" @anna:example.com:8448 ", "@anna:example.com:8448"],
    ["@Old Style:example.com", null],
    ["@OldStyle:example.com", "@OldStyle:example.com"],
    ["@anna:[::1]:8448", "@anna:[::1]:8448"],
    ["anna:example.com", null],
    ["@anna", null],
    ["@:example.com", null],
    ["@an\u0000na:example.com", null],
    ["@anna:exa/mple.com", null],
    [`@${"a".repeat(250)}:example.com`, null],
  ] as const) {
    it(`${JSON.stringify(id.slice(0, 30))} is ${expected}`, () => expect(canonicalUserId(id)).to.equal(expected));
  }

  const names = new ReservedNames({ prefix: "frontdesk_", serverName: "example.com" });
  for (const local of ["support", "k3v9x2p8q7w4m5na", "Große Anfragen", "a=b%c", "__proto__", "价格"]) {
    it(`the desk's ${local} is a user and found again`, () => {
      const id = names.ghost(local);
      expect(id).to.match(/^@frontdesk_[a-z0-9._=/-]+:example\.com$/u);
      expect(names.local(id)).to.equal(local);
    });
  }
  for (const id of [
    "@frontdesk_:example.com",
    "@frontdesk_support:example.org",
    "@frontdesk_=zz:example.com",
    "@anna:example.com",
  ]) {
    it(`${id} is nobody of the desk`, () => expect(names.local(id)).to.equal(null));
  }

  it("a name that is shown turns nothing around and does not end", () => {
    expect(displayName("\u202eAda\u0000 \n")).to.equal("Ada");
    expect(displayName("x".repeat(500))).to.have.length(100);
    expect(displayName(" ")).to.equal(null);
  });
});

describe("Matrix configuration", () => {
  it("has a value for everything that may be left out", () => {
    const config = parseConfig(SECTION);
    expect(config).to.include({
      homeserver: "http://127.0.0.1:8008",
      prefix: "frontdesk_",
      path: "/matrix",
      id: "frontdesk",
    });
  });
  for (const [change, path] of [
    [{ mode: "bridge" }, "mode"],
    [{ homeserver: "matrix.example.com" }, "homeserver"],
    [{ serverName: "@x:y" }, "serverName"],
    [{ asToken: "" }, "asToken"],
    [{ prefix: "Front Desk" }, "prefix"],
    [{ path: "matrix" }, "path"],
    [{ limits: { bodyBytes: 1 } }, "limits.bodyBytes"],
  ] as const) {
    it(`names the faulty key ${path}`, () => {
      let problem: unknown;
      try {
        parseConfig({ ...SECTION, ...change });
      } catch (error) {
        problem = error;
      }
      expect(problem).to.be.instanceOf(ConfigProblem);
      expect((problem as ConfigProblem).path.join(".")).to.equal(path);
    });
  }
});

describe("Matrix software", () => {
  for (const [names, expected] of [
    [["Element Desktop: Linux"], { name: "Element Desktop", os: "Linux" }],
    [["Weechat Matrix"], { name: "Weechat Matrix", os: null }],
    [["Element: iOS", "Element: Android"], { name: "Element", os: null }],
  ] as const) {
    it(`${names.join(" and ")}`, () => expect(softwareOf(names)).to.include(expected));
  }
  it("is not guessed among several", () => expect(softwareOf(["Element: iOS", "Cinny"])).to.equal(null));
  it("is nothing where nothing is known", () => expect(softwareOf([])).to.equal(null));
  it("reads the names of that person's devices alone", () => {
    const device = (name: string) => ({ D: { unsigned: { device_display_name: name } } });
    const body = { device_keys: { "@a:x": device("Element"), "@b:x": device("Cinny") } };
    expect(deviceNames(body, "@a:x")).to.deep.equal(["Element"]);
    expect(deviceNames(body, "@c:x")).to.deep.equal([]);
    expect(deviceNames({ device_keys: { "@a:x": "?" } }, "@a:x")).to.deep.equal([]);
  });
});

describe("the order of a room's events", () => {
  it("a receipt reads the desk's messages before it, once", () => {
    const ledger = new Ledger(100);
    ledger.follow("!r", "$1", true);
    ledger.follow("!r", "$2", false);
    ledger.follow("!r", "$3", true);
    ledger.follow("!r", "$1", true);
    ledger.follow("!r", "$4", true);
    expect(ledger.readUpTo("!r", "$3")).to.deep.equal(["$1", "$3"]);
    expect(ledger.readUpTo("!r", "$4")).to.deep.equal(["$4"]);
  });
  it("a receipt for an event that is not known is for that event", () => {
    expect(new Ledger(100).readUpTo("!r", "$9")).to.deep.equal(["$9"]);
  });
});

describe("reactions with pictures of one's own (MSC4027)", () => {
  for (const [what, fields, expected] of [
    ["are told by their shortcode", { shortcode: ":party-parrot:" }, ":party-parrot:"],
    ["are told by the shortcode of bridges", { "com.beeper.reaction.shortcode": ":wave:" }, ":wave:"],
    ["are a picture where there is none", {}, "🖼️"],
    ["are a picture where it is an address", { shortcode: "https://example.org/wave" }, "🖼️"],
  ] as const) {
    it(what, async () => {
      const content = { "m.relates_to": { key: "mxc://example.org/abc" }, ...fields };
      const chunk = [{ event_id: "$r", sender: "@anna:example.org", content }];
      const homeserver: Homeserver = { request: async () => ({ kind: "ok", body: { chunk } }) };
      const { state } = new TestContext({ network: "matrix", handles: ["support"], desk: "desk", alias: null });
      const own = new OwnUser("@desk:example.com", "support", homeserver);
      const reactions = new Reactions(homeserver, own, new Ledger(10), state);
      const room = { room: "!r", local: "support", person: "@anna:example.org", nick: null, shown: null };
      const shown = await reactions.of(room, "$m", "@anna:example.org");
      expect(shown).to.deep.equal({ kind: "shown", reactions: [{ event: "$r", key: expected }] });
    });
  }
});
