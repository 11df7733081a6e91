import { Writable } from "node:stream";
import { expect } from "chai";
import { createLog, createMemoryLog, type LogOptions, withFields } from "../../src/log.ts";

/** What was written, once the log is closed. */
async function written(
  options: Omit<LogOptions, "stream">,
  write: (log: ReturnType<typeof createLog>) => void,
): Promise<string> {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const log = createLog({ ...options, stream });
  write(log);
  await log.close();
  return text;
}

describe("log", () => {
  it("writes one JSON object a line, with the event and its fields", async () => {
    const text = await written({ level: "info", format: "json" }, (log) => {
      log.info("link.online", { network: "xmpp", conversation: null });
      log.warn("send.slow", { key: "e-1-1", ms: 12 });
    });
    const [first, second] = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).to.include({ level: "info", event: "link.online", network: "xmpp", conversation: null });
    expect(first?.time).to.match(/^\d{4}-\d\d-\d\dT/);
    expect(second).to.include({ level: "warn", event: "send.slow", key: "e-1-1", ms: 12 });
  });

  it("writes a line for people, an error's stack below it", async () => {
    const text = await written({ level: "info", format: "human" }, (log) => {
      log.error("send.failed", { network: "xmpp", detail: "two words", error: new TypeError("broken") });
    });
    expect(text).to.match(
      /^\d\d:\d\d:\d\d\.\d{3} ERROR send\.failed network=xmpp detail="two words" error=broken\nTypeError: broken\n {4}at /,
    );
  });

  it("leaves out what is below its level", async () => {
    const text = await written({ level: "warn", format: "json" }, (log) => {
      log.debug("a");
      log.info("b");
      log.warn("c");
      log.error("d");
    });
    expect(text.match(/"event":"(\w)"/g)).to.deep.equal(['"event":"c"', '"event":"d"']);
  });

  it("strikes out secrets at every level and depth", async () => {
    const fields = {
      password: "hunter2",
      "access-token": "hunter2",
      config: { component: { Secret: "hunter2", port: 5347 }, list: [{ api_key: "hunter2" }] },
      headers: { Authorization: "Bearer hunter2", cookie: "sid=hunter2" },
      key: "e-1-1",
    };
    const text = await written({ level: "debug", format: "json" }, (log) => {
      log.debug("a", fields);
      log.error("b", fields);
    });
    expect(text).not.to.include("hunter2");
    expect(text).to.include("5347").and.to.include("e-1-1");
  });

  it("shows what people wrote at debug alone", () => {
    const log = createMemoryLog();
    const fields = { text: "my card is 4111", outbound: { text: "my card is 4111", key: "k" } };
    log.info("a", fields);
    log.error("b", { context: fields });
    log.debug("c", fields);
    expect(JSON.stringify(log.records.slice(0, 2))).not.to.include("4111");
    expect(log.records[0]?.fields.text).to.equal("[15 characters]");
    expect(JSON.stringify(log.records[2])).to.include("4111");
  });

  it("survives whatever a field holds", async () => {
    const circle: Record<string, unknown> = { name: "circle" };
    circle.self = circle;
    const text = await written({ level: "info", format: "json" }, (log) => {
      log.info("odd", {
        circle,
        big: 12n,
        symbol: Symbol("s"),
        call: () => 1,
        nothing: undefined,
        long: "x".repeat(100_000),
        many: Array.from({ length: 10_000 }, (_, index) => index),
        [`__proto__`]: "x",
      });
    });
    expect(JSON.parse(text)).to.include({ event: "odd", big: "12" });
    expect(text.length).to.be.below(20_000);
  });

  it("lets no field pass for the event, its level or its time", async () => {
    const text = await written({ level: "info", format: "json" }, (log) => {
      log.info("offer.made", { event: "start.done", level: "error", time: "never", network: "web" });
    });
    expect(JSON.parse(text)).to.include({ event: "offer.made", level: "info", network: "web" });
    expect(text).to.match(/^\{"time":"\d{4}-/);
  });

  it("tells what an error was caused by, and what several at once were", () => {
    const log = createMemoryLog();
    const refused = new AggregateError([new Error("::1 refused"), new Error("127.0.0.1 refused")], "");
    log.error("a", { error: new Error("No link.", { cause: refused }) });
    log.error("b", { error: refused });
    const [first, second] = log.records.map(({ fields }) => fields.error as { reason: string; stack: string });
    expect(first?.stack).to.match(/^Error: No link\.\n.*\nCaused by: AggregateError/s);
    expect(second?.reason).to.equal("Error: ::1 refused; Error: 127.0.0.1 refused");
  });

  it("goes on when what it writes to is broken", async () => {
    const broken = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("no space left"), { code: "ENOSPC" })),
    });
    const log = createLog({ level: "info", format: "json", stream: broken });
    log.info("a");
    await new Promise((resolve) => setImmediate(resolve));
    log.info("b");
    await log.close();
  });

  it("adds fields that every record of a part of the desk bears", () => {
    const log = createMemoryLog();
    withFields(log, { network: "xmpp" }).info("a", { key: "k" });
    expect(log.records).to.deep.equal([{ level: "info", event: "a", fields: { network: "xmpp", key: "k" } }]);
  });
});
