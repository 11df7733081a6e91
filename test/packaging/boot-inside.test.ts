/** The daemon within this process, on the loopback network: what reloads and stops mean to people who are talking. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import {
  closeLoopbackExchange,
  type LoopbackPerson,
  loopback,
  loopbackExchange,
} from "../../adapters/loopback/index.ts";
import { handleSignals, holdReload } from "../../src/boot/signals.ts";
import { StartFault, Steps } from "../../src/boot/steps.ts";
import { createClock } from "../../src/clock.ts";
import { askDesk } from "../../src/control/client.ts";
import { createMemoryLog, type MemoryLogger } from "../../src/log.ts";
import { type Daemon, run } from "../../src/main.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const SCHEMA = fileURLToPath(new URL("../../config/schema", import.meta.url));

const FILES: Readonly<Record<string, string>> = {
  "frontdesk.yaml": `
company: Example
networks:
  chat:
    adapter: loopback
    exchange: boot-inside
    handles:
      support: { name: Support, dialog: welcome }
store: { folder: ../data }
http: { port: 0 }
`,
  "routing.yaml": "skills: [support]\nqueues:\n  support: { name: Support, skills: { support: 1 } }\n",
  "people.yaml": "csrs:\n  ada:\n    name: Ada\n    addresses: [{ chat: ada }]\n    skills: { support: 3 }\n",
  "dialogs.yaml":
    "person: support\ndialogs:\n  welcome:\n    steps:\n      - say: Hello from the bot.\n      - route: support\n",
};

describe("the daemon and those who are talking", function () {
  this.timeout(300_000);
  let folder: TemporaryFolder;
  let log: MemoryLogger;
  let daemon: Daemon;
  let anna: LoopbackPerson;
  let ada: LoopbackPerson;

  const start = (): Promise<Daemon> =>
    run({
      folder: join(folder.path, "config"),
      modules: [loopback],
      print: () => {},
      signals: false,
      log: { ...log, close: async () => {} },
    });

  beforeEach(async () => {
    folder = temporaryFolder("inside");
    mkdirSync(join(folder.path, "config"));
    cpSync(SCHEMA, join(folder.path, "config/schema"), { recursive: true });
    for (const [file, text] of Object.entries(FILES)) {
      writeFileSync(join(folder.path, "config", file), text);
    }
    log = createMemoryLog();
    anna = loopbackExchange("boot-inside").person("anna");
    ada = loopbackExchange("boot-inside").person("ada");
    daemon = await start();
  });
  afterEach(async () => {
    await daemon.stop();
    closeLoopbackExchange("boot-inside");
    folder.remove();
  });

  function edit(file: string, before: string, after: string): void {
    const path = join(folder.path, "config", file);
    writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
  }

  /** The newest message of that person whose text holds `part`, once it is there. */
  function sees(person: LoopbackPerson, part: string) {
    return until(`${person.id} to see ${JSON.stringify(part)}`, () =>
      person.received.findLast((event) => event.kind === "message" && event.text.includes(part)),
    );
  }

  /** Anna has written, Ada has accepted; the name of the desk at which Ada talks to Anna. */
  async function talking(): Promise<string> {
    ada.presence("available");
    anna.say("support", "hello");
    const { from } = await sees(ada, "/accept");
    ada.say(from, "/accept");
    await sees(anna, "Ada");
    return from;
  }

  it("an admin who names nobody is told where to look", async () => {
    const asked = async (path: string) => {
      const answer = await askDesk(join(folder.path, "data"), "POST", path);
      return answer.kind === "answer" ? [answer.status, answer.body] : expect.fail(answer.text);
    };
    const noCsr = { kind: "missing", text: 'There is no CSR "bob"; `frontdesk csrs` lists them.' };
    expect(await asked("/csrs/bob/away")).to.deep.equal([404, noCsr]);
    expect(await asked("/csrs/bob/password")).to.deep.equal([404, noCsr]);
    const text = 'There is no open conversation "x"; `frontdesk conversations` lists them.';
    expect(await asked("/close/x")).to.deep.equal([404, { kind: "missing", text }]);
  });

  it("the last line of the log says that it is down", async () => {
    await daemon.stop();
    expect(log.records.filter(({ level }) => level !== "debug").at(-1)?.event).to.equal("stop.done");
  });

  it("a reload drops no conversation, and the next decision goes by the new rules", async () => {
    const alias = await talking();
    edit("people.yaml", "name: Ada", "name: Adele");
    edit("dialogs.yaml", "Hello from the bot.", "Hello from another bot.");
    const report = await daemon.reload();
    expect(report).to.deep.include({ kind: "reloaded", needsRestart: [] });
    anna.say("support", "still there?");
    await sees(ada, "still there?");
    ada.say(alias, "of course");
    await sees(anna, "of course");
    const bert = loopbackExchange("boot-inside").person("bert");
    bert.say("support", "hello");
    await sees(bert, "Hello from another bot.");
  });

  it("a refused reload changes nothing at all", async () => {
    edit("people.yaml", "name: Ada", "name: Adele");
    edit("routing.yaml", "support: 1", "suport: 1");
    expect((await daemon.reload()).kind).to.equal("refused");
    expect(log.records.filter(({ event }) => event === "rules.adopted")).to.deep.equal([]);
    await talking();
  });

  it("a reload's opening hours count at once", async () => {
    const open = async () => {
      const answer = await askDesk(join(folder.path, "data"), "GET", "/queues");
      return answer.kind === "answer" && (answer.body as readonly { open: boolean }[])[0]?.open;
    };
    expect(await open()).to.equal(true);
    edit("routing.yaml", "name: Support,", 'name: Support, hours: "off",');
    await daemon.reload();
    await until("the queue to close", async () => (await open()) === false);
  });

  it("two reloads at once are done one after the other", async () => {
    const first = daemon.reload();
    edit("people.yaml", "name: Ada", "name: Adele");
    const reports = await Promise.all([first, daemon.reload()]);
    expect(reports.map(({ kind }) => kind)).to.deep.equal(["reloaded", "reloaded"]);
    const adopted = log.records.filter(({ event }) => /^(rules\.adopted|reload\.done)$/.test(event));
    expect(adopted.map(({ event }) => event)).to.deep.equal([
      "rules.adopted",
      "reload.done",
      "rules.adopted",
      "reload.done",
    ]);
  });

  it("a stop leaves the conversation for the next start to go on with", async () => {
    const alias = await talking();
    await daemon.stop();
    expect(await daemon.ended).to.equal(0);
    anna.say("support", "anybody?");
    daemon = await start();
    await sees(ada, "anybody?");
    ada.say(alias, "here again");
    await sees(anna, "here again");
  });

  it("the control socket tells of the conversation, and closes it", async () => {
    await talking();
    const data = join(folder.path, "data");
    const listed = await askDesk(data, "GET", "/conversations");
    const [view] = (listed.kind === "answer" ? listed.body : []) as readonly { id: string; csr: string }[];
    expect(view).to.include({ csr: "ada", network: "chat", handle: "support" });
    const transcript = await askDesk(data, "GET", `/transcript/${view?.id}`);
    expect(JSON.stringify(transcript)).to.include("Hello from the bot.").and.to.include("offer.accepted");
    expect(await askDesk(data, "POST", `/close/${view?.id}`)).to.deep.include({ status: 200 });
    expect(await askDesk(data, "POST", `/close/${view?.id}`)).to.deep.include({ status: 404 });
    expect(await askDesk(data, "POST", "/csrs/nobody/away")).to.deep.include({ status: 404 });
    expect(await askDesk(data, "POST", "/csrs/ada/password")).to.deep.include({
      body: { kind: "missing", text: "ada has no address on a network where the desk keeps the passwords." },
    });
  });

  it("a second desk on the same data is refused in a sentence, and undone whole", async () => {
    const failure = await start().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StartFault);
    expect((await askDesk(join(folder.path, "data"), "GET", "/status")).kind).to.equal("answer");
  });
});

