/** Hosted by the IM server: two people of a real Prosody are introduced in a room of it, and neither ever sees the other's address. */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { componentNetwork, csrEntries, TWO_DIALOGS, TWO_QUEUES } from "../support/desk-config.ts";
import { hears, passwordOf, textsOf, type XmppSomebody, xmppPerson } from "../support/desk-people.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import type { XmppServer } from "../support/xmpp-server.ts";

const CUSTOMER = "lind.greta";
const CSR = "moreau.jules";
const STRANGER = "nosy";
const MUC = "http://jabber.org/protocol/muc";

interface Meeting {
  readonly customer: XmppSomebody;
  readonly csr: XmppSomebody;
  /** Everything that ever came to that client, whoever it is from. */
  readonly wires: { readonly customer: () => string; readonly csr: () => string };
  readonly room: string;
}

describe("hosted by the IM server: a room of a real Prosody", function () {
  this.timeout(400_000);
  requires("prosody");
  let server: XmppServer;
  let desk: Daemon;
  let people: XmppSomebody[] = [];

  const options = (seconds: number, name = "Jules") => ({
    networks: componentNetwork(server).replace(
      "    secret:",
      `    roomService: ${server.conferenceDomain}\n    secret:`,
    ),
    csrs: csrEntries({ id: "jules", name, address: `xmpp: ${CSR}@${server.domain}`, skill: "support" }),
    routing: TWO_QUEUES.replace(
      "  support:\n",
      `  support:\n    hosting: server\n    hostingSeconds: ${seconds}\n    wrapUp: {room: 600}\n`,
    ),
    dialogs: TWO_DIALOGS,
  });

  before(async () => {
    // Prosody then gives everybody the name that was reserved for them, whatever their client proposes.
    server = await startProsody({ extraConfiguration: "enforce_registered_nickname = true" });
    for (const user of [CUSTOMER, CSR, STRANGER]) await server.register(user, passwordOf(user));
  });
  after(async () => server?.remove());
  afterEach(async () => {
    for (const person of people) await person.stop();
    people = [];
    await desk?.remove();
  });

  /** Both talk by the desk, and have been invited. */
  async function invited(seconds = 300): Promise<Meeting> {
    desk = await startDaemon(options(seconds));
    const login = (user: string) =>
      xmppPerson(server, { user, resource: "pocket", deskDomain: server.componentDomain });
    const [csr, customer] = [await login(CSR), await login(CUSTOMER)];
    people = [csr, customer];
    const wire =
      ({ client }: XmppSomebody) =>
      () =>
        client.stanzas.all.map(String).join("\n");
    await csr.person.say("desk", "/back");
    await customer.person.say("support", "hello");
    await hears(customer, /your name/u);
    await customer.person.say("support", "Greta");
    const offer = await hears(csr, /\/accept/u);
    await csr.person.say(offer.from, "/accept");
    const { text } = await hears(customer, /xmpp:\S+\?join/u);
    const room = /xmpp:(\S+)\?join/u.exec(text)?.[1] ?? "";
    await hears(csr, /\?join/u);
    for (const { client } of people) {
      const invitation = await client.next("an invitation", (stanza) => stanza.attrs.from === room && isInvite(stanza));
      const inviter = invitation.getChild("x", `${MUC}#user`)?.getChild("invite")?.attrs.from;
      // By its address (XEP-0045 §7.8.2) or, as Prosody has it, by its place in the room: the desk, either way.
      expect(inviter).to.be.oneOf([`${room}/Example`, `support@${server.componentDomain}/desk`]);
    }
    return { customer, csr, wires: { customer: wire(customer), csr: wire(csr) }, room };
  }

  const join = ({ client }: XmppSomebody, room: string, nick: string) =>
    client.presence({ to: `${room}/${nick}` }, [xml("x", { xmlns: MUC })]);
  const hearsInRoom = ({ client }: XmppSomebody, room: string, words: RegExp) =>
    client.next(`${words} in the room`, (stanza) => {
      const isOfRoom = stanza.is("message") && String(stanza.attrs.from).startsWith(`${room}/`);
      return isOfRoom && words.test(stanza.getChildText("body") ?? "");
    });
  const sayInRoom = ({ client }: XmppSomebody, room: string, text: string) =>
    client.send(xml("message", { to: room, type: "groupchat" }, xml("body", {}, text)));

  function expectHidden({ customer, csr, wires }: Meeting): void {
    for (const [wire, own, other] of [
      [wires.customer(), CUSTOMER, CSR],
      [wires.csr(), CSR, CUSTOMER],
    ] as const) {
      expect(wire, `what ${own} was sent`).to.contain(own);
      expect(wire, `what ${own} was sent`).not.to.contain(other);
      expect(wire, `what ${own} was sent`).not.to.contain('role="moderator" jid=');
    }
    for (const { client } of [customer, csr]) {
      const own = client.stanzas.all.filter((stanza) => stanza.is("presence") && isSelf(stanza));
      expect(own.length).to.be.greaterThan(0);
      for (const presence of own) {
        const item = presence.getChild("x", `${MUC}#user`)?.getChild("item");
        expect(item?.attrs.role).to.be.oneOf(["participant", "none"]);
        expect(item?.attrs.affiliation).to.be.oneOf(["member", "none"]);
      }
    }
  }

  it("introduces both, hands over what was said, steps out, and keeps the record that it did", async () => {
    const meeting = await invited();
    const { customer, csr, room } = meeting;
    await customer.person.say("support", "my invoice is wrong");
    await hears(csr, /my invoice is wrong/u);
    await join(customer, room, "Greta");
    await join(csr, room, "Jules");
    await hearsInRoom(customer, room, /Greta.*Jules/u);
    await hearsInRoom(csr, room, /my invoice is wrong/u);
    await hearsInRoom(csr, room, /steps out/u);
    await csr.client.next(
      "the desk to leave",
      (stanza) =>
        stanza.is("presence") && stanza.attrs.type === "unavailable" && stanza.attrs.from === `${room}/Example`,
    );
    await hears(customer, /goes on there/u);
    await hears(csr, /\/done/u);
    await sayInRoom(customer, room, "between us");
    await hearsInRoom(csr, room, /between us/u);
    await sayInRoom(csr, room, "quite so");
    await hearsInRoom(customer, room, /quite so/u);

    // Whoever asks the room learns no address, and nobody but the desk may rule it.
    for (const { client } of [customer, csr]) {
      for (const affiliation of ["owner", "admin", "member"]) {
        const query = xml("query", { xmlns: `${MUC}#admin` }, xml("item", { affiliation }));
        await client.request("get", room, query).catch(() => undefined);
      }
      const promote = xml("query", { xmlns: `${MUC}#admin` }, xml("item", { nick: "Greta", role: "moderator" }));
      const refusal = await client.request("set", room, promote).then(() => null, String);
      expect(refusal).not.to.equal(null);
      const config = await client
        .request("get", room, xml("query", { xmlns: `${MUC}#owner` }))
        .then(() => null, String);
      expect(config).not.to.equal(null);
    }
    expectHidden(meeting);

    expect(await desk.command("conversations")).not.to.match(/talking/u);
    expect(await desk.command("csrs")).to.match(/wrap-up/u);
    await csr.person.say("desk", "/done");
    await hears(csr, /taking conversations|available|back/iu);
    expect(await desk.command("csrs")).not.to.match(/wrap-up/u);
    expect(desk.output()).to.contain("room.handed-over");
  });

  it("lets nobody in who was not invited, and answers questions through the room with nobody's address", async () => {
    const meeting = await invited();
    const { customer, csr, room } = meeting;
    await join(customer, room, "Greta");
    await join(csr, room, "Jules");
    await hearsInRoom(csr, room, /steps out/u);
    const stranger = await xmppPerson(server, { user: STRANGER, resource: "x", deskDomain: server.componentDomain });
    people.push(stranger);
    await join(stranger, room, "Nosy");
    const refusal = await stranger.client.next("a refusal", ({ attrs }) => attrs.type === "error" && attrs.from !== "");
    expect(String(refusal)).to.contain("registration-required");
    const questions = ["jabber:iq:version query", "http://jabber.org/protocol/disco#info query", "vcard-temp vCard"];
    for (const question of questions) {
      const [xmlns = "", name = ""] = question.split(" ");
      await customer.client.request("get", `${room}/Jules`, xml(name, { xmlns })).catch(() => undefined);
    }
    const invite = xml("x", { xmlns: `${MUC}#user` }, xml("invite", { to: stranger.client.bareJid }));
    await customer.client.send(xml("message", { to: room }, invite));
    await customer.client.next("a refusal", (stanza) => stanza.is("message") && stanza.attrs.type === "error");
    expectHidden(meeting);
  });

  it("goes on after kill -9, with one already there: nobody is stuck, nothing is lost", async () => {
    const meeting = await invited();
    const { customer, csr, room } = meeting;
    // As clients do whose user does not say otherwise.
    await join(customer, room, CUSTOMER);
    await customer.client.next("to be in", (stanza) => stanza.is("presence") && isSelf(stanza));
    await desk.kill();
    await join(csr, room, "Jules");
    await csr.client.next("to be in", (stanza) => stanza.is("presence") && isSelf(stanza));
    await desk.start();
    await hearsInRoom(customer, room, /Greta.*Jules/u);
    await hearsInRoom(csr, room, /steps out/u);
    await hears(customer, /goes on there/u);
    expect(meeting.wires.csr()).to.contain(`${room}/Greta`);
    expectHidden(meeting);
  });

  it("a customer who declines goes on with the desk, and so does the CSR", async () => {
    const { customer, csr, room } = await invited();
    const decline = xml("decline", { to: `support@${server.componentDomain}` });
    await customer.client.send(xml("message", { to: room }, xml("x", { xmlns: `${MUC}#user` }, decline)));
    await hears(customer, /room is not used/u);
    await hears(csr, /room is not used/u);
    await customer.person.say("support", "rather here");
    await hears(csr, /rather here/u);
  });

  it("relays as ever where the room cannot be made, and says nothing of rooms", async () => {
    desk = await startDaemon({
      ...options(300),
      networks: options(300).networks.replace("roomService: ", "roomService: no."),
    });
    const login = (user: string) =>
      xmppPerson(server, { user, resource: "pocket", deskDomain: server.componentDomain });
    const [csr, customer] = [await login(CSR), await login(CUSTOMER)];
    people = [csr, customer];
    await csr.person.say("desk", "/back");
    await customer.person.say("support", "hello");
    await hears(customer, /your name/u);
    await customer.person.say("support", "Greta");
    const offer = await hears(csr, /\/accept/u);
    await csr.person.say(offer.from, "/accept");
    await until("the desk to give up the room", () => /room\.failed/u.test(desk.output()));
    await customer.person.say("support", "are you there?");
    await hears(csr, /are you there/u);
    await csr.person.say(offer.from, "I am");
    await hears(customer, /I am/u);
    expect([...textsOf(customer), ...textsOf(csr)].join("\n")).not.to.match(/room/u);
  });
});

function isInvite(stanza: Element): boolean {
  return stanza.getChild("x", `${MUC}#user`)?.getChild("invite") !== undefined;
}

/** XEP-0045 §15.6.2: presence with status 110 is about whoever receives it. */
function isSelf(stanza: Element): boolean {
  const statuses = stanza.getChild("x", `${MUC}#user`)?.getChildren("status") ?? [];
  return statuses.some(({ attrs }) => attrs.code === "110");
}
