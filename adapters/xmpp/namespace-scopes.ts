/**
 * Namespaces in XML 1.0, as far as a reader has to check them: every prefix is declared where it is used, the reserved ones
 * are what they are, and no element has the same attribute twice under two prefixes.
 */
import { XmlFault } from "./xml-fault.ts";

const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/** The prefixes one element declares; looking one up walks outwards, at most as far as the parser lets elements nest. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | null;
}
const OUTERMOST: Scope = { declared: new Map([["xml", XML]]), outer: null };

/** The prefixes in force at each level of nesting. */
export class NamespaceScopes {
  readonly #scopes: Scope[] = [];

  /** Enters an element; `names` are those of its attributes. Throws XmlFault when its names go against the rules. */
  open(name: string, attributes: Readonly<Record<string, string>>, names: readonly string[]): void {
    const outer = this.#scopes.at(-1) ?? OUTERMOST;
    let declared: Map<string, string> | null = null;
    let prefixed = false;
    for (const attribute of names) {
      if (!attribute.includes(":")) {
        if (attribute === "xmlns") checkDefault(attributes[attribute] ?? "");
      } else if (attribute.startsWith("xmlns:")) {
        declared ??= new Map();
        declared.set(...declaration(attribute, attributes[attribute] ?? ""));
      } else {
        prefixed = true;
      }
    }
    const scope = declared === null ? outer : { declared, outer };
    this.#scopes.push(scope);
    resolve(name, scope);
    if (prefixed) {
      checkAttributes(names, scope);
    }
  }

  /** Leaves the element entered last. */
  close(): void {
    this.#scopes.pop();
  }

  /** Leaves all elements but the outermost `depth`. */
  closeTo(depth: number): void {
    this.#scopes.length = Math.min(this.#scopes.length, depth);
  }
}

function checkDefault(uri: string): void {
  if (uri === XML || uri === XMLNS) {
    throw new XmlFault("bad-namespace-prefix", "A reserved namespace is declared as the default one.");
  }
}

function declaration(attribute: string, uri: string): [string, string] {
  const prefix = attribute.slice("xmlns:".length);
  const reserved = prefix === "xmlns" || uri === XMLNS || (prefix === "xml") !== (uri === XML);
  if (prefix === "" || prefix.includes(":") || uri === "" || reserved) {
    throw new XmlFault("bad-namespace-prefix", `The declaration ${attribute.slice(0, 80)} is not allowed.`);
  }
  return [prefix, uri];
}

/** The namespace of a prefixed name, "" of one without prefix. */
function resolve(name: string, innermost: Scope): string {
  const colon = name.indexOf(":");
  if (colon === -1) {
    return "";
  }
  const prefix = name.slice(0, colon);
  const wellFormed = colon < name.length - 1 && !name.includes(":", colon + 1);
  for (let scope: Scope | null = innermost; scope !== null && wellFormed; scope = scope.outer) {
    const uri = scope.declared.get(prefix);
    if (uri !== undefined) {
      return uri;
    }
  }
  throw new XmlFault("bad-namespace-prefix", `The prefix of ${name.slice(0, 80)} is not declared.`);
}

function checkAttributes(names: readonly string[], scope: Scope): void {
  const seen = new Set<string>();
  for (const attribute of names) {
    if (!attribute.includes(":") || attribute.startsWith("xmlns:")) {
      continue;
    }
    const expanded = `${resolve(attribute, scope)} ${attribute.slice(attribute.indexOf(":") + 1)}`;
    if (seen.has(expanded)) {
      throw new XmlFault("not-well-formed", `The attribute ${attribute.slice(0, 80)} is there twice.`);
    }
    seen.add(expanded);
  }
}
