/**
 * XML 1.0 as an XMPP stream may use it (RFC 6120 §11), cut into tags and texts: elements, attributes, text, CDATA, references to
 * characters, the five entities, and an XML declaration at the very beginning. Comments, processing instructions, document types and
 * all other entities end it, as does whatever is not well-formed, at the character that shows it.
 *
 * The text comes in pieces that may end anywhere. Each state reads on to the end of its token or of the piece and keeps what it has,
 * so every character is looked at once however the network cuts. Namespaces, limits and the tree are parser.ts's.
 */
import { DeclarationReader } from "./declaration.ts";
import { endOfName, NameTable, startsName } from "./names.ts";
import { Piece } from "./piece.ts";
import { ReferenceReader } from "./references.ts";
import { type StartTag, StartTagReader } from "./start-tag.ts";

/** What is told, in the order of the text. What they throw goes through to whoever writes. */
export interface TokenHandlers {
  open(tag: StartTag): void;
  /** The element that was opened last, of those that are open, has ended. */
  close(): void;
  /** All text between two tags, or all of a CDATA section, and not nothing; its line ends are `\n`. */
  text(text: string): void;
}

/** What is being read; `angle`: what stands behind a `<`; `bang`: behind `<!`; `over`: the root was closed. */
type State =
  | "prolog"
  | "text"
  | "reference"
  | "angle"
  | "start-tag"
  | "end-name"
  | "end-space"
  | "bang"
  | "cdata"
  | "instruction"
  | "over";

