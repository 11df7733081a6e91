import { type Finding, finding, isNode, lineAt, type Node, nameOf, type SourceFile, walk } from "./source.ts";

/** A rule over the syntax of one file, with a snippet that breaks it, so that the rule is shown to bite. */
export interface SyntaxRule {
  readonly name: string;
  readonly applies: (path: string) => boolean;
  /** What is wrong with this node, or undefined. */
  readonly wrong: (node: Node, parent: Node | undefined, file: SourceFile) => string | undefined;
  readonly bad: { readonly path: string; readonly text: string };
}

const FUNCTION_LINES = 60;
const FORBIDDEN_IN_CORE = new Set(
  "Date process setTimeout setInterval setImmediate queueMicrotask performance crypto fetch console globalThis".split(
    " ",
  ),
);
/** Names of networks and protocols: whoever writes one in the desk is about to ask for a name, not a capability. */
const NETWORK_WORDS = new Set("xmpp jabber matrix irc sip".split(" "));
/** Where a timer in a test is no sleep: the waits themselves, a far end's pause before it logs in again, a real clock. */
const TIMERS_ALLOWED = ["test/support/wait.ts", "test/support/xmpp-client.ts", "test/support/adapter-context.ts"];

const everywhere = (path: string) => !path.endsWith(".d.ts");
const inTests = (path: string) => path.startsWith("test/");

/** Every rule over syntax. */
export const syntaxRules: readonly SyntaxRule[] = [
  simple("no any", "TSAnyKeyword", "any turns type checking off: say unknown, and narrow it", "let x: any;"),
  simple("no non-null assertion", "TSNonNullExpression", "x! claims what nobody checked", "f(x!);"),
  simple("no enum", "TSEnumDeclaration", "Node cannot strip an enum: use a union of strings", "enum A { B }"),
  simple("no namespace", "TSModuleDeclaration", "a file is a namespace", "namespace A { export const b = 1; }"),
  simple(
    "no parameter properties",
    "TSParameterProperty",
    "Node cannot strip it",
    "class A { constructor(private b: 1) {} }",
  ),
  simple(
    "no default export",
    "ExportDefaultDeclaration",
    "a default export has no name to search for",
    "export default 1;",
  ),
  {
    name: "no class inheritance except Error",
    applies: everywhere,
    wrong: (node) => {
      const parent = nameOf(node.superClass) ?? (isNode(node.superClass) ? "an expression" : undefined);
      return isClass(node) && parent !== undefined && !parent.endsWith("Error") ? `inherits from ${parent}` : undefined;
    },
    bad: { path: "src/a.ts", text: "class A extends B {}" },
  },
  {
    name: `no function over ${FUNCTION_LINES} lines`,
    applies: everywhere,
    wrong: (node, parent, file) => {
      if (!isFunction(node) || isSuite(node, parent)) {
        return undefined;
      }
      const lines = lineAt(file, node.end) - lineAt(file, node.start) + 1;
      return lines > FUNCTION_LINES ? `a function of ${lines} lines; ${FUNCTION_LINES} are the limit` : undefined;
    },
    bad: { path: "src/a.ts", text: `function a() {${"\n".repeat(FUNCTION_LINES)}}` },
  },
  {
    name: "the core has no clock, chance, environment or timers",
    applies: (path) => path.startsWith("src/core/"),
    wrong: (node, parent) => {
      const name = nameOf(node);
      const isRandom =
        node.type === "MemberExpression" && nameOf(node.object) === "Math" && nameOf(node.property) === "random";
      const isForbidden = name !== undefined && FORBIDDEN_IN_CORE.has(name) && !isPropertyName(node, parent);
      return isRandom || isForbidden ? `${name ?? "Math.random"} in the core: it comes in with the world` : undefined;
    },
    bad: { path: "src/core/a.ts", text: "export const now = () => Date.now();" },
  },
  {
    name: "console belongs to the command line",
    applies: (path) => everywhere(path) && !path.startsWith("src/cli/"),
    wrong: (node, parent) =>
      nameOf(node) === "console" && !isPropertyName(node, parent) ? "console: use the log" : undefined,
    bad: { path: "src/a.ts", text: "console.log(1);" },
  },
  {
    name: "the desk asks capabilities, never names",
    applies: (path) => path.startsWith("src/"),
    wrong: (node) => {
      const word = writtenIn(node).find((text) => NETWORK_WORDS.has(text));
      return word === undefined ? undefined : `names a network (${word}); ask its capabilities`;
    },
    bad: { path: "src/a.ts", text: 'export const isXmppClient = (network: string) => network === "other";' },
  },
  {
    name: "no sleeping in tests",
    applies: (path) => inTests(path) && !TIMERS_ALLOWED.includes(path),
    wrong: (node, parent) => {
      const isTimer = /^set(Timeout|Interval)$/.test(nameOf(node) ?? "") && !isPropertyName(node, parent);
      const isModule =
        node.type === "ImportDeclaration" && isNode(node.source) && /^node:timers/.test(String(node.source.value));
      return isTimer || isModule ? "a timer in a test: wait for the event (test/support/wait.ts)" : undefined;
    },
    bad: { path: "test/a.test.ts", text: "await new Promise((resolve) => setTimeout(resolve, 100));" },
  },
  {
    name: "no test switched off or singled out",
    applies: inTests,
    wrong: (node) => {
      const isTestFunction = /^(describe|it)$/.test(nameOf(node.object) ?? "");
      const property = nameOf(node.property);
      return isTestFunction && (property === "only" || property === "skip") ? `${property} was left behind` : undefined;
    },
    bad: { path: "test/a.test.ts", text: 'describe.only("a", () => {});' },
  },
];

