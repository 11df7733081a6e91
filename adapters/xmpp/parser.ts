/**
 * XML of an XMPP stream, read piece by piece and refused early. The base is saxes without its namespace option (which takes
 * time quadratic in the depth); namespaces, and what RFC 6120 §11.1 forbids beyond ill-formed XML, are checked here.
 *
 * Two kinds of wrong are told apart. *Ill-formed or restricted XML* cannot come from a person behind a sound server: the
 * stream is of no further use. A *stanza beyond the limits* can: it is read past without being kept and handed over as
 * refused, so that one person cannot cut the desk's link. Work is linear in the text either way, and `streamCharacters`
 * is the point at which even reading past it is given up.
 */
import { Element } from "@xmpp/xml";
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { NamespaceScopes } from "./namespace-scopes.ts";
import { XmlFault } from "./xml-fault.ts";

export interface ParserLimits {
  /** Longest stanza that is kept, in UTF-16 units of its text. */
  readonly stanzaCharacters: number;
  /** Longest stanza that is read past; a longer one ends the stream. */
  readonly streamCharacters: number;
  /** Deepest nesting, the stream's root counting as 1. */
  readonly depth: number;
  /** Elements and pieces of text in one stanza together. */
  readonly nodes: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
  /** Longest name of an element or attribute, prefix included. */
  readonly nameCharacters: number;
}

/** What becomes of the stream's parts. Nothing is called any more after `fault` or `close`. */
export interface ParserHandlers {
  /** The stream's root, open: `<stream:stream …>`. */
  open(root: Element): void;
  /** A complete child of the root, its `parent` set to the root. */
  element(element: Element): void;
  /** A child of the root that went beyond a limit: its name and attributes (those within the limits), no content. */
  refused(head: Element, fault: XmlFault): void;
  /** The root was closed. */
  close(): void;
  /** The text is refused, or a handler threw: the stream is of no further use. */
  fault(fault: Error): void;
}

/** Limits are looked at between pieces of this many characters, so that they strike in time. */
const PIECE_CHARACTERS = 16_384;
/** Longest attribute that is kept of a refused stanza: an address is at most 3 times 1,023 bytes and two separators. */
const ADDRESS_CHARACTERS = 3_071;
/** What saxes says of an end tag of another name, after it has told of the element's end. */
const WRONG_END = "unexpected close tag";
/** Why saxes said no, where RFC 6120 has a more exact word than not-well-formed. */
const RESTRICTED = /doctype|undefined entity|entity name/i;

export class StanzaParser {
  readonly #limits: ParserLimits;
  readonly #handlers: ParserHandlers;
  readonly #saxes = new SaxesParser({ xmlns: false, position: false, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  readonly #scopes = new NamespaceScopes();
  #root: Element | null = null;
  #cursor: Element | null = null;
  #depth = 0;
  #nodes = 0;
  /** Where in the text the present child of the root began. */
  #stanzaStart = 0;
  /** Set from the moment a stanza goes beyond a limit until it ends. */
  #excess: XmlFault | null = null;
  #head: Element | null = null;
  /** saxes reports an end tag before it compares its name: what it completes waits here until that was done. */
  #complete: (() => void) | null = null;
  #ended = false;
  /** Whoever takes the stream's parts is at work: what is thrown is theirs. */
  #isDelivering = false;

