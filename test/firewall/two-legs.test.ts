/**
 * The firewall, literally: customers outside, a company inside, and the desk between them, each on hosts of their own. What is on the wires
 * is recorded, and what must not be there is looked for.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TestBrowser, type Window } from "../browser/browser.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES, webNetwork } from "../support/desk-config.ts";
import { PATIENCE_MS, passwordOf } from "../support/desk-people.ts";
import { requiresNamespaces } from "../support/namespaces.ts";
import { photo, TELLTALE } from "../support/pictures.ts";
import { type Profanity, startProfanity } from "../support/profanity.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { type Slixmpp, startSlixmpp } from "../support/slixmpp.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";
import { Capture, hostsOf, includes, streamsOf } from "./capture.ts";
import { connects, INSIDE, OUTSIDE, TwoLegs, WIRE } from "./two-legs.ts";

const CSR = "clerk.eight";
const CUSTOMER = "virtanen.aino";
const METRICS_PORT = 9_180;
/** Said by each side, to be found on both wires: a capture in which nothing can be read would have nothing forbidden in it either. */
const QUESTION = "Where is my order 4711?";
const ANSWER = "It left this morning, 价格€5";

describe("a desk with a leg outside and a leg inside (real Prosody on both, profanity, slixmpp, Chromium)", function () {
  this.timeout(400_000);
  // One conversation and what became of it: each test goes on where the last one ended.
  this.bail(true);
  requiresNamespaces();
  requires("tcpdump", "prosody", "profanity", "slixmpp", "tmux", "chromium");
  const browser = new TestBrowser();
  let network: TwoLegs;
  let world: XmppServer;
  let corp: XmppServer;
  let desk: Daemon;
  let csr: Profanity;
  let anna: Slixmpp;
  let visitor: Window;
  let files: TemporaryFolder;
  let outer: Capture;
  let inner: Capture;
  let port: number;

  const startDesk = () =>
    startDaemon({
      networks: [
        componentNetwork(world).replace("  xmpp:", "  public:"),
        componentNetwork(corp).replace("  xmpp:", `  corp:\n    trustedUploads: ["${corp.host}:${corp.httpPort}"]`),
        webNetwork(),
      ].join(""),
      csrs: csrEntries({
        id: "ada",
        name: "Ada",
        address: `corp: ${CSR}@${corp.domain}`,
        skill: "support",
        capacity: 2,
      }),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
      http: `  host: 0.0.0.0
  publicUrl: http://${OUTSIDE.desk}:{port}
  staffFrom: [10.77.0.0/24]
  metrics: {host: ${INSIDE.desk}, port: ${METRICS_PORT}, allowFrom: [10.77.0.0/24]}`,
      namespace: network.desk.namespace,
    });
  /** Profanity's console names the new window; the CSR goes there and takes the offer. */
  const accepts = async (name: string) => {
    const news = new RegExp(`chat message: ${name}\\.support\\.[a-z2-7]{16}@\\S+/\\S+ \\(win (\\d+)\\)`, "u");
    csr.type("/win 1");
    const [, window = ""] = news.exec(await csr.waitFor(news, PATIENCE_MS)) ?? [];
    csr.type(`/win ${window}`);
    await csr.waitFor(/\/accept or \/decline/u, PATIENCE_MS);
    csr.type("accept");
    await csr.waitFor(/You are connected to/u, PATIENCE_MS);
  };

  before(async () => {
    network = new TwoLegs();
    files = temporaryFolder("firewall");
    writeFileSync(join(files.path, "parcel.jpg"), photo(1));
    world = await startProsody({
      domain: "world.test",
      host: OUTSIDE.server,
      namespace: network.outerServer.namespace,
    });
    corp = await startProsody({ domain: "corp.test", host: INSIDE.server, namespace: network.innerServer.namespace });
    await world.register(CUSTOMER, passwordOf(CUSTOMER));
    await corp.register(CSR, passwordOf(CSR));
    outer = await Capture.begin(network.outside, WIRE);
    inner = await Capture.begin(network.inside, WIRE);
    desk = await startDesk();
    port = Number(new URL(desk.url).port);
    const { namespace } = network.csr;
    csr = await startProfanity({ server: corp, user: CSR, password: passwordOf(CSR), namespace, columns: 200 });
    anna = await startSlixmpp(world, CUSTOMER, passwordOf(CUSTOMER), network.customer.namespace);
    await browser.start(network.customer.namespace);
  });
  after(async () => {
    await browser.stop();
    await Promise.all([csr?.stop(), anna?.stop()]);
    await desk?.remove();
    await Promise.all([outer?.discard(), inner?.discard()]);
    await Promise.all([world?.remove(), corp?.remove()]);
    network?.remove();
    files?.remove();
  });

  it("serves a customer from outside by a CSR inside, each on the server of their own", async () => {
    const support = `support@${world.componentDomain}`;
    await csr.waitFor(/authorization request from desk@/u, PATIENCE_MS);
    csr.type(`/sub allow desk@${corp.componentDomain}`);
    await until("Ada to be free", async () => /ada .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
    anna.message(support, "hello");
    await anna.nextMessage(({ body }) => body.includes("your name"), PATIENCE_MS);
    anna.message(support, "Anna");
    await accepts("anna");
    anna.message(support, QUESTION, { id: "q1", receipt: true, markable: true });
    await csr.waitFor(/Where is my order 4711\?/u, PATIENCE_MS);
    await anna.nextReceipt("q1", PATIENCE_MS);
    anna.state(support, "composing");
    csr.type(ANSWER);
    await anna.nextMessage(({ body }) => body === ANSWER, PATIENCE_MS);
    expect((await anna.software(support)).name).to.equal("Frontdesk");
    csr.type("/status set away");
    csr.type("/status set online");
  });

  it("hands over a file from inside at an address of its own, cleaned", async () => {
    csr.type(`/sendfile ${join(files.path, "parcel.jpg")}`);
    const { body } = await anna.nextMessage(({ body: text }) => text.includes("/files/"), PATIENCE_MS);
    const url = /http\S+\/files\/\S+/u.exec(body)?.[0] ?? "";
    expect(url).to.match(new RegExp(`^http://${OUTSIDE.desk}:${port}/files/`, "u"));
    expect(network.customer.fetch(url)?.status).to.equal(200);
  });

  it("serves a visitor of the chat page, in a browser outside", async () => {
    visitor = await browser.window();
    await visitor.page.goto(`http://${OUTSIDE.desk}:${port}/chat`);
    await visitor.write("good day");
    await visitor.sees("your name");
    await visitor.write("Berta");
    await accepts("berta");
    await visitor.write(QUESTION);
    await csr.waitFor(/Where is my order 4711\?/u, PATIENCE_MS);
    csr.type(ANSWER);
    await visitor.sees(ANSWER);
    csr.type("//close");
    await visitor.sees("has been closed");
  });

  it("shows outside no address but its own: not in a header, not in what is said", async () => {
    const frames = await outer.end();
    // What strangers' own machines send is theirs; what the desk sends bears its own address, and theirs.
    const desks = network.hardwareAddress("outer");
    const sent = frames.filter(({ sender }) => sender === desks);
    expect(hostsOf(sent)).to.deep.equal(Object.values(OUTSIDE));
    const said = [...streamsOf(frames).values()];
    const found = (word: string) => said.filter((stream) => includes(stream, word)).length;
    expect(found(QUESTION), "streams in which the question can be read").to.be.greaterThan(0);
    expect(found(ANSWER), "streams in which the answer can be read").to.be.greaterThan(1);
    const secrets = ["10.77.0.", CSR, corp.domain, "profanity", TELLTALE, INSIDE.desk, hostname()];
    expect(secrets.filter((secret) => secret.length > 3 && found(secret) > 0)).to.deep.equal([]);
  });

  it("shows inside nothing of where the customers are, either", async () => {
    const frames = await inner.end();
    const desks = network.hardwareAddress("inner");
    const sent = frames.filter(({ sender }) => sender === desks);
    expect(Object.values(INSIDE)).to.include.members([...hostsOf(sent)]);
    const said = [...streamsOf(frames).values()];
    const found = (word: string) => said.filter((stream) => includes(stream, word)).length;
    expect(found(ANSWER), "streams in which the answer can be read").to.be.greaterThan(0);
    expect(found(`${CSR}@${corp.domain}`), "what belongs there is found").to.be.greaterThan(0);
    const secrets = [CUSTOMER, world.domain, OUTSIDE.server, OUTSIDE.customer];
    expect(secrets.filter((secret) => found(secret) > 0)).to.deep.equal([]);
  });

  it("leads nobody from outside inside, and nobody from inside outside", () => {
    expect(connects(network.csr, INSIDE.server, corp.clientPort), "the CSR, to the company's server").to.equal(true);
    expect(connects(network.customer, OUTSIDE.server, world.clientPort)).to.equal(true);
    for (const target of [corp.clientPort, corp.componentPort, corp.httpPort]) {
      expect(connects(network.customer, INSIDE.server, target), `the customer, to port ${target}`).to.equal(false);
    }
    expect(connects(network.outerServer, INSIDE.server, corp.clientPort)).to.equal(false);
    expect(connects(network.csr, OUTSIDE.server, world.clientPort)).to.equal(false);
  });

  it("listens where it was told to, and nowhere else", () => {
    const listening = network.desk
      .run("ss", "-Hltn")
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/u)[3]);
    expect(listening.sort()).to.deep.equal([`${INSIDE.desk}:${METRICS_PORT}`, `0.0.0.0:${port}`].sort());
  });

  it("answers from outside what is for outside: the chat, not the console, and no metrics by whatever way", async () => {
    const [out, within] = [`http://${OUTSIDE.desk}:${port}`, `http://${INSIDE.desk}:${port}`];
    const metrics = `http://${INSIDE.desk}:${METRICS_PORT}/metrics`;
    expect(network.customer.fetch(`${out}/chat`)?.status).to.equal(200);
    expect(network.customer.fetch(`${out}/csr`)?.status).to.equal(403);
    expect(network.csr.fetch(`${within}/csr`)?.status).to.equal(200);
    expect(network.csr.fetch(metrics)?.status).to.equal(200);
    // The desk's host takes what is for its inner leg on its outer one, as Linux does: the listener's own list is what stands here.
    expect(connects(network.customer, INSIDE.desk, METRICS_PORT), "the way to the inner leg").to.equal(true);
    expect(network.customer.fetch(metrics)).to.equal(null);
    const settings = join(desk.configFolder, "frontdesk.yaml");
    writeFileSync(
      settings,
      readFileSync(settings, "utf8").replace(/staffFrom: .*/u, `staffFrom: [${OUTSIDE.customer}]`),
    );
    await desk.command("reload");
    const answers = [network.customer.fetch(`${out}/csr`)?.status, network.csr.fetch(`${within}/csr`)?.status];
    expect(answers, "after a reload").to.deep.equal([200, 403]);
    expect(network.csr.fetch(metrics)?.body).to.match(/frontdesk_http_refused_total\{where="http.metrics"\} [1-9]/u);
  });
});
