/**
 * A public network that throws out whoever floods it (a real InspIRCd with its limits on), and a desk that has more to say there than
 * its outbox takes: it keeps to the network's pace, takes nothing in that it has no room for, and loses nothing, killed or not.
 */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import { IrcFarEnd } from "../conformance/irc-far-end.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import { connectPeople, hears, type Somebody, textsOf, webCsr } from "../support/desk-people.ts";
import { startInspircd } from "../support/inspircd.ts";
import { IrcClient } from "../support/irc-client.ts";
import { ircPerson, nickNetwork } from "../support/irc-network.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

const LINES_PER_SECOND = 40;
/** A little less than the network allows. */
const PACE = "burst: 20, lineMs: 27";
const ROWS = 100;
const LINES = 300;
const WEB_LOGIN = "clerk-nine";
/** At that pace, two lines for each message, and as long again for a busy machine. */
const LIMIT_MS = 120_000;

describe("a network that throws out whoever floods it", function () {
  this.timeout(400_000);
  requires("inspircd");
  let server: IrcServer;
  let desk: Daemon;
  let csr: Somebody;
  let customer: Somebody & { client: IrcClient };

  before(async () => {
    server = await startInspircd({ linesPerSecond: LINES_PER_SECOND });
    desk = await startDaemon({
      networks: nickNetwork(server, "helpdesk", PACE) + talkativeWeb(),
      csrs: csrEntries({ id: "grace", name: "Grace", address: `web: ${WEB_LOGIN}`, skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      limits: `  outboxRows: ${ROWS}\n`,
    });
    csr = await webCsr(desk, "grace", WEB_LOGIN);
    customer = await ircPerson(server, "annelise");
  });
  after(async () => {
    await csr?.stop();
    await customer?.client.stop();
    await desk?.remove();
    await server?.remove();
  });

  const heard = () => textsOf(customer).filter((text) => text.startsWith("line "));
  const confirmed = () =>
    csr.person.received.all.filter(({ kind, ...rest }) => kind === "receipt" && "state" in rest).length;

  it("does so with a client that knows no pace", async () => {
    const hasty = await IrcClient.connect(server, "hasty");
    for (let line = 1; line <= 200; line += 1) hasty.write(`PRIVMSG annelise :hasty ${line}`);
    // It comes back at once, and is welcomed a second time.
    await hasty.next("001");
    await hasty.next("001");
    hasty.stop();
  });

  it("hears all that a CSR has to say, in order, though the outbox is full and the desk is killed meanwhile", async () => {
    const { alias } = await connectPeople(customer, csr, "helpdesk");
    const before = confirmed();
    const expected = Array.from({ length: LINES }, (_, index) => `line ${index + 1} of ${LINES}`);
    for (const text of expected) await csr.person.say(alias, text);
    await until("the outbox to be full", () => desk.output().includes('"outbox.full"'), LIMIT_MS);
    expect(confirmed() - before, "lines that the desk has said to have").to.be.below(LINES);

    await desk.kill();
    expect(desk.output()).not.to.contain("irc.link.ended");
    await desk.start();
    await until("the last line", () => heard().includes(expected.at(-1) ?? ""), LIMIT_MS);
    const once = heard().filter((text, index, all) => text !== all[index - 1]);
    expect(once).to.deep.equal(expected);
    // Whatever was under way when the desk was killed goes again, and IRC has no ids: one line, since there is one at a time.
    expect(heard().length - LINES, "lines that came twice").to.be.at.most(1);
    await until("the outbox to have room", () => desk.output().includes('"outbox.room"'), LIMIT_MS);
    expect(desk.output()).not.to.contain("irc.link.ended");
    expect(confirmed() - before).to.be.at.least(LINES);
    await customer.person.say("helpdesk", "that was a lot");
    await hears(csr, "that was a lot");
  });
});

describe("a pace that the network calls a flood", function () {
  this.timeout(400_000);
  requires("inspircd");
  let far: IrcFarEnd;
  before(async () => {
    far = await IrcFarEnd.open(await startInspircd({ linesPerSecond: 10 }), "client");
  });
  after(async () => far?.close());

  it("is slowed down by the desk itself, which loses nothing by being thrown out", async () => {
    const stage = new Stage(far);
    await stage.start();
    const expected = Array.from({ length: 25 }, (_, index) => `line ${index + 1}`);
    for (const text of expected) await stage.deliver(stage.message(stage.anna, text));
    await stage.sees(stage.anna, "message", ({ text }) => text === expected.at(-1));
    const slowed = stage.context.logs.filter(({ event }) => event === "irc.pace.slowed");
    expect(slowed).to.have.length(1);
    expect(stage.texts(stage.anna).filter((text, index, all) => text !== all[index - 1])).to.deep.equal(expected);
    await stage.end();
  });
});

/** A console at which somebody may write as fast as a machine. */
function talkativeWeb(): string {
  return webNetwork().replace("graceSeconds: 1", "graceSeconds: 1\n    linesPerMinute: 100000\n    lineBurst: 1000");
}
