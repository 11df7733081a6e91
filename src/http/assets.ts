/**
 * The files of pages, read once at start: TypeScript with its types stripped (or the compiled JavaScript of a package), styles, and
 * whatever the modules import from elsewhere, libraries of node_modules included. Browsers know no bare module names and no folders
 * of ours, so everything lies flat and imports are turned into addresses beside each other.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import type { FastifyReply, FastifyRequest } from "fastify";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** Strong entity tag (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/** The libraries that pages may import; every other bare name is a slip. */
const LIBRARIES: ReadonlySet<string> = new Set(["preact", "preact/hooks", "htm"]);
/** What pages of all parts of the desk share: colours, type, templates. */
const SHARED = new URL("pages/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  svg: "image/svg+xml",
};
const IMPORT = /(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g;

/**
 * Every asset by its name below `assets/`, those that all pages share included; documents (`*.html`) are among them, for the caller
 * to fill in. `folder` ends in a slash. Rejects when two files bear one name, or when something imported is not there.
 */
export async function loadAssets(folder: URL): Promise<ReadonlyMap<string, Asset>> {
  const shelf = new Shelf();
  for (const place of [folder, SHARED]) {
    for (const file of await readdir(place)) {
      await shelf.add(new URL(file, place));
    }
  }
  return shelf.assets;
}

class Shelf {
  readonly assets = new Map<string, Asset>();
  /** Where the file of each name is from. */
  readonly #origins = new Map<string, string>();

  async add(url: URL): Promise<void> {
    const file = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
    const ending = file.slice(file.lastIndexOf(".") + 1);
    if (isModule(file)) {
      await this.#addModule(url, file.replace(/ts$/, "js"));
    } else if (TYPES[ending] !== undefined && this.#isNew(file, url)) {
      this.assets.set(file, asset(ending, await readFile(url, "utf8")));
    }
  }

  async #addModule(url: URL, name: string): Promise<void> {
    if (!this.#isNew(name, url)) {
      return;
    }
    const text = await readFile(url, "utf8");
    const code = url.pathname.endsWith(".ts") ? strip(text) : text.replace(/\n\/\/# sourceMappingURL=.*/, "");
    const imports = [...code.matchAll(IMPORT)].map(([, , , specifier = ""]) => specifier);
    for (const specifier of imports) {
      await this.#addModule(targetOf(specifier, url), nameOf(specifier));
    }
    this.assets.set(name, asset("js", code.replace(IMPORT, addressed)));
  }

  #isNew(name: string, url: URL): boolean {
    const known = this.#origins.get(name);
    if (known !== undefined && known !== url.href) {
      throw new Error(`Two assets would be named ${name}: ${known} and ${url.href}.`);
    }
    this.#origins.set(name, url.href);
    return known === undefined;
  }
}

function targetOf(specifier: string, from: URL): URL {
  if (specifier.startsWith(".")) {
    return new URL(specifier, from);
  }
  if (!LIBRARIES.has(specifier)) {
    throw new Error(`${from.href} imports ${specifier}, which pages may not.`);
  }
  return new URL(import.meta.resolve(specifier));
}

function nameOf(specifier: string): string {
  const file = specifier.slice(specifier.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
  return specifier.startsWith(".") ? file : `library-${specifier.replace("/", "-")}.js`;
}

function addressed(_whole: string, keyword: string, quote: string, specifier: string): string {
  return `${keyword}${quote}./${nameOf(specifier)}${quote}`;
}

/** A file as an asset of its name; documents are not given out as they lie there. */
export function sendAsset(asset: Asset | undefined, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (asset === undefined || asset.type.startsWith("text/html")) {
    return reply.code(404).send({ error: "There is no such file." });
  }
  reply.header("etag", asset.etag).header("cache-control", "no-cache").type(asset.type);
  return request.headers["if-none-match"] === asset.etag ? reply.code(304).send() : reply.send(asset.body);
}

/** A document with `{{name}}` replaced by the value, escaped; of `html` as it is. */
export function fillDocument(
  document: Asset | undefined,
  values: Readonly<Record<string, string>>,
  html: Readonly<Record<string, string>> = {},
): string {
  const text = document?.body.toString() ?? "";
  return text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => html[name] ?? escapeHtml(values[name] ?? ""));
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function isModule(file: string): boolean {
  return /\.[jt]s$/.test(file) && !file.endsWith(".d.ts");
}

function asset(ending: string, text: string): Asset {
  const body = Buffer.from(text);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { type: TYPES[ending] ?? "application/octet-stream", body, etag };
}

/** Node says at the first call that stripping may change; that is no news for whoever starts the daemon. */
function strip(code: string): string {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(code);
  } finally {
    process.emitWarning = emitWarning;
  }
}
