/** The whole suite of docs/routing-server.md decides for two real desks; it dies, and is stood in for. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { freePort } from "../support/ports.ts";
import { requires } from "../support/requires.ts";
import { ServerProcess } from "../support/server-process.ts";
import { SharedCentre } from "../support/shared-centre.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { START_LIMIT_MS, until } from "../support/wait.ts";

const SECRET = "the secret of a suite";
const PAGE = new URL("../../docs/routing-server.md", import.meta.url);

describe("an enterprise's routing suite and real desks (real Prosody)", function suite() {
  this.timeout(400_000);
  requires("prosody");
  const folder = temporaryFolder("suite");
  const program = join(folder.path, "suite.mjs");
  let port: number;
  let running: ServerProcess;
  let centre: SharedCentre;

  const start = async () => {
    const env = { FRONTDESK_SUITE_SECRET: SECRET, PORT: String(port) };
    running = new ServerProcess({ name: "suite", program: process.execPath, args: [program], env });
    await running.listening([port], START_LIMIT_MS);
  };

  before(async () => {
    writeFileSync(program, /```js\n([\s\S]*?)```/u.exec(readFileSync(PAGE, "utf8"))?.[1] ?? "");
    port = await freePort();
    await start();
    centre = await SharedCentre.open({
      csrs: { ada: 4, ben: 4 },
      customers: 2,
      routing: () =>
        `  whenAway: local\n  awaySeconds: 1\n  suite: {url: "http://127.0.0.1:${port}/frontdesk", secret: ${SECRET}}`,
    });
    centre.begin();
  });

  after(async () => {
    await centre?.close();
    await running?.stop();
    folder.remove();
  });

  const servedMore = async (what: string) => {
    const { served } = centre;
    await until(what, () => centre.served >= served + 6, 60_000);
  };
  const says = (words: string) => async () => (await centre.desks.west.command("status")).includes(words);

  it("decides; dies, and each desk stands in; and decides again", async () => {
    await servedMore("customers to be served");
    await until("the suite to have decided", says("decides ("));
    await running.kill();
    await until("the desk to stand in", says("this desk decides by its own rules"), 60_000);
    await servedMore("customers to be served without it");
    await start();
    await until("the suite to decide again", says("decides ("), 60_000);
    await servedMore("customers to be served by it");
    const report = await centre.desks.west.command("status", "--json");
    expect(JSON.parse(report).routing).to.deep.include({
      kind: "suite",
      reachable: true,
      decides: "elsewhere",
      detail: null,
    });
  });
});
