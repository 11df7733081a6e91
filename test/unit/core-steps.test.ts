/** Single steps of the core that no play shows well: names of aliases, labels that run out, buttons, times, presence unheard of. */
import { expect } from "chai";
import type { Address, HostedFile, Outbound, Software } from "../../src/core/model.ts";
import { COMPANY, company, type PlayConfig, playSetting } from "../support/play-rules.ts";
import { CoreDesk, type Said } from "./core-desk.ts";

const ANNA: Address = { network: "web", id: "anna-id" };
const ADA: Address = { network: "xmpp", id: "ada" };

type Message = Extract<Outbound, { kind: "message" }>;

function said(from: Address, to: string, text: string, more: Partial<Extract<Said, { kind: "message" }>> = {}): Said {
  return { kind: "message", from, to, text, ...more };
}
function there(from: Address, state: "available" | "offline" = "available"): Said {
  return { kind: "presence", from, to: "desk", state, text: null, all: true };
}
function messagesTo(core: CoreDesk, to: Address): readonly Message[] {
  return core.sent.filter((one): one is Message => one.kind === "message" && one.to.id === to.id);
}
function desk(changes: Partial<PlayConfig> = {}): CoreDesk {
  return new CoreDesk(playSetting(company(changes)));
}
/** The alias under which Ada was offered the newest conversation. */
function aliasFor(core: CoreDesk): string {
  const offer = messagesTo(core, ADA).findLast(({ choices }) => choices.some(({ value }) => value === "/accept"));
  if (offer === undefined) throw new Error("nothing was offered to Ada");
  return offer.from;
}

describe("the name of an alias", () => {
  const NAMES: readonly (readonly [string, string])[] = [
    ["Anna", "anna.billing."],
    ["Zoë Müller-Lüdenscheidt", "zoe-muller-ludensche.billing."],
    ["Anna & co", "anna-co.billing."],
    ["张伟", "billing."],
    ["Ω", "billing."],
    ["O'Neill", "o-neill.billing."],
  ];
  for (const [name, front] of NAMES) {
    it(`of ${name} begins with ${front} and ends with what nobody can guess`, () => {
      const core = desk();
      core.hear(there(ADA));
      core.hear(said(ANNA, "reception", "hello"));
      core.hear(said(ANNA, "reception", name));
      core.hear(said(ANNA, "reception", "billing"));
      const alias = aliasFor(core);
      expect(alias).to.match(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)*[a-z0-9]{16}$/u);
      expect(alias.slice(0, -16)).to.equal(front);
      expect(alias).not.to.include("anna-id");
    });
  }
});

describe("labels", () => {
  const chat: Partial<PlayConfig> = {
    networks: {
      ...COMPANY.networks,
      xmpp: { title: "XMPP", handles: { support: "express" }, identity: "fixed" },
    },
    csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 1 }, capacity: 2 } },
  };

  it("that rest are not given out, until there are no others", () => {
    const core = desk(chat);
    core.hear(there(ADA));
    const given: string[] = [];
    for (let time = 0; time < 405; time += 1) {
      core.now += 1_000;
      core.hear(said(ANNA, "support", "hello"));
      const label = messagesTo(core, ADA).at(-1)?.text.split(" ")[0] ?? "";
      given.push(label);
      core.hear(said(ADA, "support", `${label} /accept`));
      core.hear(said(ADA, "support", `${label} /close`));
    }
    expect(new Set(given.slice(0, 400)).size).to.equal(400);
    // The longest rested first.
    expect(given.slice(400)).to.deep.equal(given.slice(0, 5));
  });

  it("that were given out anew stand for the new conversation alone, whatever timer of the old one rings", () => {
    const core = desk({ ...chat, limits: { aliasRestSeconds: 100_000 } });
    core.hear(there(ADA));
    for (let time = 0; time < 401; time += 1) {
      core.now += 1_000;
      core.hear(said(ANNA, "support", `contact ${time}`));
      const label = messagesTo(core, ADA).at(-1)?.text.split(" ")[0] ?? "";
      core.hear(said(ADA, "support", `${label} /accept`));
      if (time < 400) core.hear(said(ADA, "support", `${label} /close`));
    }
    const rest = core.timers.get("rest xmpp ada #1");
    if (rest !== undefined) core.step({ kind: "timer", timer: rest });
    core.hear(said(ADA, "support", "#1 still here"));
    expect(messagesTo(core, ANNA).at(-1)?.text).to.equal("still here");
  });
});

