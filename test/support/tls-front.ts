/** TLS before a server that speaks none: certificates of a test's own, and a port that ends the encryption. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { freePort } from "./ports.ts";

/** PEM, and the files they are in: `<domain>.key` and `<domain>.pem`. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Signed by itself, valid for a day. */
export function makeCertificate(folder: string, domain: string): Certificate {
  const [key, cert] = [join(folder, `${domain}.key`), join(folder, `${domain}.pem`)];
  const subject = ["-subj", `/CN=${domain}`, "-addext", `subjectAltName=DNS:${domain}`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

export interface TlsFront {
  readonly port: number;
  close(): void;
}

/** Passes what comes over TLS on to that port of 127.0.0.1, and back. */
export async function openTlsFront(certificate: Certificate, target: number): Promise<TlsFront> {
  const port = await freePort();
  const server = createServer({ ...certificate }, (near) => {
    const far = connect(target, "127.0.0.1");
    near.on("error", () => far.destroy()).pipe(far);
    far.on("error", () => near.destroy()).pipe(near);
  });
  server.on("tlsClientError", () => undefined); // who refuses a certificate ends the connection
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port, close: () => void server.close() };
}
