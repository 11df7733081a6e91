/** Attacks on whatever reads bytes from strangers. */
import type { Threat } from "./threat.ts";

const PARSER = "adapters/xmpp/parser.ts";
const PARSER_TEST = "test/unit/xmpp-parser.test.ts";
const LINE = "adapters/irc/line.ts";
const LINE_TEST = "test/unit/irc-line.test.ts";

export const PARSERS: readonly Threat[] = [
  {
    number: 15,
    title: "A document type whose entities grow without end",
    seen: "CVE-2011-2205, CVE-2011-1753, CVE-2011-1755",
    defences: [
      {
        what: "refuses a document type",
        file: "adapters/xmpp/xml/tokenizer.ts",
        text: 'if (word === "--" || word === "DOCTYPE") {',
        replacement: 'if (word === "--") {',
        shownBy: [[PARSER_TEST, "a document type"]],
      },
    ],
  },
  {
    number: 16,
    title: "A little input that takes much memory: amplification, compression, what is never read to its end",
    seen: "CVE-2014-2745, CVE-2021-32918",
    defences: [
      {
        what: "limits the elements of a stanza",
        file: PARSER,
        text: '    this.#limit(this.#nodes, this.#limits.nodes, "elements and texts in a stanza");',
        replacement: "",
        shownBy: [[PARSER_TEST, "too many elements"]],
      },
      {
        what: "limits the length of a stanza",
        file: PARSER,
        text: '    this.#limit(size, this.#limits.stanzaCharacters, "characters in a stanza");',
        replacement: "",
        shownBy: [[PARSER_TEST, "too long"]],
      },
      {
        what: "limits the body of a request",
        file: "src/http/server.ts",
        text: "    bodyLimit: limits.bodyBytes,\n",
        replacement: "    bodyLimit: limits.bodyBytes * 1_000,\n",
        shownBy: [["test/unit/http-server.test.ts", "refuses bodies over the limit"]],
      },
    ],
  },
  {
    number: 17,
    title: "Two parsers that read the same bytes differently",
    seen: "CVE-2022-25235, CVE-2022-25236",
    defences: [
      {
        what: "refuses bytes that are not UTF-8",
        file: "adapters/xmpp/socket.ts",
        text: '  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });',
        replacement: '  #decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });',
        shownBy: [["test/unit/xmpp-socket.test.ts", "refuses "]],
      },
      {
        what: "refuses the same attribute under two prefixes",
        file: "adapters/xmpp/namespace-scopes.ts",
        text: "  const seen = prefixed > 1 ? new Set<string>() : null;\n",
        replacement: "  const seen = prefixed < 0 ? new Set<string>() : null;\n",
        shownBy: [[PARSER_TEST, "the same attribute under two prefixes"]],
      },
      {
        what: "refuses a prefix that nobody declared",
        file: "adapters/xmpp/namespace-scopes.ts",
        text: "    resolve(tag.name, this.#scope);\n",
        replacement: "",
        shownBy: [[PARSER_TEST, "prefix"]],
      },
      {
        what: "refuses an HTTP request that names two hosts",
        file: "src/http/server.ts",
        text: "    if (hosts.length > 1) {",
        replacement: "    if (hosts.length > 100) {",
        shownBy: [["test/fuzz/http.test.ts", "two hosts"]],
      },
      {
        what: "builds what leaves anew, so that nothing foreign is passed on",
        file: "adapters/xmpp/codec-inbound.ts",
        text: "  const { condition, text } = readError(stanza);\n  return {",
        replacement:
          "  const { condition, text: told } = readError(stanza);\n  const text = told + stanza.toString();\n  return {",
        shownBy: [["test/unit/xmpp-inbound.test.ts", "reads"]],
      },
    ],
  },
  {
    number: 18,
    title: "Nesting without end, a tag that is never closed",
    defences: [
      {
        what: "limits the depth",
        file: PARSER,
        text: '    this.#limit(this.#depth, this.#limits.depth, "levels of nesting");',
        replacement: "",
        shownBy: [[PARSER_TEST, "too deep"]],
      },
      {
        what: "gives up on what it has read past for too long",
        file: PARSER,
        text: "    if (size > this.#limits.streamCharacters) {",
        replacement: "    if (size < 0) {",
        shownBy: [[PARSER_TEST, "gives up on 4 MB of an unclosed tag"]],
      },
    ],
  },
  {
    number: 19,
    title: "An entity that nobody defined takes the process down",
    defences: [
      {
        what: "makes every fault of the text one of the stream, and throws nothing",
        file: PARSER,
        text: "      this.#handlers.fault(error instanceof Error ? error : new Error(String(error)));\n",
        replacement: "      throw error;\n",
        shownBy: [[PARSER_TEST, "an undefined entity"]],
      },
    ],
  },
  {
    number: 20,
    title: "Names such as __proto__ and constructor as attributes, addresses, keys",
    defences: [
      {
        what: "keeps attributes where names have no meaning",
        file: PARSER,
        text: "    element.attrs = attributesOf(tag);\n",
        replacement:
          "    for (const [name, value] of Object.entries(attributesOf(tag))) element.attrs[name] = value;\n",
        shownBy: [[PARSER_TEST, "names such as __proto__"]],
      },
      {
        what: "looks up what a stranger wrote in a map without a prototype",
        file: "adapters/xmpp/codec-inbound.ts",
        text: "Object.assign(Object.create(null), {",
        replacement: "Object.assign({}, {",
        shownBy: [["test/unit/xmpp-inbound.test.ts", "constructor"]],
      },
    ],
  },
  {
    number: 22,
    title: "A line end in a text or a name makes a second IRC command; NUL, bare CR, a list of two recipients",
    seen: "CVE-2022-29166, CVE-2023-38690",
    defences: [
      {
        what: "writes no parameter that could end a line or begin another",
        file: LINE,
        text: "if (!PARAMETER.test(text)) assert.fail",
        replacement: 'if (text === "") assert.fail',
        shownBy: [[LINE_TEST, "for a parameter"]],
      },
      {
        what: "writes no text that could end its line",
        file: LINE,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source.
        text: "  if (trailing !== undefined && BREAKS.test(trailing)) assert.fail(`a ${command} would be two lines`);\n",
        replacement: "",
        shownBy: [[LINE_TEST, "for a text"]],
      },
      {
        what: "writes controls of a text as visible signs, so that it is no CTCP",
        file: "adapters/irc/message-text.ts",
        text: '    return control === "\\u007f" ? "\\u2421" : String.fromCodePoint(0x2400 + control.charCodeAt(0));\n',
        replacement: "    return control;\n",
        shownBy: [["test/unit/irc-text.test.ts", "is written as"]],
      },
      {
        what: "takes only nicks for recipients",
        file: "adapters/irc/nicks.ts",
        text: "  return text.length <= NICK_CHARACTERS && NICK.test(text);",
        replacement: "  return text.length <= NICK_CHARACTERS;",
        shownBy: [
          [LINE_TEST, "are one by the network's case mapping"],
          [LINE_TEST, "are canonical in lower case"],
          [LINE_TEST, "IRC nicks"],
        ],
      },
    ],
  },
];
