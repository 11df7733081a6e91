/** `http.tls` of frontdesk.yaml: whether the certificate files can be used. */
import { resolve } from "node:path";
import { type CertificateFiles, readCertificate } from "../http/certificates.ts";
import type { Problem } from "./problem.ts";
import { textAt } from "./raw.ts";
import type { YamlSource } from "./yaml-source.ts";

/** A certificate that ends sooner is complained about: renewal usually happens a month before. */
const WARN_DAYS = 14;
const DAY_MS = 86_400_000;

/** The files as absolute paths; relative ones are seen from the configuration's folder. */
export function certificateFiles(
  tls: { readonly certificate: string; readonly key: string } | undefined,
  folder: string,
): CertificateFiles | null {
  return tls === undefined ? null : { certificate: resolve(folder, tls.certificate), key: resolve(folder, tls.key) };
}

export function checkCertificate(source: YamlSource, folder: string): readonly Problem[] {
  const path = ["http", "tls"];
  const [certificate, key] = [textAt(source.value, [...path, "certificate"]), textAt(source.value, [...path, "key"])];
  const files = certificate === null || key === null ? null : certificateFiles({ certificate, key }, folder);
  if (files === null) return []; // What is missing is said by the file's schema.
  const reading = readCertificate(files);
  if (reading.kind === "fault") return [source.error([...path, reading.file], reading.message)];
  const days = Math.floor((reading.validTo - Date.now()) / DAY_MS);
  const when = new Date(reading.validTo).toISOString().slice(0, 10);
  if (days >= WARN_DAYS) return [];
  const text = days < 0 ? `this certificate ended on ${when}` : `this certificate ends on ${when}, in ${days} days`;
  return [source.warning([...path, "certificate"], text)];
}
