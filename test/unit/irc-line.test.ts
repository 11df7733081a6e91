/** The IRC adapter's lines and nicks: no field becomes a command, no two people one, no alias without its secret. */
import { expect } from "chai";
import { nickFor } from "../../adapters/irc/aliases.ts";
import { irc } from "../../adapters/irc/index.ts";
import { formatLine, inLines, parseLine } from "../../adapters/irc/line.ts";
import { canonicalNick, foldNick, isNick, People } from "../../adapters/irc/nicks.ts";
import { Users } from "../../adapters/irc/users.ts";
import { ConfigProblem } from "../../src/adapter.ts";

describe("IRC lines", () => {
  it("are written as RFC 2812 has them", () => {
    expect(formatLine({ command: "PRIVMSG", params: ["anna"], trailing: ":) hi" })).to.equal("PRIVMSG anna ::) hi");
    expect(formatLine({ command: "PRIVMSG", params: ["anna"], trailing: "" })).to.equal("PRIVMSG anna :");
    const introduction = { source: "desk.test", command: "NICK", params: ["support", "1"], trailing: "Frontdesk" };
    expect(formatLine(introduction)).to.equal(":desk.test NICK support 1 :Frontdesk");
  });

  for (const evil of ["anna\r\nQUIT", "anna\nQUIT", "anna\rQUIT", "anna\u0000", "anna ben", ":anna", ""]) {
    it(`do not take ${JSON.stringify(evil)} for a parameter`, () => {
      expect(() => formatLine({ command: "PRIVMSG", params: [evil], trailing: "x" })).to.throw(/bad PRIVMSG parameter/);
      expect(() => formatLine({ source: evil, command: "QUIT" })).to.throw(/bad QUIT parameter/);
    });
  }
  for (const evil of ["one\r\ntwo", "one\ntwo", "one\rtwo", "one\u0000two"]) {
    it(`do not take ${JSON.stringify(evil)} for a text`, () => {
      expect(() => formatLine({ command: "PRIVMSG", params: ["anna"], trailing: evil })).to.throw(/two lines/);
    });
  }
  it("are never longer than 512 bytes with their end", () => {
    const line = { command: "PRIVMSG", params: ["anna"] };
    const room = 510 - "PRIVMSG anna :".length;
    expect(Buffer.byteLength(formatLine({ ...line, trailing: "x".repeat(room) }))).to.equal(510);
    expect(() => formatLine({ ...line, trailing: "x".repeat(room + 1) })).to.throw(/too long/);
  });

  it("are read with and without tags, prefix and trailing parameter", () => {
    const read = (line: string) => {
      const message = parseLine(line);
      return message === null ? null : [message.nick, message.command, ...message.params];
    };
    expect(read("@time=x;a :anna!u@h PRIVMSG desk :  two  spaces ")).to.deep.equal([
      "anna",
      "PRIVMSG",
      "desk",
      "  two  spaces ",
    ]);
    expect(read(":irc.test 303 desk :")).to.deep.equal(["", "303", "desk", ""]);
    expect(read("ping :x")).to.deep.equal(["", "PING", "x"]);
    for (const none of ["", ":", " ", "12 x", "PING1 x", "\u0000\u0001", `X ${"a ".repeat(50)}`]) {
      expect(read(none), JSON.stringify(none)).to.equal(null);
    }
  });

  it("share many nicks without becoming too long", () => {
    expect(inLines(["aa", "bb", "cc", "dd"], 6, 9)).to.deep.equal([
      ["aa", "bb"],
      ["cc", "dd"],
    ]);
    expect(inLines(["aa", "bb", "cc"], 100, 2)).to.deep.equal([["aa", "bb"], ["cc"]]);
    expect(inLines([], 100, 2)).to.deep.equal([]);
  });
});

