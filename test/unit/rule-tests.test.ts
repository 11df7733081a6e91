/** Tests that routing.yaml carries, and what can never happen by its rules: found by `frontdesk check` with line and column. */
import { expect } from "chai";
import { problemsOf, shipped, type Texts } from "./config-support.ts";

const ROUTING = `
skills: [support, billing]
timeZone: Europe/Berlin
periods: { night: { hours: "Mo-Su 22:00-06:00" } }
queues:
  support:
    name: Support
    skills: { support: 3 }
    needs: [{ when: { during: night }, attributes: { team: late } }]
    rings: [{ after: 60, skills: { support: 1 } }, { after: 60, to: { queue: billing } }]
    prefer: [{ lastCsr: true, score: 10, holdSeconds: 30 }]
    strategies: [most-skilled, longest-idle]
    maxWaiting: 5
  billing:
    name: Billing
    skills: { billing: 1 }
    hours: "Mo-Fr 09:00-17:00"
    overflow: [{ why: closed, to: { dialog: sorry } }]
`;
const PEOPLE = `
csrs:
  ada: { name: Ada, addresses: [{ web: ada }], skills: { support: 5, billing: 2 } }
  ben: { name: Ben, addresses: [{ web: ben }], skills: { support: 3 }, attributes: { team: late } }
  cleo: { name: Cleo, addresses: [{ web: cleo }], skills: { support: 1 }, capacity: 1 }
`;
const DIALOGS = `
person: support
dialogs:
  welcome: { steps: [{ route: support }] }
  sorry: { steps: [{ say: Sorry. }, { ask: When may we write? , as: when }, { route: support }] }
`;
const DESK =
  "company: Example\nnetworks:\n  web: { adapter: web, handles: { support: { name: S, dialog: welcome } } }\n";

function texts(routing: string, people = PEOPLE): Texts {
  return {
    ...shipped(),
    "frontdesk.yaml": DESK,
    "dialogs.yaml": DIALOGS,
    "directory.yaml": "",
    "routing.yaml": routing,
    "people.yaml": people,
  };
}

function checked(routing: string, people = PEOPLE): readonly string[] {
  return problemsOf(texts(routing, people), { analyse: true });
}

const test = (given: string, wanted: string): string =>
  `${ROUTING}tests: [{ name: a promise, given: ${given}, expect: ${wanted} }]\n`;

