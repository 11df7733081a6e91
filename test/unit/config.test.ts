import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import type { FileName } from "../../src/config/compile.ts";
import { compile, edited, problemsOf, rulesOf, shipped, type Texts } from "./config-support.ts";

interface Slip {
  readonly what: string;
  readonly file: FileName;
  readonly before: string;
  readonly after: string;
  /** What the problem says after file, line and column. */
  readonly says: string;
}

/** Where the shipped file's example of gateways begins. */
const GATEWAYS_BEGIN = "# gateways:\n";

const SLIPS: readonly Slip[] = [
  {
    what: "a key that does not exist",
    file: "routing.yaml",
    before: "    priority: 0",
    after: "    priorty: 0",
    says: 'unknown key "priorty"; did you mean "priority"?',
  },
  {
    what: "a key that resembles nothing",
    file: "frontdesk.yaml",
    before: "  port: 8080",
    after: "  xyzzy: 8080",
    says: 'unknown key "xyzzy" (known: host, port, allowFrom, staffFrom, publicUrl, trustProxy, tls, metrics)',
  },
  {
    what: "a range of addresses that is none",
    file: "frontdesk.yaml",
    before: "# staffFrom: [10.0.0.0/8]",
    after: "staffFrom: [10.0.0.0/33]",
    says: '"staffFrom" must be an IP address or a range of them, such as 10.0.0.0/8 or 2001:db8::/32',
  },
  {
    what: "text where a number belongs",
    file: "routing.yaml",
    before: "offerSeconds: 30",
    after: "offerSeconds: soon",
    says: '"offerSeconds" must be a number, not text',
  },
  {
    what: "a fraction where a whole number belongs",
    file: "routing.yaml",
    before: "offerSeconds: 30",
    after: "offerSeconds: 7.5",
    says: '"offerSeconds" must be a whole number, not a fraction',
  },
  {
    what: "a number below the least",
    file: "routing.yaml",
    before: "offerSeconds: 30",
    after: "offerSeconds: 1",
    says: '"offerSeconds" must be at least 5',
  },
  {
    what: "a number above the most",
    file: "frontdesk.yaml",
    before: "port: 8080",
    after: "port: 80800",
    says: '"port" must be at most 65535',
  },
  {
    what: "a word that is none of those allowed",
    file: "routing.yaml",
    before: "compatibility: translated",
    after: "compatibility: same-netwrk",
    says: '"compatibility" must be one of same-software, same-network, translated; did you mean "same-network"?',
  },
  { what: "a missing key", file: "people.yaml", before: "    name: Grace\n", after: "", says: '"name" is missing' },
  { what: "an empty value", file: "people.yaml", before: "name: Grace", after: "name:", says: '"name" is missing' },
  {
    what: "a list where a section belongs",
    file: "people.yaml",
    before: "    skills:\n      support: 4\n      sales: 3\n",
    after: "    skills: [support, sales]\n",
    says: '"skills" must be a section of keys, not a list',
  },
  {
    what: "a level out of range",
    file: "people.yaml",
    before: "billing: 5",
    after: "billing: 6",
    says: '"billing" must be a level from 1 (knows of it) to 5 (best)',
  },
  {
    what: "an unknown skill of a queue",
    file: "routing.yaml",
    before: "      billing: 2",
    after: "      biling: 2",
    says: 'unknown skill "biling"; did you mean "billing"?',
  },
  {
    what: "an unknown skill of a CSR",
    file: "people.yaml",
    before: "billing: 5",
    after: "biling: 5",
    says: 'unknown skill "biling"; did you mean "billing"?',
  },
  {
    what: "a skill listed twice",
    file: "routing.yaml",
    before: "[support, billing, sales]",
    after: "[support, billing, sales, billing]",
    says: 'the skill "billing" is listed twice',
  },
  {
    what: "an unknown dialog of a handle",
    file: "frontdesk.yaml",
    before: "dialog: welcome",
    after: "dialog: wellcome",
    says: 'unknown dialog "wellcome"; did you mean "welcome"?',
  },
  {
    what: "an unknown queue in a dialog",
    file: "dialogs.yaml",
    before: "person: support",
    after: "person: suport",
    says: 'unknown queue "suport"; did you mean "support"?',
  },
  {
    what: "an unknown network of a CSR",
    file: "people.yaml",
    before: "- web: grace",
    after: "- webb: grace",
    says: 'unknown network "webb"; did you mean "web"?',
  },
  {
    what: "an unknown network of a gateway",
    file: "routing.yaml",
    before: GATEWAYS_BEGIN,
    after: "gateways:\n  telegram:\n    name: Telegram\n    match: [{network: wbe, users: 'tg_*'}]\n",
    says: 'unknown network "wbe" (known: web)',
  },
  {
    what: "a gateway with the id of a network",
    file: "routing.yaml",
    before: GATEWAYS_BEGIN,
    after: "gateways:\n  web: {name: Telegram}\n",
    says: 'the gateway "web" has the id of a network; `network: web` could mean either',
  },
  {
    what: "a regular expression where * alone stands for anything",
    file: "routing.yaml",
    before: GATEWAYS_BEGIN,
    after: "gateways:\n  telegram:\n    name: Telegram\n    match: [{users: '@telegram_.*:example.org'}]\n",
    says: '"users" must be a pattern in which * alone stands for anything, without the dot',
  },
  {
    what: "a gateway that whoever is on a network would come through",
    file: "routing.yaml",
    before: GATEWAYS_BEGIN,
    after: "gateways:\n  telegram:\n    name: Telegram\n    match: [{network: web}]\n",
    says: '"match" must say at least one of type, name and users',
  },
  {
    what: "an unknown feature of a gateway",
    file: "routing.yaml",
    before: GATEWAYS_BEGIN,
    after: "gateways:\n  telegram: {name: Telegram, features: [edits]}\n",
    says: '"features" must be one of formatting, edit, retraction, reaction, reply, file, typing, delivered, read, presence, multiline, choices; did you mean "edit"?',
  },
  {
    what: "a dialog that asks for a gateway nobody listed",
    file: "dialogs.yaml",
    before: "    steps:\n",
    after: "    steps:\n      - when: {network: telegrm}\n        say: Hello from Telegram!\n",
    says: 'unknown network "telegrm" (known: web)',
  },
  {
    what: "an unknown adapter",
    file: "frontdesk.yaml",
    before: "adapter: web",
    after: "adapter: telex",
    says: `unknown adapter "telex" (known: ${adapters.map(({ protocol }) => protocol).join(", ")})`,
  },
  {
    what: "an unknown key of an adapter",
    file: "frontdesk.yaml",
    before: "    # sessionHours: 16",
    after: "    sesionHours: 16",
    says: 'unknown key "sesionHours"; did you mean "sessionHours"?',
  },
  {
    what: "a wrong value of an adapter's key",
    file: "frontdesk.yaml",
    before: "    # sessionHours: 16",
    after: "    sessionHours: 0",
    says: '"sessionHours" must be at least 1',
  },
  {
    what: "what only the adapter can judge",
    file: "frontdesk.yaml",
    before: "    # path: /",
    after: "    path: chat",
    says: '"path" must begin and end with "/", such as "/" or "/shop/"',
  },
  {
    what: "a network's name with a space",
    file: "frontdesk.yaml",
    before: "  web:\n",
    after: "  the web:\n",
    says: '"the web" cannot be a name here: must be lower-case letters, digits, and single - . _ between them, beginning with a letter',
  },
  {
    what: "a handle in capitals",
    file: "frontdesk.yaml",
    before: "      support:\n",
    after: "      Support:\n",
    says: '"Support" cannot be a name here: must be a local name: no capitals, no spaces, none of @ / : " \' < > &',
  },
  {
    what: "a handle that is the desk's own address",
    file: "frontdesk.yaml",
    before: "    # desk: desk",
    after: "    desk: support",
    says: 'the handle "support" is the network\'s desk address too; rename one (see desk:)',
  },
  {
    what: "a time zone nobody knows",
    file: "routing.yaml",
    before: "Europe/Berlin",
    after: "Europe/Berln",
    says: '"timeZone" must be a time zone of the IANA list, such as Europe/Berlin or UTC',
  },
  {
    what: "a CSR without an address",
    file: "people.yaml",
    before: "    addresses:\n      - web: grace\n",
    after: "    addresses: []\n",
    says: '"addresses" must be at least 1 entries long',
  },
  {
    what: "two addresses in one",
    file: "people.yaml",
    before: "- web: grace",
    after: "- {web: grace, xmpp: grace@example.com}",
    says: '"addresses" must be one network and the address on it, such as  - web: ada',
  },
  {
    what: "one address of two CSRs",
    file: "people.yaml",
    before: "- web: grace",
    after: "- web: ada",
    says: '"ada" on web is an address of ada already',
  },
  {
    what: "a CSR with the id of a queue",
    file: "people.yaml",
    before: "  grace:\n",
    after: "  sales:\n",
    says: 'the CSR "sales" has the id of a queue; /transfer sales could mean either',
  },
  {
    what: "a key written twice",
    file: "people.yaml",
    before: "    name: Grace\n",
    after: "    name: Grace\n    name: Hopper\n",
    says: "this key is written twice; keep one",
  },
  {
    what: "a tab",
    file: "people.yaml",
    before: "    name: Grace\n",
    after: "\tname: Grace\n",
    says: "a tab indents this line; use spaces",
  },
  {
    what: "a second document",
    file: "people.yaml",
    before: "  grace:\n",
    after: "---\n",
    says: "a second document begins here (---); one file holds one document",
  },
  {
    what: "an unfinished quotation",
    file: "people.yaml",
    before: "name: Grace",
    after: 'name: "Grace',
    says: 'not valid YAML: Missing closing "quote',
  },
  {
    what: "an unknown alias",
    file: "people.yaml",
    before: "name: Grace",
    after: "name: *grace",
    says: "Unresolved alias (the anchor must be set before the alias): grace: no anchor (&name) before it bears that name",
  },
  {
    what: "a name that would be the prototype",
    file: "people.yaml",
    before: "  grace:\n",
    after: "  __proto__:\n",
    says: '"__proto__" cannot be a name',
  },
  {
    what: "a time of opening that is none",
    file: "routing.yaml",
    before: '    # hours: "Mo-Fr 07:00-20:00; Sa 09:00-13:00"',
    after: '    hours: "Mo-Fr 25:00-26:00"',
    says: '"hours" is no opening hours text (such as Mo-Fr 08:00-18:00; Dec 25 off): Mo-Fr 25:00 <--- (Time range starts outside of the current day)',
  },
  {
    what: "holidays that nobody told the desk",
    file: "routing.yaml",
    before: '# hours: "Mo-Fr 08:00-18:00; Dec 24-26 off; Jan 1 off"',
    after: 'hours: "Mo-Fr 08:00-18:00; PH off"',
    says: '"hours" names public or school holidays (PH, SH), which are not known here; write the days: Dec 25-26 off',
  },
];