  constructor(limits: ParserLimits, handlers: ParserHandlers) {
    this.#limits = limits;
    this.#handlers = handlers;
    const saxes = this.#saxes;
    // Each listener is one more property of saxes. With an eighth V8 keeps them in a dictionary, and all reading becomes
    // five times slower (`npm run bench -- xml`): so faults are caught in `write`, and the rest is looked at with the tag.
    saxes.on("doctype", () => restricted("A document type declaration"));
    saxes.on("comment", () => restricted("A comment"));
    saxes.on("processinginstruction", () => restricted("A processing instruction"));
    saxes.on("opentag", (tag) => this.#openTag(tag));
    saxes.on("closetag", () => this.#closeTag());
    saxes.on("text", (text) => this.#text(text));
    saxes.on("cdata", (text) => this.#text(text));
  }

  /** Reads on. Never throws: whatever is wrong, with the text or with a handler, is given to `handlers.fault` once. */
  write(text: string): void {
    try {
      for (let start = 0; start < text.length && !this.#ended; start += PIECE_CHARACTERS) {
        this.#saxes.write(text.length <= PIECE_CHARACTERS ? text : text.slice(start, start + PIECE_CHARACTERS));
        this.#deliver();
        if (this.#depth === 1 && (text === " " || text === "\n")) {
          this.#nextStanza(); // a keep-alive between stanzas (RFC 6120 §4.6.1) must not count towards the next one
        }
        this.#checkSize();
      }
    } catch (error) {
      this.#fail(asError(error));
    }
  }

  /** What was complete before the fault is delivered before it, so that it does not matter where the network cuts. */
  #fail(error: Error): void {
    if (!this.#isDelivering && !error.message.includes(WRONG_END)) {
      try {
        this.#deliver();
      } catch (later) {
        this.#fail(asError(later));
        return;
      }
      if (this.#ended) {
        return; // what stands behind the end of the stream is nobody's business
      }
    }
    this.#ended = true;
    this.#handlers.fault(this.#isDelivering || error instanceof XmlFault ? error : ofSaxes(error));
  }

  #begin(name: string, attributes: readonly string[]): void {
    this.#deliver();
    this.#depth += 1;
    this.#limit(this.#depth, this.#limits.depth, "levels of nesting");
    this.#limit(name.length, this.#limits.nameCharacters, "characters in a name");
    this.#countNode();
    this.#limit(attributes.length, this.#limits.attributes, "attributes in an element");
    for (const attribute of attributes) {
      this.#limit(attribute.length, this.#limits.nameCharacters, "characters in a name");
    }
  }

  #openTag(tag: SaxesTagPlain): void {
    const names = Object.keys(tag.attributes); // once: they are in a dictionary, which is slow to go through
    this.#begin(tag.name, names);
    if (this.#excess !== null) {
      this.#head ??= this.#depth === 2 ? this.#headOf(tag) : null;
      return;
    }
    this.#scopes.open(tag.name, tag.attributes, names);
    const element = new Element(tag.name);
    // saxes' attributes have no prototype, so a name such as __proto__ or constructor is a name like any other.
    element.attrs = tag.attributes;
    if (this.#root === null) {
      checkEncoding(this.#saxes.xmlDecl.encoding);
      this.#root = element;
      this.#isDelivering = true;
      this.#handlers.open(element);
      this.#isDelivering = false;
      this.#nextStanza();
    } else if (this.#cursor === this.#root) {
      element.parent = this.#root;
      this.#head = element;
    } else {
      this.#cursor?.cnode(element);
    }
    this.#cursor = element;
  }

  /** What is needed to answer a stanza whose own start tag is beyond the limits. */
  #headOf(tag: SaxesTagPlain): Element {
    const head = new Element(tag.name.slice(0, this.#limits.nameCharacters));
    for (const name of ["from", "to", "id", "type"]) {
      const value = tag.attributes[name];
      if (value !== undefined && value.length <= ADDRESS_CHARACTERS) {
        head.attrs[name] = value;
      }
    }
    head.parent = this.#root;
    return head;
  }

  #closeTag(): void {
    this.#deliver();
    this.#depth -= 1;
    if (this.#excess !== null) {
      if (this.#depth === 1) {
        this.#endRefused(this.#excess);
      }
      return;
    }
    this.#scopes.close();
    const closed = this.#cursor;
    if (closed === null || closed === this.#root) {
      this.#complete = () => {
        this.#ended = true;
        this.#handlers.close();
      };
      return;
    }
    this.#cursor = closed.parent;
    if (this.#cursor === this.#root) {
      this.#checkSize();
      if (this.#excess !== null) {
        this.#endRefused(this.#excess);
        return;
      }
      this.#complete = () => this.#handlers.element(closed);
      this.#nextStanza();
    }
  }

  #endRefused(excess: XmlFault): void {
    const head = this.#head;
    this.#scopes.closeTo(1);
    this.#cursor = this.#root;
    this.#excess = null;
    this.#nextStanza();
    if (head !== null) {
      head.children = [];
      this.#complete = () => this.#handlers.refused(head, excess);
    }
  }

  #text(text: string): void {
    this.#deliver();
    if (this.#excess !== null) {
      return;
    }
    if (this.#cursor === null || this.#cursor === this.#root) {
      if (text.trim() !== "") {
        throw new XmlFault("bad-format", "There is text between the stanzas.");
      }
      this.#nextStanza();
      return;
    }
    this.#countNode();
    this.#cursor.t(text);
  }

  #deliver(): void {
    const complete = this.#complete;
    if (complete !== null) {
      this.#complete = null;
      this.#isDelivering = true;
      complete();
      this.#isDelivering = false;
    }
  }

  #nextStanza(): void {
    this.#stanzaStart = this.#saxes.position;
    this.#nodes = 0;
    this.#head = null;
  }

  #countNode(): void {
    this.#nodes += 1;
    this.#limit(this.#nodes, this.#limits.nodes, "elements and texts in a stanza");
  }

  #checkSize(): void {
    const size = this.#saxes.position - this.#stanzaStart;
    if (size > this.#limits.streamCharacters) {
      throw new XmlFault("policy-violation", `A stanza is longer than ${this.#limits.streamCharacters} characters.`);
    }
    this.#limit(size, this.#limits.stanzaCharacters, "characters in a stanza");
  }

  /** Beyond a limit the rest of the stanza is only read past; a stream's own start tag cannot be, so that ends it. */
  #limit(count: number, limit: number, what: string): void {
    if (count <= limit || this.#excess !== null) {
      return;
    }
    const fault = new XmlFault("policy-violation", `There are more than ${limit} ${what}.`);
    if (this.#root === null) {
      throw fault;
    }
    this.#excess = fault;
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What saxes says is wrong, as a stream error. */
function ofSaxes({ message }: Error): XmlFault {
  return new XmlFault(RESTRICTED.test(message) ? "restricted-xml" : "not-well-formed", message);
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
    throw new XmlFault("unsupported-encoding", `An XMPP stream is UTF-8, not ${encoding.slice(0, 40)}.`);
  }
}

function restricted(what: string): never {
  throw new XmlFault("restricted-xml", `${what} is not allowed in an XMPP stream (RFC 6120 §11.1).`);
}
