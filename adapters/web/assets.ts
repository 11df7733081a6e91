/**
 * The files of the pages, read once at start: TypeScript with its types stripped (or the compiled JavaScript of a package),
 * styles, and the libraries the pages import, which come from node_modules. Browsers know no bare module names, so
 * imports are turned into addresses on this server.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** Strong entity tag (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/** What pages share with the server: modules that import nothing but each other. */
const SHARED: readonly string[] = ["model", "styling-reader", "styling-writer"];
const SHARED_FOLDER = "../../src/core/";
/** The modules of node_modules that pages import. */
const LIBRARIES: readonly string[] = ["preact", "preact/hooks", "htm"];
const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  svg: "image/svg+xml",
};
const IMPORT = /(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g;

/** Every asset by its name below `assets/`; documents (`*.html`) are among them, for the caller to fill in. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = fileURLToPath(new URL("pages/", import.meta.url));
  const assets = new Map<string, Asset>();
  for (const file of await readdir(folder)) {
    const ending = file.slice(file.lastIndexOf(".") + 1);
    const text = await readFile(join(folder, file), "utf8");
    if (isModule(file)) {
      assets.set(file.replace(/ts$/, "js"), script(file, text));
    } else if (TYPES[ending] !== undefined) {
      assets.set(file, asset(ending, text));
    }
  }
  for (const name of SHARED) {
    // Compiled, it ends as this module does.
    const file = `${name}.${import.meta.url.slice(-2)}`;
    const text = await readFile(fileURLToPath(new URL(SHARED_FOLDER + file, import.meta.url)), "utf8");
    assets.set(`${name}.js`, script(file, text));
  }
  for (const name of LIBRARIES) {
    const text = await readFile(fileURLToPath(import.meta.resolve(name)), "utf8");
    assets.set(libraryFile(name), asset("js", address(text).replace(/\n\/\/# sourceMappingURL=.*/, "")));
  }
  return assets;
}

function isModule(file: string): boolean {
  return /\.[jt]s$/.test(file) && !file.endsWith(".d.ts");
}

function script(file: string, text: string): Asset {
  return asset("js", address(file.endsWith(".ts") ? strip(text) : text));
}

function asset(ending: string, text: string): Asset {
  const body = Buffer.from(text);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { type: TYPES[ending] ?? "application/octet-stream", body, etag };
}

function libraryFile(name: string): string {
  return `library-${name.replace("/", "-")}.js`;
}

/** Turns the imports of a module into addresses beside it; all assets lie in one folder. */
function address(code: string): string {
  return code.replace(IMPORT, (whole, keyword: string, quote: string, specifier: string) => {
    if (LIBRARIES.includes(specifier)) {
      return `${keyword}${quote}./${libraryFile(specifier)}${quote}`;
    }
    const shared = SHARED.find((name) => specifier.startsWith(`../${SHARED_FOLDER}${name}.`));
    const beside = shared === undefined ? specifier : `./${shared}.js`;
    return beside.startsWith("./") ? `${keyword}${quote}${beside.replace(/\.ts$/, ".js")}${quote}` : whole;
  });
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
