/** What a soak calls growth: what surely is, and neither noise nor what fills up once. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { findings, type Sample, trend } from "../../scripts/soak/growth.ts";
import { svgOf } from "../../scripts/soak/plot.ts";
import { withSoak } from "../../scripts/soak/report.ts";

const MB = 1_000_000;
/** Noise that is the same at every run. */
const wobble = (index: number): number => Math.sin(index * 12.9898) * Math.cos(index * 78.233);

/** An hour, looked at every 30 seconds, at a hundred messages a second. */
function hour(change: (sample: Sample, index: number) => Partial<Sample> = () => ({})): readonly Sample[] {
  return Array.from({ length: 120 }, (_, index) => {
    const seconds = (index + 1) * 30;
    const sample: Sample = {
      seconds,
      messages: seconds * 100,
      ended: seconds,
      heap: 60 * MB + wobble(index) * 2 * MB,
      resident: 230 * MB + wobble(index + 7) * 10 * MB,
      files: 43,
      timers: 10 + Math.round(wobble(index) * 3),
      listeners: 228,
      store: seconds * 100 * 400,
      log: 30 * MB,
      p50: 3,
      p99: 20,
    };
    return { ...sample, ...change(sample, index) };
  });
}

const growing = (samples: readonly Sample[]) =>
  findings(samples)
    .filter(({ verdict }) => verdict === "grows")
    .map(({ watch }) => watch.name);

describe("what a soak calls growth", () => {
  it("is nothing of a desk that only wobbles, nor what fills up in the first third", () => {
    expect(growing(hour())).to.deep.equal([]);
    const fills = hour((sample) => ({ heap: sample.heap + Math.min(sample.seconds, 1_000) * 50_000 }));
    expect(growing(fills)).to.deep.equal([]);
  });

  it("is an object that is kept of every message", () => {
    const kept = hour((sample) => ({
      heap: sample.heap + sample.messages * 64,
      resident: sample.resident + sample.messages * 200,
    }));
    expect(growing(kept)).to.deep.equal(["heap after collecting garbage", "resident memory"]);
  });

  it("is a socket, a timer or a listener that is kept now and then", () => {
    const leaks = hour((sample) => ({
      files: sample.files + Math.floor(sample.ended / 300),
      timers: sample.timers + Math.floor(sample.ended / 20),
      listeners: sample.listeners + Math.floor(sample.ended / 20),
    }));
    expect(growing(leaks)).to.deep.equal(["open files", "timers", "listeners"]);
  });

  it("is not told of what surely rises and came to no more yet than the measuring varies by", () => {
    const slow = hour((sample) => ({ heap: 60 * MB + sample.seconds * 1_000 }));
    expect(growing(slow)).to.deep.equal([]);
    expect(findings(slow)[0]?.verdict).to.equal("unclear");
  });

  it("is a store that keeps more of a message than a message", () => {
    expect(growing(hour((sample) => ({ store: sample.messages * 5_000 })))).to.deep.equal(["store"]);
  });

  it("is found by a slope that a few odd looks do not move, and of too few looks there is none", () => {
    const points = Array.from({ length: 30 }, (_, x) => ({ x, y: x === 5 ? 900 : 2 * x }));
    expect(trend(points).slope).to.equal(2);
    expect(trend(points.slice(0, 2))).to.deep.equal({ slope: 0, least: 0 });
  });

  it("stands on the page of performance, with a picture that begins at zero", async () => {
    const page = await readFile(new URL("../../docs/performance.md", import.meta.url), "utf8");
    const load = { conversations: 1_000, csrs: 100, messagesPerSecond: 100, endingsPerSecond: 1 };
    const leaks = hour((sample) => ({ files: sample.files + Math.floor(sample.ended / 300) }));
    const written = withSoak(page, { load, samples: leaks, lost: 0, repeats: 0, day: "2026-11-21" });
    expect(written).to.include("60 minutes: 1,000 conversations, 100 messages a second");
    expect(written).to.match(/\| open files \|.*\| \*\*yes\*\* \|/u);
    expect(written).to.match(/\| listeners \|.*\| no \|/u);
    expect(withSoak(written, { load, samples: leaks, lost: 0, repeats: 0, day: "2026-11-21" }), "again").to.equal(
      written,
    );
    expect(() => withSoak("nothing", { load, samples: leaks, lost: 0, repeats: 0, day: "" })).to.throw(
      /lacks the lines/u,
    );
    expect(svgOf(leaks).match(/<polyline /gu)).to.have.lengthOf(9);
    expect(svgOf(leaks)).to.include("open files (files)");
  });
});
