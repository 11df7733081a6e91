/** One file of the configuration as text, or why there is none. */
import { readFileSync, statSync } from "node:fs";
import { MAX_FILE_BYTES } from "./yaml-source.ts";

export type ReadText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "fault"; readonly message: string };

export function readText(path: string): ReadText {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) {
      return { kind: "fault", message: `the file has ${size} bytes; at most ${MAX_FILE_BYTES} are read` };
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
    return { kind: "text", text };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") {
      return { kind: "missing" };
    }
    const reasons: Readonly<Record<string, string>> = {
      EACCES: "this user may not read the file",
      EISDIR: "this is a folder, not a file",
      ERR_ENCODING_INVALID_ENCODED_DATA: "the file is not UTF-8 text",
    };
    return {
      kind: "fault",
      message: reasons[code] ?? `the file cannot be read: ${error instanceof Error ? error.message : error}`,
    };
  }
}
