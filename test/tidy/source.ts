import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

/** The checkout, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A node of the syntax tree (ESTree with TypeScript), as far as the rules look at it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A source file as the rules see it. */
export interface SourceFile {
  /** Relative to the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: Node;
}

/** A breach of a rule, in the form `file:line what is wrong`. */
export type Finding = string;

/** Every TypeScript and JavaScript file of the project, parsed. Throws for a file that cannot be parsed. */
export function readSources(): SourceFile[] {
  return list("{src,adapters,scripts,test}/**/*.{ts,js}").map((path) => parse(path, readText(path)));
}

/** Every text file that a person wrote: sources, configuration, documents. Not the lock file, which npm writes. */
export function readTexts(): { path: string; text: string }[] {
  const folders = "{src,adapters,scripts,test,config,docs,.ci}/**/*.{ts,js,py,sh,yaml,json,md,html,css,sql}";
  const atRoot = "{*.md,*.json,*.yaml,Dockerfile,.dockerignore,.npmrc,.mocharc.json,.editorconfig,.ci/run}";
  const paths = [...list(folders), ...list(atRoot)].filter((path) => path !== "package-lock.json");
  return paths.map((path) => ({ path, text: readText(path) }));
}

/** Paths that match, relative to the checkout, sorted. */
export function list(pattern: string): string[] {
  const found = globSync(pattern, { cwd: root, exclude: ["**/node_modules/**", "dist/**"] });
  return found.map((path) => path.replaceAll("\\", "/")).sort();
}

/** The text of a file, by its path relative to the checkout. */
export function readText(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

/** Parses a source; `path` decides whether it is read as TypeScript. */
export function parse(path: string, text: string): SourceFile {
  const result = parseSync(path, text);
  const [fault] = result.errors;
  if (fault !== undefined) {
    throw new Error(`${path} cannot be parsed: ${fault.message}`);
  }
  return { path, text, program: asNode(result.program) };
}

/** Line number of a position, from 1. */
export function lineAt(file: SourceFile, position: number): number {
  return file.text.slice(0, position).split("\n").length;
}

/** The finding for a node. */
export function finding(file: SourceFile, node: Node, what: string): Finding {
  return `${file.path}:${lineAt(file, node.start)} ${what}`;
}

/** A node and the one it stands in. */
export interface Place {
  readonly node: Node;
  readonly parent: Node | undefined;
}

/** Trees that were walked once: every rule looks at every node. */
const walked = new WeakMap<Node, readonly Place[]>();

/** Every node with its parent, parents first. */
export function walk(root: Node): readonly Place[] {
  const known = walked.get(root);
  if (known !== undefined) return known;
  const places: Place[] = [];
  const visit = (node: Node, parent: Node | undefined): void => {
    places.push({ node, parent });
    for (const child of children(node)) visit(child, node);
  };
  visit(root, undefined);
  walked.set(root, places);
  return places;
}

function children(node: Node): Node[] {
  return Object.values(node).flatMap((value): Node[] => {
    if (Array.isArray(value)) {
      return value.filter(isNode);
    }
    return isNode(value) ? [value] : [];
  });
}

/** Narrows what a field of a node holds. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}

function asNode(value: unknown): Node {
  if (!isNode(value)) {
    throw new Error("The parser returned no syntax tree.");
  }
  return value;
}

/** The name of an Identifier, else undefined. */
export function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === "Identifier" && typeof value.name === "string" ? value.name : undefined;
}
