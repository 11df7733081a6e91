/** One Chromium for a test file, and pages that must not complain: no error in the console, no breach of the policy. */
import axe from "axe-core";
import { expect } from "chai";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";
import { startChromium } from "../support/chromium.ts";

const DESKTOP = { width: 1200, height: 800 };
/** What a test waits for on a page, on a busy machine. */
const PAGE_LIMIT_MS = 60_000;
/** What a cut link looks like from inside a browser; the pages say so in their own words. */
const EXPECTED =
  /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection|status of (401|413|415|429|503)/;

export class Window {
  readonly context: BrowserContext;
  readonly page: Page;

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }
  get log(): Locator {
    return this.page.getByRole("log");
  }
  get composer(): Locator {
    return this.page.getByRole("textbox", { name: /^Write to/ });
  }
  async write(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }
  /** The texts in the log, in order, each line once as it stands there. */
  async texts(): Promise<readonly string[]> {
    return await this.log.locator(".text").allInnerTexts();
  }
  async sees(text: string | RegExp): Promise<void> {
    await this.log.locator(".text").filter({ hasText: text }).first().waitFor();
  }
  /** The line with that text says this of itself: "Sending", "Received", "Delivered", "Read", "Not sent". */
  async ticked(text: string, state: string): Promise<void> {
    const line = this.log.locator(".line.own").filter({ hasText: text });
    await line.locator(".ticks").filter({ hasText: state }).first().waitFor();
  }
}

export class TestBrowser {
  #browser: Browser | null = null;
  readonly #contexts: BrowserContext[] = [];
  readonly complaints: string[] = [];

  /** In that network namespace, or in this process's own. */
  async start(namespace?: string): Promise<void> {
    this.#browser = await startChromium(namespace);
  }
  async stop(): Promise<void> {
    await this.#browser?.close();
  }
  /** A person with a browser of their own. */
  async window(options: BrowserContextOptions = {}): Promise<Window> {
    if (this.#browser === null) {
      throw new Error("The browser was not started.");
    }
    const context = await this.#browser.newContext({ viewport: DESKTOP, locale: "en-GB", ...options });
    this.#contexts.push(context);
    return await this.tab(context);
  }
  /** One more tab of the same person. */
  async tab(context: BrowserContext): Promise<Window> {
    context.setDefaultTimeout(PAGE_LIMIT_MS);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(error.stack ?? error.message));
    page.on("dialog", (dialog) => this.complaints.push(`a dialog: ${dialog.message()}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !EXPECTED.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
    return new Window(context, page);
  }
  /** After each test: closes its windows; fails when a page complained. */
  async tidy(): Promise<void> {
    for (const context of this.#contexts.splice(0)) {
      await context.close();
    }
    expect(this.complaints.splice(0), "complaints of the pages").to.deep.equal([]);
  }
}

/** No violation of WCAG 2.2 A and AA that axe can find. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the debugger, so the page's policy against foreign scripts stands.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const runner = Reflect.get(globalThis, "axe") as typeof axe;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await runner.run({ runOnly: { type: "tag", values: tags } });
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  expect(found, `axe on ${what}`).to.deep.equal([]);
}

/** Nothing is wider than the screen. */
export async function expectNoSideways(page: Page): Promise<void> {
  const [wide, screen] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [
    number,
    number,
  ];
  expect(wide, "width of the page").to.be.at.most(screen);
}
