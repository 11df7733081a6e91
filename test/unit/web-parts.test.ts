/** The small parts of the web network: cookies, limits, browsers, configuration. */
import { expect } from "chai";
import { parseWebConfig, WEB_DEFAULTS } from "../../adapters/web/config.ts";
import { firstLanguage, softwareOf } from "../../adapters/web/software.ts";
import { Visitors } from "../../adapters/web/visitors.ts";
import { type AdapterState, ConfigProblem } from "../../src/adapter.ts";
import { cookieName, readCookie, writeCookie } from "../../src/http/cookies.ts";
import { Bucket, placeOf, RateLimit } from "../../src/http/rate-limit.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

describe("web cookies", () => {
  const table: readonly (readonly [string | undefined, string | null])[] = [
    [undefined, null],
    ["", null],
    ["a=1", "1"],
    ["b=2; a=1", "1"],
    ["a=first; a=second", "first"],
    ["xa=1; ab=2", null],
    ["a=1=2", "1=2"],
    ["a", ""],
    [" a=1 ;b", "1"],
  ];
  for (const [header, value] of table) {
    it(`reads ${JSON.stringify(header)}`, () => expect(readCookie(header, "a")).to.equal(value));
  }
  it("are named so that no other host of the domain can plant them, and each web network has its own", () => {
    expect(cookieName("a", "/", false)).to.equal("a");
    expect(cookieName("a", "/", true)).to.equal("__Host-a");
    expect(cookieName("a", "/shop/de/", true)).to.equal("__Host-a.shop.de");
  });
  it("writes what scripts cannot read and other sites cannot send", () => {
    expect(writeCookie("a", "1", { path: "/", maxAgeSeconds: 60, secure: true, sameSite: "Strict" })).to.equal(
      "a=1; Path=/; Max-Age=60; SameSite=Strict; HttpOnly; Secure",
    );
    expect(writeCookie("a", "1", { path: "/", maxAgeSeconds: 60, secure: true, sameSite: "Partitioned" })).to.equal(
      "a=1; Path=/; Max-Age=60; SameSite=None; Partitioned; HttpOnly; Secure",
    );
  });
});

describe("web rate limits", () => {
  const PLACES: readonly (readonly [ip: string, place: string])[] = [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ];
  for (const [ip, place] of PLACES) {
    it(`count ${ip} as ${place}`, () => expect(placeOf(ip)).to.equal(place));
  }
  it("give the burst, then one each interval", () => {
    const bucket = new Bucket({ burst: 2, everyMs: 1_000 }, 0);
    expect([0, 0, 0].map((now) => bucket.take(now).taken)).to.deep.equal([true, true, false]);
    expect(bucket.take(500)).to.deep.equal({ taken: false, waitMs: 500 });
    expect(bucket.take(1_000).taken).to.equal(true);
    expect(bucket.take(1_000_000).taken).to.equal(true);
    expect([1_000_000, 1_000_000].map((now) => bucket.take(now).taken)).to.deep.equal([true, false]);
  });
  it("give nothing for a clock that jumps back", () => {
    const bucket = new Bucket({ burst: 1, everyMs: 1_000 }, 10_000);
    expect(bucket.take(10_000).taken).to.equal(true);
    expect(bucket.take(0).taken).to.equal(false);
    expect(bucket.take(1_000).taken).to.equal(true);
  });
  it("remember a limited number of people, the quiet ones shortest", () => {
    const limit = new RateLimit({ burst: 1, everyMs: 1_000 }, 2);
    expect(["a", "b", "a", "b"].map((key) => limit.take(key, 0).taken)).to.deep.equal([true, true, false, false]);
    expect(limit.take("c", 0).taken).to.equal(true);
    expect(limit.take("b", 0).taken, "b is remembered").to.equal(false);
    expect(limit.take("a", 0).taken, "a was forgotten").to.equal(true);
  });
});

