import { Element } from "@xmpp/xml";
import { StanzaParser } from "../../adapters/xmpp/parser.ts";

/** Reads one stanza from text, as the adapter's own parser does on a stream of that namespace. */
export function stanza(text: string, namespace = "jabber:component:accept"): Element {
  const read: Element[] = [];
  const unbounded = Number.MAX_SAFE_INTEGER;
  const parser = new StanzaParser(
    {
      stanzaCharacters: unbounded,
      streamCharacters: unbounded,
      depth: unbounded,
      nodes: unbounded,
      attributes: unbounded,
      nameCharacters: unbounded,
    },
    {
      open: () => undefined,
      element: (element) => read.push(element),
      refused: () => undefined,
      close: () => undefined,
      fault: (fault) => {
        throw fault;
      },
    },
  );
  parser.write(`<stream:stream xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams'>${text}`);
  const [first] = read;
  if (!(first instanceof Element) || read.length !== 1) {
    throw new Error(`Expected one stanza, read ${read.length} of: ${text}`);
  }
  return first;
}
