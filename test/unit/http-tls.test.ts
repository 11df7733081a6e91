import { createHash, X509Certificate } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { Agent, get, type RequestOptions } from "node:https";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect } from "chai";
import { Registry } from "prom-client";
import { HTTP_LIMITS } from "../../src/http/limits.ts";
import { createHttpServer, type HttpServer } from "../../src/http/server.ts";
import { createMemoryLog } from "../../src/log.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificate } from "../support/tls-front.ts";
import { until } from "../support/wait.ts";
import { compile, edited } from "./config-support.ts";

const DOMAIN = "chat.test";

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | readonly string[]>;
  /** SHA-256 of the certificate that the server showed on this connection. */
  readonly shown: string;
  /** The connection was open before. */
  readonly isReused: boolean;
}

describe("HTTPS by certificate files", () => {
  let folder: TemporaryFolder;
  let server: HttpServer;
  let url = "";
  const log = createMemoryLog();
  const files = () => ({ certificate: join(folder.path, "live.pem"), key: join(folder.path, "live.key") });
  const agents: Agent[] = [];

  function agent(): Agent {
    // The test's own certificates are signed by nobody; which one is shown is what is looked at.
    const made = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    agents.push(made);
    return made;
  }

  function ask(by: Agent, path = "/healthz", options: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = get(`${url}${path}`, { agent: by, servername: DOMAIN, ...options }, (answer) => {
        const shown = (answer.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? "";
        const { statusCode: status = 0, headers } = answer;
        answer.resume().on("end", () => resolve({ status, headers, shown, isReused: request.reusedSocket }));
      });
      request.on("error", reject);
    });
  }

  /** Puts a certificate of that name where the server looks. */
  function install(name: string): string {
    const { cert } = makeCertificate(folder.path, name);
    copyFileSync(join(folder.path, `${name}.key`), files().key);
    copyFileSync(join(folder.path, `${name}.pem`), files().certificate);
    return new X509Certificate(cert).fingerprint256;
  }

  beforeEach(async () => {
    folder = temporaryFolder("tls");
    install(DOMAIN);
    const config = { host: "127.0.0.1", port: 0, trustProxy: false, tls: files(), metrics: "off" } as const;
    const readiness = () => ({ ready: true, checks: {} });
    const limits = { ...HTTP_LIMITS, certificateMs: 20 };
    server = createHttpServer({ config, limits, log, readiness, metrics: new Registry() });
    ({ url } = await server.start());
  });
  afterEach(async () => {
    for (const open of agents.splice(0)) open.destroy();
    await server.stop();
    folder.remove();
  });

  it("answers over TLS alone, and tells browsers to come by TLS from now on", async () => {
    expect(url).to.match(/^https:/);
    const { status, headers } = await ask(agent());
    expect([status, headers["strict-transport-security"]]).to.deep.equal([200, "max-age=31536000"]);
    const plain = await fetch(url.replace("https", "http")).then(
      () => "answered",
      () => "refused",
    );
    expect(plain).to.equal("refused");
  });

  it("says nothing of TLS over plain HTTP", async () => {
    const config = { host: "127.0.0.1", port: 0, trustProxy: true, tls: null, metrics: "off" } as const;
    const readiness = () => ({ ready: true, checks: {} });
    const plain = createHttpServer({ config, log, readiness, metrics: new Registry() });
    const { url: at } = await plain.start();
    const header = async (headers: Record<string, string>) =>
      (await fetch(`${at}/healthz`, { headers })).headers.get("strict-transport-security");
    expect(await header({})).to.equal(null);
    // The proxy in front speaks it.
    expect(await header({ "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1" })).to.not.equal(null);
    await plain.stop();
  });

  it("shows a renewed certificate to whoever connects anew, and cuts nobody off", async () => {
    const early = agent();
    await ask(early);
    const renewed = install("renewed.test");
    await until("the new certificate", async () => (await ask(agent())).shown === renewed);
    const after = await ask(early);
    expect(after).to.include({ status: 200, isReused: true });
  });

  it("keeps the certificate it has when the new one cannot be used, and says why", async () => {
    const { shown } = await ask(agent());
    const other = makeCertificate(folder.path, "other.test");
    writeFileSync(files().certificate, other.cert);
    const refusals = () => log.records.filter(({ event }) => event === "http.certificate.refused");
    await until("the refusal", () => refusals().length > 0);
    expect(String(refusals()[0]?.fields.reason)).to.contain("does not belong to the certificate");
    expect((await ask(agent())).shown).to.equal(shown);
    writeFileSync(files().key, other.key);
    const next = new X509Certificate(other.cert).fingerprint256;
    await until("the pair that fits", async () => (await ask(agent())).shown === next);
    const keyHash = createHash("sha256").update(readFileSync(files().key)).digest("hex");
    expect(JSON.stringify(log.records)).to.not.contain("PRIVATE KEY").and.to.not.contain(keyHash);
  });

  it("refuses old versions of TLS", async () => {
    const old = agent();
    const refused = await ask(old, "/healthz", { maxVersion: "TLSv1.1", minVersion: "TLSv1" }).then(
      () => "answered",
      () => "refused",
    );
    expect(refused).to.equal("refused");
  });

  describe("in the configuration", () => {
    const problemsOf = (certificate: string, key: string): readonly string[] => {
      const section = `  port: 8080\n  tls: {certificate: "${certificate}", key: "${key}"}\n`;
      const texts = edited("frontdesk.yaml", "  port: 8080\n", section);
      return compile(texts, { env: { FRONTDESK_XMPP_SECRET: "x" }, folder: folder.path }).problems.map(
        ({ message }) => message,
      );
    };
    it("is told what is wrong with the files, and how soon a certificate ends", () => {
      makeCertificate(folder.path, "second.test");
      writeFileSync(join(folder.path, "text"), "hello");
      for (const [certificate, key, expected] of [
        ["missing.pem", "live.key", "missing.pem does not exist"],
        ["live.pem", "second.test.key", "does not belong to the certificate"],
        ["text", "live.key", "holds no certificate in PEM form"],
        ["live.pem", "text", "holds no private key in PEM form"],
        ["live.pem", "live.key", "this certificate ends on"],
      ] as const) {
        const found = problemsOf(certificate, key).filter((message) => message.includes(expected));
        expect(found, `${certificate} ${key}`).to.have.length(1);
      }
    });
  });
});
