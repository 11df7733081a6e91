/** What the tests of the configuration share: the shipped files, edited in one place, and a network that takes no keys. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import {
  type CompileOptions,
  type Configuration,
  compileConfiguration,
  FILES,
  type FileName,
} from "../../src/config/compile.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { Rules } from "../../src/core/rules.ts";

export const SHIPPED = join(import.meta.dirname, "../../config");

export type Texts = Partial<Record<FileName, string>>;

/** The shipped files as texts. */
export function shipped(): Texts {
  return Object.fromEntries(FILES.map((file) => [file, readFileSync(join(SHIPPED, file), "utf8")]));
}

/** The shipped files with `before` replaced by `after` in one of them. Fails when `before` is not there. */
export function edited(file: FileName, before: string, after: string, texts: Texts = shipped()): Texts {
  const text = texts[file] ?? "";
  expect(text, `${file} contains ${JSON.stringify(before)}`).to.include(before);
  return { ...texts, [file]: text.replace(before, after) };
}

export function compile(texts: Texts, options: CompileOptions = {}): Configuration {
  return compileConfiguration(texts, adapters, { folder: SHIPPED, env: {}, ...options });
}

/** Every problem as admins read it. */
export function problemsOf(texts: Texts, options: CompileOptions = {}): readonly string[] {
  return compile(texts, options).problems.map(formatProblem);
}

/** The rules of a configuration that must have no error. */
export function rulesOf(texts: Texts, options: CompileOptions = {}): Rules {
  const { rules, problems } = compile(texts, options);
  expect(problems.map(formatProblem)).to.deep.equal([]);
  if (rules === null) {
    throw new Error("There are no rules although there are no problems.");
  }
  return rules;
}
