/** Certificate files of the HTTP server: read, checked, and looked at again and again, since they are renewed while the desk runs. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** Where they are: absolute paths of PEM files. */
export interface CertificateFiles {
  /** The server's certificate, followed by those between it and the authority. */
  readonly certificate: string;
  readonly key: string;
}

/** Both files as they are now, belonging to each other. */
export interface ReadCertificate {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
  /** SHA-256 of the server's certificate, for the log. */
  readonly fingerprint: string;
}

/** `file`: which of the two is at fault. The message is for an admin and holds nothing of a key. */
export type CertificateReading =
  | ({ readonly kind: "read" } & ReadCertificate)
  | { readonly kind: "fault"; readonly file: keyof CertificateFiles; readonly message: string };

/** Bytes of one file; a chain of certificates has a few thousand. */
const FILE_BYTES = 1_048_576;

/** Reads both now. Never throws. */
export function readCertificate(files: CertificateFiles): CertificateReading {
  const [certificate, key] = [readPem(files.certificate), readPem(files.key)];
  if (certificate.kind === "fault") return { ...certificate, file: "certificate" };
  if (key.kind === "fault") return { ...key, file: "key" };
  try {
    const leaf = new X509Certificate(certificate.text);
    const fault = keyFault(leaf, key.text, files);
    if (fault !== null) return { kind: "fault", file: "key", message: fault };
    const validTo = Date.parse(leaf.validTo);
    return { kind: "read", cert: certificate.text, key: key.text, validTo, fingerprint: leaf.fingerprint256 };
  } catch {
    return { kind: "fault", file: "certificate", message: `${files.certificate} holds no certificate in PEM form` };
  }
}

function keyFault(leaf: X509Certificate, pem: string, files: CertificateFiles): string | null {
  try {
    const fits = leaf.checkPrivateKey(createPrivateKey(pem));
    return fits ? null : `the key in ${files.key} does not belong to the certificate in ${files.certificate}`;
  } catch {
    // What the library says of a key may quote it.
    return `${files.key} holds no private key in PEM form without a passphrase`;
  }
}

function readPem(
  path: string,
): { readonly kind: "text"; readonly text: string } | { readonly kind: "fault"; readonly message: string } {
  try {
    const { size } = statSync(path);
    return size > FILE_BYTES
      ? { kind: "fault", message: `the file ${path} has ${size} bytes; at most ${FILE_BYTES} are read` }
      : { kind: "text", text: readFileSync(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why =
      { ENOENT: "does not exist", EACCES: "may not be read by this user" }[code] ?? `cannot be read (${code})`;
    return { kind: "fault", message: `the file ${path} ${why}` };
  }
}

/**
 * Calls back whenever a look at the files, every `everyMs`, finds them changed: with what they hold, or with what is wrong with
 * them. Polled, because renewal replaces files and links in ways that no watcher of folders sees everywhere. Returns its end.
 */
export function watchCertificate(
  files: CertificateFiles,
  everyMs: number,
  changed: (reading: CertificateReading) => void,
): () => void {
  let known = stampOf(files);
  const timer = setInterval(() => {
    const now = stampOf(files);
    if (now === known) return;
    known = now;
    changed(readCertificate(files));
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Changes whenever one of the files is another, or was written. */
function stampOf(files: CertificateFiles): string {
  return [files.certificate, files.key].map(stampOfOne).join(" ");
}

function stampOfOne(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return "gone";
  }
}
