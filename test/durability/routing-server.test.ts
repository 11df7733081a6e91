/**
 * Two desks that share their CSRs through one routing server, all three real processes, killed at random moments in the middle of
 * decisions: no customer is stuck, none is offered twice, and nobody is ever given more than they have room for.
 */
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { type RoutingServerProcess, startRoutingServer } from "../support/routing-server.ts";
import { DESKS, factsOf, SharedCentre, type StoredFact } from "../support/shared-centre.ts";
import { until } from "../support/wait.ts";

/** In all, of each of the three in turn; more of them for a longer run. */
const KILLS = Number(process.env.KILLS ?? 9);
const CSRS = { ada: 1, ben: 2, eve: 1, max: 3 } as const;
const CUSTOMERS = 6;

/** What ends an offer, or a talk, so that the CSR has room again. */
const GIVES_BACK = /^(?:offer\.(?:declined|missed|revoked|lost)|conversation\.(?:closed|transfer|absent))$/u;

describe("kill -9 of desks and their routing server, in the middle of decisions (real Prosody)", function killInDecisions() {
  this.timeout(60_000 + KILLS * 40_000);
  requires("prosody");
  let routing: RoutingServerProcess;
  let centre: SharedCentre;

  before(async () => {
    routing = await startRoutingServer([...DESKS]);
    centre = await SharedCentre.open({
      csrs: CSRS,
      customers: CUSTOMERS,
      routing: (desk) =>
        `  whenAway: hold\n  server: {url: "${routing.url}", desk: ${desk}, secret: ${routing.secretOf(desk)}}`,
    });
  });

  after(async () => {
    await centre?.close();
    await routing?.remove();
  });

  it(`serves everybody, offers nothing twice and keeps capacity, killed ${KILLS} times`, async () => {
    centre.begin();
    await until("the first customers to be served", () => centre.served >= 3, 90_000);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const served = centre.served;
      const more = Math.floor(Math.random() * 4);
      await until(`${more} more served before kill ${kill}`, () => centre.served >= served + more, 90_000);
      const victim = [routing, centre.desks.east, centre.desks.west][kill % 3] ?? routing;
      await victim.kill();
      await victim.start();
    }
    for (const customer of centre.customers) customer.comesAgain = false;
    await until(
      "everybody to be served after the last kill",
      () => centre.customers.every(({ isServed }) => isServed),
      120_000,
    );
    await centre.end();
    const facts = factsOf(centre.desks);
    expectOneOffer(facts);
    const most = expectCapacity(facts);
    const offers = facts.filter(({ event }) => event === "offer.made").length;
    process.stdout.write(
      `      ${centre.served} served by ${offers} offers; most at once: ${JSON.stringify(Object.fromEntries(most))}\n`,
    );
    expect(offers).to.be.at.least(centre.served);
  });
});

describe("a routing server that is away (real Prosody)", function away() {
  this.timeout(400_000);
  requires("prosody");
  let routing: RoutingServerProcess;
  let centre: SharedCentre;

  before(async () => {
    routing = await startRoutingServer([...DESKS], { leaseSeconds: 4 });
    centre = await SharedCentre.open({
      csrs: { ada: 4, ben: 4 },
      customers: 2,
      routing: (desk) =>
        `  whenAway: local\n  awaySeconds: 1\n  server: {url: "${routing.url}", desk: ${desk}, secret: ${routing.secretOf(desk)}}`,
    });
    centre.begin();
  });

  after(async () => {
    await centre?.close();
    await routing?.remove();
  });

  const servedMore = async (what: string) => {
    const { served } = centre;
    await until(what, () => centre.served >= served + 6, 60_000);
  };
  const says = (words: string) => async () => (await centre.desks.east.command("status")).includes(words);

  it("is stood in for by each desk, and decides again when it is back", async () => {
    await until("the server to decide", says("routing server"));
    await until("its decisions", says(`${routing.url} decides (`), 60_000);
    await routing.kill();
    await until("the desk to stand in", says("this desk decides by its own rules"), 60_000);
    await servedMore("customers to be served without it");
    expect(await (await fetch(`${centre.desks.east.url}/metrics`)).text()).to.include("frontdesk_routing_delegated 0");
    await routing.start();
    await until("the server to decide again", says(`${routing.url} decides (`), 60_000);
    await servedMore("customers to be served by it");
  });

  it("that hangs is noticed, and what it says when it wakes up does no harm", async () => {
    routing.signal("SIGSTOP");
    try {
      await until("the desk to stand in", says("this desk decides by its own rules"), 60_000);
      await servedMore("customers to be served without it");
    } finally {
      routing.signal("SIGCONT");
    }
    await until("the server to decide again", says(`${routing.url} decides (`), 60_000);
    await servedMore("customers to be served by it");
    await centre.end();
    expectOneOffer(factsOf(centre.desks));
  });
});

/** While somebody is asked, or talks, nobody else is asked for the same conversation. */
function expectOneOffer(facts: readonly StoredFact[]): void {
  const held = new Map<string, string>();
  for (const { desk, conversation, csr, event } of facts) {
    const id = `${desk} ${conversation}`;
    if (event === "offer.made") {
      expect(held.get(id), `${id} was offered to ${csr} while somebody had it`).to.equal(undefined);
      held.set(id, csr);
    }
    if (event === "offer.accepted") expect(held.get(id), `${id} was accepted`).to.equal(csr);
    if (GIVES_BACK.test(event)) held.delete(id);
  }
}

/** The most that each CSR ever had in hand at both desks together. */
function expectCapacity(facts: readonly StoredFact[]): ReadonlyMap<string, number> {
  const hands = new Map<string, Set<string>>(Object.keys(CSRS).map((csr) => [csr, new Set()]));
  const most = new Map<string, number>();
  for (const { desk, conversation, csr, event } of facts) {
    const hand = hands.get(csr);
    if (hand === undefined) continue;
    if (event === "offer.made") hand.add(`${desk} ${conversation}`);
    if (GIVES_BACK.test(event)) hand.delete(`${desk} ${conversation}`);
    most.set(csr, Math.max(most.get(csr) ?? 0, hand.size));
  }
  for (const [csr, capacity] of Object.entries(CSRS)) {
    expect(most.get(csr) ?? 0, `${csr} had more in hand than room`).to.be.at.most(capacity);
  }
  return most;
}
