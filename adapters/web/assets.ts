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
    if (ending === "ts" && !file.endsWith(".d.ts")) {
      assets.set(`${file.slice(0, -2)}js`, asset("js", address(strip(text))));
    } else if (ending === "js") {
      assets.set(file, asset("js", address(text)));
    } else if (TYPES[ending] !== undefined) {
      assets.set(file, asset(ending, text));
    }
  }
  for (const name of LIBRARIES) {
    const text = await readFile(fileURLToPath(import.meta.resolve(name)), "utf8");
    assets.set(libraryFile(name), asset("js", address(text).replace(/\n\/\/# sourceMappingURL=.*/, "")));
  }
  return assets;
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
    return specifier.startsWith("./") ? whole.replace(/\.ts(["'])$/, ".js$1") : whole;
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
