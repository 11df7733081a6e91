/** What the engine keeps of CSRs who are gone, where nobody ever asks it to match: decisions are made elsewhere. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import type { RoutingCsr } from "../../src/core/routing/routing.ts";
import { waitingFor } from "../support/waiting.ts";

const COMINGS = 200;

function csrWithRoom(id: string): RoutingCsr {
  const reachable = [{ address: { network: "web", id }, features: [], software: null }];
  return { id, skills: {}, languages: [], reachable, willing: true, capacity: 1, load: 0, idleSince: 0 };
}

describe("CSRs who are gone", () => {
  it("are not remembered by an engine that is only looked at", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const engine = createRoutingEngine();
    engine.putWaiting(waitingFor("anna"));
    expect(engine.place("anna")).to.equal(1);
    engine.putCsr(csrWithRoom("stays"));
    const gone: WeakRef<RoutingCsr>[] = [];
    for (let coming = 0; coming < COMINGS; coming += 1) {
      const csr = csrWithRoom("comes-and-goes");
      gone.push(new WeakRef(csr));
      engine.putCsr(csr);
      engine.removeCsr(csr.id);
    }
    await new Promise((next) => setImmediate(next));
    collect();
    expect(gone.filter((csr) => csr.deref() !== undefined).length).to.be.at.most(5);
    expect(engine.match()).to.deep.include({ conversation: "anna", csr: "stays" });
  });

  it("come again, and serve whoever waits", () => {
    const engine = createRoutingEngine();
    engine.putWaiting(waitingFor("anna"));
    expect(engine.place("anna")).to.equal(1);
    for (const id of ["ada", "ben", "ada", "eve"]) {
      engine.putCsr(csrWithRoom(id));
      engine.removeCsr(id);
    }
    expect(engine.match()).to.equal(null);
    engine.putCsr(csrWithRoom("ada"));
    expect(engine.match()).to.deep.include({ conversation: "anna", csr: "ada" });
  });
});
