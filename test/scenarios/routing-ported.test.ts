/**
 * Twelve examples that the makers of other routing systems publish, each written as a rule file and played. What they document is told
 * in one sentence beside the address of the page; what is played is what it comes to here.
 */
import { type PlayLine, play } from "../support/play.ts";
import { filedSetting } from "../support/play-rules.ts";

interface Example {
  readonly title: string;
  /** The page that documents it. */
  readonly page: string;
  readonly routing: string;
  readonly people: string;
  readonly directory?: string;
  readonly play: readonly PlayLine[];
}

/** One handle for each queue; whoever writes to it is in the queue at once. */
function files({ routing, people, directory }: Example) {
  const queues = [...routing.matchAll(/^ {2}([a-z]+): *\{ *name/gmu)].map(([, id = ""]) => id);
  const handles = queues.map((id) => `      ${id}: { name: ${id}, dialog: ${id} }`).join("\n");
  // Who is known by their address is asked nothing.
  const recognise = directory === undefined ? "" : "{ identify: true }, ";
  const network = (name: string) => `  ${name}:\n    adapter: ${name}\n    handles:\n${handles}`;
  return {
    "frontdesk.yaml": `company: Example\nnetworks:\n${network("web")}\n${network("xmpp")}\n`,
    "dialogs.yaml": `person: ${queues[0]}\nphrases:\n  csr.offer.head: "{name} for {queue}"\ndialogs:\n${queues.map((id) => `  ${id}: { steps: [${recognise}{ route: ${id} }] }`).join("\n")}\n`,
    "routing.yaml": routing,
    "people.yaml": people,
    ...(directory === undefined ? {} : { "directory.yaml": directory }),
  };
}

const EXAMPLES: readonly Example[] = [
  {
    title:
      "Genesys Cloud, conversation score: minutes in queue plus priority in minutes (5 minutes and priority 10 make 15)",
    page: "https://help.mypurecloud.com/articles/specify-routing-settings/",
    routing: `
skills: []
turns: { secondsPerPoint: 60 }
queues:
  calls: { name: Calls }
  premium: { name: Premium, priority: 10 }
`,
    people: "csrs:\n  ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 1 }\n",
    play: [
      "patient@web to calls: hello",
      "6 minutes pass",
      "premium@web to premium: hello",
      // Six minutes against ten: the premium customer, although they came last.
      "ada is available",
      "ada offered: for Premium",
      "ada: /accept",
      "5 minutes pass",
      "later@web to premium: hello",
      // Eleven minutes against ten.
      "ada: /close",
      "ada offered: for Calls",
    ],
  },
  {
    title: "Genesys Cloud, bullseye routing: rings widen the pool as time passes",
    page: "https://help.mypurecloud.com/articles/advanced-routing-overview/",
    routing: `
skills: [product, spanish]
queues:
  support: { name: Support, skills: { product: 4, spanish: 1 }, rings: [{ after: 30, skills: { product: 2 } }, { after: 30, drop: [product] }] }
`,
    people: `
csrs:
  expert: { name: Eva, addresses: [{ xmpp: expert }], skills: { product: 5, spanish: 3 }, capacity: 1 }
  trained: { name: Tom, addresses: [{ xmpp: trained }], skills: { product: 2, spanish: 3 }, capacity: 1 }
  speaker: { name: Sol, addresses: [{ xmpp: speaker }], skills: { spanish: 5 }, capacity: 1 }
`,
    play: [
      "expert is available",
      "other@web to support: hello",
      "expert offered: Support",
      "expert: /accept",
      "trained is available",
      "speaker is available",
      "anna@web to support: hello",
      "29 seconds pass",
      "trained is offered nothing",
      "1 second passes",
      "trained offered: Support",
      "trained: /decline",
      "30 seconds pass",
      "speaker offered: Support",
    ],
  },
  {
    title: "Genesys Cloud, preferred agents: by score, the top ones for 30 seconds, then more of them",
    page: "https://help.mypurecloud.com/?p=204745",
    routing: `
skills: []
queues:
  accounts: { name: Accounts, prefer: [{ csrs: [ada, bob], score: 100, holdSeconds: 30 }, { csrs: [cid], score: 50, holdSeconds: 60 }] }
`,
    people: `
csrs:
  ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 1 }
  bob: { name: Bob, addresses: [{ xmpp: bob }], capacity: 1 }
  cid: { name: Cid, addresses: [{ xmpp: cid }], capacity: 1 }
  dan: { name: Dan, addresses: [{ xmpp: dan }], capacity: 1 }
`,
    play: [
      "ada is available",
      "dan is available",
      "other@web to accounts: hello",
      "ada offered: Accounts",
      "ada: /accept",
      "cid is available",
      "anna@web to accounts: hello",
      // Ada has her hands full, and it is held out for her.
      "29 seconds pass",
      "cid is offered nothing",
      "dan is offered nothing",
      "1 second passes",
      "cid offered: Accounts",
      "cid: /accept",
      "berta@web to accounts: hello",
      "59 seconds pass",
      "dan is offered nothing",
      "1 second passes",
      "dan offered: Accounts",
    ],
  },
  {
    title: "Amazon Connect, priority and delay, example 1: different priority, same delay",
    page: "https://docs.aws.amazon.com/connect/latest/adminguide/concepts-routing-profiles-priority.html",
    routing: `
skills: [sales, support]
queues:
  sales: { name: Sales, skills: { sales: 1 }, priority: 2 }
  support: { name: Support, skills: { support: 1 }, priority: 1 }
`,
    people: "csrs:\n  ada: { name: Ada, addresses: [{ xmpp: ada }], skills: { sales: 3, support: 1 }, capacity: 1 }\n",
    play: [
      "first@web to support: hello",
      "1 minute passes",
      "second@web to sales: hello",
      "ada is available",
      "ada offered: for Sales",
      "ada: /accept",
      "ada: /close",
      "ada offered: for Support",
    ],
  },
  {
    title: "Amazon Connect, priority and delay, example 2: same priority, the other queue only after 30 seconds",
    page: "https://docs.aws.amazon.com/connect/latest/adminguide/concepts-routing-profiles-priority.html",
    routing: `
skills: [sales, support]
queues:
  sales: { name: Sales, skills: { sales: 1 } }
  support: { name: Support, needs: { skills: { support: 1 }, not: { skills: { sales: 1 } } }, rings: [{ after: 30, drop: [not] }] }
`,
    people: `
csrs:
  sally: { name: Sally, addresses: [{ xmpp: sally }], skills: { sales: 3, support: 1 }, capacity: 1 }
  sue: { name: Sue, addresses: [{ xmpp: sue }], skills: { support: 3 }, capacity: 1 }
`,
    play: [
      "sue is available",
      "other@web to support: hello",
      "sue offered: for Support",
      "sue: /accept",
      "sally is available",
      "anna@web to support: hello",
      "29 seconds pass",
      "sally is offered nothing",
      "1 second passes",
      "sally offered: for Support",
    ],
  },
  {
    title: "Amazon Connect, routing criteria: a certain agent for a while, then English at 4 and a technology at 2",
    page: "https://docs.aws.amazon.com/connect/latest/adminguide/set-routing-criteria.md",
    routing: `
skills: [english, kinesis]
queues:
  cloud: { name: Cloud, needs: { csrs: [ada] }, rings: [{ after: 60, needs: { skills: { english: 4, kinesis: 2 } } }] }
`,
    people: `
csrs:
  ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 1 }
  bob: { name: Bob, addresses: [{ xmpp: bob }], skills: { english: 5, kinesis: 1 }, capacity: 1 }
  cid: { name: Cid, addresses: [{ xmpp: cid }], skills: { english: 4, kinesis: 2 }, capacity: 1 }
`,
    play: [
      "ada is available",
      "other@web to cloud: hello",
      "ada offered: Cloud",
      "ada: /accept",
      "bob is available",
      "cid is available",
      "anna@web to cloud: hello",
      "59 seconds pass",
      "cid is offered nothing",
      "1 second passes",
      "cid offered: Cloud",
      "bob is offered nothing",
    ],
  },
  {
    title: "Twilio TaskRouter, known agent routing: whoever the customer spoke with yesterday, else somebody else",
    page: "https://www.twilio.com/docs/taskrouter/workflow-configuration/known-agent-routing",
    routing: `
skills: []
queues:
  support: { name: Support, prefer: [{ lastCsr: true, holdSeconds: 120 }] }
`,
    people: `
csrs:
  ben: { name: Ben, addresses: [{ xmpp: ben }], capacity: 1 }
  ricky: { name: Ricky, addresses: [{ xmpp: ricky }], capacity: 1 }
`,
    play: [
      "ricky is available",
      "charlie@web to support: hello",
      "ricky offered: Support",
      "ricky: /accept",
      "ricky: /close",
      "ben is available",
      "1 day passes",
      "# Ben has been idle as long, and comes first by his id; Ricky is known to her.",
      "charlie to support: it is me again",
      "ricky offered: Support",
      "ricky: /accept",
      "ricky: /close",
      "other@web to support: hello",
      "ben offered: Support",
      "ben: /decline",
      "ricky offered: Support",
      "ricky: /accept",
      "# He has his hands full, and it is held out for him.",
      "charlie to support: and again",
      "ben is offered nothing",
      "2 minutes pass",
      "ben offered: Support",
    ],
  },
  {
    title: "Twilio TaskRouter, a workflow: the preferred agents for 15 seconds, then everybody of the queue",
    page: "https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment",
    routing: `
skills: [support, sales]
queues:
  support: { name: Support, skills: { support: 1 }, needs: [{ when: { customer: { attributes: { advisor: ada } } }, csrs: [ada] }], rings: [{ after: 15, drop: [csr] }] }
  sales: { name: Sales, skills: { sales: 1 } }
`,
    people: `
csrs:
  ada: { name: Ada, addresses: [{ xmpp: ada }], skills: { support: 1 }, capacity: 1 }
  bob: { name: Bob, addresses: [{ xmpp: bob }], skills: { support: 1 }, capacity: 1 }
  cid: { name: Cid, addresses: [{ xmpp: cid }], skills: { sales: 1 }, capacity: 1 }
`,
    directory: `
customers:
  - { id: anna, name: Anna, addresses: [{ web: anna }], attributes: { advisor: ada } }
  - { id: other, name: Otto, addresses: [{ web: other }], attributes: { advisor: ada } }
  - { id: someone, name: Sam, addresses: [{ web: someone }] }
`,
    play: [
      "ada is available",
      "bob is available",
      "cid is available",
      "other@web to support: hello",
      "ada offered: Support",
      "ada: /accept",
      "anna@web to support: hello",
      "14 seconds pass",
      "bob is offered nothing",
      "1 second passes",
      "bob offered: Support",
      "someone@web to sales: hello",
      "cid offered: Sales",
    ],
  },
  {
    title: "Twilio TaskRouter, skip_if: workers.available == 0: a step with nobody there is passed over at once",
    page: "https://www.twilio.com/docs/taskrouter/worker-presence",
    routing: `
skills: [law]
queues:
  legal: { name: Legal, skills: { law: 3 }, rings: [{ after: 600, drop: [law] }] }
`,
    people: `
csrs:
  lara: { name: Lara, addresses: [{ xmpp: lara }], skills: { law: 5 }, capacity: 1 }
  bob: { name: Bob, addresses: [{ xmpp: bob }], capacity: 1 }
`,
    play: [
      "bob is available",
      "lara is available",
      "1 minute passes",
      "other@web to legal: hello",
      "lara offered: Legal",
      "lara: /accept",
      // She is there and busy: that is worth waiting for.
      "anna@web to legal: hello",
      "1 minute passes",
      "bob is offered nothing",
      "lara goes offline",
      "bob offered: Legal",
    ],
  },
  {
    title:
      "Salesforce Omni-Channel, additional skills: dropped in their order after the time-out, the required ones never",
    page: "https://releasenotes.docs.salesforce.com/en-us/summer20/release-notes/rn_omnichannel_iterative_routing.htm",
    routing: `
skills: [english, french, software, hardware, keyboard, canada]
queues:
  cases: { name: Cases, skills: { english: 1, french: 1, hardware: 1, keyboard: 1, canada: 1 }, rings: [{ after: 60, drop: [canada] }, { after: 60, drop: [keyboard] }, { after: 60, drop: [hardware] }] }
`,
    people: `
csrs:
  all: { name: Al, addresses: [{ xmpp: all }], skills: { english: 1, french: 1, hardware: 1, keyboard: 1, canada: 1 }, capacity: 1 }
  near: { name: Ned, addresses: [{ xmpp: near }], skills: { english: 1, french: 1, hardware: 1 }, capacity: 1 }
  far: { name: Flo, addresses: [{ xmpp: far }], skills: { english: 1, french: 1, software: 1 }, capacity: 1 }
  none: { name: Nan, addresses: [{ xmpp: none }], skills: { english: 1, hardware: 1, keyboard: 1, canada: 1 }, capacity: 1 }
`,
    play: [
      "all is available",
      "other@web to cases: hello",
      "all offered: Cases",
      "all: /accept",
      "near is available",
      "far is available",
      "none is available",
      "anna@web to cases: hello",
      "119 seconds pass",
      "near is offered nothing",
      "1 second passes",
      "near offered: Cases",
      "near: /accept",
      "berta@web to cases: hello",
      "179 seconds pass",
      "far is offered nothing",
      "1 second passes",
      "far offered: Cases",
      "none is offered nothing",
    ],
  },
  {
    title: "Salesforce Omni-Channel, capacity weight: of a capacity of 6, cases that weigh 2 fill it with three",
    page: "https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-queueroutingconfig.html",
    routing: `
skills: []
queues:
  cases: { name: Cases, weight: 2 }
  chats: { name: Chats, weight: 1 }
`,
    people: "csrs:\n  ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 6 }\n",
    play: [
      "ada is available",
      ...["anna", "berta", "carl"].flatMap((who) => [
        `${who}@web to cases: hello`,
        "ada offered: Cases",
        "ada: /accept",
      ]),
      "dora@web to chats: hello",
      "ada is offered nothing",
      "ada: /close",
      "ada offered: Chats",
      "ada: /accept",
      "emil@web to cases: hello",
      "ada is offered nothing",
    ],
  },
  {
    title: "Salesforce Omni-Channel, routing priority: highly qualified leads before less qualified ones",
    page: "https://help.salesforce.com/s/articleView?id=service.service_presence_routing_configuration_settings.htm&language=en_US&type=5",
    routing: `
skills: []
queues:
  leads: { name: Leads, rings: [{ after: 0, when: { customer: { attributes: { lead: high } } }, priority: 1 }] }
`,
    people: "csrs:\n  ada: { name: Ada, addresses: [{ xmpp: ada }], capacity: 1 }\n",
    directory: `
customers:
  - { id: low, name: Lou, addresses: [{ web: lou }], attributes: { lead: low } }
  - { id: high, name: Hilda, addresses: [{ web: hilda }], attributes: { lead: high } }
`,
    play: [
      "lou@web to leads: hello",
      "1 minute passes",
      "hilda@web to leads: hello",
      "ada is available",
      "ada offered: Hilda for Leads",
      "ada: /accept",
      "ada: /close",
      "ada offered: Lou for Leads",
    ],
  },
];

describe("routing examples of other systems, ported to the rule file", () => {
  for (const example of EXAMPLES) {
    it(`${example.title} (${example.page})`, () => play(filedSetting(files(example)), example.play));
  }
});