const NEWLINE = 10;
const RETURN = 13;
const BANG = 33;
const AMPERSAND = 38;
const SLASH = 47;
const LESS = 60;
const GREATER = 62;
const QUESTION = 63;
const BYTE_ORDER_MARK = 0xfeff;
/** What `<!` may begin. */
const BANGS = ["--", "DOCTYPE", "[CDATA["];
/** The ASCII characters that a text may contain as they stand. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  (code < 32 && code !== 9) || code === AMPERSAND || code === LESS || code === GREATER ? 0 : 1,
);

export class Tokenizer {
  readonly #handlers: TokenHandlers;
  readonly #piece = new Piece();
  readonly #tag = new StartTagReader(new NameTable());
  readonly #reference = new ReferenceReader();
  readonly #declaration = new DeclarationReader();
  /** Names of the open elements, outermost first. */
  readonly #open: string[] = [];
  #state: State = "prolog";
  /** The text under way, as far as it came in earlier pieces or is not what it stands for. */
  #text = "";
  /** The name of an end tag, or what stands behind `<!`, as far as it was read. */
  #word = "";
  /** Where in the piece that ends of which is told. */
  #at = 0;

  constructor(handlers: TokenHandlers) {
    this.#handlers = handlers;
  }

  /** Characters (UTF-16 units) up to the end of what was told last, or of the last piece. */
  get position(): number {
    return this.#piece.position(this.#at);
  }

  /** Reads on. Throws XmlFault when the text is refused; then, and when a handler threw, it must not be called again. */
  write(text: string): void {
    const piece = this.#piece;
    piece.take(text);
    this.#at = 0;
    for (let at = 0; at < piece.length && this.#state !== "over"; ) {
      at = this.#read(piece, at);
    }
    this.#at = piece.length;
  }

  /**
   * The text under way between two tags, as far as it came: taken out, so that it is neither kept nor told any more. "" inside of
   * anything else.
   */
  takeText(): string {
    if (this.#state !== "text") {
      return "";
    }
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Reads what the state says from `at` on, and returns how far. */
  #read(piece: Piece, at: number): number {
    switch (this.#state) {
      case "text":
        return this.#readText(piece, at);
      case "angle":
        return this.#readAngle(piece, at);
      case "start-tag":
        return this.#readStartTag(piece, at);
      case "end-name":
        return this.#readEndName(piece, at);
      case "end-space":
        return this.#readEndSpace(piece, at);
      case "reference":
        return this.#readReference(piece, at);
      case "bang":
        return this.#readBang(piece, at);
      case "cdata":
        return this.#readCdata(piece, at);
      case "instruction":
        return this.#readInstruction(piece, at);
      case "prolog":
        return this.#readProlog(piece, at);
      case "over":
        return piece.length;
    }
  }

  #readProlog(piece: Piece, at: number): number {
    if (piece.codes[at] === LESS) {
      this.#state = "angle";
    } else if (piece.isSpaceAt(at)) {
      this.#declaration.isTooLate = true;
    } else if (piece.codes[at] !== BYTE_ORDER_MARK || piece.position(at) > 0) {
      piece.wrong(at, "There is text before the root");
    }
    return at + 1;
  }

  #readText(piece: Piece, from: number): number {
    const { codes, length, text } = piece;
    let start = from;
    let at = from;
    while (at < length) {
      const code = codes[at] ?? 0;
      if (code < 128 ? PLAIN[code] === 1 : code < 0xd800) {
        at += 1;
      } else if (code === LESS) {
        this.#state = "angle";
        this.#tellText(this.#text + text.slice(start, at), at);
        return at + 1;
      } else if (code === AMPERSAND) {
        this.#text += text.slice(start, at);
        this.#reference.begin();
        this.#state = "reference";
        return at + 1;
      } else if (code === NEWLINE || code === RETURN) {
        this.#text += text.slice(start, at) + piece.lineEnd(at, "\n");
        at += 1;
        start = at;
      } else {
        if (code === GREATER && piece.isBehindBrackets(at)) piece.wrong(at, "]]> stands in a text");
        at = piece.endOfCharacter(at);
      }
    }
    this.#text += text.slice(start);
    return length;
  }

  #readReference(piece: Piece, from: number): number {
    const at = this.#reference.read(piece, from);
    if (this.#reference.character !== null) {
      this.#text += this.#reference.character;
      this.#state = "text";
    }
    return at;
  }

  #readCdata(piece: Piece, from: number): number {
    const { codes, length, text } = piece;
    let start = from;
    let at = from;
    while (at < length) {
      const code = codes[at] ?? 0;
      if (code === GREATER && piece.isBehindBrackets(at)) {
        this.#state = "text";
        this.#tellText((this.#text + text.slice(start, at)).slice(0, -"]]".length), at);
        return at + 1;
      }
      if (code === NEWLINE || code === RETURN) {
        this.#text += text.slice(start, at) + piece.lineEnd(at, "\n");
        at += 1;
        start = at;
      } else {
        at = piece.endOfCharacter(at);
      }
    }
    this.#text += text.slice(start);
    return length;
  }

  #readAngle(piece: Piece, at: number): number {
    const code = piece.codes[at];
    if (startsName(piece, at)) {
      this.#state = "start-tag";
      this.#tag.begin();
      return this.#readStartTag(piece, at);
    }
    if (code === SLASH && this.#open.length > 0) {
      this.#state = "end-name";
    } else if (code === BANG) {
      this.#state = "bang";
    } else if (code === QUESTION) {
      this.#state = "instruction";
    } else {
      piece.wrong(at, "A < begins no tag");
    }
    return at + 1;
  }

  #readStartTag(piece: Piece, from: number): number {
    const tag = this.#tag;
    const at = tag.read(piece, from);
    if (tag.isDone) {
      this.#at = at;
      this.#open.push(tag.name.text);
      this.#state = "text";
      this.#declaration.isTooLate = true;
      this.#handlers.open(tag);
      if (tag.isEmpty) {
        this.#close(at);
      }
    }
    return at;
  }

  #readEndName(piece: Piece, from: number): number {
    const end = endOfName(piece, from);
    this.#word += piece.text.slice(from, end);
    if (end < piece.length) {
      if (this.#word !== this.#open.at(-1)) {
        piece.wrong(end, "An end tag has not the name of its element");
      }
      this.#word = "";
      this.#state = "end-space";
    }
    return end;
  }

  #readEndSpace(piece: Piece, at: number): number {
    if (piece.codes[at] === GREATER) {
      this.#close(at + 1);
    } else if (!piece.isSpaceAt(at)) {
      piece.wrong(at, "A character does not belong into an end tag");
    }
    return at + 1;
  }

  #readBang(piece: Piece, at: number): number {
    const word = this.#word + piece.text.charAt(at);
    this.#word = word;
    if (word === "--" || word === "DOCTYPE") {
      piece.restricted(at, word === "--" ? "A comment" : "A document type declaration");
    }
    if (word === "[CDATA[" && this.#open.length > 0) {
      this.#word = "";
      this.#state = "cdata";
    } else if (!BANGS.some((bang) => bang !== word && bang.startsWith(word))) {
      piece.wrong(at, "A <! begins nothing that may stand here");
    }
    return at + 1;
  }

  #readInstruction(piece: Piece, from: number): number {
    const at = this.#declaration.read(piece, from);
    if (this.#declaration.isComplete) {
      this.#state = "prolog";
    }
    return at;
  }

  #close(at: number): void {
    this.#at = at;
    this.#open.pop();
    this.#state = this.#open.length === 0 ? "over" : "text";
    this.#handlers.close();
  }

  #tellText(text: string, at: number): void {
    this.#text = "";
    this.#at = at;
    if (text !== "") {
      this.#handlers.text(text);
    }
  }
}
