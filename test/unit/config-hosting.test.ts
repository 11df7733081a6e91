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
      '"hosting: server" needs a network whose server can host a room',
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

  it("warns that links would lead to this machine alone", () => {
    const found = problems(["hosting: redirect", "redirectTo: web"], false).join("\n");
    expect(found).to.contain("links that begin with http://127.0.0.1:8080/continue/; set http.publicUrl");
  });
});
