import type { Finding } from "./source.ts";

/** A rule over the text of one file, with a text that breaks it. */
export interface TextRule {
  readonly name: string;
  readonly wrong: (path: string, text: string) => Finding[];
  readonly bad: { readonly path: string; readonly text: string };
}

const SOURCE_LINES = 400;
const TEST_LINES = 500;

// Written apart, so that this file does not break its own rules.
const LEFT_OVER = ["TO" + "DO", "FIX" + "ME", "XX" + "X"];
const MACHINE_PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/Us" + "ers/"];
const REGISTRIES = ["registry." + "npmjs", "registry." + "yarnpkg", "npm" + "mirror"];

/** Every rule over text. */
export const textRules: readonly TextRule[] = [
  {
    name: `no source over ${SOURCE_LINES} lines, no test over ${TEST_LINES}`,
    wrong: (path, text) => {
      const limit = path.startsWith("test/") ? TEST_LINES : SOURCE_LINES;
      const lines = text.split("\n").length - 1;
      const tooLong = /\.(ts|js|py|sh)$/.test(path) && lines > limit;
      return tooLong
        ? [`${path}:${lines} has ${lines} lines; ${limit} are the limit: one file answers one question`]
        : [];
    },
    bad: { path: "src/a.ts", text: "\n".repeat(SOURCE_LINES + 1) },
  },
  containsNone("nothing is left for later", LEFT_OVER, "do it, or open an issue"),
  containsNone("no path of one machine", MACHINE_PATHS, "nobody else has that folder"),
  containsNone("no address of a package registry", REGISTRIES, "which registry is used is the machine's affair"),
];

function containsNone(name: string, words: readonly string[], advice: string): TextRule {
  const pattern = new RegExp(`(?<![\\w.-])(${words.map((word) => word.replaceAll(".", "\\.")).join("|")})`);
  return {
    name,
    wrong: (path, text) =>
      text.split("\n").flatMap((line, index) => {
        const found = pattern.exec(line)?.[1];
        return found === undefined ? [] : [`${path}:${index + 1} contains ${found}: ${advice}`];
      }),
    bad: { path: "src/a.ts", text: `// ${words[0]}` },
  };
}
