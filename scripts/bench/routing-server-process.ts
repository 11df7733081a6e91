/** A routing server in a process of its own; it tells its parent where it listens, and ends with it. Started with the desk's name and secret. */
import type { Logger } from "../../src/adapter.ts";
import { createClock } from "../../src/clock.ts";
import { createRoutingServer } from "../../src/routing-server/server.ts";
import { FAULTLESS } from "./durable-desk.ts";

/** The desk leaves when it has asked enough: that is no fault. */
const log: Logger = {
  ...FAULTLESS,
  warn: (event, fields) => (event === "routing.desk.lost" ? undefined : FAULTLESS.warn(event, fields)),
};

const [desk = "", secret = ""] = process.argv.slice(2);
const server = createRoutingServer(
  {
    host: "127.0.0.1",
    port: 0,
    tls: null,
    desks: new Map([[desk, secret]]),
    leaseMs: 30_000,
    answerMs: 10_000,
    limits: { items: 100_000, frameBytes: 4_194_304, connections: 10 },
  },
  createClock(),
  log,
);
process.on("disconnect", () => process.exit());
const { url } = await server.start();
process.send?.(url);
