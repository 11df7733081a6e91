/**
 * XML of an XMPP stream, read piece by piece and refused early. What is well-formed and may be in a stream at all is the tokenizer's
 * business (xml/tokenizer.ts); limits, namespaces and the tree are looked after here.
 *
 * Two kinds of wrong are told apart. *Ill-formed or restricted XML* cannot come from a person behind a sound server: the
 * stream is of no further use. A *stanza beyond the limits* can: it is read past without being kept and handed over as
 * refused, so that one person cannot cut the desk's link. Work is linear in the text either way, and `streamCharacters`
 * is the point at which even reading past it is given up.
 */
import { Element } from "@xmpp/xml";
import { NamespaceScopes } from "./namespace-scopes.ts";
import type { StartTag } from "./xml/start-tag.ts";
import { Tokenizer } from "./xml/tokenizer.ts";
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
/** What may stand between stanzas (XML 1.0 §2.3): JavaScript's own idea of white space is a wider one. */
const WHITE_SPACE = /^[ \t\r\n]*$/;
/** What is needed to answer a stanza. */
const ADDRESSES: ReadonlySet<string> = new Set(["from", "to", "id", "type"]);
/** Elements with more attributes than this keep them in V8's slow form: the quick one remembers each order of names. */
const QUICK_ATTRIBUTES = 8;

/** Attributes have no prototype with properties of its own, so a name such as __proto__ or constructor is one like any other. */
const Attributes = function Attributes() {} as unknown as new () => Record<string, string>;
Attributes.prototype = Object.create(null);

export class StanzaParser {
  readonly #limits: ParserLimits;
  readonly #handlers: ParserHandlers;
  readonly #tokenizer: Tokenizer;
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
  #ended = false;

  constructor(limits: ParserLimits, handlers: ParserHandlers) {
    this.#limits = limits;
    this.#handlers = handlers;
    this.#tokenizer = new Tokenizer({
      open: (tag) => this.#openTag(tag),
      close: () => this.#closeTag(),
      text: (text) => this.#text(text),
    });
  }

  /** Reads on. Never throws: whatever is wrong, with the text or with a handler, is given to `handlers.fault` once. */
  write(text: string): void {
    try {
      for (let start = 0; start < text.length && !this.#ended; start += PIECE_CHARACTERS) {
        this.#tokenizer.write(text.length <= PIECE_CHARACTERS ? text : text.slice(start, start + PIECE_CHARACTERS));
        this.#takeKeepAlive();
        this.#checkSize();
      }
    } catch (error) {
      this.#ended = true;
      this.#handlers.fault(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** White space between stanzas (RFC 6120 §4.6.1) comes for as long as a stream is quiet: it is neither kept nor counted. */
  #takeKeepAlive(): void {
    const text = this.#depth === 1 ? this.#tokenizer.takeText() : "";
    if (text !== "") {
      this.#text(text);
    }
  }

  #begin({ name, names, count }: StartTag): void {
    this.#depth += 1;
    this.#limit(this.#depth, this.#limits.depth, "levels of nesting");
    this.#limit(name.text.length, this.#limits.nameCharacters, "characters in a name");
    this.#countNode();
    this.#limit(count, this.#limits.attributes, "attributes in an element");
    for (let at = 0; at < count; at += 1) {
      this.#limit(names[at]?.text.length ?? 0, this.#limits.nameCharacters, "characters in a name");
    }
  }

  #openTag(tag: StartTag): void {
    this.#begin(tag);
    if (this.#excess !== null) {
      this.#head ??= this.#depth === 2 ? this.#headOf(tag) : null;
      return;
    }
    this.#scopes.open(tag);
    const element = new Element(tag.name.text);
    element.attrs = attributesOf(tag);
    if (this.#root === null) {
      this.#root = element;
      this.#handlers.open(element);
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
  #headOf(tag: StartTag): Element {
    const head = new Element(tag.name.text.slice(0, this.#limits.nameCharacters));
    for (let at = 0; at < tag.count; at += 1) {
      const name = tag.names[at]?.text ?? "";
      const value = tag.values[at] ?? "";
      if (ADDRESSES.has(name) && value.length <= ADDRESS_CHARACTERS) {
        head.attrs[name] = value;
      }
    }
    head.parent = this.#root;
    return head;
  }

  #closeTag(): void {
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
      this.#ended = true;
      this.#handlers.close();
      return;
    }
    const isStanza = closed.parent === this.#root;
    if (isStanza) {
      this.#checkSize();
    }
    this.#cursor = closed.parent;
    if (isStanza) {
      if (this.#excess !== null) {
        this.#endRefused(this.#excess);
        return;
      }
      this.#nextStanza();
      this.#handlers.element(closed);
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
      head.attrs = Object.fromEntries(
        Object.entries(head.attrs).filter(([, value]) => String(value).length <= ADDRESS_CHARACTERS),
      );
      this.#handlers.refused(head, excess);
    }
  }

  #text(text: string): void {
    if (this.#excess !== null) {
      return;
    }
    if (this.#cursor === null || this.#cursor === this.#root) {
      if (!WHITE_SPACE.test(text)) {
        throw new XmlFault("bad-format", "There is text between the stanzas.");
      }
      this.#nextStanza();
      return;
    }
    this.#countNode();
    this.#cursor.t(text);
  }

  #nextStanza(): void {
    this.#stanzaStart = this.#tokenizer.position;
    this.#nodes = 0;
    this.#head = null;
  }

  #countNode(): void {
    this.#nodes += 1;
    this.#limit(this.#nodes, this.#limits.nodes, "elements and texts in a stanza");
  }

  /** Between stanzas nothing is kept, so only the limit of what is read past counts there. */
  #checkSize(): void {
    const size = this.#tokenizer.position - this.#stanzaStart;
    if (size > this.#limits.streamCharacters) {
      throw new XmlFault("policy-violation", `A stanza is longer than ${this.#limits.streamCharacters} characters.`);
    }
    if (this.#root === null || this.#cursor !== this.#root) {
      this.#limit(size, this.#limits.stanzaCharacters, "characters in a stanza");
    }
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

function attributesOf({ count, names, values }: StartTag): Record<string, string> {
  const attributes: Record<string, string> = count <= QUICK_ATTRIBUTES ? new Attributes() : Object.create(null);
  for (let at = 0; at < count; at += 1) {
    attributes[names[at]?.text ?? ""] = values[at] ?? "";
  }
  return attributes;
}
