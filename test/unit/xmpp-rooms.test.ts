/** Staying in a room for the sake of a gateway: going in, being thrown out, being forgotten, and what is not for the desk. */
import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { parseJid } from "../../adapters/xmpp/jid.ts";
import { Rooms } from "../../adapters/xmpp/rooms.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import { stanza } from "../support/xmpp-xml.ts";

const ROOM = "#desk%irc.net@irc.x";
const CHECK_MS = 60_000;
const BACKOFF_MS = 1_000;

function jid(text: string) {
  const parsed = parseJid(text);
  if (parsed === null) {
    throw new Error(`${text} is no address.`);
  }
  return parsed;
}

/** Rooms with everything around them written down. `isIn`: what the room answers to a ping. */
function bench(joins = [{ room: jid(ROOM), desk: "support", nick: "helpdesk" }]) {
  const clock = createVirtualClock();
  const written: string[] = [];
  const counted: string[] = [];
  const made = { isIn: true, asked: [] as string[] };
  const quiet = () => undefined;
  const rooms = new Rooms({
    joins,
    context: {
      network: "xmpp",
      clock,
      backoffMs: (attempt) => BACKOFF_MS * 2 ** attempt,
      count: (_event, reason) => counted.push(reason),
      log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
    },
    checkMs: CHECK_MS,
    speaker: (desk) => `${desk}@desk.x/desk`,
    write: (element: Element) => written.push(element.toString()),
    ask: async (_desk, to, question) => {
      made.asked.push(to.full);
      return made.isIn ? question : null;
    },
  });
  const take = (xml: string, desk = "support") => {
    const element = stanza(xml);
    return rooms.take(element, jid(String(element.attrs.from)), desk);
  };
  const own = (attributes: string, code = "110") =>
    take(
      `<presence ${attributes}><x xmlns='http://jabber.org/protocol/muc#user'><status code='${code}'/></x></presence>`,
    );
  return { rooms, written, counted, made, take, own, pass: clock.advance };
}

describe("rooms of the desk on XMPP", () => {
  it("are gone into at every login, as the handle, without their history", () => {
    const { rooms, written } = bench();
    rooms.begin();
    expect(written).to.deep.equal([
      `<presence to="${ROOM}/helpdesk" from="support@desk.x/desk"><x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>`,
    ]);
    rooms.cut();
    rooms.begin();
    expect(written).to.have.length(2);
  });

  it("are asked whether the desk is still in, by the nick it was given, and gone into again when not", async () => {
    const { rooms, written, made, own, pass } = bench();
    rooms.begin();
    own(`from='${ROOM}/helpdesk_'`);
    await pass(CHECK_MS);
    expect(made.asked).to.deep.equal([`${ROOM}/helpdesk_`]);
    expect(written).to.have.length(1);
    made.isIn = false;
    await pass(CHECK_MS);
    expect(written).to.have.length(2);
  });

  for (const [what, presence] of [
    ["a room that throws the desk out", `from='${ROOM}/helpdesk' type='unavailable'`],
    ["a room that refuses it", `from='${ROOM}/helpdesk' type='error'`],
  ] as const) {
    it(`are tried again, more and more slowly: ${what}`, async () => {
      const { rooms, written, own, pass } = bench();
      rooms.begin();
      own(presence);
      await pass(2 * BACKOFF_MS);
      expect(written).to.have.length(2);
      own(presence);
      await pass(3 * BACKOFF_MS);
      expect(written).to.have.length(2);
      await pass(BACKOFF_MS);
      expect(written).to.have.length(3);
    });
  }

  it("are left alone once the link is cut", async () => {
    const { rooms, written, own, pass } = bench();
    rooms.begin();
    own(`from='${ROOM}/helpdesk'`);
    rooms.cut();
    await pass(10 * CHECK_MS);
    expect(written).to.have.length(1);
  });

  for (const [what, xml, taken] of [
    ["what is said in the channel", `<message from='${ROOM}/ben' type='groupchat'><body>hi</body></message>`, true],
    ["who else is in it", `<presence from='${ROOM}/ben'/>`, true],
    ["the IRC server's own words", "<message from='irc.net@irc.x' type='chat'><body>Connected.</body></message>", true],
    ["the gateway's own words", "<message from='irc.x' type='chat'><body>Hello.</body></message>", true],
    ["a person on that IRC", "<message from='anna%irc.net@irc.x' type='chat'><body>hi</body></message>", false],
    ["a person elsewhere", "<message from='irc.net@example.org' type='chat'><body>hi</body></message>", false],
    ["an answer to a question of the desk", `<iq from='${ROOM}/helpdesk' type='result' id='a'/>`, false],
  ] as const) {
    it(`${taken ? "keep from the desk" : "leave to the desk"} ${what}`, () => {
      const { rooms, take } = bench();
      rooms.begin();
      expect(take(xml)).to.equal(taken);
    });
  }

  it("of a gateway to one IRC server alone have people without a %, and its own words come from the bare domain", () => {
    const { take } = bench([{ room: jid("#desk@irc.x"), desk: "support", nick: "helpdesk" }]);
    expect(take("<message from='anna@irc.x' type='chat'><body>hi</body></message>")).to.equal(false);
    expect(take("<message from='irc.x' type='chat'><body>Connected.</body></message>")).to.equal(true);
  });
});
