/** What `frontdesk check` says of the rules of queues: slips in names, asked for where nobody is. */
import { expect } from "chai";
import { problemsOf, shipped, type Texts } from "./config-support.ts";

const PEOPLE = `csrs:
  ada: { name: Ada, addresses: [{ web: ada }], skills: { support: 3 }, site: manila, attributes: { team: gold } }
`;

function withQueue(queue: string, people = PEOPLE): Texts {
  const routing = `skills: [support]
periods: { night: { hours: "Mo-Su 22:00-06:00" } }
sites: { manila: { name: Manila, hours: "Mo-Fr 08:00-17:00", timeZone: Asia/Manila } }
queues:
  support: ${queue}
`;
  const dialogs =
    "person: support\ndialogs:\n  welcome: { steps: [{ route: support }] }\n  billing: { steps: [{ route: support }] }\n";
  return { ...shipped(), "routing.yaml": routing, "people.yaml": people, "dialogs.yaml": dialogs };
}

describe("check: the rules of queues", () => {
  const cases: readonly [what: string, queue: string, problem: RegExp | null][] = [
    [
      "everything there is",
      "{ name: S, needs: [{ when: { during: night, handle: support, customer: { attributes: { tier: gold } } }, any: [{ attributes: { team: gold } }, { csrs: [ada] }] }], rings: [{ after: 30, skills: { support: 1 }, drop: [team, language] }, { after: 30, when: { waiting: { min: 3 } }, needs: { attributes: { site: manila } }, to: { dialog: welcome } }], prefer: [{ lastCsr: true, holdSeconds: 60 }], overflow: [{ why: full, text: Full, to: { queue: support } }, { why: closed, to: { handle: support } }], afterHours: send-away }",
      null,
    ],
    ["what is typed", "{ name: S, content: { fromCustomer: { cards: mask }, fromCsr: { hosts: warn } } }", null],
    [
      "something typed that there is no kind of",
      "{ name: S, content: { fromCustomer: { card: mask } } }",
      /unknown key "card"; did you mean "cards"/u,
    ],
    ["something that cannot be done with it", "{ name: S, content: { fromCsr: { cards: drop } } }", /content|"cards"/u],
    [
      "a rule for what is typed where the desk reads nothing",
      "{ name: S, hosting: server, content: { fromCsr: { cards: mask } } }",
      /"content" does not hold in the rooms of "hosting: server"/u,
    ],
    [
      "a skill in needs",
      "{ name: S, needs: { skills: { suport: 1 } } }",
      /routing.yaml:5:\d+ unknown skill "suport"; did you mean "support"/u,
    ],
    [
      "a skill within any and not",
      "{ name: S, needs: { any: [{ not: { skills: { suport: 1 } } }] } }",
      /unknown skill "suport"/u,
    ],
    ["a level that there is not", "{ name: S, needs: { skills: { support: 6 } } }", /level from 1 to 5/u],
    ["a CSR", "{ name: S, prefer: [{ csrs: [adda] }] }", /unknown CSR "adda"; did you mean "ada"/u],
    [
      "a period",
      "{ name: S, needs: { when: { during: nigth }, csrs: [ada] } }",
      /unknown period "nigth"; did you mean "night"/u,
    ],
    ["a handle to go to", "{ name: S, overflow: [{ why: full, to: { handle: suport } }] }", /unknown handle "suport"/u],
    ["a handle", "{ name: S, needs: { when: { handle: suport }, csrs: [ada] } }", /unknown handle "suport"/u],
    [
      "an attribute",
      "{ name: S, needs: { attributes: { teem: gold } } }",
      /unknown attribute of CSRs "teem"; did you mean "team"/u,
    ],
    [
      "a value nobody has",
      "{ name: S, needs: { attributes: { team: silver } } }",
      /warning: no CSR has "team" "silver"/u,
    ],
    ["what a ring drops", "{ name: S, rings: [{ after: 5, drop: [suport] }] }", /unknown skill or attribute "suport"/u],
    [
      "a queue that a ring leads to",
      "{ name: S, rings: [{ after: 5, to: { queue: sales } }] }",
      /unknown queue "sales"/u,
    ],
    [
      "a dialog that overflow leads to",
      "{ name: S, overflow: [{ why: full, to: { dialog: welcom } }] }",
      /unknown dialog "welcom"/u,
    ],
  ];
  for (const [what, queue, problem] of cases) {
    it(problem === null ? `finds nothing wrong in ${what}` : `finds a slip in ${what}`, () => {
      const problems = problemsOf(withQueue(queue));
      if (problem === null) expect(problems).to.deep.equal([]);
      else expect(problems.join("\n")).to.match(problem);
    });
  }

  it("finds a site nobody wrote of", () => {
    const people = PEOPLE.replace("site: manila", "site: manilla");
    expect(problemsOf(withQueue("{ name: S }", people)).join("\n")).to.match(/unknown site of routing.yaml "manilla"/u);
  });
});
