/**
 * The configuration for the fuzzer that is led by what runs: each file by itself, changed, beside the others of a small desk, whose compiling
 * takes some milliseconds. The seeds say a little of everything.
 */
import { expect } from "chai";
import type { FileName } from "../../src/config/compile.ts";
import { compile } from "../unit/config-support.ts";
import type { Target } from "./guided.ts";

const DESK: Readonly<Record<FileName, string>> = {
  "frontdesk.yaml": `company: Example
languages: [en, de]
networks:
  web: { adapter: web, title: Chat, allowFrom: [10.0.0.0/8, "::1"], handles: { support: { name: S, dialog: welcome } } }
  xmpp:
    adapter: xmpp
    mode: component
    domain: desk.example.com
    secret: { env: SECRET }
    handles: { billing: { name: B, dialog: welcome } }
http: { host: 127.0.0.1, port: 8080, publicUrl: https://chat.example, trustProxy: true, staffFrom: [10.1.0.0/16] }
nat: { gateway: auto, publicPort: 80, ports: [{ name: federation, port: 5269 }] }
log: { level: info }
limits: { floodMessages: 10, idleSeconds: 3600 }
`,
  "routing.yaml": `skills: [support, billing]
timeZone: Europe/Berlin
hours: "Mo-Fr 08:00-18:00; Dec 24-26 off"
turns: { secondsPerPoint: 60, targetSeconds: 600 }
networkWeights: { web: 0.5 }
periods: { night: { hours: "Mo-Su 22:00-06:00", timeZone: Asia/Manila } }
sites: { berlin: { name: Berlin, hours: "Mo-Fr 08:00-18:00" } }
content: { fromCustomer: { cards: mask }, hosts: [corp.example], country: DE }
gateways: { telegram: { name: Telegram, match: [{ users: "@telegram_*:x" }, { type: t }], features: [typing] } }
queues:
  support:
    name: Support
    skills: { support: 3 }
    needs: [{ when: { during: night, handle: support }, any: [{ languages: [de] }, { not: { csrs: [ada] } }] }]
    rings: [{ after: 30, drop: [language], skills: { support: 1 }, when: { waiting: { min: 2 } } }, { after: 9, to: { queue: billing } }]
    prefer: [{ lastCsr: true, score: 10, holdSeconds: 60 }, { attributes: { site: berlin }, score: 5 }]
    strategies: [most-skilled, longest-idle]
    overflow: [{ why: closed, text: { en: Closed, de: Zu }, to: { dialog: welcome } }, { why: full }]
    serviceLevel: { percent: 80, seconds: 60 }
    wrapUp: { transfer: 10 }
    quiet: { afterSeconds: 300, weight: 0.1 }
    offers: 3
  billing: { name: Billing, skills: { billing: 1 }, matchLanguage: true, messages: true, hosting: redirect, redirectTo: web }
tests:
  - { name: a promise, given: { queue: support, at: "2026-11-23 22:30", csrs: { ada: { load: 1 } } }, expect: { csr: ada } }
`,
  "people.yaml": `csrs:
  ada:
    name: Ada
    addresses: [{ xmpp: ada@example.com }, { web: ada }]
    skills: { support: 5, billing: 2 }
    languages: [en, de]
    capacity: 4
    site: berlin
    attributes: { team: gold }
    supervises: [billing]
    rating: 4.5
  bot: { name: Bot, addresses: [{ web: bot }], skills: { billing: 1 }, autoAccept: true }
staff:
  grace: { name: Grace, role: supervisor, queues: [support] }
`,
  "dialogs.yaml": `person: support
intents: { money: { label: Money, examples: { en: [I want my money back] } } }
dialogs:
  welcome:
    steps:
      - say: { en: "Hello {name}!", de: Hallo! }
      - identify: { account: true, askName: "Who are you?" }
      - ask: What is it about?
        as: reason
        choices: [{ value: bill, label: { en: A bill, de: Rechnung }, synonyms: { en: [invoice] }, intents: [money] }, { value: other, label: Else }]
      - branch:
          - when: { answers: { reason: bill }, language: de }
            do: [{ set: { urgent: "yes" } }, { route: { queue: billing, priority: 5 } }]
          - else: [{ confirm: Really?, as: sure }]
      - route: support
`,
  "directory.yaml": `customers:
  - { id: c-1, name: Anna, account: "4711", language: de, addresses: [{ web: anna }], attributes: { tier: gold } }
`,
};

/** What YAML makes something of, and what the files themselves do. */
const WORDS = [
  ...[": ", "- ", "\n  ", "|", ">-", "&a", "*a", "<<: *a", "!!js/function", "!secret x", "__proto__:", "[a, b", "{{"],
  ...["25:00", "10.0.0.0/33", "{ env: X }", "null", "~", "1e999", "-1", "0x10", "2026-13-01", '"\\u0000"', "\t", "# "],
];

/** Rules or what is wrong, never neither and never both, and every fault at a place that there is. */
export const CONFIGURATION: readonly Target[] = (Object.keys(DESK) as FileName[]).map((file) => ({
  name: file,
  seeds: [DESK[file]],
  words: WORDS,
  longest: 8_000,
  countsCalls: false,
  read(text) {
    const { rules, problems } = compile({ ...DESK, [file]: text }, { env: { SECRET: "hush" } });
    const errors = problems.filter(({ severity }) => severity === "error");
    expect(rules === null, "rules, or what is wrong").to.equal(errors.length > 0);
    for (const { line, column } of problems) expect([line > 0, column > 0]).not.include(false);
  },
}));
