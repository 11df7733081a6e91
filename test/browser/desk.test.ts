/** The desk's console in a real browser: what supervisors and admins see of a running desk, live, on a phone, by keyboard. */
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { type StaffDesk, startStaffDesk } from "../support/staff-desk.ts";
import { until } from "../support/wait.ts";
import { WebPerson } from "../support/web-person.ts";
import { expectAccessible, expectNoSideways, TestBrowser, type Window } from "./browser.ts";

const PHONE = { viewport: { width: 320, height: 640 } };

describe("the desk's console in a browser", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: StaffDesk;
  const people: WebPerson[] = [];

  before(async () => {
    await browser.start();
    desk = await startStaffDesk();
  });
  after(async () => {
    await desk.stop();
    await browser.stop();
  });
  afterEach(async () => {
    for (const person of people.splice(0)) person.close();
    await browser.tidy();
  });

  async function customer(text: string): Promise<WebPerson> {
    const person = await WebPerson.open({ url: `${desk.url}/`, desk: "support" });
    people.push(person);
    person.say("support", text);
    return person;
  }
  async function open(login: string, options: Parameters<TestBrowser["window"]>[0] = {}): Promise<Window> {
    const window = await browser.window(options);
    await window.page.goto(`${desk.url}/desk`);
    await window.page.getByLabel("Login").fill(login);
    await window.page.getByLabel("Password").fill(desk.password(login));
    await window.page.getByRole("button", { name: "Sign in" }).click();
    await window.page.getByRole("heading", { name: "Queues" }).waitFor();
    return window;
  }
  const section = (window: Window, name: string) => window.page.getByRole("region", { name, exact: true });

  it("lets in with the right password alone, shows what the role may see, and lets out", async () => {
    const window = await browser.window();
    await window.page.goto(`${desk.url}/desk`);
    await window.page.getByLabel("Login").fill("katherine");
    await window.page.getByLabel("Password").fill("wrong");
    await window.page.getByRole("button", { name: "Sign in" }).click();
    await window.page.getByRole("alert").getByText("That login and password do not match.").waitFor();
    await expectAccessible(window.page, "the sign-in");
    await window.page.getByLabel("Password").fill(desk.password("katherine"));
    await window.page.keyboard.press("Enter");
    await section(window, "Audit log").waitFor();
    await window.page.getByText("Katherine, admin").waitFor();
    await window.page.reload();
    await section(window, "Audit log").waitFor();
    await window.page.getByRole("button", { name: "Sign out" }).click();
    await window.page.getByText("You are signed out.").waitFor();
    const csr = await open("ada");
    expect(await section(csr, "Conversations").count()).to.equal(0);
    expect(await section(csr, "Audit log").count()).to.equal(0);
  });

  it("says in its own words why the company's sign-in let nobody in, and never in those of an address", async () => {
    const window = await browser.window();
    await window.page.goto(`${desk.url}/desk#fault=unverified`);
    await window.page.getByText("Your e-mail address is not confirmed there yet.").waitFor();
    const other = await browser.window();
    await other.page.goto(`${desk.url}/desk#fault=${encodeURIComponent("Call +1 555 0100 at once")}`);
    await other.page.getByLabel("Login").waitFor();
    expect(await other.page.locator("body").textContent()).not.to.include("555");
    expect(new URL(other.page.url()).hash).to.equal("");
  });

  it("shows who waits as they come, what was said, and ends a conversation for both sides", async () => {
    const window = await open("katherine");
    const person = await customer("My parcel has not come.");
    const row = section(window, "Conversations").getByRole("row").filter({ hasText: "support" });
    await row.first().waitFor();
    await section(window, "Queues").getByText("the longest for").waitFor();
    await row.first().getByRole("button").click();
    const dialog = window.page.getByRole("dialog");
    await dialog.getByText("My parcel has not come.").waitFor();
    await expectAccessible(window.page, "a transcript");
    await dialog.getByRole("button", { name: "End the conversation" }).click();
    await dialog.getByRole("button", { name: "Yes, end it for both sides" }).click();
    await window.page.getByRole("status").getByText("The conversation is closed.").waitFor();
    await section(window, "Conversations").getByText("No conversation is open.").waitFor();
    await until("the customer to be told", () =>
      person.frames.all.some((frame) => JSON.stringify(frame).includes("clos")),
    );
    await section(window, "Audit log").getByRole("button", { name: "Show" }).click();
    await section(window, "Audit log").getByRole("row").filter({ hasText: "transcript.read" }).first().waitFor();
    await expectAccessible(window.page, "the audit log");
  });

  it("sets CSRs away and back by keyboard, and says that it did", async () => {
    const window = await open("margaret");
    const button = section(window, "CSRs").getByRole("button", { name: "Set away Ada" });
    await button.focus();
    await window.page.keyboard.press("Enter");
    await window.page.getByRole("status").getByText("Ada is away.").waitFor();
    await desk.ask("POST", "/csrs/ada/back");
    expect(await section(window, "Audit log").count()).to.equal(0);
  });

  it("fits on a phone, in the dark, with nothing that axe finds", async () => {
    await customer("Hello?");
    const window = await open("katherine", { ...PHONE, colorScheme: "dark" });
    await section(window, "Conversations").getByText("support", { exact: false }).first().waitFor();
    await expectNoSideways(window.page);
    await expectAccessible(window.page, "the console on a phone");
    const { FRONTDESK_SCREENSHOTS: folder } = process.env;
    if (folder !== undefined) await window.page.screenshot({ path: `${folder}/desk-phone.png`, fullPage: true });
    const wide = await open("katherine");
    await section(wide, "Conversations").getByText("support", { exact: false }).first().waitFor();
    await expectAccessible(wide.page, "the console");
    if (folder !== undefined) await wide.page.screenshot({ path: `${folder}/desk-wide.png`, fullPage: true });
  });

  it("goes back to the sign-in when the session ends elsewhere", async () => {
    const window = await open("margaret");
    const other = await browser.tab(window.context);
    await other.page.goto(`${desk.url}/desk`);
    await other.page.getByRole("button", { name: "Sign out" }).click();
    await window.page.getByText("You were signed out. Please sign in again.").waitFor({ timeout: 25_000 });
  });
});