describe("a test in routing.yaml", () => {
  const HOLD: readonly (readonly [what: string, given: string, wanted: string])[] = [
    ["the most skilled first", "{ queue: support }", "{ csr: ada, order: [ada, ben], rings: 0 }"],
    ["nobody of a lower level", "{ queue: support }", "{ never: [cleo] }"],
    ["one of several", "{ queue: support }", "{ csr: [ben, ada] }"],
    ["only those who are there", "{ queue: support, csrs: { ben: free } }", "{ csr: ben }"],
    ["nobody who is full", "{ queue: support, csrs: { ada: { load: 3 }, ben: busy } }", "{ nobody: true }"],
    [
      "a ring whose time has come",
      "{ queue: support, waited: 60, csrs: { ada: busy, cleo: free } }",
      "{ csr: cleo, rings: 1 }",
    ],
    [
      "a ring whose time has not",
      "{ queue: support, waited: 59, csrs: { ada: busy, cleo: free } }",
      "{ nobody: true, rings: 0 }",
    ],
    ["a ring passed over for nobody is at work", "{ queue: support, csrs: { cleo: free } }", "{ csr: cleo, rings: 1 }"],
    ["a ring that sends elsewhere", "{ queue: support, waited: 120, csrs: { ada: busy } }", "{ queue: billing }"],
    ["a period", '{ queue: support, at: "2026-11-24 23:30" }', "{ csr: ben, never: [ada] }"],
    ["no period", '{ queue: support, at: "2026-11-24 21:30" }', "{ csr: ada }"],
    ["closed hours", '{ queue: billing, at: "2026-11-24 20:00" }', "{ dialog: sorry }"],
    ["open hours", '{ queue: billing, at: "2026-11-24 12:00" }', "{ csr: ada }"],
    ["a full queue", "{ queue: support, waiting: 5 }", "{ ends: full }"],
    ["who talked with them last", "{ queue: support, lastCsr: ben }", "{ csr: ben }"],
    ["who declined", "{ queue: support, declined: [ada] }", "{ csr: ben }"],
    [
      "where somebody is idle for longer",
      "{ queue: support, skills: { support: 1 }, csrs: { ada: offline, ben: { idle: 10 }, cleo: { idle: 20 } } }",
      "{ csr: ben }",
    ],
  ];
  for (const [what, given, wanted] of HOLD) {
    it(`holds: ${what}`, () => expect(checked(test(given, wanted))).to.deep.equal([]));
  }

  const FAIL: readonly (readonly [given: string, wanted: string, message: RegExp])[] = [
    ["{ queue: support }", "{ csr: cleo }", /expected cleo, got ada; cleo: does not meet: support 3$/],
    ["{ queue: support, csrs: { ada: busy } }", "{ csr: ada }", /got nobody yet; ada: has no room: 3 of 3$/],
    ["{ queue: support }", "{ csr: ben }", /got ada; ben: would do; comes after by most-skilled$/],
    ["{ queue: support }", "{ order: [ben] }", /expected ben one after the other, got ada, ben$/],
    ["{ queue: support }", "{ never: [ben] }", /would be: ben$/],
    ["{ queue: support }", "{ nobody: true }", /got ada$/],
    ["{ queue: support }", "{ rings: 1 }", /expected 1 rings, got 0$/],
    ["{ queue: support }", "{ queue: billing }", /expected the queue billing, got support \(ada\)$/],
    ["{ queue: support }", "{ ends: full }", /expected that it ends \(full\), got ada$/],
    ["{ queue: support, waiting: 5 }", "{ dialog: sorry }", /expected the dialog sorry, got an end \(full\)$/],
  ];
  for (const [given, wanted, message] of FAIL) {
    it(`fails, with the reason: ${given} ${wanted}`, () => {
      const [problem = "", ...more] = checked(test(given, wanted));
      expect(more).to.deep.equal([]);
      expect(problem).to.match(/^config\/routing\.yaml:19:\d+ test failed: a promise: /);
      expect(problem).to.match(message);
    });
  }

  it("that speaks of what there is not is told so, with what was perhaps meant", () => {
    const given =
      "{ queue: suport, csrs: { bem: free }, skills: { biling: 1 }, network: irc, customer: c-1, lastCsr: x }";
    const problems = checked(test(given, "{ csr: adda, dialog: sory }")).join("\n");
    for (const word of [
      'did you mean "support"',
      'did you mean "ben"',
      'did you mean "billing"',
      'network "irc"',
      'customer of directory.yaml "c-1"',
      'CSR "x"',
      'did you mean "ada"',
      'did you mean "sorry"',
    ]) {
      expect(problems).to.include(word);
    }
  });

  it("must expect something, and only what can be expected", () => {
    expect(checked(test("{ queue: support }", "{}")).join()).to.include("must expect something");
    expect(checked(test("{ queue: support }", "{ cst: ada }")).join()).to.include('did you mean "csr"?');
  });

  it("is not run where the rules are only read", () => {
    expect(problemsOf(texts(test("{ queue: support }", "{ csr: cleo }")))).to.deep.equal([]);
  });
});

/** A file whose queue says that. */
const queue = (more: string, skills = "{ support: 1 }"): string =>
  `skills: [support, billing]\nqueues:\n  support: { name: S, skills: ${skills}, ${more} }\n  billing: { name: B, skills: { billing: 1 } }\n`;

/** What is found of a queue that says so, where all CSRs are on XMPP and customers on the web, too. */
function withoutCsrsOnWeb(says: string): readonly string[] {
  const xmpp =
    "  xmpp: { adapter: xmpp, mode: component, domain: d.example, secret: s, handles: { support: { name: S, dialog: welcome } } }\n";
  const people = PEOPLE.replaceAll(/web: (\w+)/g, "xmpp: $1@d.example");
  const desk = `${DESK}${xmpp}http: { publicUrl: "https://chat.example" }\n`;
  return problemsOf({ ...texts(queue(says), people), "frontdesk.yaml": desk }, { analyse: true });
}

