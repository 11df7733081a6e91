/** The IRC adapter's link to real servers: what people write, who is there, cuts, kills, silence, and what is never lost or doubled. */
import { expect } from "chai";
import type { Outbound, PresenceState } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { IrcFarEnd } from "../conformance/irc-far-end.ts";
import type { IrcFarPerson } from "../conformance/irc-far-person.ts";
import { startInspircd } from "../support/inspircd.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";

/** ngIRCd is asked again and again (ISON, USERHOST); InspIRCd tells by itself (MONITOR, extended-monitor), so it is not asked. */
const ASKED = { presenceSeconds: 1 };
const NOT_ASKED = { presenceSeconds: 3_600 };
const SUBJECTS = [
  { software: "ngircd", startServer: startNgircd, mode: "client", presence: ASKED },
  { software: "ngircd", startServer: startNgircd, mode: "server", presence: {} },
  { software: "inspircd", startServer: startInspircd, mode: "client", presence: NOT_ASKED },
] as const;
const TEXT = "价格€5 👍 — „naïve“ 🇩🇪 𝔘 \u0301";
const PIECES = 30;

/** What a person's client writes, and the text that it is. */
const SAID: readonly { readonly what: string; readonly line: Buffer; readonly text: string }[] = [
  { what: "an action", line: Buffer.from("\u0001ACTION waves\u0001"), text: "* waves" },
  {
    what: "coloured text",
    line: Buffer.from("\u00034,12red\u0003 \u0002bold\u0002 \u001ditalic\u000f 3"),
    text: "red bold italic 3",
  },
  { what: "Latin-1", line: Buffer.from("Gr\u00fc\u00dfe, caf\u00e9", "latin1"), text: "Grüße, café" },
  { what: "a word with which clients command", line: Buffer.from("/quit now"), text: "/quit now" },
];

for (const { software, startServer, mode, presence } of SUBJECTS) {
  describe(`the IRC link of a ${mode} to a real ${software}`, function () {
    this.timeout(400_000);
    requires(software);
    let far: IrcFarEnd;
    let stage: Stage;
    const anna = () => stage.anna as IrcFarPerson;
    const begin = async (limits: Readonly<Record<string, number>> = {}) => {
      far.limits = limits;
      stage = new Stage(far);
      await stage.start();
    };
    const write = async (line: string | Buffer) => {
      anna().client.write(line);
      await anna().client.fence();
    };
    before(async () => {
      far = await IrcFarEnd.open(await startServer(), mode);
    });
    after(async () => far?.close());
    afterEach(async () => {
      far.limits = {};
      far.wire.segmentBytes = null;
      far.wire.isSilent = false;
      await stage.end();
    });

    it("carries multi-byte text that arrives byte by byte", async () => {
      await begin();
      far.wire.segmentBytes = 1;
      const { inbound } = await stage.hears(stage.anna, TEXT);
      expect(inbound.text).to.equal(TEXT);
      await stage.deliver(stage.message(stage.anna, TEXT));
      expect((await stage.sees(stage.anna, "message")).text).to.equal(TEXT);
    });

    for (const { what, line, text } of SAID) {
      it(`takes ${what} for what it says`, async () => {
        await begin();
        await write(Buffer.concat([Buffer.from(`PRIVMSG ${stage.handle} :`), line]));
        const heard = await stage.context.next("message", stage.anna.address);
        expect(heard.text).to.equal(text.replace("{nick}", anna().client.nick));
      });
    }

    it("answers an offer of a file in words, to each of those who make one at the same time", async () => {
      await begin();
      const both = [stage.anna, stage.ben] as const;
      for (const person of both) {
        (person as IrcFarPerson).client.write(
          `PRIVMSG ${stage.handle} :\u0001DCC SEND photo.jpg 2130706433 4000 12345\u0001`,
        );
      }
      for (const person of both) {
        const { client } = person as IrcFarPerson;
        const { params } = await client.next("NOTICE", ({ nick }) => nick === stage.handle);
        expect(params[1]).to.match(/takes no files and no direct connections \(DCC\)/u);
      }
      for (const { address } of both) {
        expect((await stage.context.next("message", address)).text).to.equal('[file "photo.jpg"]');
      }
    });

    it("ignores what is said in channels and in notices, and counts it", async () => {
      await begin();
      for (const line of ["JOIN #help", "PRIVMSG #help :anybody?", `NOTICE ${stage.handle} :automatic`])
        await write(line);
      await stage.hears(stage.anna, "and now to you");
      expect(stage.heard(stage.anna)).to.deep.equal(["and now to you"]);
    });

    it("keeps a run of long lines as the messages they came in, in order", async () => {
      await begin();
      const lines = Array.from({ length: 12 }, (_, index) => `${index} ${"€".repeat(120)}`);
      for (const line of lines) await write(`PRIVMSG ${stage.handle} :${line}`);
      await stage.context.inbounds.next("the last", (one) => one.kind === "message" && one.text === lines.at(-1));
      expect(stage.heard(stage.anna)).to.deep.equal(lines);
    });

    it("tells who is there, who is away and who is gone", async () => {
      await begin(presence);
      const watch = stage.outbound("watch", stage.anna, {});
      const tells = async (state: PresenceState) => {
        const told = await stage.context.inbounds.next(state, (one) => one.kind === "presence" && one.state === state);
        expect(told.from).to.deep.equal(stage.anna.address);
      };
      await stage.deliver(watch);
      await tells("available");
      await stage.anna.presence("away");
      await tells("away");
      // Whoever asks anew is told, even if nothing has changed.
      await stage.deliver(watch);
      await tells("away");
      await stage.anna.presence("available");
      await tells("available");
      anna().client.stop();
      await tells("offline");
      await stage.deliver({ ...watch, to: far.stranger });
      const gone = await stage.context.inbounds.next("offline", ({ from }) => from.id === far.stranger.id);
      expect(gone).to.include({ kind: "presence", state: "offline" });
    });

    it("notices that the server has fallen silent, and sends what was not answered once more", async () => {
      await begin({ idleSeconds: 1, answerSeconds: 1, connectSeconds: 2 });
      const before = far.wire.connections;
      far.wire.isSilent = true;
      const unheard = stage.message(stage.anna, "into the silence");
      expect((await stage.send(unheard)).kind).to.equal("deferred");
      await far.wire.reconnected(before);
      far.wire.isSilent = false;
      await stage.deliver(unheard);
      await stage.sees(stage.anna, "message", ({ text }) => text === "into the silence");
      expect(stage.texts(stage.anna)).to.deep.equal(["into the silence"]);
    });

    it("delivers all in order after the server was killed, waiting for people to come back", async () => {
      await begin();
      const outbounds: Outbound[] = Array.from({ length: PIECES }, (_, index) =>
        stage.message(stage.anna, `piece ${index + 1}`),
      );
      for (const [index, outbound] of outbounds.entries()) {
        if (index === PIECES / 2) {
          // What a server took and has not yet passed on dies with it; that is no loss of the desk's.
          await stage.sees(stage.anna, "message", ({ text }) => text === `piece ${index}`);
          await far.server.kill();
          expect((await stage.send(outbound)).kind).to.equal("deferred");
          await far.server.start();
        }
        await stage.deliver(outbound);
      }
      const last = `piece ${PIECES}`;
      await stage.sees(stage.anna, "message", ({ text }) => text === last);
      const expected = outbounds.map((_, index) => `piece ${index + 1}`);
      expect(stage.texts(stage.anna)).to.deep.equal(expected);
      await stage.hears(stage.anna, "all there");
    });
  });
}
