/** What people on IRC say, on its way to the desk: without their nick in it, and in order whatever fails. */
import { expect } from "chai";
import type { Attachment } from "../../adapters/irc/attachment.ts";
import { parseLine } from "../../adapters/irc/line.ts";
import { People } from "../../adapters/irc/nicks.ts";
import { Reception } from "../../adapters/irc/reception.ts";
import type { Versions } from "../../adapters/irc/versions.ts";
import { refused } from "../../src/core/limits.ts";
import { ACCEPTED, type InboundOf } from "../../src/core/model.ts";
import { TestContext } from "../support/adapter-context.ts";
import { until } from "../support/wait.ts";

describe("what is said on IRC", () => {
  const begin = (source: () => Promise<string>) => {
    const context = new TestContext({ network: "irc", handles: ["support"], desk: "desk", alias: null });
    const answers: string[] = [];
    const attachment = {
      source,
      maxTextBytes: 400,
      senderOf: () => "annelise",
      isOwn: () => false,
      deskOf: () => "support",
      refuse: () => false,
    } as unknown as Attachment;
    const reception = new Reception({
      context,
      attachment,
      people: new People(),
      versions: { notice: () => {} } as unknown as Versions,
      inbound: 10,
      remembered: 10,
      chat: (line) => answers.push(line.trailing ?? "") > 0,
      pause: () => {},
      resume: () => {},
      isStopped: () => false,
      heard: () => {},
    });
    const says = (text: string) => {
      const message = parseLine(`:annelise!a@host PRIVMSG support :${text}`);
      if (message !== null) reception.privmsg(message);
    };
    const heard = () => context.inbounds.all.filter((one): one is InboundOf<"message"> => one.kind === "message");
    const notices = (text: string) => {
      const message = parseLine(`:annelise!a@host NOTICE support :${text}`);
      if (message !== null) reception.notice(message);
    };
    return { context, says, notices, heard, answers };
  };

  it("a notice is nobody's message, and is not answered: two automatic repliers would never end", async () => {
    const { says, notices, heard, answers } = begin(async () => "support");
    notices("I am not here.");
    notices("\u0001PING 1\u0001");
    says("hello");
    expect((await until("what is said", () => heard()[0])).text).to.equal("hello");
    expect(heard()).to.have.length(1);
    expect(answers).to.deep.equal([]);
  });

  it("is handed over as it comes, before the desk has answered what came before", async () => {
    const { context, says, heard } = begin(async () => "support");
    const answer = Promise.withResolvers<typeof ACCEPTED>();
    context.judge(() => answer.promise);
    for (const text of ["one", "two", "three"]) says(text);
    expect(heard().map(({ text }) => text)).to.deep.equal(["one", "two", "three"]);
    answer.resolve(ACCEPTED);
  });

  it("an action is told without the nick, which is an address", async () => {
    const { says, heard } = begin(async () => "support");
    says("\u0001ACTION waves\u0001");
    const action = await until("the action", () => heard()[0]);
    expect(action.text).to.equal("* waves");
  });

  it("an offer of a file is refused in words, and whoever they talk with knows of it, not of the folders it is in", async () => {
    const { says, heard, answers } = begin(async () => "support");
    says('\u0001DCC SEND "/home/anne/my bill.pdf" 2130706433 5000 12\u0001');
    says("\u0001DCC CHAT chat 2130706433 5000\u0001");
    const offer = await until("the offer", () => heard()[0]);
    expect(offer.text).to.equal('[file "my bill.pdf"]');
    await until("the answer", () => answers.length === 1);
    expect(answers[0]).to.contain("no files");
    says("\u0001DCC SEND another.pdf 2130706433 5000 12\u0001");
    expect((await until("the other offer", () => heard()[1])).text).to.equal('[file "another.pdf"]');
    expect(answers, "one answer in a while").to.have.lengthOf(1);
  });

  it("goes on when an answer could not be given", async () => {
    const { context, says, heard, answers } = begin(() => Promise.reject(new Error("the disk is away")));
    context.judge(async () => refused("not-acceptable", "too long"));
    says("one");
    says("\u0001DCC CHAT x 1 2\u0001");
    await until("the failure", () => context.logs.filter(({ event }) => event === "irc.answer.failed").length === 2);
    context.judge(async () => ACCEPTED);
    says("two");
    await until("the next", () => heard().some(({ text }) => text === "two"));
    expect(answers).to.deep.equal([]);
  });
});
