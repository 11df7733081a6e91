/** A network of two real ngIRCds that falls apart and comes together again: nothing for people on the far side is lost or doubled. */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import { IrcFarEnd } from "../conformance/irc-far-end.ts";
import { IrcFarPerson } from "../conformance/irc-far-person.ts";
import { IrcClient } from "../support/irc-client.ts";
import type { IrcServer } from "../support/irc-server.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

const HUB = "irc.ngircd.test";
const LEAF = "leaf.ngircd.test";
/** The far server calls again after five seconds. */
const HEALED_MS = 60_000;

for (const mode of ["client", "server"] as const) {
  describe(`a netsplit, seen by the desk as a ${mode}`, function () {
    this.timeout(400_000);
    requires("ngircd");
    let leaf: IrcServer;
    let far: IrcFarEnd;
    let stage: Stage;
    let operator: IrcClient;
    let carol: IrcFarPerson;

    const isSeen = async (nick: string): Promise<boolean> => {
      operator.write(`ISON ${nick}`);
      return ((await operator.next("303")).params.at(-1) ?? "").trim() !== "";
    };
    const split = async () => {
      operator.write(`SQUIT ${LEAF} :a cable`);
      await until("the network to be split", async () => !(await isSeen(carol.client.nick)));
    };
    const healed = () => until("the network to be one", () => isSeen(carol.client.nick), HEALED_MS);

    before(async () => {
      const hub = await startNgircd({ name: HUB, peer: { name: LEAF, port: null } });
      leaf = await startNgircd({ name: LEAF, peer: { name: HUB, port: hub.port } });
      far = await IrcFarEnd.open(hub, mode);
      operator = await IrcClient.connect(hub, "oper");
      operator.write("OPER root oper");
      await operator.next("381");
    });
    after(async () => {
      operator?.stop();
      await far?.close();
      await leaf?.remove();
    });
    beforeEach(async () => {
      stage = new Stage(far);
      await stage.start();
      carol = new IrcFarPerson(far.network, await IrcClient.connect(leaf, "carol"), far.names);
      await healed();
    });
    afterEach(async () => {
      carol.client.stop();
      await stage.end();
    });

    it("what is for somebody on the far side waits, and arrives once when the network is one again", async () => {
      await stage.deliver(stage.message(carol, "before"));
      await stage.sees(carol, "message", ({ text }) => text === "before");
      await split();
      const during = stage.message(carol, "during");
      expect(await stage.send(during)).to.include({ kind: "deferred", reason: "recipient-unavailable" });
      await healed();
      await stage.deliver(during);
      await stage.deliver(stage.message(carol, "after"));
      await stage.sees(carol, "message", ({ text }) => text === "after");
      expect(stage.texts(carol)).to.deep.equal(["before", "during", "after"]);
      await stage.hears(carol, "here I am again");
    });

    it("who took the desk's nick on the far side does not keep it", async () => {
      await split();
      const squatter = await IrcClient.connect(leaf, stage.handle);
      await squatter.next("ERROR", undefined, HEALED_MS);
      squatter.stop();
      await healed();
      const { inbound } = await stage.hears(carol, "is that you?");
      expect(inbound.to).to.equal(stage.handle);
      await stage.deliver(stage.message(carol, "yes"));
      await stage.sees(carol, "message", ({ text }) => text === "yes");
    });
  });
}
