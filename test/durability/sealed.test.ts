/**
 * A whole desk with a key: after a talk with a file, nothing in its data folder tells what was said, sent or who it was; and what does stay
 * readable is what docs/operators.md says.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import type { WebFarPerson } from "../conformance/web-far-person.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { ADDRESS_COLUMNS, columnsWith, filesOf, tracesOf } from "../support/data-folder.ts";
import { csrEntries, webNetwork } from "../support/desk-config.ts";
import { hears, type Somebody, webCsr, webVisitor } from "../support/desk-people.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - identify: {account: false, askName: "Your name?"}
      - {ask: "Which order?", as: reason}
      - route: support
`;
const SAID = "my cat Xanthippe ate the invoice";
const ANSWER = "We shall send another to Drury Lane.";
const NAME = "Wilhelmina";
const ORDER = "Amaryllis forty";
const FILE_NAME = "portrait of Xanthippe";
const FILE = Buffer.from(
  Array.from({ length: 9_000 }, (_, line) => `Line ${line} of the ballad of Belshazzar`).join("\n"),
);

describe("a desk with a key", function () {
  this.timeout(400_000);
  const keys = temporaryFolder("keys");
  const [first, second] = [join(keys.path, "first"), join(keys.path, "second")] as const;
  let desk: Daemon;
  let customer: Somebody;
  let file: string;

  before(async () => {
    for (const path of [first, second]) writeFileSync(path, `${randomBytes(32).toString("base64")}\n`);
    desk = await startDaemon({
      networks: webNetwork().replace("      billing: {name: Billing, dialog: money}\n", ""),
      csrs: csrEntries({ id: "ada", name: "Augusta King", address: "web: ada", skill: "support" }),
      dialogs: DIALOGS,
      store: `  key: {file: ${first}}`,
    });
    file = await talk();
  });
  after(async () => {
    await customer?.stop();
    await desk?.remove();
    keys.remove();
  });

  /** A talk in which the customer sends a file, and which goes on afterwards; gives the file's address. */
  async function talk(): Promise<string> {
    customer = await webVisitor(desk, "support");
    const ada = await webCsr(desk, "ada", "ada");
    await customer.person.say("support", "hello");
    await hears(customer, "Your name?");
    await customer.person.say("support", NAME);
    await hears(customer, /Which order/u);
    await customer.person.say("support", ORDER);
    const { from } = await hears(ada, /\/accept/u);
    await ada.person.say(from, "/accept");
    await hears(customer, /connected to/u);
    await customer.person.say("support", SAID);
    await hears(ada, SAID);
    await ada.person.say(from, ANSWER);
    await hears(customer, ANSWER);
    const { person: web } = customer.person as WebFarPerson;
    const id = await web.upload(`${FILE_NAME}.txt`, FILE);
    web.send({ kind: "line", desk: "support", text: "", choice: null, file: id });
    const shown = await hears(ada, new RegExp(FILE_NAME, "u"));
    await ada.person.say(from, "/note she is a queen");
    await until("the note", async () => (await history()).includes("she is a queen"));
    await ada.stop();
    return shown.file ?? "";
  }

  async function history(): Promise<string> {
    const [open] = JSON.parse(await desk.command("conversations", "--json")) as readonly { readonly id: string }[];
    return await desk.command("transcript", open?.id ?? "", "--json");
  }

  const SECRETS = [
    SAID,
    "Xanthippe",
    ANSWER,
    "Drury",
    NAME,
    "Augusta",
    ORDER,
    "Amaryllis",
    "Belshazzar",
    "she is a queen",
  ];
  /** The address of the file, which is all that whoever fetches it needs. */
  const token = () => /\/files\/([a-z2-7]{32})\//u.exec(file)?.[1] ?? "none";

  function traces(secrets: readonly string[]): readonly string[] {
    expect(filesOf(desk.dataFolder).map((path) => basename(path))).to.include("frontdesk.sqlite-wal");
    return tracesOf(desk.dataFolder, secrets);
  }

  async function expectItWorks(): Promise<void> {
    const answer = await fetch(file);
    expect(answer.status).to.equal(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(FILE)).to.equal(true);
    const part = await fetch(file, { headers: { range: "bytes=70000-70009" } });
    expect(await part.text()).to.equal(FILE.subarray(70_000, 70_010).toString());
    for (const secret of [SAID, ANSWER, `${FILE_NAME}.txt`]) expect(await history()).to.include(secret);
  }

  it("has no word, name, file or address of a file in its data folder or its log, while it runs and after", async () => {
    await expectItWorks();
    expect(token()).to.have.lengthOf(32);
    expect(traces([...SECRETS, token()])).to.deep.equal([]);
    for (const secret of [...SECRETS, token()]) expect(desk.output()).not.to.include(secret);
  });

  it("keeps readable where the customer's address stands what its docs say, and nothing else", () => {
    const { id } = (customer.person as WebFarPerson).address;
    const places = columnsWith(desk.dataFolder, id);
    expect(places).to.include("lines.person");
    expect([...places].filter((place) => !ADDRESS_COLUMNS.includes(place))).to.deep.equal([]);
  });

  it("is turned to another key while it runs, and then needs the first no more", async () => {
    const path = join(desk.configFolder, "frontdesk.yaml");
    const configuration = readFileSync(path, "utf8");
    const withKeys = (lines: string) => writeFileSync(path, configuration.replace(`  key: {file: ${first}}`, lines));
    await desk.stop();
    withKeys(`  key: {file: ${second}}\n  formerKeys: [{file: ${first}}]`);
    await desk.start();
    await until("all is sealed anew", () => desk.output().includes('"event":"sealing.done"'), 60_000);
    expect(await desk.command("status")).to.match(/sealed with the key [0-9a-f]{16}\n/u);
    await desk.stop();
    withKeys(`  key: {file: ${first}}`);
    expect((await desk.attempt("start")).output).to.match(/Name the file of that key in frontdesk\.yaml/u);
    withKeys(`  key: {file: ${second}}`);
    await desk.start();
    await expectItWorks();
    expect(traces([...SECRETS, token()])).to.deep.equal([]);
  });
});
