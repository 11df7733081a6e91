/** The parser of XMPP streams: what it gives, what it refuses, what it reads past, and that its work is linear. */
import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { StanzaParser } from "../../adapters/xmpp/parser.ts";
import type { XmlFault } from "../../adapters/xmpp/xml-fault.ts";
import { BEFORE_THE_STREAM, FORBIDDEN } from "../support/forbidden-xml.ts";

const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const LIMITS = {
  stanzaCharacters: 262_144,
  streamCharacters: 1_048_576,
  depth: 32,
  nodes: 2_000,
  attributes: 40,
  nameCharacters: 256,
};

interface Read {
  readonly elements: Element[];
  readonly refused: { head: Element; fault: XmlFault }[];
  readonly faults: (Error & { condition?: string })[];
  closed: number;
  readonly parser: StanzaParser;
}

function reader(limits = LIMITS): Read {
  const parser = new StanzaParser(limits, {
    open: () => undefined,
    element: (element) => read.elements.push(element),
    refused: (head, fault) => read.refused.push({ head, fault }),
    close: () => {
      read.closed += 1;
    },
    fault: (fault) => read.faults.push(fault),
  });
  const read: Read = { elements: [], refused: [], faults: [], closed: 0, parser };
  return read;
}

function readAll(...texts: string[]): Read {
  const read = reader();
  for (const text of [HEADER, ...texts]) {
    read.parser.write(text);
  }
  return read;
}

