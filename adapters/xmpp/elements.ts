/** Reading XML elements strictly: by local name and namespace together, so that no foreign extension passes for a core one. */
import { Element } from "@xmpp/xml";

/** The children that are elements. */
export function childElements(parent: Element): Element[] {
  return parent.children.filter((child) => child instanceof Element);
}

/** The first child of that name; `namespace` defaults to the parent's own, as that of a stanza's body is. */
export function childOf(parent: Element, name: string, namespace?: string): Element | undefined {
  const expected = namespace ?? parent.getNS();
  for (const child of parent.children) {
    if (child instanceof Element && child.getName() === name && child.getNS() === expected) {
      return child;
    }
  }
  return undefined;
}

/** Every child of that name and namespace, at most `limit`. */
export function childrenOf(parent: Element, name: string, namespace: string, limit: number): Element[] {
  return childElements(parent)
    .filter((child) => child.getName() === name && child.getNS() === namespace)
    .slice(0, limit);
}

/** The text of such a child, or null when there is none. */
export function textOf(parent: Element, name: string, namespace?: string): string | null {
  return childOf(parent, name, namespace)?.getText() ?? null;
}

/** An attribute's value, or null; never something inherited, of which nothing is text. */
export function attribute(element: Element, name: string): string | null {
  const value: unknown = element.attrs[name];
  return typeof value === "string" ? value : null;
}

/** Characters XML 1.0 cannot carry (§2.2), even escaped: controls, lone surrogates, U+FFFE and U+FFFF. */
const NOT_XML = /(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]|\p{Cs}/gu;

/**
 * Text as XML can carry it. A control becomes its picture (U+2400 and following), anything else without a place in XML the
 * replacement character, so that nothing vanishes silently; CR LF and CR become LF, as every XML reader would make them.
 */
export function xmlText(text: string): string {
  const lines = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  return lines.replace(NOT_XML, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}