describe("buttons", () => {
  const software = (features: Software["features"]): Said => ({
    kind: "software",
    from: ANNA,
    to: "reception",
    language: null,
    software: { protocol: "web", name: "client", version: null, os: null, features, gateway: null },
  });
  const CASES: readonly (readonly [string, Software["features"] | undefined, string])[] = [
    ["known to show them has the question alone", ["choices", "multiline"], "Billing or sales?"],
    ["that says nothing of itself has the list in words", null, "Billing or sales?\n1. billing\n2. sales"],
    ["that denies them has the list in words", ["multiline"], "Billing or sales?\n1. billing\n2. sales"],
    ["nobody has heard of has the list in words", undefined, "Billing or sales?\n1. billing\n2. sales"],
  ];
  for (const [name, features, text] of CASES) {
    it(`a software ${name}`, () => {
      const core = desk();
      core.hear(said(ANNA, "reception", "hello"));
      if (features !== undefined) core.hear(software(features));
      core.hear(said(ANNA, "reception", "Anna"));
      const question = messagesTo(core, ANNA).at(-1);
      expect(question?.text).to.equal(text);
      expect(question?.choices.map(({ value }) => value)).to.deep.equal(["billing", "sales"]);
    });
  }
});

describe("a line", () => {
  const TIMES: readonly (readonly [string, number | null, number])[] = [
    ["of now", null, 0],
    ["that was delayed", -60_000, -60_000],
    ["that says it is of tomorrow", 86_400_000, 0],
  ];
  for (const [name, offset, shown] of TIMES) {
    it(`${name} is shown with a time that can be`, () => {
      const core = desk();
      core.hear(there(ADA));
      core.hear(said(ANNA, "support", "hello"));
      core.hear(said(ADA, aliasFor(core), "/accept"));
      core.hear(said(ANNA, "support", "and this", { sentAt: offset === null ? null : core.now + offset }));
      expect(messagesTo(core, ADA).at(-1)?.sentAt).to.equal(core.now + shown);
    });
  }
});

describe("a CSR of whom nothing is heard after a restart", () => {
  function restarted(changes: Partial<PlayConfig> = {}): CoreDesk {
    const core = desk(changes);
    core.hear(there(ADA));
    core.hear(said(ANNA, "support", "hello"));
    core.hear(said(ADA, aliasFor(core), "/accept"));
    core.restart(core.setting.rules);
    return core;
  }

  it("is taken for gone when the network tells presence", () => {
    const core = restarted();
    // The two networks are looked through, and then what they have in hand.
    for (let count = 0; count < 3; count += 1) core.ring();
    expect(messagesTo(core, ANNA).at(-2)?.text).to.equal("Your representative had to leave.");
  });

  it("is believed to be there when the network tells none", () => {
    const silent = { title: "XMPP", handles: { support: "express" }, features: [] };
    const core = desk({ networks: { ...COMPANY.networks, xmpp: silent } });
    core.hear(said(ADA, "desk", "/back"));
    core.hear(said(ANNA, "support", "hello"));
    core.hear(said(ADA, aliasFor(core), "/accept"));
    core.restart(core.setting.rules);
    const next = [...core.timers.values()].map(({ name }) => name);
    expect(next).not.to.include("absent");
  });

  it("is not asked because of a /back before the network told their presence", () => {
    const core = desk();
    core.hear(said(ADA, "desk", "/back"));
    core.hear(there(ADA));
    core.hear(there(ADA, "offline"));
    core.restart(core.setting.rules);
    core.hear(said(ANNA, "support", "hello"));
    expect(messagesTo(core, ADA).flatMap(({ choices }) => choices)).to.deep.equal([]);
  });
});

describe("what a stranger says of themselves", () => {
  const TAGS: readonly (readonly [string, string | null])[] = [
    ["de-AT", "de-AT"],
    ["zh-Hant-TW", "zh-Hant-TW"],
    ["*", null],
    ["en\nCustomer: Director", null],
    ["x".repeat(4_000), null],
    ["", null],
  ];
  for (const [tag, kept] of TAGS) {
    it(`is kept as a language only where it is one: ${JSON.stringify(tag.slice(0, 12))}`, () => {
      const core = desk();
      core.hear(said(ANNA, "support", "hello", { language: tag }));
      const [row] = core.table("conversation").values();
      expect(row?.languageHint).to.equal(kept);
    });
  }

  it("takes no more room in a conversation than is shown of it", () => {
    const core = desk();
    core.hear(said(ANNA, "support", "word ".repeat(3_900)));
    const [row] = core.table("conversation").values();
    expect(JSON.stringify(row).length).to.be.below(3_500);
  });
});

describe("a file", () => {
  const FILE: HostedFile = { name: "a.png", type: "image/png", bytes: 69, url: "https://desk.example/files/x/a.png" };
  const sends = (text: string) => said(ANNA, "support", text, { id: text, file: FILE });

  it("that comes while its sender waits is a file for the CSR who accepts, and in the transcript", () => {
    const core = desk();
    core.hear(said(ANNA, "support", "hello"));
    core.hear(sends("my bill"));
    core.hear(there(ADA));
    core.hear(said(ADA, aliasFor(core), "/accept"));
    expect(messagesTo(core, ADA).find(({ text }) => text.endsWith("my bill"))?.file).to.deep.equal(FILE);
    core.hear(sends("another"));
    expect(messagesTo(core, ADA).at(-1)?.file).to.deep.equal(FILE);
    const kept = core.transcript.flatMap(({ content }) => (content.kind === "message" ? [content.file ?? null] : []));
    expect(kept.filter((file) => file !== null).length).to.be.at.least(2);
  });
});