describe("web software", () => {
  const table: readonly (readonly [string | undefined, string | null, string | null, string | null])[] = [
    [undefined, null, null, null],
    ["curl/8.5.0", null, null, null],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "140.0", "Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36",
      "Chrome",
      "137.0.0.0",
      "Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0",
      "Edge",
      "137.0.0.0",
      "Windows",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
      "Safari",
      "18.5",
      "macOS",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
      "Safari",
      "18.5",
      "iOS",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/137.0.7151.79 Mobile/15E148 Safari/604.1",
      "Chrome",
      "137.0.7151.79",
      "iOS",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
      "Samsung Internet",
      "28.0",
      "Android",
    ],
    ["<script>Chrome/1</script>", "Chrome", "1", null],
    [`Chrome/${"9".repeat(10_000)}`, null, null, null],
  ];
  for (const [claim, name, version, os] of table) {
    it(`${claim?.slice(0, 60)} is ${name} ${version} on ${os}`, () => {
      expect(softwareOf(claim)).to.include({ protocol: "web", name, version, os, gateway: null });
    });
  }
  it("takes the first language of a header that is one", () => {
    expect(firstLanguage("de-CH,de;q=0.9,en;q=0.8")).to.equal("de-CH");
    expect(firstLanguage("fr;q=0.5")).to.equal("fr");
    expect(firstLanguage("*")).to.equal(null);
    expect(firstLanguage("x".repeat(500))).to.equal(null);
    expect(firstLanguage(undefined)).to.equal(null);
  });
});

describe("web configuration", () => {
  it("has a default for every key", () => {
    expect(parseWebConfig({})).to.deep.equal(WEB_DEFAULTS);
    expect(parseWebConfig(undefined)).to.deep.equal(WEB_DEFAULTS);
    expect(parseWebConfig({ path: "/shop/", sessionHours: 8 })).to.deep.equal({
      ...WEB_DEFAULTS,
      path: "/shop/",
      sessionHours: 8,
    });
  });
  const faults: readonly (readonly [object | string | number, readonly (string | number)[]])[] = [
    [{ path: "shop" }, ["path"]],
    [{ path: "/shop" }, ["path"]],
    [{ path: "/../" }, []],
    [{ embedOrigins: ["https://shop.example/"] }, ["embedOrigins", 0]],
    [{ embedOrigins: ["'none'; script-src *"] }, ["embedOrigins", 0]],
    [{ embedOrigins: "https://shop.example" }, ["embedOrigins"]],
    [{ sessionHours: 0 }, ["sessionHours"]],
    [{ maxTextBytes: 1_000_000 }, ["maxTextBytes"]],
    [{ historyLines: "many" }, ["historyLines"]],
    [{ sesionHours: 8 }, []],
    [[], []],
    ["web", []],
  ];
  for (const [section, path] of faults) {
    it(`refuses ${JSON.stringify(section)}`, () => {
      try {
        const config = parseWebConfig(section);
        expect(config.path, "a path of dots is harmless only if it is refused").to.equal(undefined);
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigProblem);
        expect((error as ConfigProblem).path).to.deep.equal(
          section instanceof Object && "path" in section ? ["path"] : path,
        );
      }
    });
  }
});

describe("web visitors that were not seen for long", () => {
  const DAY_MS = 86_400_000;
  const START = Date.UTC(2026, 2, 2);

  async function crowd(count: number) {
    const clock = createVirtualClock(START);
    const stored = new Map<string, unknown>();
    const state: AdapterState = {
      get: async (key) => stored.get(key),
      keys: async (prefix) => [...stored.keys()].filter((key) => key.startsWith(prefix)),
      set: async (key, value) => void (value === undefined ? stored.delete(key) : stored.set(key, value)),
      setAll: async (entries) => entries.forEach((_none, key) => void stored.delete(key)),
    };
    const visitors = new Visitors("web", state, clock, 30);
    for (let n = 0; n < count; n += 1) await visitors.remember(`visitor-${n}`);
    return { visitors, clock, stored };
  }

  it("are forgotten all at once, however many, and once a day", async () => {
    const { visitors, clock, stored } = await crowd(5_000);
    expect(await visitors.sweep()).to.equal(0);
    clock.advanceNow(31 * DAY_MS);
    await visitors.remember("visitor-7");
    expect(await visitors.sweep()).to.equal(4_999);
    expect([...stored.keys()]).to.deep.equal(["visitor/visitor-7"]);
    clock.advanceNow(31 * DAY_MS - 1);
    expect(await visitors.sweep()).to.equal(1);
    clock.advanceNow(3_600_000);
    expect(await visitors.sweep()).to.equal(0);
  });
  it("are looked at no further when the desk stops", async () => {
    const { visitors, clock, stored } = await crowd(100);
    clock.advanceNow(31 * DAY_MS);
    let asked = 0;
    await visitors.sweep(() => {
      asked += 1;
      return asked > 60;
    });
    expect(stored.size).to.equal(50);
    expect(await visitors.sweep()).to.equal(50);
  });
});