describe("IRC nicks", () => {
  const GOOD = ["anna", "A", "[away]", "_x-1", "`^{|}~", "Jürgen", "a".repeat(64)];
  const BAD = [
    "",
    "1anna",
    "-x",
    "#help",
    "&x",
    "+x",
    "$*",
    "a,b",
    "a b",
    "a!u@h",
    "a.b",
    "a:b",
    "a\nQUIT",
    "a\u0000",
    "a".repeat(65),
  ];
  for (const nick of GOOD) it(`${nick} is one`, () => expect(isNick(nick)).to.equal(true));
  for (const nick of BAD) it(`${JSON.stringify(nick)} is none`, () => expect(isNick(nick)).to.equal(false));

  it("are one by the network's case mapping", () => {
    const folds = (mapping: "ascii" | "rfc1459" | "rfc1459-strict") => foldNick("Ada[]\\^Ü", mapping);
    expect(folds("ascii")).to.equal("ada[]\\^Ü");
    expect(folds("rfc1459")).to.equal("ada{}|~Ü");
    expect(folds("rfc1459-strict")).to.equal("ada{}|^Ü");
  });

  it("are canonical in lower case; equivalents of a nick the desk uses are that one, where the network says so", () => {
    expect(canonicalNick("Ada[2]")).to.equal("ada[2]");
    expect(canonicalNick("no nick")).to.equal(null);
    const people = new People();
    people.named("ada[2]");
    expect(people.id("ADA{2}")).to.equal("ada{2}");
    people.mapping = "rfc1459";
    expect(people.id("ADA{2}")).to.equal("ada[2]");
    expect(people.id("Eve{2}")).to.equal("eve{2}");
  });

  const ALIASES = [
    ["anna.billing.k3v9x2p8q7w4m5na", 30, "anna_billing_k3v9x2p8q7w4m5na"],
    ["anna-lena.accounts.k3v9x2p8q7w4m5na", 30, "anna-lena_acc_k3v9x2p8q7w4m5na"],
    ["k3v9x2p8q7w4m5na", 30, "k3v9x2p8q7w4m5na"],
    ["23v9x2p8q7w4m5na", 30, "x23v9x2p8q7w4m5na"],
    ["anna.billing.k3v9x2p8q7w4m5na", 16, "k3v9x2p8q7w4m5na"],
    ["anna.billing.k3v9x2p8q7w4m5na", 9, "k3v9x2p8q"],
    ["7-up.k3v9x2p8q7w4m5na", 30, "x7-up_k3v9x2p8q7w4m5na"],
  ] as const;
  for (const [alias, length, nick] of ALIASES) {
    it(`${alias} is ${nick} where ${length} characters fit`, () => {
      expect(nickFor(alias, length)).to.equal(nick);
      expect(isNick(nick)).to.equal(true);
    });
  }

  it("go with the server they are on, and with all servers behind it", () => {
    const users = new Users(new People());
    users.addServer("hub", "desk", "1");
    users.addServer("leaf", "hub", "2");
    users.addServer("twig", "leaf", "3");
    for (const [nick, token] of [
      ["anna", "1"],
      ["Ben", "2"],
      ["cleo", "3"],
    ] as const)
      users.add(nick, token, false);
    users.rename("cleo", "Cleopatra");
    expect(users.removeServer("leaf")).to.deep.equal(["Ben", "Cleopatra"]);
    expect([users.has("ANNA"), users.has("ben"), users.has("cleopatra")]).to.deep.equal([true, false, false]);
  });
});

describe("IRC configuration", () => {
  const CLIENT = { mode: "client", host: "irc.example.net", nick: "support" };
  const SERVER = { mode: "server", serverName: "desk.irc.example", password: "link" };
  const FAULTS = [
    [{}, "mode", /mode: client/],
    [{ ...CLIENT, nick: "sup port" }, "nick", /one word/],
    [{ ...CLIENT, nick: "1st" }, "nick", /no nick/],
    [{ ...CLIENT, nick: "s".repeat(31) }, "nick", /at most 30/],
    [{ ...CLIENT, password: "a\r\nQUIT" }, "password", /one line/],
    [{ ...CLIENT, realName: "a\nQUIT" }, "realName", /one line/],
    [{ ...CLIENT, sasl: { account: "a b", password: "x" } }, "sasl.account", /one word/],
    [{ ...CLIENT, nickserv: { password: "a b" } }, "nickserv.password", /one word/],
    [{ ...SERVER, password: ":x" }, "password", /one word/],
    [{ ...SERVER, serverName: "desk" }, "serverName", /server's name/],
  ] as const;
  for (const [section, path, says] of FAULTS) {
    it(`${JSON.stringify(section)} is refused at ${path}`, () => {
      try {
        irc.parseConfig(section);
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigProblem);
        const problem = error as ConfigProblem;
        expect([problem.path.join("."), problem.message]).to.satisfy(
          ([where, text]: [string, string]) => where === path && says.test(text),
        );
        return;
      }
      expect.fail("It was taken.");
    });
  }

  it("gives a nick one handle, and a linked server handles that are nicks", () => {
    const client = irc.parseConfig(CLIENT);
    expect(() => irc.checkHandles?.(client, ["support", "billing"])).to.throw(ConfigProblem, /one handle, not 2/);
    const server = irc.parseConfig(SERVER);
    expect(() => irc.checkHandles?.(server, ["support", "billing"])).not.to.throw();
    expect(() => irc.checkHandles?.(server, ["support", "on.call"])).to.throw(ConfigProblem, /no nick/);
  });
});
