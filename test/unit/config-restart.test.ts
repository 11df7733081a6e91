import { expect } from "chai";
import { adoptable, needsRestart } from "../../src/config/restart.ts";
import type { Settings } from "../../src/config/settings.ts";
import { compile, edited, rulesOf, shipped, type Texts } from "./config-support.ts";

function settingsOf(texts: Texts): Settings {
  const { settings } = compile(texts, { env: { FRONTDESK_XMPP_SECRET: "one" } });
  if (settings === null) {
    throw new Error("The configuration has errors.");
  }
  return settings;
}

const PORT = ["  port: 8080", "  port: 8081"] as const;
const DIALOG = ["        dialog: welcome", "        dialog: billing"] as const;
const RENAMED = ["        name: Support", "        name: Help"] as const;
const GONE = ["      billing:\n        name: Billing\n        dialog: billing\n", ""] as const;
const SUITE = ["log:\n", "routing: {suite: {url: 'https://a.example', secret: sixteen-characters}}\nlog:\n"] as const;
const SECOND = ["networks:\n", "networks:\n  shop:\n    adapter: web\n    path: /shop/\n    handles: {}\n"] as const;

describe("what of a changed configuration waits for a restart", () => {
  for (const [what, [before, after], names] of [
    ["nothing of a limit that the core keeps", ["idleSeconds: 86400", "idleSeconds: 600"], []],
    ["a limit of the engine", ["batchEvents: 256", "batchEvents: 16"], ["limits.batchEvents"]],
    ["the port", PORT, ["http.port"]],
    ["nothing of who may connect", ["# allowFrom: [192.0.2.0/24, ", "allowFrom: [192.0.2.0/24, "], []],
    ["nothing of who may reach a network", ["# allowFrom: [192.0.2.0/24]", "allowFrom: [192.0.2.0/24]"], []],
    ["the data folder", ["folder: ../data", "folder: ../elsewhere"], ["store.folder"]],
    ["the log", ["level: info", "level: debug"], ["log.level"]],
    ["who decides", SUITE, ["routing"]],
    ["an adapter's own key", ["    # sessionHours: 16", "    sessionHours: 8"], ["networks.web"]],
    ["a network that is new", SECOND, ["networks.shop"]],
    ["nothing of a handle's dialog", DIALOG, []],
  ] as const) {
    it(what, () => {
      expect(needsRestart(settingsOf(shipped()), settingsOf(edited("frontdesk.yaml", before, after)))).to.deep.equal(
        names,
      );
    });
  }

  it("a network that is gone", () => {
    const texts = edited("frontdesk.yaml", SECOND[0], SECOND[1]);
    expect(needsRestart(settingsOf(texts), settingsOf(shipped()))).to.deep.equal(["networks.shop"]);
  });
});

describe("the rules a running desk adopts", () => {
  const running = rulesOf(shipped());

  it("are the new ones", () => {
    const next = rulesOf(edited("people.yaml", "name: Grace", "name: Hopper"));
    const { rules, needsRestart: waiting } = adoptable(running, next);
    expect(rules.csrs.get("grace")?.name).to.equal("Hopper");
    expect(rules.version).to.equal(next.version);
    expect(waiting).to.deep.equal([]);
  });

  it("name a handle anew and let it open another dialog at once", () => {
    const next = rulesOf(
      edited("frontdesk.yaml", RENAMED[0], RENAMED[1], edited("frontdesk.yaml", DIALOG[0], DIALOG[1])),
    );
    const { rules, needsRestart: waiting } = adoptable(running, next);
    expect(rules.networks.get("web")?.handles[0]).to.deep.include({ id: "support", name: "Help", dialog: "billing" });
    expect(waiting).to.deep.equal([]);
  });

  it("keep a handle that is gone, and its dialog, until the restart", () => {
    const texts = edited("frontdesk.yaml", GONE[0], GONE[1], edited("frontdesk.yaml", RENAMED[0], RENAMED[1]));
    const dialogs = (texts["dialogs.yaml"] ?? "").replace("  billing:\n    person:", "  invoices:\n    person:");
    const { rules, needsRestart: waiting } = adoptable(running, rulesOf({ ...texts, "dialogs.yaml": dialogs }));
    expect(rules.networks.get("web")?.handles.map(({ id, name }) => [id, name])).to.deep.equal([
      ["support", "Help"],
      ["billing", "Billing"],
    ]);
    expect(rules.dialogs.get("billing")).to.equal(running.dialogs.get("billing"));
    expect(waiting).to.deep.equal(["networks.web.handles"]);
  });

  it("keep a network that is gone, and do not have one that is new", () => {
    const { rules, needsRestart: waiting } = adoptable(
      running,
      rulesOf(edited("frontdesk.yaml", SECOND[0], SECOND[1])),
    );
    expect([...rules.networks.keys()]).to.deep.equal(["web"]);
    expect(waiting).to.deep.equal(["networks.shop"]);
    const both = rulesOf(edited("frontdesk.yaml", SECOND[0], SECOND[1]));
    expect([...adoptable(both, running).rules.networks.keys()].sort()).to.deep.equal(["shop", "web"]);
  });
});
