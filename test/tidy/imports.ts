import { posix } from "node:path";
import { type Finding, finding, isNode, type Node, nameOf, type SourceFile, walk } from "./source.ts";

/** Who may import whom: for each room (a path prefix), the prefixes it may import from besides itself. */
export type Drawing = ReadonlyMap<string, readonly string[]>;

/** Reads the block that begins with three backticks and `imports` from ARCHITECTURE.md. Throws when it is not as agreed. */
export function readDrawing(architecture: string): Drawing {
  const block = /^```imports\n(.*?)^```$/ms.exec(architecture)?.[1];
  if (block === undefined) {
    throw new Error("ARCHITECTURE.md has no block that begins with ```imports.");
  }
  const drawing = new Map<string, readonly string[]>();
  for (const line of block.split("\n").filter((text) => text.trim() !== "")) {
    const match = /^(\S+):(.*)$/.exec(line);
    const room = match?.[1];
    if (room === undefined || drawing.has(room)) {
      throw new Error(
        `ARCHITECTURE.md, imports: "${line}" is no line of the form "A: B, C", or its room is there twice.`,
      );
    }
    const allowed = (match?.[2] ?? "").split(",").map((name) => name.trim());
    drawing.set(
      room,
      allowed.filter((name) => name !== ""),
    );
  }
  return drawing;
}

/**
 * What in a file goes against the drawing. `corePackages` are the npm packages that the core may use; everywhere else
 * packages and Node's modules are free.
 */
export function checkImports(file: SourceFile, drawing: Drawing, corePackages: readonly string[]): Finding[] {
  const room = roomOf(file.path, drawing);
  if (room === undefined) {
    return [`${file.path}:1 belongs to no room of the drawing in ARCHITECTURE.md`];
  }
  const allowed = [room, ...(drawing.get(room) ?? [])];
  return imports(file).flatMap(({ node, specifier }) => {
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(file.path), specifier);
      // The version and the name of the project are everybody's.
      const isAllowed = target === "package.json" || allowed.some((prefix) => isIn(target, prefix));
      return isAllowed ? [] : [finding(file, node, `imports ${target}, which ${room} may not (ARCHITECTURE.md)`)];
    }
    const isFree = room !== "src/core" || allowed.includes(specifier) || corePackages.includes(packageOf(specifier));
    return isFree ? [] : [finding(file, node, `imports ${specifier}, which is not on the list of the core`)];
  });
}

/** The longest prefix of the drawing that holds the file. */
export function roomOf(path: string, drawing: Drawing): string | undefined {
  const rooms = [...drawing.keys()].filter((room) => isIn(path, room));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

/** `src/engine` holds `src/engine.ts` and all in the folder `src/engine`, not `src/engine-room.ts`. */
function isIn(path: string, prefix: string): boolean {
  return path === prefix || path === `${prefix}.ts` || path.startsWith(`${prefix}/`);
}

/** `@scope/name/part` is part of the package `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** All that a file names as a module: import, export from, import(), types, and `new URL("./worker.ts", import.meta.url)`. */
function imports(file: SourceFile): { node: Node; specifier: string }[] {
  const found: { node: Node; specifier: string }[] = [];
  for (const { node } of walk(file.program)) {
    const source = isUrlOfModule(node) ? firstArgument(node) : node.source;
    const specifier = isNode(source) && source.type === "Literal" ? source.value : undefined;
    if (typeof specifier === "string") {
      found.push({ node, specifier });
    }
  }
  return found;
}

function isUrlOfModule(node: Node): boolean {
  const first = firstArgument(node);
  const isModule = isNode(first) && typeof first.value === "string" && /^\..*\.[jt]s$/.test(first.value);
  return node.type === "NewExpression" && nameOf(node.callee) === "URL" && isModule;
}

function firstArgument(node: Node): unknown {
  return Array.isArray(node.arguments) ? node.arguments[0] : undefined;
}
