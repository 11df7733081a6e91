/** `routing:` of frontdesk.yaml: who decides, what is wrong with what admins say of it, and what is used where they say nothing. */
import { expect } from "chai";
import { DEFAULT_PRIVACY } from "../../src/routing-client/settings.ts";
import { compile, problemsOf, shipped } from "./config-support.ts";

const SECRET = "secret: a-secret-that-is-long";
const SERVER = `url: "wss://routing.example.com:8090", desk: east, ${SECRET}`;
const SUITE = `url: "https://routing.example.com/frontdesk", ${SECRET}`;

function withRouting(section: string) {
  const texts = shipped();
  return { ...texts, "frontdesk.yaml": `${texts["frontdesk.yaml"]}\nrouting:\n${section}\n` };
}

describe("who decides", () => {
  const cases: readonly (readonly [what: string, section: string, says: string | null])[] = [
    ["a server", `  server: {${SERVER}}`, null],
    [
      "a server on this machine without TLS",
      `  server: {${SERVER.replace("wss://routing.example.com", "ws://localhost")}}`,
      null,
    ],
    [
      "a server elsewhere without TLS",
      `  server: {${SERVER.replace("wss:", "ws:")}}`,
      "must be wss, except on this very machine",
    ],
    ["the same where nobody can listen", `  server: {${SERVER.replace("wss:", "ws:")}, unencrypted: true}`, null],
    [
      "a server with a path",
      `  server: {${SERVER.replace("8090", "8090/routing")}}`,
      "must be an address without a path",
    ],
    ["a server and no name of this desk", `  server: {${SERVER.replace("desk: east, ", "")}}`, '"desk" is missing'],
    ["a short secret", `  server: {${SERVER.replace("a-secret-that-is-long", "hush")}}`, "at least 16 characters long"],
    [
      "a certificate without its key",
      `  server: {${SERVER}, certificate: frontdesk.yaml}`,
      "certificate and key go together",
    ],
    ["a certificate that is not there", `  server: {${SERVER}, ca: nowhere.pem}`, "nowhere.pem does not exist"],
    ["a suite", `  suite: {${SUITE}}`, null],
    [
      "a suite without TLS",
      `  suite: {${SUITE.replace("https:", "http:")}}`,
      "must be https, except on this very machine",
    ],
    ["both", `  server: {${SERVER}}\n  suite: {${SUITE}}`, "either a server or a suite decides, not both"],
    ["an unknown field", `  suite: {${SUITE}, privacy: {adress: pass}}`, "adress"],
    ["a word that is none", `  suite: {${SUITE}, privacy: {address: maybe}}`, "must be one of pass, withhold"],
    [
      "privacy of an unknown queue",
      `  suite: {${SUITE}, queues: {suport: {name: pass}}}`,
      'unknown queue "suport"; did you mean "support"?',
    ],
    [
      "privacy of an unknown network",
      `  suite: {${SUITE}, networks: {wob: {name: pass}}}`,
      'unknown network "wob"; did you mean "web"?',
    ],
    ["another rule", `  server: {${SERVER}}\n  whenAway: wait`, "must be one of local, hold"],
  ];
  for (const [what, section, says] of cases) {
    it(`${what}: ${says ?? "taken"}`, () => {
      const problems = problemsOf(withRouting(section));
      if (says === null) expect(problems).to.deep.equal([]);
      else expect(problems.join("\n")).to.include(says);
    });
  }

  it("is this desk, where nothing is said", () => {
    expect(compile(shipped()).settings?.routing).to.equal(null);
  });

  it("has defaults", () => {
    const { settings } = compile(withRouting(`  server: {${SERVER}}`));
    expect(settings?.routing).to.deep.equal({
      kind: "server",
      url: "wss://routing.example.com:8090",
      desk: "east",
      secret: "a-secret-that-is-long",
      ca: null,
      certificate: null,
      key: null,
      answerMs: 5_000,
      whenAway: "local",
      awayMs: 5_000,
    });
  });

  it("is shown in examples that work when their # are taken away", () => {
    const lines = (shipped()["frontdesk.yaml"] ?? "").split("\n");
    const start = lines.indexOf("# routing:");
    const end = lines.findIndex((line, at) => at > start && !line.startsWith("#"));
    const example = lines.slice(start, end).map((line) => line.replace(/^# ?/u, ""));
    const env = { FRONTDESK_ROUTING_SECRET: "a-secret-that-is-long", FRONTDESK_SUITE_SECRET: "another-that-is-long" };
    const chosen = (section: readonly string[]) => {
      const text = [...lines.slice(0, start), ...section, ...lines.slice(end)].join("\n");
      const { settings, problems } = compile({ ...shipped(), "frontdesk.yaml": text }, { env });
      expect(problems).to.deep.equal([]);
      return settings?.routing;
    };
    expect(chosen(example)).to.deep.include({ kind: "server", desk: "east", whenAway: "local", awayMs: 5_000 });
    const suite = example.slice(
      example.indexOf("  # suite:"),
      example.findIndex((line) => line.includes("While they are away")),
    );
    const uncommented = suite.map((line) => line.replace(/^ {2}# /u, "  "));
    expect(chosen(["routing:", ...uncommented])).to.deep.include({
      kind: "suite",
      timeoutMs: 2_000,
      concurrent: 8,
      againMs: 15_000,
      answerBytes: 65_536,
      csrs: 500,
      privacy: DEFAULT_PRIVACY,
      networkPrivacy: new Map([["web", { address: "pass" }]]),
      queuePrivacy: new Map([["billing", { account: "pass", answers: "pass" }]]),
    });
  });
});
