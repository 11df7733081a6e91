/** Waiting times through the whole daemon: the thread that rolls, what the customer reads, the audit, and what a restart keeps. */
import { expect } from "chai";
import type { ReplayReport } from "../../src/cli/replaying.ts";
import type { SimulationReport } from "../../src/cli/simulating.ts";
import type { QueueReport } from "../../src/core/estimate/audit.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { askForPerson, hears, type Somebody, webCsr, webVisitor } from "../support/desk-people.ts";
import { until } from "../support/wait.ts";

const NETWORKS = `
  web:
    adapter: web
    title: Web
    graceSeconds: 3
    handles:
      support:
        name: Support
        dialog: welcome
`;
const CSRS = `
  ada:
    name: Ada
    addresses:
      - web: ada
    skills:
      support: 3
    languages: [en]
    capacity: 1
`;

describe("waiting times at a running desk", function () {
  this.timeout(400_000);
  let desk: Daemon;
  const people: Somebody[] = [];

  before(async () => {
    desk = await startDaemon({ networks: NETWORKS, csrs: CSRS });
  });
  after(async () => {
    for (const person of people) await person.stop();
    await desk?.remove();
  });

  async function report(): Promise<QueueReport | undefined> {
    const rows: readonly QueueReport[] = JSON.parse(await desk.command("report", "--json"));
    return rows.find(({ queue }) => queue === "support");
  }

  it("are told, compared with what they were, and known again after a restart", async () => {
    const ada = await webCsr(desk, "ada", "ada");
    const anna = await webVisitor(desk, "support");
    const berta = await webVisitor(desk, "support");
    people.push(ada, anna, berta);
    const first = await askForPerson(anna, ada, "support", "Anna");
    await ada.person.say(first.alias, "/accept");
    await hears(anna, /Ada/u);
    await berta.person.say("support", "hello");
    await hears(berta, /your name/u);
    await berta.person.say("support", "Berta");
    await hears(berta, /^You will probably have to wait for .* min\.$/u);
    await berta.person.say("support", "status");
    await hears(berta, /it will probably take .* min more/u);
    await ada.person.say(first.alias, "/close");
    const offer = await hears(ada, /Berta[\s\S]*\/accept/u);
    await ada.person.say(offer.from, "/accept");
    await hears(berta, /Ada/u);
    const seen = await until("the audit", async () => {
      const row = await report();
      return row !== undefined && row.estimates === 1 ? row : undefined;
    });
    expect(seen.coverage).to.be.oneOf([0, 1]);
    expect(await desk.command("status")).to.match(/ESTIMATES OFF BY/u);
    await desk.stop();
    await desk.start();
    const again = await report();
    expect(again?.estimates).to.equal(1);
    expect(again?.talkMs).to.be.closeTo(seen.talkMs, 2);
  });

  it("come from records that replay and simulate look back on, beside the running desk", async () => {
    const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const { recorded, present }: ReplayReport = JSON.parse(await desk.command("replay", day(-1), day(1), "--json"));
    expect(recorded.total).to.deep.include({ came: 2, served: 2 });
    expect(present.total).to.deep.include({ came: 2, served: 2 });
    expect(recorded.csrs.find(({ csr }) => csr === "ada")?.hours).to.be.greaterThan(0);
    const { asItIs, recordedDays }: SimulationReport = JSON.parse(
      await desk.command("simulate", day(0), "--until", day(1), "--runs", "3", "--json"),
    );
    expect(recordedDays).to.equal(1);
    expect(asItIs.report.queues.map(({ queue }) => queue)).to.deep.equal(["support"]);
  });
});
