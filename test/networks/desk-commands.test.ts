/** What an admin sees and does with the command line while people talk over a real Prosody. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { TranscriptReport } from "../../src/control/protocol.ts";
import type { ConversationView } from "../../src/core/step.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import {
  askForPerson,
  type Contact,
  connectPeople,
  hears,
  PATIENCE_MS,
  passwordOf,
  sees,
  type XmppSomebody,
  xmppPerson,
} from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

describe("the command line beside a conversation (real Prosody)", function () {
  this.timeout(400_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;
  let ada: XmppSomebody;
  let grace: XmppSomebody;
  let anna: XmppSomebody;
  let berta: XmppSomebody;
  let contact: Contact;
  let rounds = 0;

  const entry = (id: string, name: string) =>
    csrEntries({ id, name, address: `xmpp: ${id}@${server.domain}`, skill: "support" });
  const login = (user: string) =>
    xmppPerson(server, { user, resource: "somewhere", deskDomain: server.componentDomain });
  const conversations = async () =>
    JSON.parse(await desk.command("conversations", "--json")) as readonly ConversationView[];
  const idOf = async (customer: string) => {
    const found = (await conversations()).find((row) => row.customer === customer);
    if (found === undefined) throw new Error(`No conversation of ${customer} is open.`);
    return found.id;
  };
  const rulesInForce = async () => /^rules (\S+),/mu.exec(await desk.command("status"))?.[1];
  const file = (name: string) => join(desk.configFolder, name);
  const edit = (name: string, change: (text: string) => string) => {
    const before = readFileSync(file(name), "utf8");
    expect(change(before), `the edit of ${name}`).not.to.equal(before);
    writeFileSync(file(name), change(before));
    return () => writeFileSync(file(name), before);
  };
  const talkGoesOn = async () => {
    rounds += 1;
    await anna.person.say(contact.handle, `question ${rounds}`);
    await hears(ada, `question ${rounds}`);
    await ada.person.say(contact.alias, `answer ${rounds}`);
    await hears(anna, `answer ${rounds}`);
  };

  before(async () => {
    server = await startProsody();
    for (const user of ["ada", "grace", "anna", "berta"]) await server.register(user, passwordOf(user));
    desk = await startDaemon({
      networks: componentNetwork(server),
      csrs: entry("ada", "Ada"),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    ada = await login("ada");
    anna = await login("anna");
    contact = await connectPeople(anna, ada, "support");
    await talkGoesOn();
  });
  after(async () => {
    await Promise.all([ada, grace, anna, berta].map((somebody) => somebody?.stop()));
    await desk?.remove();
    await server?.remove();
  });

  it("status: links, queues, who talks, and what waits to be sent", async () => {
    const status = await desk.command("status");
    expect(status).to.match(/is ready/u);
    expect(status).to.match(/xmpp +xmpp +online/u);
    expect(status).to.match(/support +open +0 +-/u);
    expect(status).to.match(/conversations +1 talking/u);
    expect(status).to.match(/CSRs +1 free/u);
    expect(status).to.match(/0 quarantined, 0 undelivered/u);
  });

  it("conversations: who, from which software, with whom", async () => {
    const [found, ...others] = await conversations();
    expect(others).to.deep.equal([]);
    expect(found).to.include({ state: "talking", network: "xmpp", handle: "support", customer: "Anna", csr: "ada" });
    expect(found?.software).to.include({ name: "Testament", version: "4.2" });
    expect(await desk.command("conversations")).to.match(/talking +xmpp +support +Anna +Testament 4\.2 +support +ada/u);
  });

  it("transcript: what was said, corrected and noted, and what happened in between", async () => {
    const said = await anna.person.say(contact.handle, "it costs 50");
    const { id: shown } = await hears(ada, "it costs 50");
    await anna.person.edit(contact.handle, said ?? "", "it costs 5");
    await sees(ada, "edit", (event) => event.of === shown);
    await ada.person.say(contact.alias, "/note called twice");
    await hears(ada, /Note kept/u);
    const id = await idOf("Anna");
    const transcript = await desk.command("transcript", id);
    expect(transcript).to.match(/Anna: question 1/u);
    expect(transcript).to.match(/Ada: answer 1/u);
    expect(transcript).to.match(/Anna: it costs 5 {2}\(edited/u);
    expect(transcript).to.match(/\(note\) called twice/u);
    expect(transcript).to.match(/· offer\.accepted csr=ada/u);
    const { facts } = JSON.parse(await desk.command("transcript", id, "--json")) as TranscriptReport;
    expect(facts.map(({ event }) => event)).to.include.members(["conversation.opened", "offer.made", "offer.accepted"]);
  });

  it("transcript of a conversation that never was: a sentence and a failure", async () => {
    const { exitCode, output } = await desk.attempt("transcript", "c999999-none");
    expect(exitCode).not.to.equal(0);
    expect(output).to.contain("c999999-none");
  });

  it("csrs: state, load and where they are reached", async () => {
    expect(await desk.command("csrs")).to.match(new RegExp(`ada +Ada +free +1/3 +xmpp: ada@${server.domain}`, "u"));
  });

  it("reload with faulty files is refused with every fault, by file and line, and the rules in force stay", async () => {
    const rules = await rulesInForce();
    const undo = [
      edit("routing.yaml", (text) => text.replace("skills: {billing: 1}", "skills: {biling: 1}")),
      edit("people.yaml", (text) => text.replace("capacity: 3", "capacity: many")),
    ];
    const { exitCode, output } = await desk.attempt("reload");
    expect(exitCode).not.to.equal(0);
    expect(output).to.match(/routing\.yaml:\d+:\d+ .*"biling".*did you mean "billing"\?/u);
    expect(output).to.match(/people\.yaml:\d+:\d+ /u);
    expect(await rulesInForce()).to.equal(rules);
    await talkGoesOn();
    for (const back of undo) back();
  });

  it("reload with good files counts from now on; the conversation under way does not notice", async () => {
    const rules = await rulesInForce();
    edit("people.yaml", (text) => text + entry("grace", "Grace"));
    edit("dialogs.yaml", (text) => text.replace("Hello! This is Example.", "Welcome to the new Example."));
    const { exitCode, output } = await desk.attempt("reload");
    expect(output).to.match(/The new rules count from now on/u);
    expect(exitCode).to.equal(0);
    expect(await rulesInForce()).not.to.equal(rules);
    await talkGoesOn();
  });

  it("the new CSR is there, gets the next customer, and the next customer is greeted anew", async () => {
    grace = await login("grace");
    await until("Grace to be free", async () => /grace .* free/u.test(await desk.command("csrs")), PATIENCE_MS);
    expect(await desk.command("csrs", "away", "ada")).to.contain("ada is away");
    berta = await login("berta");
    const { alias } = await askForPerson(berta, grace, "support", "Berta");
    await hears(berta, "Welcome to the new Example.");
    await grace.person.say(alias, "/accept");
    await hears(berta, "You are now connected to Grace.");
    await talkGoesOn();
    expect(await desk.command("csrs", "back", "ada")).to.contain("ada is back");
  });

  it("SIGHUP reads the files anew as well", async () => {
    const rules = await rulesInForce();
    edit("dialogs.yaml", (text) => text.replace("the new Example", "the newest Example"));
    desk.signal("SIGHUP");
    await until("the new rules", async () => (await rulesInForce()) !== rules, PATIENCE_MS);
    await talkGoesOn();
  });

  it("conversations close: both sides are told, the others talk on", async () => {
    const id = await idOf("Berta");
    expect(await desk.command("conversations", "close", id)).to.contain(`Conversation ${id} is closed.`);
    await hears(berta, /closed by our staff/u);
    await hears(grace, /closed by an administrator/u);
    expect((await conversations()).map(({ customer }) => customer)).to.deep.equal(["Anna"]);
    await talkGoesOn();
  });
});
