/** Files on their way from a page: one after the other, cancelled, tried again; and what a page goes by after a reconnect. */
import { expect } from "chai";
import { factsOf } from "../../adapters/web/pages/desk-facts.ts";
import { Openings } from "../../adapters/web/pages/openings.ts";
import type { NumberedFrame, ServerFrameOf, WireFile } from "../../adapters/web/pages/protocol.ts";
import { type SentFile, type Taken, Uploads } from "../../adapters/web/pages/uploads.ts";

const FILE: WireFile = {
  ...{ name: "a.png", type: "image/png", bytes: 3, path: `/files/${"a".repeat(32)}/a.png`, kind: "image" },
  ...{ width: null, height: null, durationMs: null, voice: false, said: 0 },
};

interface Request {
  readonly name: string;
  readonly progress: (bytes: number) => void;
  readonly answer: (taken: Taken) => void;
  cancelled: boolean;
}

describe("web page: files on their way", () => {
  let requests: Request[];
  let taken: string[];
  let uploads: Uploads<SentFile>;

  beforeEach(() => {
    requests = [];
    taken = [];
    uploads = new Uploads<SentFile>({
      transport: ({ name }, progress) => {
        const { promise, resolve } = Promise.withResolvers<Taken>();
        const request: Request = { name, progress, answer: resolve, cancelled: false };
        requests.push(request);
        const cancel = () => {
          request.cancelled = true;
        };
        return { answer: promise, cancel };
      },
      mostBytes: () => 1_000,
      onChange: () => undefined,
      onTaken: (desk, { id }) => void taken.push(`${desk} ${id}`),
    });
  });
  const add = (...names: readonly string[]) =>
    uploads.add(
      "support",
      names.map((name) => ({ name, size: 100 })),
    );
  const answer = async (at: number, what: Taken) => {
    requests[at]?.answer(what);
    await Promise.resolve();
    await Promise.resolve();
  };
  const states = (desk = "support") => uploads.of(desk).map(({ name, state, sent }) => `${name} ${state} ${sent}`);
  const ok = (id: string): Taken => ({ kind: "taken", id, words: "a", file: FILE });

  it("go one after the other, and tell how far they are", async () => {
    add("a", "b");
    requests[0]?.progress(50);
    expect(states()).to.deep.equal(["a sending 50", "b waiting 0"]);
    await answer(0, ok("one"));
    expect(states()).to.deep.equal(["b sending 0"]);
    await answer(1, ok("two"));
    expect([states(), taken]).to.deep.equal([[], ["support one", "support two"]]);
  });
  it("that are cancelled are not said, even when the answer comes all the same", async () => {
    add("a", "b");
    uploads.cancel(uploads.of("support")[0]?.id ?? 0);
    await answer(0, ok("one"));
    expect([requests[0]?.cancelled, taken, states()]).to.deep.equal([true, [], ["b sending 0"]]);
  });
  it("that failed say why, let the next one go, and can be tried again", async () => {
    add("a", "b");
    await answer(0, { kind: "failed" });
    expect(states()).to.deep.equal(["a failed 0", "b sending 0"]);
    const [failed] = uploads.of("support");
    expect(failed?.fault).to.equal("The server cannot be reached.");
    await answer(1, { kind: "refused", text: "Not of this kind." });
    uploads.retry(failed?.id ?? 0);
    await answer(2, ok("one"));
    expect(taken).to.deep.equal(["support one"]);
    expect(uploads.of("support").map(({ fault }) => fault)).to.deep.equal(["Not of this kind."]);
  });
  it("that are too large, empty or too many are not even begun", () => {
    uploads.add("support", [
      { name: "big", size: 1_001 },
      { name: "empty", size: 0 },
    ]);
    expect(uploads.of("support").map(({ fault, again }) => [fault, again])).to.deep.equal([
      ["This file is too large: at most 1 kB.", false],
      ["There is nothing in this file.", false],
    ]);
    add(...Array.from({ length: 30 }, (_none, at) => String(at)));
    expect(uploads.of("support").filter(({ fault }) => fault === "Too many files at once.").length).to.equal(12);
    expect(requests.length).to.equal(1);
  });
  it("of a person who left are ended", () => {
    add("a", "b");
    uploads.forget();
    expect([requests[0]?.cancelled, states()]).to.deep.equal([true, []]);
  });
});

describe("web page: after a reconnect", () => {
  const frame = (kind: "end" | "open"): NumberedFrame => ({ kind, id: "x".repeat(16), desk: "support" });

  it("a conversation that was ended while the desk could not hear it does not come back in the next", () => {
    const openings = new Openings();
    openings.welcomed([frame("end"), frame("open")]);
    expect(openings.told("support"), "the history of the old one").to.equal(false);
    openings.welcomed([]);
    expect(openings.told("support"), "of the new one").to.equal(true);
  });
  it("a chat is opened once it is known that none is running, and once", () => {
    const openings = new Openings();
    openings.open("support");
    openings.welcomed([]);
    expect(openings.take("support")).to.equal(false);
    openings.told("support");
    expect([openings.take("support"), openings.take("support")]).to.deep.equal([true, false]);
  });
  it("the desk's clock counts where the browser's is wrong", () => {
    const welcome = (at: number | null) =>
      factsOf({ textBytes: 1, fileBytes: null, fileTypes: null, at } as unknown as ServerFrameOf<"welcome">);
    expect(welcome(null).ahead).to.equal(0);
    expect(welcome(Date.now() + 500).ahead).to.equal(0);
    expect(welcome(Date.now() + 3_600_000).ahead).to.be.within(3_599_000, 3_601_000);
    expect(welcome(Date.now() - 86_400_000).ahead).to.be.within(-86_401_000, -86_399_000);
  });
});
