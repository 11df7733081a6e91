/** Signs of life between the desk and a real ngIRCd that wants one every five seconds: given, and not given. */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import { IrcFarEnd } from "../conformance/irc-far-end.ts";
import type { IrcFarPerson } from "../conformance/irc-far-person.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

/** As short as ngIRCd takes it. */
const PING_SECONDS = 5;
const LIMIT_MS = 90_000;
/** So that it is the server, and not the desk, who loses patience. */
const PATIENT = { idleSeconds: 3_600, answerSeconds: 600 };

for (const mode of ["client", "server"] as const) {
  describe(`the ping timeout of a real ngircd, seen by the desk as a ${mode}`, function () {
    this.timeout(400_000);
    requires("ngircd");
    let far: IrcFarEnd;
    let stage: Stage;

    before(async () => {
      far = await IrcFarEnd.open(await startNgircd({ pingSeconds: PING_SECONDS }), mode);
    });
    after(async () => far?.close());
    beforeEach(async () => {
      far.limits = PATIENT;
      stage = new Stage(far);
      await stage.start();
    });
    afterEach(async () => {
      far.wire.isSilent = false;
      await stage.end();
    });

    it("never comes while nobody has anything to say", async () => {
      const before = far.wire.connections;
      const { lines } = (stage.anna as IrcFarPerson).client;
      const pings = () => lines.all.filter(({ command }) => command === "PING").length;
      // Whoever is as quiet as the desk is asked as often.
      await until("the server to have asked twice", () => pings() >= 2, LIMIT_MS);
      await stage.hears(stage.anna, "still there?");
      expect(far.wire.connections).to.equal(before);
    });

    it("ends a link whose answers get lost; the desk comes back, and what was not confirmed goes again", async () => {
      const before = far.wire.connections;
      far.wire.isSilent = true;
      const lost = stage.message(stage.anna, "into the dark");
      const outcome = stage.adapter.send(lost, new AbortController().signal);
      await until("the server to end the link", () => far.wire.connections > before, LIMIT_MS);
      far.wire.isSilent = false;
      expect((await outcome).kind).to.equal("deferred");
      await stage.deliver(lost);
      await stage.sees(stage.anna, "message", ({ text }) => text === "into the dark");
      expect(stage.texts(stage.anna)).to.deep.equal(["into the dark"]);
    });
  });
}
