/**
 * Real terminal clients on both sides, through the real daemon: a customer types in irssi and the CSR answers from
 * weechat-matrix, on a real Synapse; a customer in WeeChat is answered by a CSR in irssi.
 */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { csrEntries, matrixNetwork, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { PATIENCE_MS } from "../support/desk-people.ts";
import { linkedNetwork } from "../support/irc-network.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startIrssi } from "../support/irssi.ts";
import { connectMatrixClient } from "../support/matrix-client.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { type Synapse, startSynapse } from "../support/synapse.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificate, openTlsFront, type TlsFront } from "../support/tls-front.ts";
import { until } from "../support/wait.ts";
import { type MatrixTerminal, startWeechat, startWeechatMatrix } from "../support/weechat.ts";

const PASSWORD = "a-password-nobody-has";
const MATRIX_CSR = "clerk.eleven";
const IRC_CSR = "clerkeight";

describe("people with terminal clients on IRC and Matrix", function () {
  this.timeout(400_000);
  requires("ngircd", "synapse", "irssi", "weechat", "weechatMatrix", "tmux");
  let irc: IrcServer;
  let synapse: Synapse;
  let folder: TemporaryFolder;
  let front: TlsFront;
  let toDesk: TcpRelay;
  let desk: Daemon;

  before(async () => {
    const where: { desk: Daemon | null } = { desk: null };
    toDesk = await TcpRelay.open(() => (where.desk === null ? null : Number(new URL(where.desk.url).port)));
    folder = temporaryFolder("certificates");
    [irc, synapse] = await Promise.all([
      startNgircd(),
      startSynapse({ serviceUrl: `http://127.0.0.1:${toDesk.port}/matrix` }),
    ]);
    front = await openTlsFront(makeCertificate(folder.path, "localhost"), synapse.port);
    desk = await startDaemon({
      networks: linkedNetwork(irc) + matrixNetwork(synapse),
      csrs: csrEntries(
        { id: "ada", name: "Ada", address: `matrix: "@${MATRIX_CSR}:${synapse.serverName}"`, skill: "support" },
        { id: "grace", name: "Grace", address: `irc: ${IRC_CSR}`, skill: "billing" },
      ),
      routing: TWO_QUEUES,
      dialogs: TWO_DIALOGS,
    });
    where.desk = desk;
  });
  after(async () => {
    await desk?.remove();
    await toDesk?.cut();
    front?.close();
    folder?.remove();
    await synapse?.remove();
    await irc?.remove();
  });

  it("a customer types in irssi and the CSR answers from weechat-matrix", async () => {
    const csr = await csrInWeechat();
    const customer = await startIrssi(irc, "annelise");
    try {
      const offer = 4; // behind the chat with the desk
      customer.open("support");
      customer.type("hello");
      await customer.waitFor(/your name/u, PATIENCE_MS);
      customer.type("Anna");
      await csr.joinRoomOf(synapse.prefix, offer);
      await csr.waitFor(/Anna[\s\S]*\/accept/u, PATIENCE_MS);
      csr.type("//accept");
      await customer.waitFor(/connected to/u, PATIENCE_MS);
      customer.type("was kostet das? 价格€5 👍");
      await csr.waitFor(/was kostet das\? 价格€5 👍/u, PATIENCE_MS);
      csr.type("fünf Euro 👍");
      await customer.waitFor(/<support> fünf Euro 👍/u, PATIENCE_MS);
      customer.type("/me nods");
      await csr.waitFor(/\* nods/u, PATIENCE_MS);
      // irssi takes some seconds to say what it is.
      const isKnown = async () => /irssi/u.test(await desk.command("conversations", "--json"));
      await until("the desk to know irssi", isKnown, PATIENCE_MS);
      csr.type("//who");
      await csr.waitFor(/Writes from: irssi/u, PATIENCE_MS);
      expect(customer.screen()).not.to.match(new RegExp(`${MATRIX_CSR}|${synapse.serverName}`, "u"));
      csr.type("//close");
      await customer.waitFor(/has been closed/u, PATIENCE_MS);
    } finally {
      await Promise.all([csr.stop(), customer.stop()]);
    }
  });

  it("a customer in WeeChat is answered by a CSR in irssi", async () => {
    const csr = await startIrssi(irc, IRC_CSR);
    const customer = await startWeechat(irc, "wendelin");
    try {
      customer.open("billing");
      customer.type("hello");
      await customer.waitFor(/your name/u, PATIENCE_MS);
      customer.type("Wendelin");
      await csr.waitFor(/\[Act: /u, PATIENCE_MS);
      csr.type("/window 2");
      await csr.waitFor(/Wendelin[\s\S]*\/accept/u, PATIENCE_MS);
      csr.type("accept");
      await customer.waitFor(/connected to/u, PATIENCE_MS);
      customer.type("//help me, 价格€5 👍");
      await csr.waitFor(/\/help me, 价格€5 👍/u, PATIENCE_MS);
      csr.type("fünf Euro 👍");
      await customer.waitFor(/billing[\s|]+fünf Euro 👍/u, PATIENCE_MS);
      // irssi sends what stands behind a slash and a space.
      csr.type("/ /who");
      await csr.waitFor(/WeeChat 3/u, PATIENCE_MS);
      csr.type("/ /close");
      await customer.waitFor(/has been closed/u, PATIENCE_MS);
    } finally {
      await Promise.all([csr.stop(), customer.stop()]);
    }
  });

  /**
   * weechat-matrix opens no chat by itself, it joins those it is invited to: the chat with the desk was opened once, with another
   * client, as docs/csr.md says.
   */
  const csrInWeechat = async (): Promise<MatrixTerminal> => {
    const account = await synapse.register(MATRIX_CSR, PASSWORD);
    const first = await connectMatrixClient(synapse, account);
    await first.chatWith(`@${synapse.prefix}desk:${synapse.serverName}`);
    await first.stop();
    return await startWeechatMatrix({ port: front.port, user: MATRIX_CSR, password: PASSWORD });
  };
});