describe("the XMPP stream parser", () => {
  describe("gives", () => {
    it("stanzas with their content, namespaces found through the root", () => {
      const { elements, faults } = readAll("<message to='a'><body>1 &lt; 2 &amp; &#x20AC;</body></message><presence/>");
      expect(faults).to.deep.equal([]);
      expect(elements.map(String)).to.deep.equal([
        '<message to="a"><body>1 &lt; 2 &amp; €</body></message>',
        "<presence/>",
      ]);
      expect(elements[0]?.getNS()).to.equal("jabber:client");
    });
    it("the same for every way to cut the text in two", () => {
      const text = "<message to='ä'><body>价格€5 👍 &amp; <![CDATA[<x>]]></body></message>";
      for (let at = 1; at < text.length; at += 1) {
        const { elements, faults } = readAll(text.slice(0, at), text.slice(at));
        expect(faults, `cut at ${at}`).to.deep.equal([]);
        expect(elements[0]?.getChildText("body"), `cut at ${at}`).to.equal("价格€5 👍 & <x>");
      }
    });
    it("the end of the stream, once", () => {
      const { closed, faults } = readAll("</stream:stream>", "<message/>");
      expect({ closed, faults }).to.deep.equal({ closed: 1, faults: [] });
    });
    it("prefixes declared on the stanza", () => {
      const { elements } = readAll("<message xmlns:n='urn:n'><n:x n:y='1' xml:lang='de'/></message>");
      expect(elements[0]?.getChild("x", "urn:n")?.attrs["xml:lang"]).to.equal("de");
    });
    it("names such as __proto__ as names like any other", () => {
      const { elements } = readAll("<message __proto__='p' constructor='c'><__proto__/></message>");
      expect(Object.keys(elements[0]?.attrs ?? {})).to.deep.equal(["__proto__", "constructor"]);
      expect(({} as Record<string, unknown>).p).to.equal(undefined);
    });
  });

  describe("refuses, once and for all", () => {
    for (const [what, xml, condition] of FORBIDDEN) {
      it(what, () => {
        const { elements, faults } = readAll(xml, "<message/>");
        expect(faults.map((fault) => fault.condition)).to.deep.equal([condition]);
        expect(elements).to.deep.equal([]);
      });
      it(`${what}, wherever it is cut`, () => {
        for (let at = 1; at < xml.length; at += 1) {
          const { faults } = readAll("<message/>", xml.slice(0, at), xml.slice(at), "<message/>");
          expect(
            faults.map((fault) => fault.condition),
            `cut at ${at}`,
          ).to.deep.equal([condition]);
        }
      });
    }
    for (const [what, xml, condition] of BEFORE_THE_STREAM) {
      it(`${what}, before the stream`, () => {
        const read = reader();
        read.parser.write(xml);
        expect(read.faults.map((fault) => fault.condition)).to.deep.equal([condition]);
      });
    }
    it("a processing instruction in a stream that began with a declaration", () => {
      for (const before of ["", HEADER, `${HEADER}<message/>`]) {
        const read = reader();
        read.parser.write(`<?xml version='1.0'?>${before}<?php x ?>`);
        expect(read.faults.map((fault) => fault.condition)).to.deep.equal(["restricted-xml"]);
      }
    });
    it("half a character, whatever stood in its place before", () => {
      for (const halves of [["\ud83d", "\ud83d", "\ude00"], ["\ud83d\ud83d"], ["\ude00"], ["\ud83d", "x"]]) {
        const { faults } = readAll("<message>", "\u{1f600}", ...halves, "</message>");
        expect(faults.map((fault) => fault.condition)).to.deep.equal(["not-well-formed"]);
      }
    });
    it("and says at which character of the stream", () => {
      for (const pieces of [["<message>]]></message>"], ["<message", ">]", "]>"]]) {
        const [fault] = readAll(...pieces).faults;
        expect(fault?.message).to.equal(`]]> stands in a text (character ${HEADER.length + 12} of the stream).`);
      }
    });
    it("what stands behind a complete stanza, which is taken", () => {
      for (const piece of ["\u0000", "<!-- x -->", "</wrong>", "&nonsense;<"]) {
        const { elements, faults } = readAll(`<message id='1'/>${piece}`);
        expect(elements.map((element) => element.attrs.id)).to.deep.equal(["1"]);
        expect(faults).to.have.length(1);
      }
    });
    it("text between stanzas as soon as it comes, and keeps none of it", () => {
      for (const text of ["hello", "\r\n hello", "\u00a0"]) {
        const { faults } = readAll("<message/> ", text);
        expect(faults.map((fault) => fault.condition)).to.deep.equal(["bad-format"]);
      }
    });
    it("nothing that stands behind the end of the stream", () => {
      const { closed, faults } = readAll("</stream:stream> nonsense <");
      expect({ closed, faults }).to.deep.equal({ closed: 1, faults: [] });
    });
    it("what follows an error thrown by whoever takes the stanzas", () => {
      const faults: Error[] = [];
      const parser = new StanzaParser(LIMITS, {
        open: () => undefined,
        element: () => {
          throw new TypeError("a defect");
        },
        refused: () => undefined,
        close: () => undefined,
        fault: (fault) => faults.push(fault),
      });
      parser.write(`${HEADER}<message/><message/>`);
      expect(faults.map(String)).to.deep.equal(["TypeError: a defect"]);
    });
  });

  describe("reads past a stanza beyond the limits, says whose it was, and goes on", () => {
    const BEYOND: readonly (readonly [what: string, content: string])[] = [
      ["too deep", `${"<a>".repeat(40)}${"</a>".repeat(40)}`],
      ["too many elements", "<a/>".repeat(3_000)],
      ["too many attributes", `<a ${Array.from({ length: 60 }, (_, n) => `a${n}='x'`).join(" ")}/>`],
      ["too long a name", `<${"n".repeat(300)}/>`],
      ["too long", `<body>${"x".repeat(300_000)}</body>`],
    ];
    for (const [what, content] of BEYOND) {
      it(what, () => {
        const { elements, refused, faults } = readAll(
          `<message from='m@x/y' to='s@d' id='7'>${content}</message><message id='next'/>`,
        );
        expect(faults).to.deep.equal([]);
        expect(refused.map(({ head }) => String(head))).to.deep.equal(['<message from="m@x/y" to="s@d" id="7"/>']);
        expect(refused[0]?.fault.condition).to.equal("policy-violation");
        expect(elements.map((element) => element.attrs.id)).to.deep.equal(["next"]);
      });
    }
    it("a start tag longer than a stanza may be, without its long attributes", () => {
      const { refused } = readAll(`<message from='m@x' id='${"i".repeat(300_000)}'>x</message>`);
      expect(refused.map(({ head }) => head.attrs)).to.deep.equal([{ from: "m@x" }]);
    });
    it("a start tag of its own beyond them", () => {
      const many = Array.from({ length: 100 }, (_, n) => `a${n}='x'`).join(" ");
      const { elements, refused } = readAll(`<iq ${many} from='m@x' id='7' type='get'><q/></iq><message/>`);
      expect(refused.map(({ head }) => head.attrs)).to.deep.equal([{ from: "m@x", id: "7", type: "get" }]);
      expect(elements).to.have.length(1);
    });
  });

  describe("takes time linear in the text", () => {
    const time = (text: string): { ms: number; read: Read } => {
      const read = readAll();
      const begin = process.cpuUsage();
      read.parser.write(text);
      const { user, system } = process.cpuUsage(begin);
      return { ms: (user + system) / 1_000, read };
    };
    /** Processor time, and the best of several: the machine may be busy with something else. */
    const best = (text: string): { ms: number; read: Read } =>
      Array.from({ length: 5 }, () => time(text)).reduce((left, right) => (right.ms < left.ms ? right : left));

    it("gives up on 4 MB of an unclosed tag within 50 ms", () => {
      const { ms, read } = best(`<message ${"a".repeat(4_000_000)}`);
      expect(read.faults.map((fault) => fault.condition)).to.deep.equal(["policy-violation"]);
      expect(ms).to.be.lessThan(50);
    });
    it("reads past 20,000 levels within 50 ms", () => {
      const { ms, read } = best(`<message>${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}</message><message/>`);
      expect(read.refused).to.have.length(1);
      expect(read.elements).to.have.length(1);
      expect(ms).to.be.lessThan(50);
    });
    it("gives up on a start tag that never ends, whichever of its spaces come alone", () => {
      const read = readAll("<message");
      for (let at = 0; at < 200; at += 1) {
        read.parser.write(" ");
        read.parser.write(`a${at}='${"x".repeat(10_000)}'`);
      }
      expect(read.faults.map((fault) => fault.condition)).to.deep.equal(["policy-violation"]);
    });
    it("does not count what is between stanzas towards the next one", () => {
      const read = reader({ ...LIMITS, stanzaCharacters: 100, streamCharacters: 200 });
      read.parser.write(HEADER);
      for (let count = 0; count < 1_000; count += 1) {
        read.parser.write(count % 2 === 0 ? " " : "\r\n");
      }
      read.parser.write(`${" ".repeat(150)}<message/>`);
      expect({ faults: read.faults, refused: read.refused }).to.deep.equal({ faults: [], refused: [] });
      expect(read.elements).to.have.length(1);
    });
  });
});