describe("configuration: each slip has its place and its sentence", () => {
  for (const { what, file, before, after, says } of SLIPS) {
    it(what, () => {
      const texts = edited(file, before, after);
      const problems = problemsOf(texts);
      expect(compile(texts).rules, "the rules").to.equal(null);
      expect(problems.map((problem) => problem.replace(/^\S+:\d+:\d+ /, ""))).to.include(says);
    });
  }
});

/** The texts of a very small desk, for tests of where a problem is shown. */
const SMALL: Texts = {
  "frontdesk.yaml":
    "company: Small\nnetworks:\n  web:\n    adapter: web\n    handles:\n      support: { name: Support, dialog: hello }\n",
  "routing.yaml": "skills: [billing]\nqueues:\n  billing:\n    name: Billing\n    skills: { billing: 1 }\n",
  "people.yaml": "csrs:\n  ada:\n    name: Ada\n    addresses: [{ web: ada }]\n    skills: { billing: 3 }\n",
  "dialogs.yaml": "person: billing\ndialogs:\n  hello:\n    steps:\n      - say: Hello.\n      - route: billing\n",
};

describe("configuration: problems", () => {
  it("are told in the form file:line:column, and none for a small desk", () => {
    expect(problemsOf(SMALL)).to.deep.equal([]);
    const texts = edited("routing.yaml", "    skills: { billing: 1 }", "    skills: { biling: 1 }", SMALL);
    expect(problemsOf(texts)).to.deep.equal([
      'config/routing.yaml:5:15 unknown skill "biling"; did you mean "billing"?',
    ]);
  });

  it("of all files come at once, sorted", () => {
    let texts = edited("routing.yaml", "name: Billing", "nmae: Billing", SMALL);
    texts = edited("people.yaml", "billing: 3", "billin: 9", texts);
    texts = edited("dialogs.yaml", "route: billing", "route: biling", texts);
    texts = edited("frontdesk.yaml", "dialog: hello", "dialog: helo", texts);
    expect(problemsOf(texts)).to.deep.equal([
      'config/dialogs.yaml:6:16 unknown queue "biling"; did you mean "billing"?',
      'config/frontdesk.yaml:6:41 unknown dialog "helo"; did you mean "hello"?',
      'config/people.yaml:5:15 unknown skill "billin"; did you mean "billing"?',
      'config/people.yaml:5:23 "billin" must be a level from 1 (knows of it) to 5 (best)',
      'config/routing.yaml:3:3 "name" is missing',
      'config/routing.yaml:4:5 unknown key "nmae"; did you mean "name"?',
    ]);
  });

  it("do not call unknown what an unreadable file may define", () => {
    const texts = { ...SMALL, "routing.yaml": "skills: [\n" };
    expect(problemsOf(texts).every((problem) => problem.startsWith("config/routing.yaml:"))).to.equal(true);
  });

  it("name a missing file", () => {
    const { "people.yaml": _, ...texts } = SMALL;
    expect(problemsOf(texts)).to.deep.equal([
      "config/people.yaml:1:1 there is no such file; `frontdesk init` writes one into an empty folder",
    ]);
  });

  it("refuse aliases that multiply (billion laughs) and collections without end, at once", () => {
    const laughs = [
      "a0: &a0 [x]",
      ...Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`),
    ].join("\n");
    for (const text of [
      laughs,
      "[".repeat(100_000),
      "- ".repeat(100_000),
      "a: &a [*a]",
      `${" ".repeat(100_000)}a: 1`,
    ]) {
      const start = performance.now();
      expect(problemsOf({ ...SMALL, "people.yaml": text })).to.have.length.greaterThan(0);
      expect(performance.now() - start).to.be.lessThan(2_000);
    }
  });

  it("refuse a file beyond the limit of size", () => {
    expect(problemsOf({ ...SMALL, "people.yaml": `#${"x".repeat(5_000_000)}` })).to.deep.equal([
      "config/people.yaml:1:1 the file has 5000001 bytes; at most 4194304 are read",
    ]);
  });

  it("survive whatever a byte is turned into, without an exception", () => {
    const original = shipped()["frontdesk.yaml"] ?? "";
    for (let place = 0; place < original.length; place += 997) {
      for (const character of ["\0", "{", "*", "&", ":", "\t", "é"]) {
        compile({ ...SMALL, "frontdesk.yaml": original.slice(0, place) + character + original.slice(place + 1) });
      }
    }
  });
});