describe("the steps of a start", () => {
  const clock = createClock();

  it("are undone in the opposite order, those of a failed start too", async () => {
    const undone: string[] = [];
    const steps = new Steps();
    for (const name of ["one", "two", "three"]) {
      await steps.take(
        name,
        () => name,
        (part) => void undone.push(part),
      );
    }
    await steps.takeFirst(
      "first",
      () => "first",
      (part) => void undone.push(part),
    );
    await steps
      .take(
        "failing",
        () => Promise.reject(new StartFault("no")),
        () => void undone.push("failing"),
      )
      .catch(() => {});
    await steps.back(clock, 1_000, createMemoryLog());
    await steps.back(clock, 1_000, createMemoryLog());
    expect(undone).to.deep.equal(["three", "two", "one", "first"]);
  });

  it("that fail or take too long to undo are reported, and the others still get their turn", async () => {
    const log = createMemoryLog();
    const undone: string[] = [];
    const steps = new Steps();
    await steps.take(
      "last",
      () => {},
      () => void undone.push("last"),
    );
    await steps.take(
      "slow",
      () => {},
      () => new Promise<void>(() => {}),
    );
    await steps.take(
      "broken",
      () => {},
      () => {
        throw new Error("broken");
      },
    );
    await steps.back(clock, 20, log);
    expect(undone).to.deep.equal(["last"]);
    expect(
      log.records.filter(({ level }) => level !== "debug").map(({ event, fields }) => [event, fields.step]),
    ).to.deep.equal([
      ["stop.failed", "broken"],
      ["stop.late", "slow"],
    ]);
  });

  it("that are under way when the stop begins are undone at once, and later ones not taken at all", async () => {
    const happened: string[] = [];
    const steps = new Steps();
    const begun = Promise.withResolvers<void>();
    const step = (name: string, start: () => void | Promise<void>) =>
      steps.take(name, start, () => void happened.push(`${name} undone`)).catch((error: unknown) => error);
    const underWay = step("under way", () => begun.promise);
    await steps.back(clock, 20, createMemoryLog(), new StartFault("The desk was stopped while it started.", 0));
    begun.resolve();
    expect(await underWay)
      .to.be.instanceOf(StartFault)
      .and.to.include({ exitCode: 0 });
    expect(await step("late", () => void happened.push("late"))).to.be.instanceOf(StartFault);
    expect(happened).to.deep.equal(["under way undone"]);
  });
});

describe("signals", () => {
  it("keep a wish to reload that comes while the desk still starts", () => {
    const before = process.listenerCount("SIGHUP");
    const asked = holdReload();
    process.emit("SIGHUP");
    const [, unasked] = [process.emit("SIGHUP"), holdReload()];
    expect([asked(), unasked()]).to.deep.equal([true, false]);
    expect(process.listenerCount("SIGHUP")).to.equal(before);
  });

  it("stop once, and leave at once the second time", () => {
    const happened: unknown[] = [];
    const before = process.listenerCount("SIGTERM");
    const unlisten = handleSignals({
      stop: (signal) => happened.push(signal),
      leaveAtOnce: (code) => happened.push(code),
      reload: () => happened.push("reload"),
    });
    process.emit("SIGHUP");
    // Only our own listener is called: the test runner's would end the tests.
    const [ours] = process.listeners("SIGTERM").slice(-1);
    ours?.("SIGTERM");
    ours?.("SIGTERM");
    unlisten();
    expect(happened).to.deep.equal(["reload", "SIGTERM", 143]);
    expect(process.listenerCount("SIGTERM")).to.equal(before);
  });
});
