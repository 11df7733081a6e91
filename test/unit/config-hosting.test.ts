/** `hosting:` of a queue: where customers may be asked to continue, and what is wrong with other places. */
import { expect } from "chai";
import { problemsOf, shipped } from "./config-support.ts";

const XMPP = `networks:
  xmpp:
    adapter: xmpp
    mode: component
    domain: desk.example.com
    secret: hush
    handles: { support: { name: Support, dialog: welcome } }
  account:
    adapter: xmpp
    mode: account
    jid: desk@example.com
    password: hush
    handles: { support: { name: Support, dialog: welcome } }
`;

/** The shipped configuration with two XMPP networks, the queue support hosted as said. */
function problems(hosting: readonly string[], publicUrl = true, xmpp = "port: 5347"): readonly string[] {
  const texts = shipped();
  const routing = texts["routing.yaml"] ?? "";
  const frontdesk = (texts["frontdesk.yaml"] ?? "").replace(
    /^networks:\n/m,
    XMPP.replace("    secret:", `    ${xmpp}\n    secret:`),
  );
  return problemsOf({
    ...texts,
    "routing.yaml": routing.replace("    hosting: relay\n", hosting.map((line) => `    ${line}\n`).join("")),
    "frontdesk.yaml": publicUrl
      ? frontdesk.replace(/^http:\n/m, "http:\n  publicUrl: https://chat.example\n")
      : frontdesk,
  });
}

describe("hosting of a queue", () => {
  const cases: readonly [what: string, hosting: readonly string[], says: string | null][] = [
    ["where customers are", ["hosting: relay"], null],
    ["on the web", ["hosting: redirect", "redirectTo: web"], null],
    ["on an XMPP component's domain", ["hosting: redirect", "redirectTo: xmpp"], null],
    ["nowhere", ["hosting: redirect"], 'needs "redirectTo"'],
    [
      "on a network that is none",
      ["hosting: redirect", "redirectTo: webb"],
      'unknown network "webb"; did you mean "web"?',
    ],
    ["where the desk is a guest", ["hosting: redirect", "redirectTo: account"], "has no addresses of its own there"],
    ["elsewhere, without saying so", ["redirectTo: web"], 'counts only with "hosting: redirect"'],
    ["in a way that is none", ["hosting: muc"], '"hosting" must be one of relay, redirect, server'],
    [
      "by a server that makes no rooms",
      ["hosting: server"],
      'can host a room for two, and no network here is set up for that ("xmpp": "roomService" does not say where its rooms are made) ("account": an ordinary account makes no rooms; attach the desk as a component); see docs/rules.md',
    ],
    [
      "relayed, with a word on rooms",
      ["hosting: relay", "allowsAddresses: true"],
      'counts only with "hosting: server"',
    ],
  ];
  for (const [what, hosting, says] of cases) {
    it(what, () => {
      const found = problems(hosting);
      expect(found.join("\n")).to.contain(says ?? "");
      expect(found).to.have.length(says === null ? 0 : 1);
    });
  }

  it("by a server that makes rooms", () => {
    expect(
      problems(["hosting: server", "hostingSeconds: 60"], true, "roomService: conference.example.com"),
    ).to.deep.equal([]);
    expect(problems(["hosting: server"], true, "roomService: desk@conference.example.com").join("\n")).to.contain(
      "is no room service",
    );
  });

  describe("by a server in whose rooms addresses are seen", () => {
    const MATRIX = `networks:
  matrix:
    adapter: matrix
    homeserver: https://matrix.example.com
`;
    const SERVICE = "    mode: appservice\n    serverName: example.com\n    asToken: hush\n    hsToken: hush\n";
    const ACCOUNT = '    mode: account\n    userId: "@desk:example.com"\n    password: hush\n';
    const HANDLES = "    handles: { support: { name: Support, dialog: welcome } }\n";
    const found = (mode: string, hosting: readonly string[]): string => {
      const texts = shipped();
      const frontdesk = (texts["frontdesk.yaml"] ?? "").replace(/^networks:\n/m, MATRIX + mode + HANDLES);
      const lines = hosting.map((line) => `    ${line}\n`).join("");
      const routing = (texts["routing.yaml"] ?? "").replace("    hosting: relay\n", lines);
      return problemsOf({ ...texts, "frontdesk.yaml": frontdesk, "routing.yaml": routing }).join("\n");
    };

    it("is refused where the queue does not say that they may be", () => {
      expect(found(SERVICE, ["hosting: server"])).to.match(
        /routing\.yaml:\d+:\d+ .*in the rooms of "matrix" customer and CSR see each other's address; say "allowsAddresses: true"/u,
      );
      expect(found(SERVICE, ["hosting: server", "allowsAddresses: false"])).to.contain("see each other's address");
    });
    it("is taken where it says so", () => {
      expect(found(SERVICE, ["hosting: server", "allowsAddresses: true"])).to.equal("");
    });
    it("but not with an ordinary account", () => {
      const text = found(ACCOUNT, ["hosting: server", "allowsAddresses: true"]);
      expect(text).to.contain(
        '("matrix": an ordinary account makes no rooms; attach the desk as an application service)',
      );
    });
  });

  it("warns that links would lead to this machine alone", () => {
    const found = problems(["hosting: redirect", "redirectTo: web"], false).join("\n");
    expect(found).to.contain("links that begin with http://127.0.0.1:8080/continue/; set http.publicUrl");
  });
});
