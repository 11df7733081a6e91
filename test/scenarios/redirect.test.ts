/** Redirect: who waits in a queue that is hosted elsewhere is asked to continue there, and finds everything as it was. */
import { expect } from "chai";
import { play } from "../support/play.ts";
import { COMPANY, company, type PlayConfig } from "../support/play-rules.ts";

const LINKS = { link: "https://chat.example/continue/{}", place: "https://chat.example/chat?to={}" };
const ADDRESSES = { link: "im:continue:{}", place: "im:{}" };

const hostedOn = (network: string, seconds = 600): PlayConfig =>
  company({
    networks: {
      web: { ...COMPANY.networks.web, title: "Web", handles: { support: "express" }, continuation: LINKS },
      xmpp: { title: "XMPP", handles: { support: "express" }, continuation: ADDRESSES },
      irc: { title: "IRC", handles: { support: "express" }, identity: "fixed" },
    },
    csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } },
    queues: { ...COMPANY.queues, billing: { skills: { billing: 1 }, hosting: { network, seconds } } },
  });

const INVITED = ["anna@irc: hello", "anna@irc sees: Continue on … within"];

describe("redirect", () => {
  it("by a link: the conversation goes on there with its place and what was said, and the old address is told", () =>
    play(hostedOn("web"), [
      "berta@web: hello",
      "berta sees: next for billing",
      "1 minute passes",
      ...INVITED,
      "anna@irc sees: number 2 for billing",
      "anna@irc: my invoice is wrong",
      "anna@irc sees: Kept for your representative.",
      "1 minute passes",
      "carl@irc: hello",
      "anna@web comes by the invitation of anna@irc",
      "anna@irc sees: It continues at https://chat.example/chat?to=support.",
      "anna@web sees: It continues here.",
      "anna@web: status",
      "anna@web sees: Still number 2 for billing, waiting 1 minutes.",
      "berta: stop",
      "anna@web sees: next for billing",
      "ada is available",
      "ada offered: customer for billing on Web",
      "ada: /accept",
      "ada sees: my invoice is wrong",
      "anna@web sees: Ada is here.",
      "anna@web: are you there?",
      "ada sees: are you there?",
      "ada: I am",
      "anna@web sees from Ada: I am",
      "anna@irc sees nothing more",
      async (stage) => {
        const { person, network, window } = stage.screen("anna@web");
        const said = (await stage.desk.history(person, network, window)).filter(({ own }) => own);
        expect(said.map(({ text }) => text)).to.deep.equal([
          "hello",
          "my invoice is wrong",
          "status",
          "are you there?",
        ]);
      },
    ]));

  it("writing to the old address is answered with where it went; once it is over, it opens anew", () =>
    play(hostedOn("web"), [
      ...INVITED,
      "anna@web comes by the invitation of anna@irc",
      "anna@irc: hello?",
      "anna@irc is refused: Please write to https://chat.example/chat?to=support.",
      "anna@web: stop",
      "anna@web sees: Goodbye.",
      "anna@irc: hello again",
      "anna@irc sees: next for billing",
    ]));

  it("asks whoever is passed on into the queue, as whoever came to it at once", () => {
    const config = hostedOn("web");
    const hosting = config.queues.billing?.hosting ?? null;
    const queues: PlayConfig["queues"] = {
      billing: { skills: { billing: 1 } },
      sales: { skills: { sales: 1 }, hosting },
    };
    const csrs: PlayConfig["csrs"] = { ...config.csrs, ben: { name: "Ben", at: ["xmpp"], skills: { sales: 1 } } };
    return play({ ...config, queues, csrs }, [
      "ada is available",
      "anna@irc: hello",
      "ada offered: customer",
      "ada: /accept",
      "anna@irc sees: Ada is here.",
      "ada: /transfer sales",
      "anna@irc sees: You are being passed on to sales.",
      "anna@irc sees: Continue on … within",
      "anna@web comes by the invitation of anna@irc",
      "anna@web sees: It continues here.",
    ]);
  });

  it("while a CSR talks already: they are told, and the talk goes on", () =>
    play(hostedOn("web"), [
      "ada is available",
      ...INVITED,
      "ada offered: customer",
      "ada: /accept",
      "ada: hello",
      "anna@irc sees from Ada: hello",
      "anna@web comes by the invitation of anna@irc",
      "ada sees: customer writes from Web now.",
      "anna@web: here I am",
      "ada sees: here I am",
      "ada: welcome",
      "anna@web sees from Ada: welcome",
      "anna@irc sees: It continues at",
      "anna@irc sees nothing more",
    ]));

  it("by an address of the desk: whoever writes to it first is the customer, and is shown what was said", () =>
    play(hostedOn("xmpp"), [
      "ada is available",
      "anna@web: hello",
      "anna@web sees: Continue on XMPP with im:continue:",
      "ada offered: customer",
      "ada: /accept",
      "anna@web: my invoice is wrong",
      "ada: which one?",
      "ada: /note seems upset",
      "anna@xmpp writes to the address of the invitation of anna@web: the one of May",
      "anna@xmpp sees: It continues here.",
      "anna@xmpp sees: Said so far: … my invoice is wrong … Ada: which one?",
      "anna@xmpp never sees: upset",
      "ada sees: my invoice is wrong",
      "ada sees: writes from XMPP now",
      "ada sees: the one of May",
      "ada: thank you",
      "anna@xmpp sees from Ada: thank you",
      "berta@xmpp writes to the address of the invitation of anna@web: hello",
      "berta@xmpp is refused: There is nobody here by that name.",
      "ada never sees: berta",
    ]));

  it("whoever does not come is served where they are, and the invitation runs out", () =>
    play(hostedOn("web", 600), [
      ...INVITED,
      "11 minutes pass",
      "anna@web comes in vain by the invitation of anna@irc: That invitation stands for nothing.",
      "anna@web sees nothing",
      "ada is available",
      "ada offered: customer for billing on IRC",
      "ada: /accept",
      "anna@irc sees: Ada is here.",
    ]));

  it("is for one: a second who comes with it is refused, a page opened twice is not", () =>
    play(hostedOn("web"), [
      ...INVITED,
      "anna@web comes by the invitation of anna@irc",
      "anna@web comes by the invitation of anna@irc",
      "berta@web comes in vain by the invitation of anna@irc: That invitation stands for nothing.",
    ]));

  it("does not mix two conversations of one visitor", () =>
    play(hostedOn("web"), [
      "anna@web: hello",
      ...INVITED,
      "anna@web comes in vain by the invitation of anna@irc: End your other conversation first.",
      "anna@web: stop",
      "anna@web comes by the invitation of anna@irc",
    ]));

  it("survives a restart of the desk", () =>
    play(hostedOn("web"), [
      ...INVITED,
      "the desk restarts",
      "anna@web comes by the invitation of anna@irc",
      "the desk restarts",
      "anna@irc: hello?",
      "anna@irc is refused: Please write to",
      "ada is available",
      "ada offered: on Web",
    ]));

  it("asks nobody who is there already, nor while the other network is down", () =>
    play(hostedOn("web"), [
      "anna@web: hello",
      "anna@web never sees: Continue on",
      "the web link breaks",
      "berta@irc: hello",
      "berta@irc never sees: Continue on",
    ]));
});