/** What in this file breaks the rule. */
export function checkSyntax(rule: SyntaxRule, file: SourceFile): Finding[] {
  if (!rule.applies(file.path)) {
    return [];
  }
  return [...walk(file.program)].flatMap(({ node, parent }) => {
    const what = rule.wrong(node, parent, file);
    return what === undefined ? [] : [finding(file, node, what)];
  });
}

function simple(name: string, type: string, what: string, bad: string): SyntaxRule {
  return {
    name,
    applies: everywhere,
    wrong: (node) => (node.type === type ? what : undefined),
    bad: { path: "src/a.ts", text: bad },
  };
}

function isClass(node: Node): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

function isFunction(node: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

/** The body of a `describe`, or of a function that declares tests, is a list and not a function that one reads as one. */
function isSuite(node: Node, parent: Node | undefined): boolean {
  const statements = isNode(node.body) && Array.isArray(node.body.body) ? node.body.body : [];
  const declaresTests = statements.some(
    (statement) => isNode(statement) && isNode(statement.expression) && isTestCall(statement.expression),
  );
  return declaresTests || (parent !== undefined && isTestCall(parent) && nameOf(parent.callee) === "describe");
}

function isTestCall(node: Node): boolean {
  return node.type === "CallExpression" && /^(describe|it)$/.test(nameOf(node.callee) ?? "");
}

/** Whether an identifier is only the name of a member or key, as in `timer.process` or `{ process: 1 }`. */
function isPropertyName(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined || parent.computed === true || parent.shorthand === true) {
    return false;
  }
  return parent.property === node || parent.key === node;
}

/** The words of an identifier, string or template piece, in lower case. */
function writtenIn(node: Node): string[] {
  const text = /^(Private)?Identifier$/.test(node.type) ? node.name : isString(node) ? textOf(node) : undefined;
  if (typeof text !== "string") {
    return [];
  }
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
}

function isString(node: Node): boolean {
  return node.type === "TemplateElement" || (node.type === "Literal" && typeof node.value === "string");
}

function textOf(node: Node): unknown {
  const value = node.value;
  return typeof value === "object" && value !== null && "cooked" in value ? value.cooked : value;
}
