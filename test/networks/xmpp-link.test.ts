/** The XMPP adapter's link to real servers: splits, cuts, kills, silence, hostile XML, and what is never lost or doubled. */
import { xml } from "@xmpp/client";
import { expect } from "chai";
import type { Outcome } from "../../src/adapter.ts";
import type { Outbound } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { XmppFarEnd, type XmppMode } from "../conformance/xmpp-far-end.ts";
import type { XmppFarPerson } from "../conformance/xmpp-far-person.ts";
import { FATAL } from "../conformance/xmpp-garbage.ts";
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

const SERVERS = [
  { software: "prosody", startServer: startProsody, extraConfiguration: "" },
  { software: "ejabberd", startServer: startEjabberd, extraConfiguration: "  mod_stream_mgmt: {}" },
] as const;
const MODES: readonly XmppMode[] = ["component", "account"];
const TEXT = "价格€5 👍 — „naïve“ 🇩🇪 𝔘 \u0301";
const PIECES = 30;

for (const { software, startServer, extraConfiguration } of SERVERS) {
  for (const mode of MODES) {
    describe(`the XMPP link of a ${mode} to a real ${software}`, function () {
      this.timeout(400_000);
      requires(software);
      let far: XmppFarEnd;
      let stage: Stage;
      before(async () => {
        far = await XmppFarEnd.open(await startServer({ extraConfiguration }), mode);
      });
      after(async () => far?.close());
      beforeEach(async () => {
        stage = new Stage(far);
        await stage.start();
      });
      afterEach(async () => {
        far.limits = {};
        far.wire.segmentBytes = null;
        far.wire.isSilent = false;
        far.wire.isMuffled = false;
        await stage.end();
      });

      it("carries multi-byte text that arrives byte by byte", async () => {
        far.wire.segmentBytes = 1;
        const { inbound } = await stage.hears(stage.anna, TEXT);
        expect(inbound.text).to.equal(TEXT);
      });

      it("delivers after a kill of the server all that was deferred, in order, nothing twice", async () => {
        const sends = Array.from({ length: PIECES }, (_, n) => stage.message(stage.anna, `piece ${n}`));
        const before = sends.splice(0, 5);
        for (const outbound of before) {
          await stage.deliver(outbound);
        }
        await stage.sees(stage.anna, "message", ({ text }) => text === "piece 4");
        await far.server.kill();
        await until("the cut to be noticed", () => stage.context.statuses.all.at(-1) !== "online");
        const during = await Promise.all(sends.map((outbound) => stage.send(outbound)));
        expect([...new Set(during.map(({ kind }) => kind))]).to.deep.equal(["deferred"]);
        await far.server.start();
        await until("the link to be back", () => stage.context.statuses.all.at(-1) === "online");
        // The person's server was killed too: what is sent before their client is back would be kept for them.
        await far.online();
        await asTheOutboxDoes(stage, sends);
        await stage.sees(stage.anna, "message", ({ text }) => text === `piece ${PIECES - 1}`);
        expect(stage.texts(stage.anna)).to.deep.equal(Array.from({ length: PIECES }, (_, n) => `piece ${n}`));
        expect(stage.context.backoffs.length).to.be.greaterThan(0);
      });

      it(`after a cut ${mode === "account" ? "sends again only what the server had not (XEP-0198)" : "sends again what it cannot know of"}`, async () => {
        const [taken, lost, later] = ["taken", "lost", "later"].map((text) => stage.message(stage.anna, text));
        if (taken === undefined || lost === undefined || later === undefined) throw new Error("There are three.");
        await stage.deliver(stage.message(stage.anna, "before"));
        far.wire.isMuffled = true;
        const outcomes = [stage.send(taken)];
        await stage.sees(stage.anna, "message", ({ text }) => text === "taken");
        far.wire.isSilent = true;
        outcomes.push(stage.send(lost));
        far.wire.drop();
        expect((await Promise.all(outcomes)).map(({ kind }) => kind)).to.deep.equal(["deferred", "deferred"]);
        far.wire.isSilent = false;
        far.wire.isMuffled = false;
        await until("the link to be back", () => stage.context.statuses.all.at(-1) === "online");
        await asTheOutboxDoes(stage, [taken, lost, later]);
        await stage.sees(stage.anna, "message", ({ text }) => text === "later");
        const again = mode === "account" ? [] : ["taken"];
        expect(stage.texts(stage.anna)).to.deep.equal(["before", "taken", ...again, "lost", "later"]);
      });

      it("takes a server that falls silent for gone", async () => {
        far.limits = { answerSeconds: 1 };
        await stage.end();
        stage = new Stage(far);
        await stage.start();
        far.wire.isSilent = true;
        const outcome = await stage.send(stage.message(stage.anna, "are you there?"));
        expect(outcome.kind).to.equal("deferred");
        far.wire.isSilent = false;
        await stage.fence(stage.anna);
      });

      it("ends the stream at forbidden XML of the server, and nothing else", async () => {
        for (const piece of FATAL) {
          const before = far.wire.connections;
          far.wire.inject(piece);
          await far.wire.reconnected(before);
          await until("the link to be back", () => stage.context.statuses.all.at(-1) === "online");
        }
        const { inbound } = await stage.hears(stage.anna, "still there?");
        expect(inbound.text).to.equal("still there?");
      });

      it("refuses a person's monstrous stanza to that person alone", async () => {
        const before = far.wire.connections;
        const nested = Array.from({ length: 60 }).reduce<ReturnType<typeof xml>>(
          (inner) => xml("x", {}, inner),
          xml("x"),
        );
        await (stage.anna as XmppFarPerson).monster(stage.handle, nested);
        const refusal = await stage.sees(stage.anna, "refusal");
        expect(refusal.reason).to.equal("policy-violation");
        await stage.hears(stage.ben, "not my business");
        expect(far.wire.connections).to.equal(before);
      });
    });
  }
}

/** Sends all, in order, each again until it is accepted. */
async function asTheOutboxDoes(stage: Stage, outbounds: readonly Outbound[]): Promise<void> {
  for (const outbound of outbounds) {
    let outcome: Outcome = await stage.send(outbound);
    while (outcome.kind === "deferred") {
      outcome = await stage.send(outbound);
    }
    expect(outcome.kind).to.equal("accepted");
  }
}
