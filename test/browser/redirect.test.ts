/** Redirect, through the whole desk: a customer of one network follows the link in a browser and goes on there. */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { requires } from "../support/requires.ts";
import { WebPerson } from "../support/web-person.ts";
import { TestBrowser } from "./browser.ts";

/** Two networks, as far as the desk is concerned; that both speak one protocol it does not know. */
const NETWORKS = `
  web:
    adapter: web
    title: Web
    handles: { support: { name: Support, dialog: welcome } }
  shop:
    adapter: web
    title: Shop
    path: /shop/
    handles: { support: { name: Support, dialog: welcome } }
`;
const CSRS = `
  ada:
    name: Ada
    addresses:
      - web: ada
    skills: { support: 3 }
    languages: [en]
`;
const ROUTING = `
skills: [support]
queues:
  support:
    name: Support
    skills: { support: 1 }
    hosting: redirect
    redirectTo: web
`;

describe("redirect to the web network", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: Daemon;

  before(async () => {
    await browser.start();
    desk = await startDaemon({ networks: NETWORKS, csrs: CSRS, routing: ROUTING });
  });
  after(async () => {
    await browser.stop();
    await desk?.remove();
  });
  afterEach(() => browser.tidy());

  it("shows what was said elsewhere, takes what is said from there, and is for one", async () => {
    const shopper = await WebPerson.open({ url: `${desk.url}/shop/`, desk: "support" });
    const notice = (words: RegExp) => shopper.next("line", ({ text }) => words.test(text));
    shopper.say("support", "hello");
    await notice(/your name/);
    shopper.say("support", "Maya");
    const link = /http\S+\/continue\/[a-z2-7]+/.exec((await notice(/continue this conversation/)).text)?.[0] ?? "";
    expect(link).to.match(new RegExp(`^${desk.url}/continue/`));

    const window = await browser.window();
    await window.page.goto(link);
    await window.sees("What is your name?");
    await window.sees("Maya");
    await window.sees(/continues here/);
    expect(window.page.url(), "of use once, so of no use in the history").to.equal(`${desk.url}/chat`);
    await notice(/from now on/);
    await window.write("status");
    await window.sees(/next|number/);
    await window.page.reload();
    await window.sees("Maya");

    const late = shopper.say("support", "hello?");
    expect((await shopper.next("refused", ({ id }) => id === late)).text).to.contain(`${desk.url}/chat?to=support`);

    const stranger = await browser.window();
    await stranger.page.goto(link);
    await stranger.page.getByText("has expired or has been used").first().waitFor();
    expect(await stranger.texts()).to.deep.equal([]);
    shopper.close();
  });
});