describe("configuration: warnings do not keep it from being used", () => {
  const cases = [
    {
      what: "a queue that no CSR can ever serve",
      file: "people.yaml",
      before: "billing: 3",
      after: "billing: 1",
      queue: "billing: 2",
      says: 'config/routing.yaml:3:3 warning: no CSR can ever serve "billing": nobody has the skills billing 2 together',
    },
  ] as const;
  for (const { what, file, before, after, queue, says } of cases) {
    it(what, () => {
      const texts = edited("routing.yaml", "billing: 1", queue, edited(file, before, after, SMALL));
      expect(problemsOf(texts)).to.deep.equal([says]);
      expect(compile(texts).rules).not.to.equal(null);
    });
  }

  it("a language that no CSR of the queue speaks", () => {
    let texts = edited("routing.yaml", "    name: Billing\n", "    name: Billing\n    matchLanguage: true\n", SMALL);
    texts = edited("frontdesk.yaml", "company: Small\n", "company: Small\nlanguages: [en, fr]\n", texts);
    expect(problemsOf(texts)).to.deep.equal([
      'config/routing.yaml:5:20 warning: no CSR of "billing" speaks "fr", which the desk offers: such customers would wait for ever',
    ]);
  });

  it("two CSRs of one name", () => {
    const texts = edited(
      "people.yaml",
      "csrs:\n",
      "csrs:\n  ada2:\n    name: Ada\n    addresses: [{ web: ada2 }]\n",
      SMALL,
    );
    expect(problemsOf(texts)).to.deep.equal([
      'config/people.yaml:6:11 warning: "ada" bears the same name as "ada2"; customers and colleagues cannot tell them apart',
    ]);
  });
});

