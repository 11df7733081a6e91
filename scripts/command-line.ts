/** How the scripts of the project read their command lines. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";

/**
 * What `parseArgs` reads from the command line. With `--help` the first comment of the script `url`, which says how it is used, is printed and
 * the process ends with 0; with what is no option of it the process ends with 2 and a sentence.
 */
export function readOptions<const Config extends ParseArgsConfig>(
  url: string,
  config: Config,
): ReturnType<typeof parseArgs<Config & { args: string[] }>> {
  // npm hands on every "--" but its own.
  const args = process.argv.slice(2).filter((arg) => arg !== "--");
  if (args.includes("--help")) {
    process.stdout.write(usageIn(readFileSync(fileURLToPath(url), "utf8")));
    process.exit(0);
  }
  try {
    return parseArgs({ ...config, args });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n--help says how it is used.\n`);
    process.exit(2);
  }
}

/** The first comment of a source, without its stars. */
export function usageIn(source: string): string {
  const comment = /\/\*\*(?<text>.*?)\*\//su.exec(source)?.groups?.text ?? "";
  const lines = comment.split("\n").map((line) => line.replace(/^ ?\* ?/u, "").trimEnd());
  return `${lines.join("\n").trim()}\n`;
}
