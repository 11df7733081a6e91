/** The chat over HTTPS by certificate files, and what a renewed certificate means to somebody who is chatting: nothing. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { requires } from "../support/requires.ts";
import { type StaffDesk, startStaffDesk } from "../support/staff-desk.ts";
import { makeCertificate } from "../support/tls-front.ts";
import { until } from "../support/wait.ts";
import { TestBrowser } from "./browser.ts";

/** The files are looked at every 20 seconds. */
const RENEWAL_LIMIT_MS = 90_000;

describe("the chat over HTTPS in a browser", function () {
  requires("chromium");
  this.timeout(300_000);
  const browser = new TestBrowser();
  let desk: StaffDesk;
  const install = (folder: string, name: string): void => {
    makeCertificate(folder, name);
    copyFileSync(join(folder, `${name}.pem`), join(folder, "live.pem"));
    copyFileSync(join(folder, `${name}.key`), join(folder, "live.key"));
  };

  before(async () => {
    await browser.start();
    const http = "  tls: {certificate: live.pem, key: live.key}";
    desk = await startStaffDesk({ http, prepare: (folder) => install(folder, "chat.test") });
  });
  after(async () => {
    await desk.stop();
    await browser.stop();
  });
  afterEach(() => browser.tidy());

  it("goes on while the certificate is renewed, with cookies for HTTPS alone", async () => {
    expect(desk.url).to.match(/^https:/);
    const window = await browser.window({ ignoreHTTPSErrors: true });
    await window.page.goto(`${desk.url}/chat`);
    await window.write("before");
    await window.ticked("before", "Received");
    const cookies = await window.context.cookies();
    expect(cookies.map(({ name, secure }) => [name, secure])).to.deep.equal([["__Host-frontdesk_visitor", true]]);
    const opened = () => desk.log.records.filter(({ event }) => event === "web.window.opened").length;
    const openedBefore = opened();
    install(desk.configFolder, "renewed.test");
    const isRenewed = () => desk.log.records.some(({ event }) => event === "http.certificate.renewed");
    await until("the renewed certificate", isRenewed, RENEWAL_LIMIT_MS);
    await window.write("after");
    await window.ticked("after", "Received");
    expect(opened(), "connections of the chat").to.equal(openedBefore);
  });
});
