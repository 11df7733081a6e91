/**
 * Secrets stay out of the files people copy and commit: wherever frontdesk.yaml has a text, `{env: NAME}` takes it from
 * the environment and `{file: path}` from a file. What was read is never printed: `redact` takes it out of any message.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Path } from "./yaml-source.ts";

/** Bytes of one secret file. */
export const MAX_SECRET_BYTES = 65_536;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder from which relative paths are seen. */
  readonly folder: string;
}

export interface Resolved {
  readonly value: unknown;
  readonly faults: readonly { readonly path: Path; readonly message: string }[];
  /** What was read, so that it can be kept out of messages. */
  readonly secrets: ReadonlySet<string>;
}

/** Replaces every reference inside `value`. A secret that is not there leaves an empty text and a fault at its path. */
export function resolveSecrets(value: unknown, sources: SecretSources): Resolved {
  const faults: { path: Path; message: string }[] = [];
  const secrets = new Set<string>();
  const walk = (inner: unknown, path: Path): unknown => {
    if (Array.isArray(inner)) {
      return inner.map((item, index) => walk(item, [...path, index]));
    }
    if (typeof inner !== "object" || inner === null) {
      return inner;
    }
    const reference = secretReference(inner);
    if (reference === null) {
      return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    const secret =
      reference.kind === "env" ? fromEnvironment(reference.name, sources) : fromFile(reference.name, sources);
    if (secret.kind === "fault") {
      faults.push({ path, message: secret.message });
      return "";
    }
    secrets.add(secret.text);
    return secret.text;
  };
  return { value: walk(value, []), faults, secrets };
}

/** `text` without any of the secrets. Very short ones would blot out half of every sentence and protect nothing. */
export function redact(text: string, secrets: ReadonlySet<string>): string {
  return [...secrets]
    .filter((secret) => secret.length > 2)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, "(secret)"), text);
}

function secretReference(value: object): { kind: "env" | "file"; name: string } | null {
  const entries = Object.entries(value);
  const [key, name] = entries[0] ?? [];
  return entries.length === 1 && (key === "env" || key === "file") && typeof name === "string"
    ? { kind: key, name }
    : null;
}

type Secret = { readonly kind: "text"; readonly text: string } | { readonly kind: "fault"; readonly message: string };

function fromEnvironment(name: string, sources: SecretSources): Secret {
  const text = sources.env[name];
  return text === undefined || text === ""
    ? { kind: "fault", message: `the environment variable ${name} is not set` }
    : { kind: "text", text };
}

function fromFile(name: string, sources: SecretSources): Secret {
  const path = resolve(sources.folder, name);
  try {
    const { size } = statSync(path);
    if (size > MAX_SECRET_BYTES) {
      return { kind: "fault", message: `the file ${path} has ${size} bytes; a secret has at most ${MAX_SECRET_BYTES}` };
    }
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return text === "" ? { kind: "fault", message: `the file ${path} is empty` } : { kind: "text", text };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason =
      code === "ENOENT"
        ? "does not exist"
        : code === "EACCES"
          ? "may not be read by this user"
          : `cannot be read (${code})`;
    return { kind: "fault", message: `the file ${path} ${reason}` };
  }
}
