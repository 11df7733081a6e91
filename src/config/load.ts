/** A folder of configuration files, read and compiled. */
import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { KnownAdapter } from "../adapter.ts";
import { type CompileOptions, type Configuration, compileConfiguration, FILES, type FileName } from "./compile.ts";
import { nearest, type Problem, sortProblems } from "./problem.ts";
import { readText } from "./read-text.ts";

export interface LoadOptions {
  /** Takes the place of `store.folder`; relative to the working directory. */
  readonly dataFolder?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A folder whose files take the place of those of the same name: changed rules beside the settings that stay. */
  readonly over?: string | undefined;
  /** See `CompileOptions`. */
  readonly analyse?: boolean;
}

/** Reads the folder now, whole. Never throws for what is, or is not, in it. */
export function loadConfiguration(
  folder: string,
  modules: readonly KnownAdapter[],
  options: LoadOptions = {},
): Configuration {
  const texts: Partial<Record<FileName, string>> = {};
  const unreadable: Partial<Record<FileName, string>> = {};
  for (const name of FILES) {
    const changed = options.over === undefined ? null : readText(join(options.over, name));
    const read = changed === null || changed.kind === "missing" ? readText(join(folder, name)) : changed;
    if (read.kind === "text") {
      texts[name] = read.text;
    } else if (read.kind === "fault") {
      unreadable[name] = read.message;
    }
  }
  const compiled = compileConfiguration(texts, modules, {
    folder,
    shownFolder: shown(options.over ?? folder),
    unreadable,
    analyse: options.analyse === true,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.dataFolder === undefined ? {} : { dataFolder: resolve(options.dataFolder) }),
  } satisfies CompileOptions);
  return { ...compiled, problems: sortProblems([...compiled.problems, ...strangers(options.over ?? folder)]) };
}

/** As admins would type it: relative where that is shorter. */
function shown(folder: string): string {
  const near = relative(process.cwd(), resolve(folder));
  return near === "" ? "." : near.startsWith("..") ? resolve(folder) : near;
}

/** Files that look like configuration and are not read: a slip in a name would otherwise go unnoticed. */
function strangers(folder: string): readonly Problem[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // That the files cannot be read is said of each of them.
  }
  const unread = names.filter((name) => /\.ya?ml$/i.test(name) && !FILES.some((file) => file === name));
  return unread.slice(0, 20).map((name) => {
    const guess = nearest(name.replace(/\.yml$/i, ".yaml"), FILES);
    const hint = guess === null ? "" : `; did you mean ${guess}?`;
    return {
      file: `${shown(folder)}/${name}`,
      line: 1,
      column: 1,
      severity: "warning",
      message: `this file is not read${hint}`,
    };
  });
}
