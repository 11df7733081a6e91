/** What stands between `<?` and `>`: an XML declaration at the very beginning (XML 1.0 §2.8, RFC 6120 §11.5), and nothing else. */
import { XmlFault } from "../xml-fault.ts";
import type { Piece } from "./piece.ts";

/** Longest XML declaration: it says three things, for which this is much. */
const DECLARATION_CHARACTERS = 200;
/** What may yet become a declaration, or is one. */
const BEGINNING = /^(?:x?|xm|xml|xml[ \t\r\n?].*)$/s;
const DECLARATION = new RegExp(
  [
    "^xml",
    "S+versionS*=S*([\"'])1\\.[0-9]+\\1",
    "(?:S+encodingS*=S*([\"'])([A-Za-z][A-Za-z0-9._-]*)\\2)?",
    "(?:S+standaloneS*=S*([\"'])(?:yes|no)\\4)?",
    "S*\\?$",
  ]
    .join("")
    .replaceAll("S", "[ \\t\\r\\n]"),
);

export class DeclarationReader {
  #text = "";
  /** Something came before which the declaration would have to stand, or it was read. */
  isTooLate = false;
  /** Whether what was read last was a declaration, to its end. */
  isComplete = false;

  /** Reads on at `from` and returns how far: beyond the `>` when `isComplete`. Throws XmlFault. */
  read(piece: Piece, from: number): number {
    this.isComplete = false;
    const found = piece.text.indexOf(">", from);
    const end = found === -1 ? piece.length : found;
    this.#text += piece.text.slice(from, end);
    if (!BEGINNING.test(this.#text)) {
      piece.restricted(from, "A processing instruction");
    }
    if (this.isTooLate && this.#text.length > "xml".length) {
      piece.wrong(from, "An XML declaration does not stand at the very beginning");
    }
    if (found !== -1 || this.#text.length > DECLARATION_CHARACTERS || this.#text.includes("<")) {
      this.#check(piece, end);
    }
    return found === -1 ? end : end + 1;
  }

  #check(piece: Piece, end: number): void {
    const parts = this.#text.length > DECLARATION_CHARACTERS ? null : DECLARATION.exec(this.#text);
    if (parts === null) {
      piece.wrong(end, "The XML declaration is not right");
    }
    const encoding = parts[3];
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
      throw new XmlFault("unsupported-encoding", `An XMPP stream is UTF-8, not ${encoding.slice(0, 40)}.`);
    }
    this.#text = "";
    this.isTooLate = true;
    this.isComplete = true;
  }
}
