/**
 * Whatever strangers, customers and CSRs do, in any order, under rules that change meanwhile: the core never throws, and what
 * it sends goes to a party of that conversation or answers whoever just wrote.
 */
import { expect } from "chai";
import { csrLegs } from "../../src/core/legs.ts";
import type { Address, Outbound } from "../../src/core/model.ts";
import { addressKey } from "../../src/core/model.ts";
import { CARD, Fuzz, PEOPLE, SECRET, STAFF } from "./core-fuzz.ts";

const SEEDS = 100;
const EVENTS = 400;

/** Of one that began and ended in a single step no row was ever kept: then it was between the desk and whoever wrote. */
function parties(fuzz: Fuzz, conversation: string, from: Address | null): ReadonlySet<string> {
  const row = fuzz.core.conversations.get(conversation);
  const legs = row?.legs.map((leg) => addressKey(leg.address)) ?? [];
  // Nor is a row kept of one whose customer came from elsewhere and ended it with the same word.
  const wroteAndEnded = from !== null && !fuzz.core.table("conversation").has(conversation);
  return new Set(wroteAndEnded ? [...legs, addressKey(from)] : legs);
}

/** The one thing said at an address that the customer has left: where the conversation goes on. */
function isFarewell(fuzz: Fuzz, conversation: string, outbound: Outbound): boolean {
  const left = fuzz.core.conversations.get(conversation)?.former ?? [];
  const there = `${addressKey(outbound.to)} ${outbound.from}`;
  return outbound.kind === "message" && outbound.text.includes("It continues at") && left.includes(there);
}

/** A customer who was a CSR by earlier rules may say anything, and whoever continues for them is shown it again. */
function withoutOwnWords(fuzz: Fuzz, { conversation }: Outbound, text: string): string {
  const own = fuzz.core.transcript.flatMap((line) =>
    line.conversation === conversation && line.author === 0 && line.content.kind === "message"
      ? [line.content.text]
      : [],
  );
  return own.filter((words) => words.includes(SECRET)).reduce((left, words) => left.replaceAll(words, ""), text);
}

/** Looks stay on the words they came with: within the text, in order, between characters. */
function checkLooks(outbound: Outbound): void {
  if (outbound.kind !== "message" && outbound.kind !== "edit") return;
  const { text, formatting = [] } = outbound;
  let before = 0;
  for (const { start, end } of formatting) {
    expect(start, JSON.stringify(outbound)).to.be.within(before, end - 1);
    expect(end, JSON.stringify(outbound)).to.be.at.most(text.length);
    before = start;
  }
}

/** What must hold of everything that is sent. */
function checkSent(fuzz: Fuzz, outbound: Outbound, from: Address | null): void {
  checkLooks(outbound);
  expect(JSON.stringify(outbound), "what the rules make unreadable").not.to.contain(CARD);
  const to = addressKey(outbound.to);
  const what = JSON.stringify(outbound);
  if (outbound.conversation !== null) {
    expect(
      parties(fuzz, outbound.conversation, from).has(to) || isFarewell(fuzz, outbound.conversation, outbound),
      `sent to no party of ${outbound.conversation}: ${what}`,
    ).to.equal(true);
    const alias = fuzz.core.table("alias").get(`${outbound.to.network} ${outbound.from}`);
    if (alias !== undefined) expect(addressKey(alias.viewer), `from somebody else's alias: ${what}`).to.equal(to);
  } else if (from === null || addressKey(from) !== to) {
    expect(
      outbound.kind === "watch" || STAFF.has(to) || wrote(fuzz, to),
      `sent to somebody who said nothing: ${what}`,
    ).to.equal(true);
  }
  const { to: _to, ...rest } = outbound;
  // Whom to invite is for the adapter alone; what they are shown of it is everything else.
  const text = JSON.stringify({ ...rest, from: "" }, (name, value: unknown) => (name === "address" ? null : value));
  for (const person of PEOPLE.filter((id) => id.includes("-"))) {
    if (person !== outbound.to.id) expect(text.includes(person), `an address leaks: ${what}`).to.equal(false);
  }
  if (withoutOwnWords(fuzz, outbound, text).includes(SECRET))
    expect(STAFF.has(to), `the customer is shown the desk's words: ${what}`).to.equal(true);
}

function wrote(fuzz: Fuzz, person: string): boolean {
  return fuzz.core.transcript.some(({ from }) => from !== null && addressKey(from) === person);
}

/** Hands and conversations say the same of who has what. */
function checkHands(fuzz: Fuzz): void {
  const { core } = fuzz;
  const held = new Map<string, string[]>();
  for (const [id, row] of core.table("conversation")) {
    const legs = csrLegs(row);
    expect(row.state === "offered" || row.state === "talking", `${id} is ${row.state}`).to.equal(legs.length > 0);
    expect(legs.filter(({ state }) => state === "invited").map(({ index }) => index)).to.have.members(
      row.offers.map(({ leg }) => leg),
    );
    for (const { csr } of row.legs.filter(({ state }) => state !== "left"))
      if (csr !== null) held.set(csr, [...(held.get(csr) ?? []), id]);
  }
  for (const [id, row] of core.table("csr")) {
    expect([...row.hands].sort(), `what ${id} has in hand`).to.deep.equal((held.get(id) ?? []).sort());
  }
}

/** Nobody waits for a room with a third, or is shown to somebody who was not asked. */
function checkRooms(fuzz: Fuzz): void {
  for (const [id, { room, state, legs }] of fuzz.core.table("conversation")) {
    if (room == null) continue;
    expect(state, `${id} has a room`).to.equal("talking");
    const thirds = legs.filter((leg) => leg.role === "supervisor" && leg.state === "active");
    expect(thirds, `${id} has a room and a third`).to.deep.equal([]);
    expect([...fuzz.core.table("contact").keys()], `the room of ${id} is found`).to.include(`room ${room.token}`);
    const asked = room.asked ?? [];
    expect(asked.length === 0 || asked[0] === 0, `the customer of ${id} is asked first`).to.equal(true);
    expect(asked.length, `asked by ${id}`).to.be.at.most(2);
  }
}

/** A CSR is invited to a room that shows addresses when the customer has said that they may be seen, by coming. */
function checkAsked(fuzz: Fuzz, outbound: Outbound): void {
  if (outbound.kind !== "room" || outbound.act.kind !== "invite") return;
  const row = fuzz.core.conversations.get(outbound.conversation ?? "");
  const { party } = outbound.act;
  expect(addressKey(party.address), "told and invited in one lane").to.equal(addressKey(outbound.to));
  const isCustomer = row?.legs[0] !== undefined && addressKey(row.legs[0].address) === addressKey(party.address);
  expect(isCustomer || row?.room?.entered.includes(0), "shown before they were asked").to.equal(true);
}

describe("the core, whatever happens", () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    it(`never throws, and speaks to nobody but those concerned (seed ${seed})`, () => {
      const fuzz = new Fuzz(seed);
      for (let event = 0; event < EVENTS; event += 1) {
        const before = fuzz.core.sent.length;
        const from = fuzz.happen();
        const sent = fuzz.core.sent.slice(before);
        for (const outbound of sent) {
          checkSent(fuzz, outbound, from);
          checkAsked(fuzz, outbound);
        }
        fuzz.learn(sent);
        checkHands(fuzz);
        checkRooms(fuzz);
      }
      expect(fuzz.core.sent.length, "something was sent").to.be.above(50);
    });
  }
});
