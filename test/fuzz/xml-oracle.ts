/** XML read by saxes, as a second opinion on our own tokenizer: the same tags and texts, and a refusal of what may not be in a stream. */
import { SaxesParser } from "saxes";
import { Tokenizer } from "../../adapters/xmpp/xml/tokenizer.ts";

/** What was told of a text, and how it ended: its root closed, refused, or neither yet. */
export interface Reading {
  readonly told: readonly string[];
  readonly end: "closed" | "refused" | "open";
}

const start = (name: string, attributes: readonly (readonly [string, string])[]): string =>
  JSON.stringify([name, ...attributes.map(([key, value]) => `${key}=${value}`).sort()]);

export function readByTokenizer(pieces: readonly string[]): Reading {
  const told: string[] = [];
  let depth = 0;
  let isClosed = false;
  const tokenizer = new Tokenizer({
    open: ({ name, count, names, values }) => {
      depth += 1;
      const pairs = names.slice(0, count).map(({ text }, at) => [text, values[at] ?? ""] as const);
      told.push(start(name.text, pairs));
    },
    close: () => {
      depth -= 1;
      isClosed = depth === 0;
      told.push("end");
    },
    text: (text) => told.push(`text ${text}`),
  });
  try {
    for (const piece of pieces) tokenizer.write(piece);
  } catch {
    return { told, end: "refused" };
  }
  return { told, end: isClosed ? "closed" : "open" };
}

/** What is behind the root is not read. */
const CLOSED = new Error("the root was closed");

export function readBySaxes(text: string): Reading {
  const told: string[] = [];
  const names: string[] = [];
  const saxes = new SaxesParser({ xmlns: false, position: false, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  const refuse = () => {
    throw new Error("not in a stream");
  };
  saxes.on("doctype", refuse);
  saxes.on("comment", refuse);
  saxes.on("processinginstruction", refuse);
  const tell = (one: string) => {
    if (one !== "" && names.length > 0) told.push(`text ${one}`);
  };
  saxes.on("text", tell);
  saxes.on("cdata", tell);
  saxes.on("opentag", ({ name, attributes }) => {
    const { encoding } = saxes.xmlDecl;
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") refuse();
    names.push(name);
    told.push(start(name, Object.entries(attributes)));
  });
  saxes.on("closetag", ({ isSelfClosing }) => {
    names.pop();
    told.push("end");
    // It tells of the end before it compares the names, so only the end of an empty element is sure by now.
    if (names.length === 0 && isSelfClosing) throw CLOSED;
  });
  try {
    for (const character of text) {
      saxes.write(character);
      if (told.length > 0 && names.length === 0) throw CLOSED;
    }
  } catch (error) {
    if (error !== CLOSED) return { told, end: "refused" };
  }
  return { told, end: told.length > 0 && names.length === 0 ? "closed" : "open" };
}