describe("what can never happen by the rules", () => {
  const FOUND: readonly (readonly [what: string, routing: string, problem: RegExp])[] = [
    [
      "needs that nobody meets together",
      queue("needs: [{ skills: { billing: 2 }, attributes: { team: late } }]"),
      /:3:\d+ warning: no CSR can ever serve "support": nobody meets support 1, billing 2, team: late together/,
    ],
    [
      "needs that only a ring makes up for",
      queue("needs: [{ skills: { billing: 2 }, attributes: { team: late } }], rings: [{ after: 9, drop: [team] }]"),
      /so everybody goes on to ring 1 at once/,
    ],
    [
      "needs in a situation that nobody meets",
      queue("needs: [{ when: { handle: support }, skills: { billing: 5 } }]"),
      /no CSR can ever be asked when this applies: nobody meets support 1, billing 5/,
    ],
    [
      "a ring that nobody meets",
      queue(
        "rings: [{ after: 9, skills: { support: 5 }, needs: { skills: { support: 1 }, attributes: { team: late } } }]",
      ),
      /nobody can ever be asked in this ring/,
    ],
    [
      "a ring behind one that sends everybody elsewhere",
      queue("rings: [{ after: 9, to: { queue: billing } }, { after: 9, priority: 1 }]"),
      /never come to: ring 1 sends everybody elsewhere/,
    ],
    ["a ring that changes nothing", queue("rings: [{ after: 9 }]"), /this ring changes nothing/],
    [
      "a ring that drops what nothing asks for",
      queue("rings: [{ after: 9, drop: [language] }]"),
      /"language" is asked for by nothing/,
    ],
    [
      "a range that is the wrong way round",
      queue("rings: [{ after: 9, priority: 1, when: { longestWait: { min: 60, max: 30 } } }]"),
      /min 60 is more than max 30/,
    ],
    [
      "more waiting than may wait",
      queue("maxWaiting: 3, rings: [{ after: 9, priority: 1, when: { waiting: { min: 4 } } }]"),
      /at most 3 wait in "support"/,
    ],
    [
      "more CSRs than there are",
      queue("rings: [{ after: 9, priority: 1, when: { staffed: { min: 4 } } }]"),
      /people.yaml has 3 CSRs/,
    ],
    [
      "overflow behind one that takes everybody",
      queue("overflow: [{ why: full, to: { queue: billing } }, { why: full, text: Sorry }]"),
      /never come to: what stands above it for "full"/,
    ],
    [
      "overflow for hours there are not",
      queue("overflow: [{ why: closed, text: Sorry }]"),
      /has no hours and never closes/,
    ],
    [
      "a preference for nobody",
      queue("prefer: [{ skills: { support: 1 }, all: [{ skills: { billing: 5 } }] }]"),
      /this prefers nobody/,
    ],
    ["a weight nobody can take", queue("weight: 9"), /it weighs 9, and nobody who would do has that capacity/],
    [
      "a queue that sends to itself",
      queue("overflow: [{ why: full, to: { queue: support } }]"),
      /"support" sends customers on to itself/,
    ],
    [
      "a circle by way of a dialog",
      queue("overflow: [{ why: full, to: { dialog: welcome } }]"),
      /"support" sends customers on to itself/,
    ],
  ];
  for (const [what, routing, problem] of FOUND) {
    it(`is told of: ${what}`, () => expect(checked(routing).join("\n")).to.match(problem));
  }

  it("is told of: queues that send in a circle, once", () => {
    const circle = queue("overflow: [{ why: full, to: { queue: billing } }]").replace(
      "billing: 1 } }",
      "billing: 1 }, rings: [{ after: 9, to: { queue: support } }] }",
    );
    const problems = checked(circle);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(
      /^config\/routing\.yaml:4:\d+ warning: customers are sent in a circle: support → billing → support/,
    );
  });

  it("is told of: customers of a network on which nobody of the queue sits", () => {
    expect(withoutCsrsOnWeb("compatibility: same-network").join("\n")).to.match(
      /no CSR of "support" has an address on web/,
    );
  });

  for (const compatibility of ["same-network", "same-software"])
    it(`is told of: customers who are sent to a network where nobody can serve them (${compatibility})`, () => {
      const problems = withoutCsrsOnWeb(`compatibility: ${compatibility}, hosting: redirect, redirectTo: web`);
      expect(problems.filter((problem) => problem.includes("web"))).to.have.length(1);
      expect(problems.join("\n")).to.match(
        /^config\/routing\.yaml:3:\d+ warning: customers are asked to continue on web, where no CSR of "support" has an address/m,
      );
    });

  it("is nothing where they are sent to a network from which anybody can serve them", () => {
    expect(withoutCsrsOnWeb("hosting: redirect, redirectTo: web")).to.deep.equal([]);
  });

  it("is nothing where all of it can", () => expect(checked(ROUTING)).to.deep.equal([]));
  it("is nothing in the shipped configuration", () =>
    expect(problemsOf(shipped(), { analyse: true })).to.deep.equal([]));
});
