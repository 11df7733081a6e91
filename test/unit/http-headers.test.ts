/** Security headers on every route that a desk has, whatever mounted it. */
import { expect } from "chai";
import { type StaffDesk, startStaffDesk } from "../support/staff-desk.ts";

/** What every answer says, and what some say instead: the widget and its parts are on other sites' pages, files people sent in other chats. */
const EVERY = {
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "cross-origin-resource-policy": /^(same-origin|same-site|cross-origin)$/,
  "x-permitted-cross-domain-policies": /^none$/,
  "permissions-policy": /camera=\(\)/,
  "content-security-policy": /^(?!.*unsafe-(inline|eval)).*default-src 'none'/,
  "cache-control": /no-store|no-cache|private/,
} as const;
const FOR_OTHER_SITES = /^\/(assets\/\*|files?\/)/;
const FRAMED = /^\/chat$/;

describe("security headers", function () {
  this.timeout(30_000);
  let desk: StaffDesk;
  before(async () => {
    desk = await startStaffDesk();
  });
  after(() => desk.stop());

  it("are on every route, refused or not", async () => {
    const routes = desk.routes().filter(({ method }) => method === "GET" || method === "POST");
    expect(routes.length).to.be.greaterThan(25);
    for (const { method, path } of routes) {
      const url = desk.url + path.replace("*", "base.css").replace(/:\w+/g, "something");
      const answer = await fetch(url, { method, redirect: "manual" });
      await answer.body?.cancel();
      const what = `${method} ${path} (${answer.status})`;
      for (const [name, value] of Object.entries(EVERY))
        expect(answer.headers.get(name), `${name} of ${what}`).to.match(value);
      const policy = answer.headers.get("content-security-policy") ?? "";
      if (!FRAMED.test(path) && !policy.includes("sandbox")) expect(policy, what).to.contain("frame-ancestors 'none'");
      if (!FOR_OTHER_SITES.test(path)) {
        expect(answer.headers.get("cross-origin-resource-policy"), what).to.equal("same-origin");
      }
      expect(answer.headers.get("server") ?? answer.headers.get("x-powered-by"), what).to.equal(null);
    }
  });

  it("are on what is not there, too", async () => {
    for (const path of ["/nothing", "/%zz", "/csr/../nothing"]) {
      const answer = await fetch(desk.url + path);
      for (const [name, value] of Object.entries(EVERY))
        expect(answer.headers.get(name), `${name} of ${path}`).to.match(value);
    }
  });
});
