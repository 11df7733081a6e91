/** A desk behind a NAT gateway: a real miniupnpd on nftables, and the outside as the outside sees it. */
import { expect } from "chai";
import type { StatusReport } from "../../src/control/protocol.ts";
import type { MappedPort } from "../../src/nat/port-mapping.ts";
import { TestBrowser } from "../browser/browser.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import { requiresNamespaces } from "../support/namespaces.ts";
import { picture } from "../support/pictures.ts";
import { requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server-process.ts";
import { until } from "../support/wait.ts";
import { DESK, GATEWAY, HomeNetwork, PUBLIC } from "./home-network.ts";

const PATIENCE_MS = 60_000;
const PUBLIC_PORT = 18_080;
/** The shortest there are: a port is renewed after five seconds, and a change of the gateway's mind is seen after five. */
const NAT = `
nat:
  gateway: auto
  publicPort: ${PUBLIC_PORT}
  lifetimeSeconds: 10
  checkSeconds: 5
  ports:
    - {name: federation, port: 5269}
`;

describe("a desk behind a NAT gateway (real miniupnpd)", function () {
  this.timeout(400_000);
  // One life of one desk: each test goes on where the last one ended.
  this.bail(true);
  requiresNamespaces();
  requires("miniupnpd", "nftables", "natpmpc", "chromium");
  const browser = new TestBrowser();
  let home: HomeNetwork;
  let desk: Daemon;
  let squatter: ServerProcess | null = null;

  const start = (sections: string, http = "") =>
    startDaemon({
      networks: webNetwork(),
      csrs: csrEntries({ id: "ada", name: "Ada", address: "web: ada", skill: "support" }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      http: `  host: 0.0.0.0\n${http}`,
      sections,
      namespace: home.desk.namespace,
    });
  const status = async () => JSON.parse(await desk.command("status", "--json")) as StatusReport;
  const port = async (name = "http") => {
    const found = (await status()).nat?.ports.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The desk knows no port ${name}.`);
    return found;
  };
  const when = (what: string, holds: (port: MappedPort) => boolean) =>
    until(what, async () => holds(await port()), PATIENCE_MS);
  const isReached = (address: string, publicPort: number) =>
    home.somebody.fetch(`http://${address}:${publicPort}/healthz`)?.status === 200;
  /** Where the file leads that a visitor from outside sends: what the others of the conversation would be sent. */
  const linkOfFile = async (origin: string) => {
    const visitor = await browser.window();
    await visitor.page.goto(`${origin}/chat`);
    await visitor.write("good day");
    await visitor.sees("your name");
    const bill = { name: "bill.png", mimeType: "image/png", buffer: Buffer.from(picture()) };
    await visitor.page.locator("input[type=file]").setInputFiles([bill]);
    await visitor.log.locator('[href*="/files/"]').first().waitFor();
    const open = JSON.parse(await desk.command("conversations", "--json")) as { id: string }[];
    return until("the file in the transcript", async () => {
      const transcripts = await Promise.all(open.map(({ id }) => desk.command("transcript", id)));
      return new RegExp(`${origin}/files/\\S+`, "u").exec(transcripts.join())?.[0];
    });
  };
  const logged = (event: string) => desk.output().includes(`"event":"${event}"`);

  before(async () => {
    home = new HomeNetwork();
    await home.startGateway();
    await browser.start(home.somebody.namespace);
  });
  after(async () => {
    await browser.stop();
    await desk?.remove();
    await squatter?.kill();
    await home?.remove();
  });

  it("finds out which address the world sees, has its ports mapped, and says so in what it publishes", async () => {
    // Another NAT-PMP program of the same machine, which has the clients' port for itself (RFC 6886 §3.2.1).
    squatter = new ServerProcess({
      name: "a second client",
      program: process.execPath,
      args: ["-e", 'require("dgram").createSocket("udp4").bind(5350, () => console.log("bound"))'],
      namespace: home.desk.namespace,
    });
    await until("the second client to have its port", () => squatter?.output.includes("bound"));
    home.map(home.desk, 17_777, 7_777);
    desk = await start(NAT);
    await when("the port to be mapped", ({ mapped }) => mapped !== null);
    const { publicOrigin, nat, url } = await status();
    const inside = Number(new URL(url).port);
    expect(publicOrigin).to.equal(`http://${PUBLIC}:${PUBLIC_PORT}`);
    expect(nat).to.deep.include({ gateway: GATEWAY, address: PUBLIC, reason: null, isPrivate: false });
    expect(nat?.ports.map(({ name, port: own, mapped }) => [name, own, mapped])).to.deep.equal([
      ["http", inside, PUBLIC_PORT],
      ["federation", 5_269, 5_269],
    ]);
    expect(desk.output()).to.contain(`http://${PUBLIC}:${PUBLIC_PORT}/csr`);
    expect(isReached(PUBLIC, PUBLIC_PORT)).to.equal(true);
    expect(isReached(PUBLIC, 7_778), "a port that nobody mapped").to.equal(false);
    const told = await desk.command("status");
    expect(told).to.contain(`reached at http://${PUBLIC}:${PUBLIC_PORT}`);
    expect(told).to.match(
      new RegExp(`NAT gateway ${GATEWAY}: the world sees ${PUBLIC}\\n  http ${inside} at ${PUBLIC_PORT} for `, "u"),
    );
    const metrics = home.desk.fetch(`${url.replace("0.0.0.0", "127.0.0.1")}/metrics`)?.body;
    expect(metrics).to.contain('frontdesk_nat_port_mapped{port="http"} 1').and.to.contain("frontdesk_nat_answering 1");
  });

  it("serves the chat to a browser outside, and hands out files under the address it is reached at", async () => {
    const origin = `http://${PUBLIC}:${PUBLIC_PORT}`;
    expect(home.somebody.fetch(await linkOfFile(origin))?.status).to.equal(200);
  });

  it("renews the mapping before it ends", async () => {
    const { until: first } = await port();
    const lifeMs = 10_000;
    await when("the first renewal", ({ until: now }) => (now ?? 0) > (first ?? 0));
    await when(
      "a time at which the first mapping would be gone",
      ({ until: now }) => (now ?? 0) > (first ?? 0) + lifeMs,
    );
    expect(isReached(PUBLIC, PUBLIC_PORT)).to.equal(true);
    expect((await port()).mapped).to.equal(PUBLIC_PORT);
  });

  it("follows the gateway to another address", async () => {
    home.moveTo("11.0.0.9");
    const moved = async () => (await status()).publicOrigin === `http://11.0.0.9:${PUBLIC_PORT}`;
    await until("the desk to publish the new address", moved, PATIENCE_MS);
    expect(isReached("11.0.0.9", PUBLIC_PORT)).to.equal(true);
    const origin = `http://11.0.0.9:${PUBLIC_PORT}`;
    expect(home.somebody.fetch(await linkOfFile(origin))?.status).to.equal(200);
  });

  it("makes its mappings again when the gateway has forgotten them, elsewhere if their place is taken", async () => {
    await home.stopGateway();
    await home.startGateway();
    home.map(home.other, PUBLIC_PORT, 8_080);
    await when("another port to be given", ({ mapped }) => mapped !== null && mapped !== PUBLIC_PORT);
    const { mapped } = await port();
    expect((await status()).publicOrigin).to.equal(`http://11.0.0.9:${mapped}`);
    expect(isReached("11.0.0.9", mapped ?? 0)).to.equal(true);
    expect(logged("nat.moved")).to.equal(true);
    expect(home.mappings(), "the other machine's").to.contain(`dport ${PUBLIC_PORT} dnat ip to 192.168.77.3:8080`);
  });

  it("keeps serving while the gateway is away, and says that it is", async () => {
    await home.stopGateway();
    const silent = async () => (await status()).nat?.reason?.includes("nobody answers NAT-PMP at");
    await until("the desk to notice", silent, PATIENCE_MS);
    await when("the mapping to have ended", ({ mapped }) => mapped === null);
    expect(await desk.command("status"))
      .to.contain("http")
      .and.to.contain("not mapped");
    expect(logged("nat.lost")).to.equal(true);
    await home.startGateway();
    await when("the gateway to be asked again", ({ mapped }) => mapped !== null);
  });

  it("gives its ports back when it stops, and nobody else's", async () => {
    home.map(home.desk, 17_777, 7_777);
    expect(home.mappings()).to.contain(`${DESK}:5269`);
    expect(await desk.stop()).to.contain("exit code 0");
    expect(home.mappings()).to.contain(`dport 17777 dnat ip to ${DESK}:7777`);
    expect(home.mappings().match(/dnat/gu), "mappings that are left").to.have.length(1);
    expect(squatter?.ended).to.equal(undefined);
    await desk.remove();
  });

  it("starts without such a gateway, and publishes what the admin says", async () => {
    await home.stopGateway();
    desk = await start(NAT);
    expect((await status()).publicOrigin).to.equal(null);
    expect(desk.output()).to.contain('"event":"start.done"');
    await until("the desk to say why", () => logged("nat.silent"), PATIENCE_MS);
    await desk.remove();
    await home.startGateway();
    desk = await start("", "  publicUrl: https://chat.example.com");
    const { publicOrigin, nat } = await status();
    expect([publicOrigin, nat]).to.deep.equal(["https://chat.example.com", null]);
    expect(home.mappings()).to.not.contain("dnat");
  });
});
