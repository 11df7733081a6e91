/** What counts as an address, an internal computer, a telephone or a card number in what people write. */
import { expect } from "chai";
import { addressesIn, hostsIn } from "../../src/core/content-rule-addresses.ts";
import { cardsIn, lastDigits, type Place, phonesIn } from "../../src/core/content-rule-numbers.ts";
import { cpuMs } from "../support/cpu-time.ts";

const HOSTS = ["corp.example", "internal"];
type Row = readonly [text: string, found: readonly string[]];

function finds(find: (text: string) => readonly Place[], rows: readonly Row[]): void {
  for (const [text, expected] of rows) {
    it(`${JSON.stringify(text)}: ${expected.join(" | ") || "nothing"}`, () => {
      expect(find(text).map(({ start, end }) => text.slice(start, end))).to.deep.equal(expected);
    });
  }
}

describe("card numbers", () => {
  finds(cardsIn, [
    ["my card is 4111 1111 1111 1111, thanks", ["4111 1111 1111 1111"]],
    ["4111-1111-1111-1111 and 378282246310005", ["4111-1111-1111-1111", "378282246310005"]],
    ["5555.5555.5555.4444", ["5555.5555.5555.4444"]],
    ["2223003122003222", ["2223003122003222"]],
    ["6011000990139424 30569309025904 3530111333300000", ["6011000990139424", "30569309025904", "3530111333300000"]],
    ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]],
    ["4111\u200b1111 1111\n1111", ["4111\u200b1111 1111\n1111"]],
    ["٤١١١١١١١١١١١١١١١ or ４１１１１１１１１１１１１１１１", ["٤١١١١١١١١١١١١١١١", "４１１１１１１１１１１１１１１１"]],
    ["call 030 1234567 4111 1111 1111 1111", ["4111 1111 1111 1111"]],
    ["the check digit is wrong: 4111 1111 1111 1112", []],
    ["nobody issues 9111111111111111", []],
    ["longer than any: 41111111111111110000", []],
    ["2026-11-21 10:30:00", []],
  ]);

  it("are told by their last digits, whatever script they are in", () => {
    const text = "٤١١١ ١١١١ ١١١١ ١١٢٣";
    expect(lastDigits(text, { start: 0, end: text.length })).to.equal("1123");
  });
});

describe("telephone numbers", () => {
  finds(
    (text) => phonesIn(text, "DE"),
    [
      ["call +49 (0)30 1234567 please", ["+49 (0)30 1234567"]],
      ["030 1234567", ["030 1234567"]],
      ["0049 30 1234567", ["0049 30 1234567"]],
      ["0171/2345678 or 0171 2345679", ["0171/2345678", "0171 2345679"]],
      ["(0171) 2345678", ["(0171) 2345678"]],
      ["+1 212 555 2368", ["+1 212 555 2368"]],
      ["+٤٩ ٣٠ ١٢٣٤٥٦٧", ["+٤٩ ٣٠ ١٢٣٤٥٦٧"]],
      ["on 2026-11-21 at 10:30, or 21.11.2026", []],
      ["order 30123456", []],
      ["invoice 12-345-678", []],
      ["12,50 EUR or 100 000", []],
    ],
  );
  describe("where they are written without a 0", () => {
    finds((text) => phonesIn(text, "US"), [["(212) 555-2368 or 212-555-2368", ["(212) 555-2368", "212-555-2368"]]]);
  });
  describe("where no country is named", () => {
    finds((text) => phonesIn(text, null), [["030 1234567 or +49 30 1234567", ["+49 30 1234567"]]]);
  });
});

describe("addresses", () => {
  finds(
    (text) => addressesIn(text, HOSTS),
    [
      ["write to anna@example.org.", ["anna@example.org"]],
      ["Anna.Meier+x@mail.example.co.uk, please", ["Anna.Meier+x@mail.example.co.uk"]],
      ["xmpp:anna@jabber.example/phone?message", ["anna@jabber.example/phone?message"]],
      ["jörg@bücher.example and anna@xn--bcher-kva.example", ["jörg@bücher.example", "anna@xn--bcher-kva.example"]],
      ["I am @ben:matrix.example:8448 there", ["@ben:matrix.example:8448"]],
      ["#lobby:matrix.example or !abc:matrix.example", ["#lobby:matrix.example", "!abc:matrix.example"]],
      ["https://matrix.to/#/@a:b.example", ["@a:b.example"]],
      ["anna (at) example (dot) org, or anna[at]example.org", ["anna (at) example (dot) org", "anna[at]example.org"]],
      ["a%40b.example and mail＠example。org", ["a%40b.example", "mail＠example。org"]],
      ["anna@[192.0.2.1] or root@10.0.0.5", ["anna@[192.0.2.1]", "root@10.0.0.5"]],
      ["anna@wiki.internal", ["anna@wiki.internal"]],
      ["@anna hello, see you @ home, 5 @ 3.50", []],
      ["12:30 #1: hi, a:b", []],
    ],
  );
});

describe("internal computers", () => {
  finds(
    (text) => hostsIn(text, HOSTS),
    [
      ["see https://wiki.corp.example/x?y=1 there", ["https://wiki.corp.example/x?y=1"]],
      ["Wiki.CORP.example, corp.example", ["Wiki.CORP.example", "corp.example"]],
      ["http://10.1.2.3:8080/a or 192.168.1.1, 172.16.0.1", ["http://10.1.2.3:8080/a", "192.168.1.1", "172.16.0.1"]],
      ["build.internal. Internal, though, is a word", ["build.internal"]],
      ["fd00:1::5, fe80::1%eth0 and ::1", ["fd00:1::5", "fe80::1%eth0", "::1"]],
      ["xcorp.example, corp.example.org, 8.8.8.8, 172.32.0.1, a::b", []],
    ],
  );
});

describe("whatever is written, looking for it takes linear time", () => {
  const LENGTH = 65_536;
  const LIMIT_MS = 1_500;
  const all = (text: string): void => {
    for (const country of ["DE", null]) phonesIn(text, country);
    cardsIn(text);
    addressesIn(text, HOSTS);
    hostsIn(text, HOSTS);
  };
  for (const piece of [
    "1",
    "1 ",
    "4 ",
    "4111 ",
    "030 1234567 ",
    "+49",
    "a@",
    "@a:",
    "@a:b.",
    "a.",
    "a",
    "a-",
    "( at )",
    "http://",
    "10.1.2.3/",
    "fd00:1::5/",
    "fd00:",
    "#",
    "%40",
  ]) {
    it(`${JSON.stringify(piece)} over and over`, () => {
      const text = piece.repeat(Math.ceil(LENGTH / piece.length));
      all(text.slice(0, 1_000));
      expect(cpuMs(() => all(text))).to.be.lessThan(LIMIT_MS);
    });
  }
});
