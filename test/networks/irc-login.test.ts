/**
 * Logging in to an IRC network: TLS before a real ngircd, with every certificate that must not pass; SASL and NickServ with real
 * services (Atheme on InspIRCd), and with a script in the network's place for what those cannot be made to say.
 */
import { createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { irc } from "../../adapters/irc/index.ts";
import type { Adapter } from "../../src/adapter.ts";
import { TestContext } from "../support/adapter-context.ts";
import { registerNick, type Services, startAtheme } from "../support/atheme.ts";
import { type ServicesLink, startInspircd } from "../support/inspircd.ts";
import { IrcClient } from "../support/irc-client.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startNgircd } from "../support/ngircd.ts";
import { freePort } from "../support/ports.ts";
import { requires } from "../support/requires.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificate, openTlsFront, type TlsFront } from "../support/tls-front.ts";
import { Arrivals, until } from "../support/wait.ts";

const adapters: Adapter[] = [];

function make(section: Readonly<Record<string, unknown>>) {
  const context = new TestContext({ network: "irc", handles: ["support"], desk: "desk", alias: null });
  const common = {
    mode: "client",
    host: "localhost",
    nick: "support",
    limits: { burst: 1_000, lineMs: 0, regainSeconds: 1 },
  };
  const adapter = irc.create(irc.parseConfig({ ...common, ...section }), context);
  adapters.push(adapter);
  return { adapter, context };
}

/** What start rejects with; "It started." when it does not. */
function outcomeOf(adapter: Adapter): Promise<string> {
  return adapter.start(new AbortController().signal).then(
    () => "It started.",
    (error: unknown) => String(error),
  );
}

afterEach(async () => {
  await Promise.all(adapters.splice(0).map((adapter) => adapter.stop()));
});

describe("an IRC link over TLS", function () {
  this.timeout(400_000);
  requires("ngircd");
  let server: IrcServer;
  let folder: TemporaryFolder;
  const fronts: Record<string, TlsFront> = {};
  const pems: Record<string, string> = {};

  before(async () => {
    server = await startNgircd();
    folder = temporaryFolder("certificates");
    for (const domain of ["localhost", "other.test"]) {
      const certificate = makeCertificate(folder.path, domain);
      pems[domain] = certificate.cert;
      fronts[domain] = await openTlsFront(certificate, server.port);
    }
  });
  after(async () => {
    for (const front of Object.values(fronts)) front.close();
    folder?.remove();
    await server?.remove();
  });

  it("carries text with a certificate it trusts", async () => {
    const { password } = server;
    const { adapter, context } = make({ port: fronts.localhost?.port, password, authority: pems.localhost });
    expect(await outcomeOf(adapter)).to.equal("It started.");
    const anna = await IrcClient.connect(server, "anna");
    anna.write("PRIVMSG support :verschlüsselt 🔒 €");
    expect((await context.next("message")).text).to.equal("verschlüsselt 🔒 €");
    anna.stop();
  });

  it("does not begin with one that nobody vouches for", async () => {
    const { adapter } = make({ port: fronts.localhost?.port, password: server.password });
    expect(await outcomeOf(adapter)).to.match(/certificate is not accepted/);
  });

  it("does not begin with one for another name", async () => {
    const { adapter } = make({
      port: fronts["other.test"]?.port,
      password: server.password,
      authority: pems["other.test"],
    });
    expect(await outcomeOf(adapter)).to.match(/certificate is not accepted/);
  });
});

/** A network in a few lines: `script` says what it answers to each line of the client. */
class Script {
  readonly lines = new Arrivals<string>();
  port = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(script: (line: string) => readonly string[]) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = "";
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        const lines = (rest + bytes.toString()).split("\r\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          this.lines.push(line);
          for (const answer of [...script(line), ...usual(line)]) socket.write(`${answer}\r\n`);
        }
      });
    });
  }
  async listen(): Promise<this> {
    this.port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(this.port, "127.0.0.1", resolve));
    return this;
  }
  say(line: string): void {
    for (const socket of this.#sockets) socket.write(`${line}\r\n`);
  }
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

function usual(line: string): readonly string[] {
  if (line.startsWith("PING")) return [line.replace("PING", ":irc.test PONG irc.test")];
  return line === "CAP END" ? welcome("support") : [];
}
const welcome = (nick: string) => [`:irc.test 001 ${nick} :Welcome`, `:irc.test 376 ${nick} :End of MOTD`];

describe("an account of an IRC network", () => {
  let network: Script | null = null;
  const on = async (script: (line: string) => readonly string[]): Promise<Script> => {
    network = await new Script(script).listen();
    return network;
  };
  afterEach(() => network?.close());
  const sasl = { account: "desk", password: "hush hush" };
  const withSasl = (end: readonly string[]) => (line: string) => {
    if (line === "CAP LS 302") return [":irc.test CAP * LS :sasl=PLAIN,EXTERNAL server-time"];
    if (line.startsWith("CAP REQ")) return [`:irc.test CAP * ACK :${line.split(":")[1] ?? ""}`];
    if (line === "AUTHENTICATE PLAIN") return ["AUTHENTICATE +"];
    return line.startsWith("AUTHENTICATE ") ? end : [];
  };

  it("is logged in to by SASL PLAIN before the nick is the desk's", async () => {
    const script = await on(
      withSasl([":irc.test 900 support support!u@h desk :You are now logged in", ":irc.test 903 support :OK"]),
    );
    const { adapter } = make({ port: script.port, tls: false, sasl });
    expect(await outcomeOf(adapter)).to.equal("It started.");
    const said = script.lines.all.find((line) => line.startsWith("AUTHENTICATE ") && !line.endsWith("PLAIN")) ?? "";
    expect(Buffer.from(said.slice("AUTHENTICATE ".length), "base64").toString()).to.equal("desk\0desk\0hush hush");
    expect(script.lines.all.filter((line) => line.startsWith("PASS"))).to.deep.equal([]);
  });

  it("is not begun with a wrong password, and the password is in no log", async () => {
    const script = await on(withSasl([":irc.test 904 support :SASL authentication failed"]));
    const { adapter, context } = make({ port: script.port, tls: false, sasl });
    expect(await outcomeOf(adapter)).to.match(/does not accept this account's password/);
    expect(JSON.stringify(context.logs)).not.to.match(/hush|aHVzaC/);
  });

  it("is not on a network without SASL, and says so: nobody shall think that the desk is logged in", async () => {
    const script = await on((line) =>
      line === "CAP LS 302" ? [":irc.test CAP * LS :multi-prefix"] : withSasl([])(line),
    );
    const { adapter, context } = make({ port: script.port, tls: false, sasl });
    void outcomeOf(adapter);
    await until("the log to say so", () => /offers no login by SASL PLAIN now/u.test(JSON.stringify(context.logs)));
    expect(context.statuses.all).not.to.include("online");
  });

  it("the server's password is not shown to SASL", async () => {
    const script = await on(withSasl([]));
    const { adapter } = make({ port: script.port, tls: false, password: "the way in" });
    expect(await outcomeOf(adapter)).to.equal("It started.");
    expect(script.lines.all.filter((line) => line.startsWith("AUTHENTICATE"))).to.deep.equal([]);
    expect(script.lines.all).to.include("PASS :the way in");
  });

  it("NickServ is told who the desk is, and ends the session that has its nick", async () => {
    let isGhosted = false;
    const script = await on((line) => {
      if (line === "CAP LS 302") return [":irc.test CAP * LS :"];
      if (line === "NICK support" && !isGhosted) return [":irc.test 433 * support :Nickname is already in use"];
      if (line === "NICK support") return [":support_!u@h NICK :support"];
      if (line === "PRIVMSG NickServ :GHOST support hush") isGhosted = true;
      return line === "NICK support_" ? welcome("support_") : [];
    });
    const { adapter, context } = make({ port: script.port, tls: false, nickserv: { password: "hush" } });
    expect(await outcomeOf(adapter)).to.equal("It started.");
    await script.lines.next("the desk to identify", (line) => line === "PRIVMSG NickServ :IDENTIFY support hush");
    await script.lines.next("the nick asked for again", (line) => line === "NICK support" && isGhosted);
    script.say(":anna!u@h PRIVMSG support :hello");
    expect((await context.next("message")).to).to.equal("support");
    script.say(":NickServ!services@services. PRIVMSG support :You are now identified");
    script.say(":anna!u@h PRIVMSG support :again");
    expect((await context.next("message")).text).to.equal("again");
    expect(JSON.stringify(context.logs)).not.to.contain("hush");
  });
});

describe("a network with real services (Atheme on InspIRCd)", function () {
  this.timeout(400_000);
  requires("inspircd", "atheme");
  const PASSWORD = "hush-hush";
  let link: ServicesLink;
  let server: IrcServer;
  let services: Services;
  /** What the network says of the account behind a nick: RPL_WHOISACCOUNT. */
  const accountOf = async (nick: string): Promise<string | undefined> => {
    const client = await IrcClient.connect(server, "curious");
    client.write(`WHOIS ${nick}`);
    await client.next("318");
    client.stop();
    return client.lines.all.find(({ command }) => command === "330")?.params[2];
  };
  const account = (password: string) => ({ sasl: { account: "support", password }, ...where() });
  const where = () => ({ host: "127.0.0.1", port: server.port, tls: false, password: server.password });

  before(async () => {
    link = { name: "services.test", port: await freePort(), password: "between-servers" };
    server = await startInspircd({ services: link });
    services = await startAtheme(link, server);
    await registerNick(server, "support", PASSWORD);
  });
  after(async () => {
    await services?.remove();
    await server?.remove();
  });

  it("lets the desk log in by SASL before it is on the network", async () => {
    const { adapter, context } = make(account(PASSWORD));
    expect(await outcomeOf(adapter)).to.equal("It started.");
    expect(await accountOf("support")).to.equal("support");
    expect(JSON.stringify(context.logs)).not.to.contain(PASSWORD);
  });

  it("refuses a wrong password, once and for all", async () => {
    const { adapter } = make(account("a guess"));
    expect(await outcomeOf(adapter)).to.match(/does not accept this account's password/u);
  });

  it("has the desk wait while the services are away, as in a netsplit, and log in when they are back", async () => {
    await services.stop();
    const { adapter, context } = make({ ...account(PASSWORD), limits: { connectSeconds: 3 } });
    const outcome = outcomeOf(adapter);
    // The network may know already that it has no SASL now, or not yet.
    const isRefused = () => /offers no login by SASL|No login within/u.test(JSON.stringify(context.logs));
    await until("the desk to be refused", isRefused);
    expect(context.statuses.all).not.to.include("online");
    await services.start();
    expect(await outcome).to.equal("It started.");
    expect(await accountOf("support")).to.equal("support");
  });

  it("ends by NickServ the session that has the desk's nick, and identifies it", async () => {
    const former = await IrcClient.connect(server, "support");
    const nickserv = { password: PASSWORD, recover: "GHOST" };
    const { adapter } = make({ ...where(), nickserv });
    expect(await outcomeOf(adapter)).to.equal("It started.");
    await until("the desk to have its nick and its account", async () => (await accountOf("support")) === "support");
    former.stop();
  });
});
