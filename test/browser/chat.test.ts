/** The visitor's pages in a real browser, with a desk that says everything twice. */
import { createServer } from "node:http";
import { expect } from "chai";
import type { Locator } from "playwright-core";
import type { Address } from "../../src/core/model.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import { expectAccessible, expectNoSideways, TestBrowser, type Window } from "./browser.ts";
import { EchoDesk, HANDLE } from "./echo-desk.ts";

describe("chat in a browser", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: EchoDesk;

  before(() => browser.start());
  after(() => browser.stop());
  beforeEach(async () => {
    desk = new EchoDesk();
    await desk.start();
  });
  afterEach(async () => {
    try {
      await browser.tidy();
    } finally {
      await desk.stop();
    }
  });

  async function chat(options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(`${desk.url}/chat`);
    await window.sees("What is it about?");
    return window;
  }
  /** The address of the only visitor. */
  async function visitor(): Promise<Address> {
    const arrival = await until("an arrival", () => desk.context.inbounds.all.find(({ kind }) => kind === "arrival"));
    return arrival.from;
  }
  async function hasFocus(window: Window, element: Locator): Promise<void> {
    await until("the focus to be there", async () => (await element.and(window.page.locator(":focus")).count()) === 1);
  }
  const launcher = (window: Window) => window.page.locator(".launcher");

  describe("the widget", () => {
    it("opens by its button, greets, takes an answer by a button, and closes with Escape", async () => {
      const window = await browser.window();
      await window.page.goto(desk.url);
      await launcher(window).click();
      await window.sees("What is it about?");
      await hasFocus(window, window.composer);
      await window.page.getByRole("button", { name: "My bill" }).click();
      await window.sees("You said: My bill");
      expect(desk.heard[0]).to.include({ text: "My bill", choice: "bill", to: HANDLE });
      expect(await window.page.getByRole("group", { name: "Answers" }).count(), "used buttons").to.equal(0);
      await window.page.keyboard.press("Escape");
      await window.page.getByRole("dialog").waitFor({ state: "detached" });
      await hasFocus(window, launcher(window));
    });
    it("counts what arrives while it is closed, and tells the desk what was read when it is opened", async () => {
      const window = await browser.window();
      await window.page.goto(desk.url);
      await launcher(window).click();
      await window.sees("What is it about?");
      await launcher(window).click();
      const key = desk.say(await visitor(), "Are you still there?", { nick: "Anna" });
      await window.page.getByRole("button", { name: "Chat with us, 1 new message" }).waitFor();
      const states = () => desk.receipts.filter(({ of }) => of === key).map(({ state }) => state);
      await until("the delivery receipt", () => states().length > 0);
      expect(states()).to.deep.equal(["delivered"]);
      await launcher(window).click();
      await until("the read receipt", () => states().includes("read"));
      expect(await window.page.locator(".badge").count()).to.equal(0);
    });
    it("tells in words that the desk does not open the chat", async () => {
      desk.opens = false;
      const window = await browser.window();
      await window.page.goto(desk.url);
      await launcher(window).click();
      await window.page.getByRole("alert").getByText("The desk does not take this.").waitFor();
    });
    it("opens the handle whose card was pressed, and stays open over a reload", async () => {
      const window = await browser.window();
      await window.page.goto(desk.url);
      await window.page.getByRole("button", { name: "Chat with Billing" }).click();
      await window.page.getByRole("dialog", { name: "Billing" }).getByText("Away · back at 9:00").waitFor();
      expect(
        (await until("an arrival", () => desk.context.inbounds.all.find(({ kind }) => kind === "arrival"))).to,
      ).to.equal("billing");
      await window.page.reload();
      await window.page.getByRole("dialog", { name: "Billing" }).waitFor();
    });
  });

  describe("lines", () => {
    it("show what became of them", async () => {
      desk.echoes = false;
      const window = await chat();
      await window.write("hello");
      await window.ticked("hello", "Received");
      const [heard] = desk.heard;
      desk.tell("receipt", await visitor(), { of: heard?.id, state: "delivered" });
      await window.ticked("hello", "Delivered");
      desk.tell("receipt", await visitor(), { of: heard?.id, state: "read" });
      await window.ticked("hello", "Read");
      await window.write("refuse me");
      await window.ticked("refuse me", "Not sent");
      await window.page.getByText("The desk does not take this message.").waitFor();
      await window.page.getByRole("button", { name: "Try again" }).click();
      await until(
        "the second try",
        () =>
          desk.context.inbounds.all.filter((one) => one.kind === "message" && one.text === "refuse me").length === 2,
      );
    });
    it("are text and nothing else", async () => {
      const window = await chat();
      const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script> \u202Egnp.exe {{x}} javascript:alert(3)';
      desk.say(await visitor(), evil, {
        nick: '<b onclick="alert(4)">Anna</b>',
        choices: [{ value: "x", label: "<i>One</i>" }],
      });
      await window.sees(evil);
      await window.page.getByRole("button", { name: "<i>One</i>" }).click();
      await window.write(evil);
      await window.sees(`You said: ${evil}`);
      expect(await window.log.locator("img, script, b, i").count()).to.equal(0);
    });
    it("are changed and deleted, by either side", async () => {
      desk.echoes = false;
      const window = await chat();
      await window.write("helo");
      await window.ticked("helo", "Received");
      await window.composer.press("ArrowUp");
      expect(await window.composer.inputValue()).to.equal("helo");
      await window.write("hello");
      await window.sees(/^hello$/);
      await until("the edit", () =>
        desk.context.inbounds.all.some(
          (one) => one.kind === "edit" && one.text === "hello" && one.of === desk.heard[0]?.id,
        ),
      );
      await window.composer.press("ArrowUp");
      await window.page.getByRole("button", { name: "Delete message" }).click();
      await window.log.getByText("This message was deleted.").waitFor();
      await until("the retraction", () => desk.context.inbounds.all.some(({ kind }) => kind === "retraction"));
      const key = desk.say(await visitor(), "10 euros", { nick: "Anna" });
      await window.sees("10 euros");
      desk.tell("edit", await visitor(), { of: key, text: "12 euros", nick: null });
      await window.sees("12 euros");
      desk.tell("retraction", await visitor(), { of: key });
      await window.log.getByText("This message was deleted.").nth(1).waitFor();
    });
    it("stand as before when the desk refuses the change, and the person is told why", async () => {
      const window = await chat();
      await window.write("hello");
      await window.ticked("hello", "Read");
      await window.composer.press("ArrowUp");
      await window.write("refuse me");
      await window.page.getByRole("alert").getByText("The desk does not take this.").waitFor();
      expect(await window.log.locator(".own .text").allInnerTexts()).to.deep.equal(["hello"]);
    });
    it("show that somebody is typing, both ways", async () => {
      const window = await chat();
      desk.tell("typing", await visitor(), { state: "composing" });
      await window.page.getByText("Support is typing…").waitFor();
      desk.say(await visitor(), "there", { nick: "Anna" });
      await window.page.getByText("is typing…").waitFor({ state: "detached" });
      await window.composer.pressSequentially("hel");
      const typed = (state: string) =>
        desk.context.inbounds.all.filter((one) => one.kind === "typing" && one.state === state).length;
      await until("composing", () => typed("composing") === 1);
      await window.composer.press("Enter");
      await until("no longer composing", () => typed("active") === 1);
    });
    it("are not read while nobody looks at the page", async () => {
      const window = await chat();
      const look = (state: string) =>
        window.page.evaluate(`
          Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        `);
      await look("hidden");
      const key = desk.say(await visitor(), "read me", { nick: "Anna" });
      await window.sees("read me");
      const states = () => desk.receipts.filter(({ of }) => of === key).map(({ state }) => state);
      await until("the delivery receipt", () => states().includes("delivered"));
      expect(states()).to.deep.equal(["delivered"]);
      await look("visible");
      await until("the read receipt", () => states().includes("read"));
    });
  });

  describe("nothing is lost and nothing twice", () => {
    const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

    it("over a reload in the middle", async () => {
      const window = await chat();
      for (const text of numbered(3)) {
        await window.write(text);
      }
      await window.page.reload();
      for (const text of ["line 4", "line 5"]) {
        await window.write(text);
      }
      await window.sees("You said: line 5");
      expect(desk.heard.map(({ text }) => text)).to.deep.equal(numbered(5));
      const texts = await window.texts();
      expect(texts.filter((text) => text.startsWith("line"))).to.deep.equal(numbered(5));
      expect(texts.filter((text) => text.startsWith("You said")).sort()).to.deep.equal(
        numbered(5).map((text) => `You said: ${text}`),
      );
      expect(desk.context.inbounds.all.filter(({ kind }) => kind === "arrival")).to.have.length(1);
    });
    it("over a reload while the desk has not answered yet", async () => {
      const window = await chat();
      const release = desk.context.hold();
      await window.write("in the air");
      await window.ticked("in the air", "Sending");
      await window.composer.fill("half a draft");
      await window.page.reload();
      await window.ticked("in the air", "Sending");
      expect(await window.composer.inputValue()).to.equal("half a draft");
      release();
      await window.ticked("in the air", "Read");
      expect(desk.heard.map(({ text }) => text)).to.deep.equal(["in the air"]);
      expect((await window.texts()).filter((text) => text === "in the air")).to.have.length(1);
    });
    it("of a chat that is ended and begun anew without a network, the old one does not come back", async () => {
      const window = await chat();
      await window.write("of the old chat");
      await window.sees("You said: of the old chat");
      await window.context.setOffline(true);
      await window.page.getByText("No connection.").waitFor();
      await window.page.getByRole("button", { name: "End chat" }).click();
      await window.page.getByRole("button", { name: "Start a new chat" }).click();
      await window.context.setOffline(false);
      await window.sees("What is it about?");
      await window.page.getByText("No connection.").waitFor({ state: "detached" });
      expect((await window.texts()).join("\n")).to.not.include("of the old chat");
      expect(desk.context.inbounds.all.filter(({ kind }) => kind === "departure")).to.have.length(1);
    });
    it("without a network, however often it comes and goes", async () => {
      const window = await chat();
      for (let time = 1; time <= 2; time += 1) {
        await window.context.setOffline(true);
        await window.page.getByText("No connection.").waitFor();
        await window.write(`written offline ${time}`);
        await window.ticked(`written offline ${time}`, "Sending");
        desk.say(await visitor(), `said meanwhile ${time}`);
        await window.context.setOffline(false);
        await window.sees(`You said: written offline ${time}`);
        await window.page.getByText("No connection.").waitFor({ state: "detached" });
      }
      const texts = await window.texts();
      for (const text of ["written offline 1", "written offline 2", "said meanwhile 1", "said meanwhile 2"]) {
        expect(
          texts.filter((one) => one === text),
          text,
        ).to.have.length(1);
      }
      expect(desk.heard.map(({ text }) => text)).to.deep.equal(["written offline 1", "written offline 2"]);
    });
    it("in two tabs of one person", async () => {
      const first = await chat();
      const second = await browser.tab(first.context);
      await second.page.goto(`${desk.url}/chat`);
      await second.sees("What is it about?");
      await first.write("from the first");
      await second.sees("You said: from the first");
      await second.write("from the second");
      await first.sees("You said: from the second");
      const expected = ["from the first", "You said: from the first", "from the second", "You said: from the second"];
      for (const tab of [first, second]) {
        expect((await tab.texts()).slice(1)).to.deep.equal(expected);
      }
    });
    it("when the chat is ended and begun anew", async () => {
      const window = await chat();
      await window.write("hello");
      await window.sees("You said: hello");
      await window.page.getByRole("button", { name: "End chat" }).click();
      await until("the departure", () => desk.context.inbounds.all.some(({ kind }) => kind === "departure"));
      await window.page.getByRole("button", { name: "Start a new chat" }).click();
      await until(
        "the second arrival",
        () => desk.context.inbounds.all.filter(({ kind }) => kind === "arrival").length === 2,
      );
      await window.write("again");
      await window.sees("You said: again");
    });
  });

  describe("for everybody", () => {
    it("works by keyboard alone", async () => {
      const window = await browser.window();
      const { keyboard } = window.page;
      const focused = (): Promise<unknown> =>
        window.page.evaluate(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
        );
      await window.page.goto(desk.url);
      await launcher(window).waitFor();
      for (let presses = 0; (await focused()) !== "Chat with us" && presses < 20; presses += 1) {
        await keyboard.press("Tab");
      }
      await keyboard.press("Enter");
      await window.sees("What is it about?");
      await keyboard.type("first line");
      await keyboard.press("Shift+Enter");
      await keyboard.type("second line");
      await keyboard.press("Enter");
      await window.sees(/You said: first line/);
      expect(desk.heard[0]?.text).to.equal("first line\nsecond line");
      desk.say(await visitor(), "Which one?", { choices: [{ value: "a", label: "This one" }] });
      await window.page.getByRole("button", { name: "This one" }).waitFor();
      for (let presses = 0; (await focused()) !== "This one" && presses < 20; presses += 1) {
        await keyboard.press("Shift+Tab");
      }
      await keyboard.press("Space");
      await window.sees("You said: This one");
      await hasFocus(window, window.composer);
      await keyboard.press("Escape");
      await window.page.getByRole("dialog").waitFor({ state: "detached" });
    });
    it("speaks the visitor's language around the conversation, and says so to readers of screens", async () => {
      for (const [locale, language, write, end] of [
        ["de-AT", "de", "An Support schreiben", "Chat beenden"],
        ["fr", "fr", "Écrire à Support", "Terminer"],
        ["cs", "en", "Write to Support", "End chat"],
      ] as const) {
        const window = await chat({ locale });
        await window.page.getByRole("textbox", { name: write }).fill(locale);
        await window.page.keyboard.press("Enter");
        await window.page.getByRole("button", { name: end }).waitFor();
        expect(await window.page.locator("html").getAttribute("lang")).to.equal(language);
        await expectAccessible(window.page, `the chat in ${language}`);
        await window.page.setViewportSize({ width: 320, height: 640 });
        await expectNoSideways(window.page);
      }
    });
    it("fits a phone, down to 320 pixels", async () => {
      const window = await browser.window({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });
      await window.page.goto(desk.url);
      await expectNoSideways(window.page);
      await launcher(window).tap();
      await window.write(`a word ${"without-end-".repeat(30)} and https://shop.example/${"x".repeat(200)}`);
      await window.sees(/You said: a word/);
      await expectNoSideways(window.page);
      const dialog = window.page.getByRole("dialog");
      // The panel rises for 160 ms; it is measured where it comes to rest, however late that is on a busy machine.
      await until("the panel at rest", () => dialog.evaluate((panel) => panel.getAnimations().length === 0));
      const panel = await dialog.boundingBox();
      expect(panel).to.include({ x: 0, y: 0, width: 320, height: 568 });
      const bubbles = await window.log
        .locator(".bubble")
        .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
      expect(Math.max(...bubbles), "text beyond its bubble").to.be.at.most(1);
      await window.page.getByRole("button", { name: "Close the chat window" }).tap();
      await launcher(window).waitFor();
    });
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is accessible in the ${colorScheme} scheme`, async () => {
        const window = await browser.window({ colorScheme, reducedMotion: "reduce" });
        await window.page.goto(desk.url);
        await launcher(window).waitFor();
        await expectAccessible(window.page, "the sample page");
        await launcher(window).click();
        await window.sees("What is it about?");
        await expectAccessible(window.page, "the widget with buttons");
        await window.write("hello");
        await window.sees("You said: hello");
        await window.write("refuse me");
        await window.ticked("refuse me", "Not sent");
        await expectAccessible(window.page, "the widget in a conversation");
        await window.page.goto(`${desk.url}/chat`);
        await window.sees("You said: hello");
        await window.composer.fill("x");
        await expectAccessible(window.page, "the chat page");
      });
    }
  });

  describe("in a frame on another site", () => {
    it("keeps the conversation without a cookie, where the configuration allows it", async () => {
      let target = "";
      const site = createServer((_request, response) => {
        response.setHeader("content-type", "text/html");
        response.end(
          `<!doctype html><title>Shop</title><iframe title="Chat" width=400 height=500 src="${target}/chat"></iframe>`,
        );
      });
      await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
      const address = site.address();
      // "localhost" is another site than 127.0.0.1, so the frame's cookie stays away.
      const shop = `http://localhost:${typeof address === "object" ? address?.port : 0}`;
      try {
        await desk.stop();
        desk = new EchoDesk({ embedOrigins: [shop] });
        await desk.start();
        target = desk.url;
        const window = await browser.window();
        await window.page.goto(shop);
        const frame = window.page.frameLocator("iframe");
        await frame.getByText("What is it about?").waitFor();
        await frame.getByRole("textbox").fill("from afar");
        await frame.getByRole("textbox").press("Enter");
        await frame.getByText("You said: from afar").waitFor();
        await window.context.setOffline(true);
        await frame.getByText("No connection.").waitFor();
        await window.context.setOffline(false);
        await frame.getByText("No connection.").waitFor({ state: "detached" });
        await frame.getByRole("textbox").fill("and back");
        await frame.getByRole("textbox").press("Enter");
        await frame.getByText("You said: and back").waitFor();
        expect(await window.context.cookies(desk.url)).to.deep.equal([]);
        const froms = new Set(desk.context.inbounds.all.map(({ from }) => from.id));
        expect([...froms], "one visitor").to.have.length(1);
        await desk.stop();
        desk = new EchoDesk();
        await desk.start();
        target = desk.url;
        await window.page.goto(shop);
        await until("the frame to be refused", () =>
          browser.complaints.some((text) => text.includes("frame-ancestors")),
        );
        browser.complaints.length = 0;
      } finally {
        site.close();
      }
    });
  });
});
