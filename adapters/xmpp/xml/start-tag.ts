/** A start tag, from behind its `<` to its `>`: the name, the attributes, their values. */
import { endOfName, type Name, type NameTable, nameOf, startsName } from "./names.ts";
import type { Piece } from "./piece.ts";
import { ReferenceReader } from "./references.ts";

/** A start tag that was read. Used again for the next one: what is to last has to be taken out of it. */
export interface StartTag {
  readonly name: Name;
  /** How many attributes there are; the lists may be longer. */
  readonly count: number;
  readonly names: readonly Name[];
  readonly values: readonly string[];
}

/** What is being read; `after`: what stands behind a name or a value; `space`: what stands behind a space. */
type State = "name" | "after" | "space" | "attribute" | "equals" | "quote" | "value" | "reference" | "slash" | "done";

const DOUBLE = 34;
const AMPERSAND = 38;
const SINGLE = 39;
const SLASH = 47;
const LESS = 60;
const EQUAL = 61;
const GREATER = 62;
/** Up to here each attribute is compared with each one before it. */
const FEW = 8;
/** Lists that a tag has made longer than this are not kept. */
const MANY = 256;
/** The ASCII characters that a value may contain as they stand, whichever its quotes are. */
const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  code < 32 || code === DOUBLE || code === SINGLE || code === AMPERSAND || code === LESS ? 0 : 1,
);

export class StartTagReader implements StartTag {
  name: Name;
  count = 0;
  names: Name[] = [];
  values: string[] = [];
  /** `<name/>`: it is the end of its element, too. */
  isEmpty = false;
  readonly #table: NameTable;
  readonly #reference = new ReferenceReader();
  #state: State = "done";
  #attribute: Name;
  #quote = DOUBLE;
  /** The name under way, as far as it came in earlier pieces. */
  #word = "";
  /** The value under way, as far as it came in earlier pieces or is not what it stands for. */
  #value = "";

  constructor(table: NameTable) {
    this.#table = table;
    this.name = nameOf("");
    this.#attribute = this.name;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Call when the first character of a name was seen behind a `<`; that is where `read` begins. */
  begin(): void {
    this.#state = "name";
    this.isEmpty = false;
    this.count = 0;
    if (this.names.length > MANY) {
      this.names = [];
      this.values = [];
    }
  }

  /** Reads on at `from`, and returns how far: beyond the `>` when `isDone`. Throws XmlFault. */
  read(piece: Piece, from: number): number {
    let at = from;
    while (at < piece.length && this.#state !== "done") {
      at = this.#readState(piece, at);
    }
    return at;
  }

  #readState(piece: Piece, at: number): number {
    switch (this.#state) {
      case "name":
      case "attribute":
        return this.#readName(piece, at);
      case "after":
        return this.#readAfter(piece, at);
      case "space":
        return this.#readSpace(piece, at);
      case "equals":
        return this.#readEquals(piece, at);
      case "quote":
        return this.#readQuote(piece, at);
      case "value":
        return this.#readValue(piece, at);
      case "reference":
        return this.#readReference(piece, at);
      case "slash":
        return this.#readSlash(piece, at);
      case "done":
        return at;
    }
  }

  /** The name of the element or of an attribute, as the state says. */
  #readName(piece: Piece, from: number): number {
    const end = endOfName(piece, from);
    if (end === piece.length) {
      this.#word += piece.text.slice(from);
    } else if (this.#state === "name") {
      this.name = this.#nameTo(piece, from, end);
      this.#state = "after";
    } else {
      this.#attribute = this.#nameTo(piece, from, end);
      this.#state = "equals";
    }
    return end;
  }

  /** The name that ends before `end`; the part of it that came in earlier pieces is used up. */
  #nameTo(piece: Piece, from: number, end: number): Name {
    if (this.#word === "") {
      return this.#table.take(piece, from, end);
    }
    const name = nameOf(this.#word + piece.text.slice(from, end));
    this.#word = "";
    return name;
  }

  #readAfter(piece: Piece, at: number): number {
    if (piece.isSpaceAt(at)) {
      this.#state = "space";
      return at + 1;
    }
    return this.#readEnd(piece, at);
  }

  #readSpace(piece: Piece, at: number): number {
    if (piece.isSpaceAt(at)) {
      return at + 1;
    }
    if (startsName(piece, at)) {
      this.#state = "attribute";
      return this.#readName(piece, at);
    }
    return this.#readEnd(piece, at);
  }

  #readEnd(piece: Piece, at: number): number {
    const code = piece.codes[at];
    if (code === GREATER) {
      this.#finish(piece, at);
    } else if (code === SLASH) {
      this.#state = "slash";
    } else {
      piece.wrong(at, "A character does not belong into a start tag");
    }
    return at + 1;
  }

  #readSlash(piece: Piece, at: number): number {
    if (piece.codes[at] !== GREATER) {
      piece.wrong(at, "The / in a start tag is not at its end");
    }
    this.isEmpty = true;
    this.#finish(piece, at);
    return at + 1;
  }

  #finish(piece: Piece, at: number): void {
    if (hasTwice(this)) {
      piece.wrong(at, "A start tag has an attribute twice");
    }
    this.#state = "done";
  }

  #readEquals(piece: Piece, at: number): number {
    if (piece.codes[at] === EQUAL) {
      this.#state = "quote";
    } else if (!piece.isSpaceAt(at)) {
      piece.wrong(at, "An attribute has no value");
    }
    return at + 1;
  }

  #readQuote(piece: Piece, at: number): number {
    const code = piece.codes[at];
    if (code === SINGLE || code === DOUBLE) {
      this.#quote = code;
      this.#state = "value";
    } else if (!piece.isSpaceAt(at)) {
      piece.wrong(at, "The value of an attribute is not in quotes");
    }
    return at + 1;
  }

  #readValue(piece: Piece, from: number): number {
    const { codes, length, text } = piece;
    const quote = this.#quote;
    let start = from;
    let at = from;
    while (at < length) {
      const code = codes[at] ?? 0;
      if (code < 128 ? PLAIN[code] === 1 : code < 0xd800) {
        at += 1;
      } else if (code === quote) {
        this.#keep(this.#value + text.slice(start, at));
        return at + 1;
      } else if (code === AMPERSAND) {
        this.#value += text.slice(start, at);
        this.#reference.begin();
        this.#state = "reference";
        return at + 1;
      } else if (code === LESS) {
        piece.wrong(at, "A < stands in the value of an attribute");
      } else if (piece.isSpaceAt(at)) {
        this.#value += text.slice(start, at) + piece.lineEnd(at, " "); // a space, whichever it is (XML 1.0 §3.3.3)
        at += 1;
        start = at;
      } else {
        at = piece.endOfCharacter(at);
      }
    }
    this.#value += text.slice(start);
    return length;
  }

  #readReference(piece: Piece, from: number): number {
    const at = this.#reference.read(piece, from);
    if (this.#reference.character !== null) {
      this.#value += this.#reference.character;
      this.#state = "value";
    }
    return at;
  }

  #keep(value: string): void {
    this.names[this.count] = this.#attribute;
    this.values[this.count] = value;
    this.count += 1;
    this.#value = "";
    this.#state = "after";
  }
}

/** Whether two attributes have one name. Many are compared with the help of a set, so that time stays linear. */
function hasTwice({ count, names }: StartTag): boolean {
  if (count > FEW) {
    return new Set(names.slice(0, count).map((name) => name.text)).size < count;
  }
  for (let later = 1; later < count; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      if (names[later]?.text === names[earlier]?.text) return true;
    }
  }
  return false;
}
