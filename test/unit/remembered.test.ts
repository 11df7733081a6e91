/** What the desk remembers of people while it runs has a limit that an admin may set, and gives way in order. */
import { expect } from "chai";
import { remember } from "../../src/core/turn.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { CoreDesk } from "./core-desk.ts";

/** In the table where this is kept, a row of the desk's own counts as well: which rules conversations were last fitted to. */
const OWN_ROWS = 1;
const ADA = { network: "xmpp", id: "ada" };

/** A desk where each of those people has talked with Ada and it is over. */
function deskWith(limits: Readonly<Record<string, number>>) {
  const dialogs = { person: "billing", dialogs: { express: { steps: [{ route: "billing" }] } } } as const;
  const networks = {
    web: { title: "Web", handles: { support: "express" } },
    xmpp: { title: "XMPP", handles: { support: "express" } },
  };
  const core = new CoreDesk(playSetting(company({ dialogs, networks, limits })));
  core.hear({ kind: "presence", from: ADA, to: "desk", state: "available", text: null, all: true });
  const serve = (id: string): void => {
    core.hear({ kind: "message", from: { network: "web", id }, to: "support", text: "hello" });
    const offer = core.sent.findLast(({ kind, to }) => kind === "message" && to.id === ADA.id);
    for (const text of ["/accept", "/close"]) core.hear({ kind: "message", from: ADA, to: offer?.from ?? "", text });
  };
  const known = (): readonly string[] =>
    [...core.rows.keys()].filter((id) => id.startsWith("desk last")).map((id) => id.slice(id.lastIndexOf(" ") + 1));
  return { core, serve, known };
}

describe("what is remembered of people", () => {
  it("who served a customer last: of so many customers, those who came first are forgotten", () => {
    const { serve, known } = deskWith({ rememberedCustomers: 3 + OWN_ROWS });
    for (const customer of ["anna", "ben", "cleo"]) serve(customer);
    expect(known()).to.have.length(3);
    for (const customer of ["cleo", "dora", "emil"]) serve(customer);
    expect(known().map((key) => key.replace(/^web./u, ""))).to.deep.equal(["cleo", "dora", "emil"]);
  });

  it("a limit that is lowered is kept to by and by", () => {
    const { core, serve, known } = deskWith({ rememberedCustomers: 100 });
    const people = Array.from({ length: 20 }, (_none, index) => `person${index}`);
    for (const one of people) serve(one);
    expect(known()).to.have.length(20);
    const { rules } = core.setting;
    const limits = { ...rules.limits, rememberedCustomers: 5 + OWN_ROWS };
    core.adopt({ ...rules, version: "lower", limits });
    for (const one of ["anna", "ben"]) serve(one);
    expect(known()).to.have.length(6);
    serve("cleo");
    expect(known()).to.have.length(5);
  });

  it("how much an address has written: the longest silent one begins anew, whoever goes on does not", () => {
    const { core } = deskWith({ rememberedAddresses: 2, floodMessages: 3, floodSeconds: 10 });
    const write = (id: string): string =>
      core.hear({ kind: "message", from: { network: "web", id }, to: "support", text: "hi" }).verdict.kind;
    expect([1, 2, 3, 4].map(() => write("anna"))).to.deep.equal(["accepted", "accepted", "accepted", "refused"]);
    write("ben");
    expect(write("anna"), "two are known").to.equal("refused");
    write("cleo");
    expect(write("anna"), "she was forgotten for the third").to.equal("accepted");
  });

  it("keeps the newest, and gives up at once what a lowered limit does not hold", () => {
    const map = new Map<string, number>();
    for (let value = 0; value < 10; value += 1) remember(map, `key ${value}`, value, 100);
    remember(map, "key 3", 33, 100);
    remember(map, "new", 1, 3);
    expect([...map]).to.deep.equal([
      ["key 9", 9],
      ["key 3", 33],
      ["new", 1],
    ]);
  });
});
