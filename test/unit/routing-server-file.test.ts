/** The routing server's own file, and the certificates it names: what is read, what is refused, who gets in. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import { createClock } from "../../src/clock.ts";
import { readRoutingServerFile } from "../../src/config/routing-server.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createServerLink } from "../../src/routing-client/server-link.ts";
import { createRoutingServer } from "../../src/routing-server/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { makeCertificate } from "../support/tls-front.ts";
import { until, within } from "../support/wait.ts";

const EAST = "desks:\n  east: {secret: a-secret-of-east}\n";

describe("the routing server's file", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder("routing-server-file");
    file = join(folder.path, "routing-server.yaml");
  });
  afterEach(() => folder.remove());

  function read(text: string, env = {}) {
    writeFileSync(file, text);
    return readRoutingServerFile(file, env);
  }

  it("names the networks of the desks", () => {
    const reading = read(`allowFrom: [10.0.0.0/8]\n${EAST}`);
    expect(reading.kind === "read" && reading.file.server.allowFrom).to.deep.equal(["10.0.0.0/8"]);
    expect(read(`allowFrom: [10.0.0.0/33]\n${EAST}`)).to.deep.include({ kind: "faulty" });
  });

  it("needs nothing but the desks and their secrets", () => {
    const reading = read(EAST);
    expect(reading.kind === "read" && reading.file.server).to.deep.include({
      host: "127.0.0.1",
      port: 8_090,
      tls: null,
      desks: new Map([["east", "a-secret-of-east"]]),
      leaseMs: 30_000,
      answerMs: 10_000,
    });
  });

  it("takes secrets from the environment", () => {
    const reading = read("desks:\n  east: {secret: {env: EAST_SECRET}}\n", {
      EAST_SECRET: "a-secret-of-the-environment",
    });
    expect(reading.kind === "read" && reading.file.server.desks.get("east")).to.equal("a-secret-of-the-environment");
  });

  const FAULTY: readonly (readonly [string, string, RegExp])[] = [
    ["no desk", "desks: {}\n", /:1:8 .*must name at least one desk/u],
    ["a short secret", "desks:\n  east: {secret: short}\n", /:2:18 .*at least 16 characters/u],
    ["a key that does not exist", `${EAST}lease: 30\n`, /:3:1 .*leaseSeconds/u],
    ["a secret that is not there", "desks:\n  east: {secret: {env: EAST_SECRET}}\n", /EAST_SECRET is not set$/u],
    ["a certificate that is not there", `${EAST}tls: {certificate: a.pem, key: a.key}\n`, /:3:20 .*does not exist/u],
  ];
  for (const [what, text, said] of FAULTY) {
    it(`says where there is ${what}`, () => {
      const reading = read(text);
      expect(reading.kind === "faulty" && reading.problems).to.have.lengthOf(1);
      expect(reading.kind === "faulty" && reading.problems[0]).to.match(said);
    });
  }

  it("says that there is none", () => {
    const reading = readRoutingServerFile(file);
    expect(reading.kind === "faulty" && reading.problems).to.deep.equal([`${file}: there is no such file`]);
  });

  it("speaks TLS, and lets in only desks with a certificate where it says so", async () => {
    makeCertificate(folder.path, "localhost");
    makeCertificate(folder.path, "east");
    const reading = read(
      `port: 0\nhost: localhost\ntls: {certificate: localhost.pem, key: localhost.key, clientCa: east.pem}\n${EAST}`,
    );
    if (reading.kind === "faulty") throw new Error(reading.problems.join("\n"));
    const server = createRoutingServer(reading.file.server, createClock(), createMemoryLog());
    const { port } = await server.start();
    const path = (name: string) => join(folder.path, name);
    const link = (certificate: string | null) => {
      const files = { ca: path("localhost.pem"), certificate, key: certificate === null ? null : path("east.key") };
      const away = { whenAway: "hold", awayMs: 1_000, answerMs: 1_000 } as const;
      const known = {
        kind: "server",
        url: `wss://localhost:${port}`,
        desk: "east",
        secret: "a-secret-of-east",
      } as const;
      const parts = { clock: createClock(), log: createMemoryLog(), random: () => 0 };
      const made = createServerLink({ ...known, ...files, ...away }, parts);
      made.start({
        submit: async () => ({ kind: "accepted" }),
        desk: () => {
          throw new Error("nothing is asked of this desk");
        },
        epoch: () => "s1",
      });
      return made;
    };
    const stranger = link(null);
    const known = link(path("east.pem"));
    try {
      await until("the desk with a certificate to be let in", () => known.status().reachable);
      await until("the other to be refused", () =>
        /certificate|socket|ECONNRESET/iu.test(stranger.status().detail ?? ""),
      );
      expect(stranger.status().reachable).to.equal(false);
    } finally {
      await Promise.all([stranger.stop(), known.stop()]);
      await server.stop();
    }
  });

  it("waits so long for whoever connects and does not go on, before TLS is spoken and after", async () => {
    makeCertificate(folder.path, "localhost");
    const reading = read(`port: 0\nhost: 127.0.0.1\ntls: {certificate: localhost.pem, key: localhost.key}\n${EAST}`);
    if (reading.kind === "faulty") throw new Error(reading.problems.join("\n"));
    const server = createRoutingServer({ ...reading.file.server, meetingMs: 300 }, createClock(), createMemoryLog());
    const { port } = await server.start();
    const sockets = [connect(port, "127.0.0.1"), connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })];
    try {
      const ended = sockets.map(async (socket) => {
        socket.on("error", () => {}).resume();
        await once(socket, "close");
      });
      await within(5_000, "both to be cut off", Promise.all(ended));
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.stop();
    }
  });
});
