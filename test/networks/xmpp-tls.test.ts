/** Encryption of an account's link on a real Prosody: STARTTLS and direct TLS, and every certificate that must not pass. */
import { join } from "node:path";
import { expect } from "chai";
import { xmpp } from "../../adapters/xmpp/index.ts";
import { TestContext } from "../support/adapter-context.ts";
import { freePort } from "../support/ports.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificate } from "../support/tls-front.ts";
import { connectXmppClient } from "../support/xmpp-client.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const TEXT = "verschlüsselt 🔒 €";

describe("an XMPP account over TLS", function () {
  this.timeout(400_000);
  requires("prosody");
  let folder: TemporaryFolder;
  let server: XmppServer;
  let directPort: number;
  let authority: string;

  before(async () => {
    folder = temporaryFolder("certificates");
    directPort = await freePort();
    authority = makeCertificate(folder.path, "im.test").cert;
    const key = join(folder.path, "im.test.key");
    const certificate = join(folder.path, "im.test.pem");
    server = await startProsody({
      extraConfiguration: `
modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "ping"; "websocket"; "http" }
modules_disabled = { "s2s"; "limits" }
ssl = { key = "${key}"; certificate = "${certificate}" }
c2s_direct_tls_ports = { ${directPort} }
c2s_direct_tls_ssl = { key = "${key}"; certificate = "${certificate}" }
`,
    });
    await server.register("support", "pw");
    await server.register("anna", "pw");
  });
  after(async () => {
    await server?.remove();
    folder?.remove();
  });

  function make(section: Readonly<Record<string, unknown>>) {
    const context = new TestContext({ network: "xmpp", handles: ["support"], desk: "desk", alias: null });
    const base = { mode: "account", jid: "support@im.test", password: "pw", host: "127.0.0.1" };
    return { context, adapter: xmpp.create(xmpp.parseConfig({ ...base, ...section }), context) };
  }
  const start = (adapter: ReturnType<typeof make>["adapter"]) => adapter.start(new AbortController().signal);
  async function reasonOf(starting: Promise<void>): Promise<string> {
    return await starting.then(
      () => "It started.",
      (error: unknown) => String(error),
    );
  }

  for (const tls of ["starttls", "direct"] as const) {
    const port = () => (tls === "starttls" ? server.clientPort : directPort);

    it(`is reached by ${tls} with the certificate it trusts`, async () => {
      const { adapter, context } = make({ tls, port: port(), authority });
      await start(adapter);
      const anna = await connectXmppClient({ server, user: "anna", password: "pw", websocket: true });
      await anna.message("support@im.test", TEXT);
      expect((await context.next("message")).text).to.equal(TEXT);
      await anna.stop();
      await adapter.stop();
    });
    it(`does not start by ${tls} with a certificate nobody vouches for`, async () => {
      const { adapter } = make({ tls, port: port() });
      expect(await reasonOf(start(adapter))).to.match(/certificate is not accepted/);
      await adapter.stop();
    });
    it(`does not start by ${tls} with the certificate of another domain`, async () => {
      makeCertificate(folder.path, "other.test");
      const { adapter } = make({ jid: "support@anon.im.test", tls, port: port(), authority });
      expect(await reasonOf(start(adapter))).to.match(/certificate is not accepted/);
      await adapter.stop();
    });
  }

  it("does not start without encryption where it is required", async () => {
    const plain = await startProsody();
    await plain.register("support", "pw");
    const { adapter } = make({ tls: "starttls", port: plain.clientPort });
    expect(await reasonOf(start(adapter))).to.match(/offers no encryption/);
    await adapter.stop();
    await plain.remove();
  });
});
