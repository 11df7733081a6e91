/** Nicks on real servers: the desk's own when it is taken, the pace, and the nicks of a linked server. */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import { IrcFarEnd, type IrcMode } from "../conformance/irc-far-end.ts";
import type { IrcFarPerson } from "../conformance/irc-far-person.ts";
import { IrcClient } from "../support/irc-client.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

const NOBODY = /No such nick/u;

function onNgircd(mode: IrcMode): {
  far(): IrcFarEnd;
  begin(limits?: Readonly<Record<string, number>>): Promise<Stage>;
} {
  let far: IrcFarEnd;
  let stage: Stage | null = null;
  before(async () => {
    far = await IrcFarEnd.open(await startNgircd(), mode);
  });
  after(async () => far?.close());
  afterEach(async () => stage?.end());
  return {
    far: () => far,
    begin: async (limits = {}) => {
      far.limits = limits;
      stage = new Stage(far);
      await stage.start();
      return stage;
    },
  };
}

describe("the desk's nick on a real ngircd", function () {
  this.timeout(400_000);
  requires("ngircd");
  const here = onNgircd("client");

  it("is another one while it is taken, and the wanted one as soon as it is free", async () => {
    const squatter = await IrcClient.connect(here.far().server, "support");
    const stage = await here.begin();
    const anna = stage.anna as IrcFarPerson;
    anna.client.write("PRIVMSG support_ :are you the desk?");
    expect((await stage.context.next("message", anna.address)).to).to.equal("support");
    squatter.stop();
    await until("the nick to be the desk's again", async () => {
      anna.client.write("WHOIS support");
      const { params } = await anna.client.lines.next("WHOIS", ({ command }) => command === "311" || command === "401");
      return params.at(-1) === "Frontdesk";
    });
    await stage.hears(anna, "there you are");
    await stage.deliver(stage.message(anna, "yes"));
    const { nick } = await anna.client.next("PRIVMSG", ({ params }) => params[1] === "yes");
    expect(nick).to.equal("support");
  });

  it("comes back when an operator ends the session", async () => {
    const stage = await here.begin();
    const anna = stage.anna as IrcFarPerson;
    const before = here.far().wire.connections;
    anna.client.write("OPER root oper");
    anna.client.write("KILL support :enough");
    await here.far().wire.reconnected(before);
    await stage.hears(anna, "welcome back");
  });

  it("sends no faster than it may, and has the rest wait in the outbox", async () => {
    const stage = await here.begin({ burst: 4, lineMs: 100, waitSeconds: 1 });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const person = { ...stage.anna, address: { network: "irc", id: `nobody${index}` } };
        return stage.send(stage.message(person as IrcFarPerson, "hello"));
      }),
    );
    const deferred = outcomes.filter((outcome) => outcome.kind === "deferred");
    expect(deferred.length, "sends that would have waited too long").to.be.within(5, 18);
    for (const outcome of deferred) {
      expect(outcome).to.include({ reason: "resource-constraint" });
      expect(outcome.kind === "deferred" ? outcome.retryAfterMs : 0).to.be.greaterThan(0);
    }
    const started = performance.now();
    for (const text of ["one", "two", "three"]) await stage.deliver(stage.message(stage.anna, text));
    expect(performance.now() - started, "milliseconds for three messages and what stands before them").to.be.above(400);
    await stage.sees(stage.anna, "message", ({ text }) => text === "three");
    expect(stage.texts(stage.anna)).to.deep.equal(["one", "two", "three"]);
  });
});

describe("the nicks of a desk linked to a real ngircd", function () {
  this.timeout(400_000);
  requires("ngircd");
  const here = onNgircd("server");
  const alias = () => here.far().alias ?? "";

  /** What ISON says of the alias's nick. */
  const isThere = async (client: IrcClient): Promise<boolean> => {
    client.write(`ISON ${alias()}`);
    const { params } = await client.next("303");
    return (params.at(-1) ?? "").trim() !== "";
  };

  it("show nothing to WHOIS but what is configured", async () => {
    const stage = await here.begin();
    const { client } = stage.anna as IrcFarPerson;
    for (const nick of ["support", alias()]) {
      for (const question of [`WHOIS ${nick}`, `WHOIS ${nick} ${nick}`]) {
        const from = client.lines.all.length;
        client.write(question);
        await client.next("318");
        const answers = client.lines.all.slice(from).map(({ command, params }) => [command, ...params.slice(1)]);
        expect(answers.slice(0, 2)).to.deep.equal([
          ["311", nick, "desk", here.far().server.linkName, "*", "Frontdesk"],
          ["312", nick, here.far().server.linkName, "Frontdesk"],
        ]);
        expect(JSON.stringify(answers)).not.to.match(/127\.0\.0\.1|anna/u);
      }
    }
  });

  it("refuse a stranger as the network refuses whoever writes to nobody", async () => {
    const stage = await here.begin();
    stage.context.judge(async () => ({ kind: "refused", reason: "item-not-found", text: "Nobody is here." }));
    const { client } = stage.ben as IrcFarPerson;
    client.write(`PRIVMSG ${alias()} :who are you?`);
    const refusal = await client.next("401");
    client.write("PRIVMSG nobody :who are you?");
    const ofNobody = await client.next("401");
    expect(refusal.params.at(-1)).to.match(NOBODY);
    expect(refusal.params.at(-1)).to.equal(ofNobody.params.at(-1));
  });

  it("come back after an operator's KILL", async () => {
    const stage = await here.begin();
    const { client } = stage.anna as IrcFarPerson;
    client.write("OPER root oper");
    client.write(`KILL ${alias()} :enough`);
    await until("the alias to be gone", async () => !(await isThere(client)));
    await until("the alias to be back", () => isThere(client));
    await stage.hears(stage.anna, "there you are", alias());
  });

  it("leave when the alias is released", async () => {
    const stage = await here.begin();
    const { client } = stage.anna as IrcFarPerson;
    expect(await isThere(client)).to.equal(true);
    stage.context.identities.set(alias(), { kind: "alias", name: "Anna", state: "offline", text: null });
    await stage.deliver(stage.message(stage.anna, "The conversation is closed.", { from: alias() }));
    await stage.sees(stage.anna, "message");
    await until("the alias to be gone", async () => !(await isThere(client)));
  });

  it("are the same after a restart", async () => {
    const first = await here.begin();
    const { client } = first.anna as IrcFarPerson;
    await first.adapter.stop();
    const second = first.another();
    for (const [key, value] of first.context.stored) second.context.stored.set(key, value);
    await second.adapter.start(new AbortController().signal);
    expect(await isThere(client)).to.equal(true);
    client.write(`PRIVMSG ${alias()} :still you?`);
    expect((await second.context.next("message")).to).to.equal(alias());
    await second.end();
  });
});
