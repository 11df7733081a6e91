/**
 * A customer is erased at a running desk: afterwards no byte of what they said, sent or were called is left in its data folder, and the
 * others are as they were.
 */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { filesOf, tracesOf } from "../support/data-folder.ts";
import { csrEntries, webNetwork } from "../support/desk-config.ts";
import { hears, type Somebody, webCsr, webVisitor } from "../support/desk-people.ts";
import { until } from "../support/wait.ts";

const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - identify: {account: false, askName: "Your name?"}
      - route: support
`;

describe("erasing a customer", function () {
  this.timeout(400_000);
  let desk: Daemon;
  let ada: Somebody;

  before(async () => {
    desk = await startDaemon({
      networks: webNetwork().replace("      billing: {name: Billing, dialog: money}\n", ""),
      csrs: csrEntries({ id: "ada", name: "Ada", address: "web: ada", skill: "support" }),
      dialogs: DIALOGS,
    });
    ada = await webCsr(desk, "ada", "ada");
  });
  after(async () => {
    await ada?.stop();
    await desk?.remove();
  });

  const bytes = (): string =>
    filesOf(desk.dataFolder)
      .map((path) => readFileSync(path, "latin1"))
      .join("\n");

  /** A talk from its beginning to its end; gives the customer's address. */
  async function talk(name: string, words: string, answer: string): Promise<string> {
    const customer = await webVisitor(desk, "support");
    await customer.person.say("support", "hello");
    await hears(customer, "Your name?");
    await customer.person.say("support", name);
    const { from } = await hears(ada, new RegExp(name, "u"));
    await ada.person.say(from, "/accept");
    await hears(customer, /connected to Ada/u);
    await customer.person.say("support", words);
    await hears(ada, words);
    await ada.person.say(from, answer);
    await hears(customer, answer);
    const open = JSON.parse(await desk.command("conversations", "--json")) as readonly { readonly id: string }[];
    const transcript = JSON.parse(await desk.command("transcript", open[0]?.id ?? "", "--json")) as {
      readonly lines: readonly { readonly author: number | null; readonly from: { readonly id: string } | null }[];
    };
    const address = transcript.lines.find(({ author }) => author === 0)?.from?.id ?? "";
    expect(await desk.command("erase", "web", address, "--yes").catch(String), "while it is open").to.match(
      /is open; close it first/u,
    );
    await desk.command("conversations", "close", open[0]?.id ?? "");
    await until("the end", async () => (await desk.command("conversations", "--json")).trim() === "[]");
    await customer.stop();
    return address;
  }

  it("leaves nothing of them on the disk, and all of the others", async () => {
    const words = "my cat Xanthippe ate the invoice";
    const erasable = await talk("Wilhelmina", words, "We shall send another to Drury Lane.");
    await talk("Bartholomew", "where is my bicycle", "In the post.");
    const secrets = [words, "Xanthippe", "Wilhelmina", "Drury Lane", erasable];
    expect(
      secrets.filter((secret) => !bytes().includes(secret)),
      "before",
    ).to.deep.equal([]);

    expect(await desk.command("erase", "web", erasable)).to.match(
      /^1 conversations .* Nothing was erased; --yes does it\./u,
    );
    expect(await desk.command("erase", "web", erasable, "--yes")).to.match(/^Erased: 1 conversations with \d+ lines/u);
    expect(tracesOf(desk.dataFolder, secrets), "after").to.deep.equal([]);
    expect(bytes()).to.include("where is my bicycle").and.to.include("Bartholomew");
    expect(await desk.command("erase", "web", erasable)).to.match(/^Nothing is kept/u);
    expect(await desk.command("audit", "--action", "customer.erased")).to.match(/customer\.erased/u);
    expect(await desk.command("audit", "--verify")).to.match(/whole/u);
  });

  it("is refused for a network that is not there", async () => {
    expect(await desk.command("erase", "telepathy", "anna", "--yes").catch(String)).to.match(
      /There is no network "telepathy"/u,
    );
  });
});
