/** Waiting times through the whole daemon: the thread that rolls, what the customer reads, the audit, and what a restart keeps. */
import { expect } from "chai";
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
  this.timeout(90_000);
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
});
