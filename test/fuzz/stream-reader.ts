/** What the strict XML parser makes of a stream: everything its user would be told, in order. */
import { StanzaParser } from "../../adapters/xmpp/parser.ts";

export const STREAM_HEAD = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

const SMALL = {
  stanzaCharacters: 4_000,
  streamCharacters: 16_000,
  depth: 8,
  nodes: 40,
  attributes: 6,
  nameCharacters: 32,
};

/** `texts`: the pieces in which the network brings it. `onElement` is given each stanza. */
export function readStream(
  texts: readonly string[],
  onElement: (stanza: Parameters<ConstructorParameters<typeof StanzaParser>[1]["element"]>[0]) => void = () => {},
): readonly string[] {
  const told: string[] = [];
  const parser = new StanzaParser(SMALL, {
    open: (root) => told.push(`open ${root.name}`),
    element: (one) => {
      told.push(String(one));
      onElement(one);
    },
    refused: (head) => told.push(`refused ${head.name}`),
    close: () => told.push("close"),
    fault: () => told.push("fault"),
  });
  for (const text of texts) parser.write(text);
  return told;
}

/** Once over, nothing more may be told. */
export function endsOnce(told: readonly string[]): boolean {
  const ends = told.filter((one) => one === "fault" || one === "close");
  return ends.length === 0 || (ends.length === 1 && told.at(-1) === ends[0]);
}