describe("configuration: rules", () => {
  it("are compiled and frozen", () => {
    const rules = rulesOf(SMALL);
    const queue = rules.queues.get("billing");
    expect(queue).to.deep.include({
      id: "billing",
      name: "Billing",
      strategies: ["least-loaded", "fewest-losses", "longest-idle"],
      hours: null,
      maxWaiting: 100,
    });
    expect(rules.csrs.get("ada")).to.deep.include({
      addresses: [{ network: "web", id: "ada" }],
      languages: ["en"],
      capacity: 3,
    });
    expect(rules.networks.get("web")?.handles).to.deep.equal([
      { network: "web", id: "support", name: "Support", dialog: "hello" },
    ]);
    expect(Object.isFrozen(rules)).to.equal(true);
    expect(Object.isFrozen(queue?.strategies)).to.equal(true);
  });

  it("know a CSR's address in the form the network itself reports", () => {
    const xmpp = "  xmpp: { adapter: xmpp, mode: component, domain: desk.example.com, secret: abc, handles: {} }\n";
    let texts = { ...SMALL, "frontdesk.yaml": `${SMALL["frontdesk.yaml"]}${xmpp}` };
    texts = { ...edited("people.yaml", "[{ web: ada }]", "[{ xmpp: Ada@Example.COM }]", texts) } as typeof texts;
    expect(rulesOf(texts).csrs.get("ada")?.addresses).to.deep.equal([{ network: "xmpp", id: "ada@example.com" }]);
    const wrong = edited("people.yaml", "Ada@Example.COM", '"@@"', texts);
    expect(problemsOf(wrong)).to.deep.equal(['config/people.yaml:4:25 "@@" is no address of the network xmpp']);
  });

  it("have a version that follows what is said, not how", () => {
    const version = rulesOf(SMALL).version;
    expect(rulesOf(edited("people.yaml", "csrs:", "# a comment\ncsrs:", SMALL)).version).to.equal(version);
    expect(rulesOf(edited("people.yaml", "billing: 3", "billing: 4", SMALL)).version).not.to.equal(version);
  });

  it("take a queue's hours from the file where it has none of its own", () => {
    const texts = edited(
      "routing.yaml",
      "skills: [billing]",
      'skills: [billing]\ntimeZone: Europe/Berlin\nhours: "Mo-Fr 08:00-18:00"',
      SMALL,
    );
    expect(rulesOf(texts).queues.get("billing")?.hours).to.deep.equal({
      text: "Mo-Fr 08:00-18:00",
      timeZone: "Europe/Berlin",
    });
  });
});
