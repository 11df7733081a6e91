/**
 * Namespaces in XML 1.0, as far as a reader has to check them: every prefix is declared where it is used, the reserved ones
 * are what they are, and no element has the same attribute twice under two prefixes.
 */

import type { Name } from "./xml/names.ts";
import type { StartTag } from "./xml/start-tag.ts";
import { XmlFault } from "./xml-fault.ts";

const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/** The prefixes one element declares; looking one up walks outwards, at most as far as the parser lets elements nest. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>;
  readonly outer: Scope | null;
  /** How deep the element is that declares them. */
  readonly depth: number;
}
const OUTERMOST: Scope = { declared: new Map([["xml", XML]]), outer: null, depth: 0 };

/** The prefixes in force where a reader is. */
export class NamespaceScopes {
  #scope = OUTERMOST;
  #depth = 0;

  /** Enters an element. Throws XmlFault when its names go against the rules. */
  open(tag: StartTag): void {
    this.#depth += 1;
    let declared: Map<string, string> | null = null;
    let prefixed = 0;
    for (let at = 0; at < tag.count; at += 1) {
      const name = tag.names[at];
      if (name === undefined || (name.colon === -1 && !name.isDeclaration)) {
        continue;
      }
      if (!name.isDeclaration) {
        prefixed += 1;
      } else if (name.colon === -1) {
        checkDefault(tag.values[at] ?? "");
      } else {
        declared ??= new Map();
        declared.set(...declaration(name, tag.values[at] ?? ""));
      }
    }
    if (declared !== null) {
      this.#scope = { declared, outer: this.#scope, depth: this.#depth };
    }
    resolve(tag.name, this.#scope);
    if (prefixed > 0) {
      checkAttributes(tag, this.#scope, prefixed);
    }
  }

  /** Leaves the element entered last. */
  close(): void {
    this.closeTo(this.#depth - 1);
  }

  /** Leaves all elements but the outermost `depth`. */
  closeTo(depth: number): void {
    this.#depth = Math.min(this.#depth, depth);
    while (this.#scope.depth > this.#depth && this.#scope.outer !== null) {
      this.#scope = this.#scope.outer;
    }
  }
}

function checkDefault(uri: string): void {
  if (uri === XML || uri === XMLNS) {
    throw new XmlFault("bad-namespace-prefix", "A reserved namespace is declared as the default one.");
  }
}

function declaration({ text, isQualified }: Name, uri: string): [string, string] {
  const prefix = text.slice("xmlns:".length);
  const reserved = prefix === "xmlns" || uri === XMLNS || (prefix === "xml") !== (uri === XML);
  if (!isQualified || uri === "" || reserved) {
    throw new XmlFault("bad-namespace-prefix", `The declaration ${text.slice(0, 80)} is not allowed.`);
  }
  return [prefix, uri];
}

/** The namespace of a prefixed name, "" of one without prefix. */
function resolve({ text, colon, prefix, isQualified }: Name, innermost: Scope): string {
  if (colon === -1) {
    return "";
  }
  if (!isQualified) {
    throw new XmlFault("bad-namespace-prefix", `The name ${text.slice(0, 80)} is not a prefix and a name.`);
  }
  for (let scope: Scope | null = innermost; scope !== null; scope = scope.outer) {
    const uri = scope.declared.get(prefix);
    if (uri !== undefined) {
      return uri;
    }
  }
  throw new XmlFault("bad-namespace-prefix", `The prefix of ${text.slice(0, 80)} is not declared.`);
}

/** `prefixed`: how many of them have a prefix. One alone, as the `xml:lang` of nearly every stanza, is not there twice. */
function checkAttributes({ names, count }: StartTag, scope: Scope, prefixed: number): void {
  const seen = prefixed > 1 ? new Set<string>() : null;
  for (let at = 0; at < count; at += 1) {
    const name = names[at];
    if (name === undefined || name.colon === -1 || name.isDeclaration) {
      continue;
    }
    const namespace = resolve(name, scope);
    if (seen === null) {
      return;
    }
    const expanded = `${namespace} ${name.text.slice(name.colon + 1)}`;
    if (seen.has(expanded)) {
      throw new XmlFault("not-well-formed", `The attribute ${name.text.slice(0, 80)} is there twice.`);
    }
    seen.add(expanded);
  }
}
