/** The CSR's console in a real browser, with a desk in the hand of the test. */
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import { expectAccessible, expectNoSideways, TestBrowser, type Window } from "./browser.ts";
import { ALIAS, EchoDesk } from "./echo-desk.ts";

const ADA = { network: "web", id: "ada" };
const NAME = "Maya · billing · XMPP";
const OFFER = [
  { value: "/accept", label: "Accept" },
  { value: "/decline", label: "Decline" },
];

describe("console in a browser", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: EchoDesk;

  before(() => browser.start());
  after(() => browser.stop());
  beforeEach(async () => {
    desk = new EchoDesk();
    desk.echoes = false;
    desk.context.passwords.set("ada", "correct-horse");
    desk.context.identities.delete(ALIAS);
    await desk.start();
  });
  afterEach(async () => {
    try {
      await browser.tidy();
    } finally {
      await desk.stop();
    }
  });

  async function signIn(window: Window, password = "correct-horse"): Promise<void> {
    await window.page.getByLabel("Login").fill("ada");
    await window.page.getByLabel("Password").fill(password);
    await window.page.getByRole("button", { name: "Sign in" }).click();
  }
  async function openConsole(options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(`${desk.url}/csr`);
    await signIn(window);
    await contact(window, "Desk").waitFor();
    return window;
  }
  const contact = (window: Window, name: string) =>
    window.page
      .getByRole("navigation", { name: "Conversations" })
      .getByRole("button")
      .filter({ hasText: name })
      .first();
  const word = (window: Window, name: string) =>
    window.page.getByRole("toolbar").getByRole("button", { name, exact: true });
  /** A conversation is offered: a new contact with a question. */
  function offer(alias = ALIAS, name = NAME): void {
    desk.context.identities.set(alias, { kind: "alias", name, state: "available", text: null });
    desk.say(ADA, `New conversation: ${name}`, { from: alias, notice: true, choices: OFFER });
  }
  /** The desk does not list that contact any more. */
  function release(alias = ALIAS): void {
    desk.context.identities.delete(alias);
    desk.say(ADA, "The conversation is closed.", { from: alias, notice: true });
  }
  const written = (): readonly string[] => desk.heard.map(({ choice, text, to }) => `${to} ${choice ?? text}`);

  it("says who has signed in when it is somebody else, in the same browser", async () => {
    desk.context.passwords.set("grace", "correct-horse");
    const window = await openConsole();
    const other = await browser.tab(window.context);
    await other.page.goto(`${desk.url}/csr`);
    await contact(other, "Desk").waitFor();
    await other.page.evaluate(`fetch("csr/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login: "grace", password: "correct-horse" }),
    }).then((answer) => answer.status)`);
    await window.page.getByRole("status").getByText("grace has signed in here, so ada was signed out.").waitFor();
  });
  it("lets in with the right password alone, and out again", async () => {
    const window = await browser.window();
    await window.page.goto(`${desk.url}/csr`);
    await signIn(window, "wrong");
    await window.page.getByRole("alert").getByText("That login and password do not match.").waitFor();
    await signIn(window);
    await contact(window, "Desk").click();
    await window.write("a secret word");
    await window.ticked("a secret word", "Received");
    await window.page.reload();
    await contact(window, "Desk").click();
    await window.sees("a secret word");
    await window.page.getByRole("button", { name: "Sign out" }).click();
    await window.page.getByText("You are signed out.").waitFor();
    const kept = await window.page.evaluate("JSON.stringify(sessionStorage)");
    expect(kept).to.not.contain("a secret word");
    await window.page.reload();
    await window.page.getByLabel("Login").waitFor();
  });

  it("shows an offer as a contact of its own, answers it by a button, and sends words as they are", async () => {
    const window = await openConsole();
    offer();
    await window.page.waitForFunction("document.title.startsWith('(1) ')");
    await contact(window, NAME).getByText("1").waitFor();
    await contact(window, NAME).click();
    await window.sees(`New conversation: ${NAME}`);
    await window.page.waitForFunction("document.title.startsWith('Console')");
    await window.page.getByRole("button", { name: "Accept" }).click();
    await until("the answer", () => written().includes(`${ALIAS} /accept`));
    desk.say(ADA, "I was charged twice.", { from: ALIAS, nick: "Maya" });
    await window.sees("I was charged twice.");
    await window.write("Let me look.");
    await word(window, "Transfer…").click();
    expect(await window.composer.inputValue()).to.equal("/transfer ");
    await window.composer.pressSequentially("sales");
    await window.composer.press("Enter");
    await word(window, "Close").click();
    await until("the last word", () => written().includes(`${ALIAS} /close`));
    expect(written()).to.deep.equal([
      `${ALIAS} /accept`,
      `${ALIAS} Let me look.`,
      `${ALIAS} /transfer sales`,
      `${ALIAS} /close`,
    ]);
    release();
    await window.page.getByText("This conversation is over.").waitFor();
    await window.page.getByRole("button", { name: `Remove ${NAME}` }).click();
    await contact(window, NAME).waitFor({ state: "detached" });
  });

  it("talks to the desk itself by buttons", async () => {
    const window = await openConsole();
    await contact(window, "Desk").click();
    for (const name of ["Away", "Back", "Status"]) {
      await word(window, name).click();
    }
    await until("the words", () => written().length === 3);
    expect(written()).to.deep.equal(["desk /away", "desk /back", "desk /status"]);
  });

  it("keeps three customers apart, also over a reload", async () => {
    const window = await openConsole();
    const names = ["Maya · billing · XMPP", "Li · sales · Web", "Omar · billing · Web"];
    const aliases = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"];
    aliases.forEach((alias, index) => {
      offer(alias, names[index]);
      desk.say(ADA, `I am ${names[index]?.split(" ")[0]}`, { from: alias, nick: "customer" });
    });
    for (const name of names) {
      await contact(window, name).getByText("2 unread").waitFor();
    }
    await contact(window, "Li · sales").click();
    await window.sees("I am Li");
    await window.write("Hello Li");
    await window.ticked("Hello Li", "Received");
    await contact(window, "Omar").click();
    await window.sees("I am Omar");
    await window.composer.fill("half a word to Omar");
    await window.page.reload();
    await contact(window, "Maya").getByText("2 unread").waitFor();
    expect(await window.page.locator(".badge").count()).to.equal(1);
    await contact(window, "Omar").click();
    expect(await window.composer.inputValue()).to.equal("half a word to Omar");
    await contact(window, "Li · sales").click();
    await window.sees("Hello Li");
    expect(await window.texts()).to.have.length(3);
    expect(written()).to.deep.equal([`${aliases[1]} Hello Li`]);
  });

  it("asks to sign in again when the session is over, and brings back what was written", async () => {
    const window = await openConsole();
    await contact(window, "Desk").click();
    await window.context.setOffline(true);
    await window.page.getByText("No connection.").waitFor();
    await window.write("written without a session");
    for (const key of [...desk.context.stored.keys()].filter((name) => name.startsWith("session/"))) {
      desk.context.stored.delete(key);
    }
    await window.context.setOffline(false);
    await window.page.getByText("You were signed out. Please sign in again.").waitFor();
    await signIn(window);
    await contact(window, "Desk").click();
    await window.ticked("written without a session", "Received");
    expect(written()).to.deep.equal(["desk written without a session"]);
  });

  it("speaks the CSR's language, from the sign-in to the words", async () => {
    const window = await browser.window({ locale: "de-DE" });
    const { page } = window;
    await page.goto(`${desk.url}/csr`);
    for (const password of ["wrong", "correct-horse"]) {
      await page.getByLabel("Anmeldename").fill("ada");
      await page.getByLabel("Passwort").fill(password);
      await page.getByRole("button", { name: "Anmelden" }).click();
      if (password === "wrong") await page.getByText("Anmeldename und Passwort passen nicht zusammen.").waitFor();
    }
    await page.getByText("Keine Gespräche.").waitFor();
    offer();
    await page.getByRole("navigation", { name: "Gespräche" }).getByRole("button").filter({ hasText: NAME }).click();
    await word(window, "Wer?").click();
    await until("the word", () => desk.heard.some(({ text }) => text === "/who"));
    expect(await page.locator("html").getAttribute("lang")).to.equal("de");
    await expectAccessible(page, "the console in German");
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSideways(page);
  });
  it("works by keyboard alone", async () => {
    const window = await browser.window();
    const { keyboard } = window.page;
    await window.page.goto(`${desk.url}/csr`);
    await window.page.getByLabel("Login").and(window.page.locator(":focus")).waitFor();
    await keyboard.type("ada");
    await keyboard.press("Tab");
    await keyboard.type("correct-horse");
    await keyboard.press("Enter");
    await contact(window, "Desk").waitFor();
    offer();
    await contact(window, NAME).waitFor();
    await keyboard.press("Alt+ArrowDown");
    await keyboard.press("Alt+ArrowDown");
    await window.sees(`New conversation: ${NAME}`);
    await window.composer.and(window.page.locator(":focus")).waitFor();
    const accept = window.page.getByRole("button", { name: "Accept" }).and(window.page.locator(":focus"));
    for (let presses = 0; (await accept.count()) === 0 && presses < 10; presses += 1) {
      await keyboard.press("Shift+Tab");
    }
    await keyboard.press("Enter");
    await until("the answer", () => written().includes(`${ALIAS} /accept`));
    await window.composer.and(window.page.locator(":focus")).waitFor();
    await keyboard.type("Good morning");
    await keyboard.press("Enter");
    await until("the greeting", () => written().includes(`${ALIAS} Good morning`));
  });

  it("fits a phone, down to 320 pixels: the list, or a conversation", async () => {
    const window = await openConsole({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });
    offer(ALIAS, `${"Maximiliane-".repeat(6)} · billing · XMPP`);
    await contact(window, "Maximiliane").waitFor();
    await expectNoSideways(window.page);
    await contact(window, "Maximiliane").tap();
    desk.say(ADA, "x".repeat(300), { from: ALIAS, nick: "Maya" });
    await window.sees("xxx");
    await expectNoSideways(window.page);
    expect(await contact(window, "Desk").isVisible()).to.equal(false);
    expect(await window.composer.isVisible()).to.equal(true);
    await window.page.getByRole("button", { name: "Back to the list" }).tap();
    await contact(window, "Desk").waitFor();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is accessible in the ${colorScheme} scheme`, async () => {
      const window = await browser.window({ colorScheme, reducedMotion: "reduce" });
      await window.page.goto(`${desk.url}/csr`);
      await window.page.getByLabel("Login").waitFor();
      await expectAccessible(window.page, "the sign-in");
      await signIn(window, "wrong");
      await window.page.getByText("do not match").waitFor();
      await expectAccessible(window.page, "the sign-in with a fault");
      await signIn(window);
      await contact(window, "Desk").waitFor();
      offer();
      await contact(window, NAME).getByText("1 unread").waitFor();
      await expectAccessible(window.page, "the list");
      await contact(window, NAME).click();
      await window.sees("New conversation");
      await expectAccessible(window.page, "an offer");
      await window.write("Good morning");
      desk.say(ADA, "Hello", { from: ALIAS, nick: "Maya" });
      await window.sees("Hello");
      release();
      await window.page.getByText("This conversation is over.").waitFor();
      await expectAccessible(window.page, "a closed conversation");
    });
  }
});
