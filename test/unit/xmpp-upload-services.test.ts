/** Where a server's people upload their files, as the server itself says. */
import { Element } from "@xmpp/xml";
import { expect } from "chai";
import { type Ask, UploadServices } from "../../adapters/xmpp/upload-services.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const INFO = "http://jabber.org/protocol/disco#info";
const ITEMS = "http://jabber.org/protocol/disco#items";
const UPLOAD = "urn:xmpp:http:upload:0";

/** What a server and its services answer: features by address, and the server's items. */
interface Told {
  readonly items?: readonly string[];
  readonly features: Readonly<Record<string, readonly string[]>>;
}

function servicesOf(told: Told) {
  const clock = createVirtualClock(Date.UTC(2026, 2, 2, 12));
  const asked: string[] = [];
  const ask: Ask = async (_desk, to, question) => {
    asked.push(to.full);
    const namespace = String(question.attrs.xmlns);
    const query = new Element("query", { xmlns: namespace });
    const features = told.features[to.full];
    if (namespace === ITEMS) {
      for (const jid of told.items ?? []) query.c("item", { jid });
    } else if (namespace === INFO && features !== undefined) {
      for (const feature of features) query.c("feature", { var: feature });
    }
    const isAnswered = namespace === ITEMS ? told.items !== undefined : features !== undefined;
    return isAnswered ? new Element("iq", { type: "result" }).cnode(query).root() : null;
  };
  return { services: new UploadServices(clock, ask), asked, clock };
}

describe("upload services of a server", () => {
  const TABLE: readonly (readonly [string, Told, readonly string[]])[] = [
    [
      "are those of its items that say so",
      {
        items: ["rooms.im.example", "files.hoster.example"],
        features: { "rooms.im.example": ["muc"], "files.hoster.example": [UPLOAD], "im.example": [] },
      },
      ["files.hoster.example"],
    ],
    ["may be the server itself", { items: [], features: { "im.example": [UPLOAD] } }, ["im.example"]],
    ["are none where it says nothing", { features: {} }, []],
    [
      "are no people, whatever they say of themselves",
      { items: ["eve@im.example", "eve@im.example/phone"], features: { "eve@im.example": [UPLOAD] } },
      [],
    ],
    ["are none of an older protocol", { items: [], features: { "im.example": ["urn:xmpp:http:upload"] } }, []],
  ];
  for (const [what, told, expected] of TABLE) {
    it(what, async () => expect(await servicesOf(told).services.of("im.example", "support")).to.deep.equal(expected));
  }
  it("are asked for once a day, and sooner where nothing was learned", async () => {
    const known = servicesOf({ items: [], features: { "im.example": [UPLOAD] } });
    const silent = servicesOf({ features: {} });
    for (const { services } of [known, silent]) {
      await services.of("im.example", "support");
      await services.of("im.example", "support");
    }
    expect([known.asked.length, silent.asked.length]).to.deep.equal([2, 2]);
    for (const { clock, services } of [known, silent]) {
      clock.advanceNow(3_600_000);
      await services.of("im.example", "support");
    }
    expect([known.asked.length, silent.asked.length]).to.deep.equal([2, 4]);
    known.clock.advanceNow(24 * 3_600_000);
    await known.services.of("im.example", "support");
    expect(known.asked.length).to.equal(4);
  });
  it("are none, and no fault, when asking fails", async () => {
    const services = new UploadServices(createVirtualClock(0), () => Promise.reject(new Error("the link was cut")));
    expect(await services.of("im.example", "support")).to.deep.equal([]);
  });
});
