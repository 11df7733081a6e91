/** The whole desk in a process of its own, with both pages in real browsers: what a newcomer sees in the first minute. */
import { expect } from "chai";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";
import { expectAccessible, TestBrowser, type Window } from "./browser.ts";

const NETWORKS = `
  web:
    adapter: web
    title: Web
    graceSeconds: 3
    handles:
      support:
        name: Support
        dialog: welcome
`;
const CSRS = `
  ada:
    name: Ada
    addresses:
      - web: ada
    skills:
      support: 3
    languages: [en]
    capacity: 3
`;
const DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - say: "Hello! This is Example."
      - identify:
          account: false
          askName: "What is your name?"
      - id: topic
        ask: "What is it about?"
        as: topic
        choices:
          - value: bill
            label: A bill
          - value: order
            label: An order
      - route: support
`;

describe("a conversation in two browsers, through the whole desk", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: Daemon;
  let password = "";

  before(async () => {
    await browser.start();
    desk = await startDaemon({ networks: NETWORKS, csrs: CSRS, dialogs: DIALOGS });
    password = await until("the passwords", () => /^ +ada +(\S+)$/m.exec(desk.output())?.[1]);
  });
  after(async () => {
    await browser.stop();
    await desk?.remove();
  });
  afterEach(() => browser.tidy());

  const conversations = (window: Window) =>
    window.page.getByRole("navigation", { name: "Conversations" }).getByRole("button");
  const word = (window: Window, name: string) =>
    window.page.getByRole("toolbar").getByRole("button", { name, exact: true });

  async function openConsole(options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(`${desk.url}/csr`);
    await window.page.getByLabel("Login").fill("ada");
    await window.page.getByLabel("Password").fill(password);
    await window.page.getByLabel("Password").press("Enter");
    await conversations(window).first().waitFor();
    return window;
  }
  async function openChat(options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(desk.url);
    await window.page.locator(".launcher").click();
    await window.sees("What is your name?");
    return window;
  }
  /** From hello to a person: three answers, an offer, a yes. */
  async function connect(customer: Window, csr: Window, name: string): Promise<void> {
    await customer.write(name);
    await customer.page.getByRole("button", { name: "A bill" }).click();
    await conversations(csr).filter({ hasText: name }).first().click();
    await csr.sees(/A bill|bill/);
    await csr.page.getByRole("button", { name: "Accept" }).first().click();
    await customer.sees(/connected to Ada/);
  }
  /** Each text once, in this order, among whatever else the desk said. */
  async function inOrder(window: Window, expected: readonly string[]): Promise<void> {
    const texts = await window.texts();
    expect(texts.filter((text) => expected.includes(text))).to.deep.equal(expected);
  }
  async function close(customer: Window, csr: Window): Promise<void> {
    await word(csr, "Close").click();
    await csr.page.getByText("This conversation is over.").waitFor();
    await customer.sees(/closed/);
  }

  it("goes from hello to closing", async () => {
    const csr = await openConsole();
    const customer = await openChat();
    await customer.sees("Hello! This is Example.");
    await connect(customer, csr, "Maya");
    await csr.write("Good morning, Maya.");
    await customer.sees("Good morning, Maya.");
    await csr.ticked("Good morning, Maya.", "Read");
    await customer.composer.pressSequentially("I was");
    await csr.page.getByText("is typing…").waitFor();
    await customer.write("I was charged twice.\nIn March.");
    await csr.sees("I was charged twice.");
    await customer.ticked("I was charged twice.", "Read");
    await customer.composer.press("ArrowUp");
    await customer.write("I was charged three times.");
    await csr.sees("I was charged three times.");
    await close(customer, csr);
    for (const window of [customer, csr]) {
      expect(await window.page.content()).to.not.match(/visitor-[a-z2-7]{20}/);
    }
    expect(await customer.page.content(), "the CSR's login is nobody's business").to.not.match(/\bada\b/);
  });

  it("shows looks as elements, on both sides and after a reload, and the marks again to whoever changes a line", async () => {
    const csr = await openConsole();
    const customer = await openChat();
    await connect(customer, csr, "Lena");
    const marked =
      "*Twice*, _really_, ~three~ `0x2`\n> on the bill\n```\nsum  42\n```\n<b>not</b> 2*3*4 see https://example.com/a_b.";
    await customer.composer.fill(marked);
    await customer.composer.press("Enter");
    await csr.sees("Twice");
    const looks = [
      ["strong", "Twice"],
      ["em", "really"],
      ["s", "three"],
      ["code", "0x2"],
      ["blockquote", "on the bill"],
      ["pre", "sum  42"],
    ] as const;
    const shown = async (window: Window) => {
      const text = window.log.locator(".text").filter({ hasText: "Twice" });
      await text.waitFor();
      for (const [element, words] of looks) expect(await text.locator(element).textContent()).to.equal(words);
      expect(await text.textContent()).to.contain("<b>not</b> 2*3*4");
      expect(await text.locator("b").count(), "elements of the customer's own").to.equal(0);
      const link = text.locator("a");
      expect(await link.textContent()).to.equal("https://example.com/a_b");
      const [href, target, rel] = await Promise.all(["href", "target", "rel"].map((name) => link.getAttribute(name)));
      expect([href, target, rel]).to.deep.equal(["https://example.com/a_b", "_blank", "noopener noreferrer nofollow"]);
    };
    await shown(csr);
    await shown(customer);
    await expectAccessible(csr.page, "the console with looks");
    await expectAccessible(customer.page, "the chat with looks");
    for (const window of [csr, customer]) await window.page.reload();
    await conversations(csr).filter({ hasText: "Lena" }).first().click();
    await shown(csr);
    await shown(customer);
    await customer.composer.press("ArrowUp");
    expect(await customer.composer.inputValue()).to.equal(marked);
    await customer.write("*Once*");
    await csr.log.locator(".text strong", { hasText: "Once" }).waitFor();
    await close(customer, csr);
  });

  it("loses and repeats nothing over reloads on both sides", async () => {
    const csr = await openConsole();
    const customer = await openChat();
    await connect(customer, csr, "Rosa");
    const said = ["one", "two", "three", "four", "five", "six"];
    for (const [index, text] of said.entries()) {
      const [from, to] = index % 2 === 0 ? [customer, csr] : [csr, customer];
      await from.write(text);
      // In the middle of it, not after it.
      if (index % 3 === 1) {
        await from.page.reload();
        await to.page.reload();
        await conversations(csr).filter({ hasText: "Rosa" }).first().click();
      }
      await to.sees(new RegExp(`^${text}$`));
    }
    await inOrder(customer, said);
    await inOrder(csr, said);
    await close(customer, csr);
  });

  it("goes on after the network was away on either side", async () => {
    const csr = await openConsole();
    const customer = await openChat();
    await connect(customer, csr, "Omar");
    await customer.context.setOffline(true);
    await customer.page.getByText("No connection.").waitFor();
    await customer.write("written without a network");
    await csr.write("said meanwhile");
    await csr.ticked("said meanwhile", "Received");
    await customer.context.setOffline(false);
    await csr.sees("written without a network");
    await customer.sees("said meanwhile");
    await csr.context.setOffline(true);
    await csr.page.getByText("No connection.").waitFor();
    await customer.write("are you there?");
    await customer.ticked("are you there?", "Received");
    await csr.context.setOffline(false);
    await csr.sees("are you there?");
    for (const window of [customer, csr]) {
      for (const text of ["written without a network", "said meanwhile", "are you there?"]) {
        expect(
          (await window.texts()).filter((one) => one === text),
          text,
        ).to.have.length(1);
      }
    }
    await close(customer, csr);
  });

  it("goes on after the desk was killed in the middle, with both still signed in", async () => {
    const csr = await openConsole();
    const customer = await openChat();
    await connect(customer, csr, "Jun");
    await customer.write("before the crash");
    await csr.sees("before the crash");
    await desk.kill();
    await customer.page.getByText("No connection.").waitFor();
    await customer.write("while it was down");
    await csr.write("from the other side");
    await desk.start();
    await csr.sees("while it was down");
    await customer.sees("from the other side");
    await csr.write("after");
    await customer.sees("after");
    await inOrder(csr, ["before the crash", "while it was down", "after"]);
    for (const window of [customer, csr]) {
      for (const text of ["before the crash", "while it was down", "from the other side", "after"]) {
        expect(
          (await window.texts()).filter((one) => one === text),
          text,
        ).to.have.length(1);
      }
    }
    await close(customer, csr);
  });

  it("works for a customer on a phone and a CSR on another, by touch", async () => {
    const phone = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
    const csr = await openConsole(phone);
    const customer = await openChat(phone);
    await connect(customer, csr, "Lena");
    await customer.write("from a phone");
    await csr.sees("from a phone");
    await csr.write("so am I");
    await customer.sees("so am I");
    await customer.page.getByRole("button", { name: "End chat" }).tap();
    await customer.page.getByText("You have ended this chat.").waitFor();
    await csr.page.getByText("This conversation is over.").waitFor();
  });

  it("works without a mouse on both sides", async () => {
    const csr = await openConsole();
    const customer = await browser.window();
    await customer.page.goto(`${desk.url}/chat`);
    await customer.sees("What is your name?");
    await customer.page.keyboard.type("Nia");
    await customer.page.keyboard.press("Enter");
    await customer.sees("What is it about?");
    await customer.page.keyboard.type("a bill");
    await customer.page.keyboard.press("Enter");
    await conversations(csr).filter({ hasText: "Nia" }).first().waitFor();
    await csr.page.keyboard.press("Alt+ArrowDown");
    await csr.page.keyboard.press("Alt+ArrowDown");
    await csr.sees(/Nia/);
    await csr.page.keyboard.type("/accept");
    await csr.page.keyboard.press("Enter");
    await customer.sees(/connected to Ada/);
    await customer.page.keyboard.type("hello");
    await customer.page.keyboard.press("Enter");
    await csr.sees("hello");
    await csr.page.keyboard.type("/close");
    await csr.page.keyboard.press("Enter");
    await customer.sees(/closed/);
  });
});
