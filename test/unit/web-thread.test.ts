import { expect } from "chai";
import type { ServerFrameOf, WireHistoryLine } from "../../adapters/web/pages/protocol.ts";
import type { Thread } from "../../adapters/web/pages/thread.ts";
import * as threads from "../../adapters/web/pages/thread.ts";

const said = (key: string, choices: readonly { value: string; label: string }[] = []): ServerFrameOf<"line"> => ({
  kind: "line",
  key,
  desk: "support",
  text: `text of ${key}`,
  choices,
  file: null,
  nick: null,
  notice: false,
  at: 1,
});
const told = (id: string, own: boolean, state: "received" | "delivered" | "read" = "received"): WireHistoryLine => ({
  id,
  own,
  text: `text of ${id}`,
  edited: false,
  retracted: false,
  nick: null,
  notice: false,
  choices: [],
  file: null,
  at: 1,
  state,
});
const ids = (thread: Thread): string =>
  thread.lines.map(({ id, state }) => (state === "sending" ? `${id}?` : id)).join(" ");
const empty = threads.emptyThread("support");

/** "a" is a line of the desk, "A" an own one that is confirmed, "A?" one that is not. */
function thread(script: string): Thread {
  return script.split(" ").reduce((before, word) => {
    if (word === "") return before;
    if (word === word.toLowerCase()) return threads.withLine(before, said(word));
    const own = threads.withOwnLine(before, word.replace("?", ""), word, 1);
    return word.endsWith("?") ? own : threads.withState(own, word, "received");
  }, empty);
}
function history(script: string): readonly WireHistoryLine[] {
  return script === "" ? [] : script.split(" ").map((word) => told(word, word !== word.toLowerCase()));
}

describe("web thread: the history after a reconnect", () => {
  const table: readonly (readonly [string, string, string, string])[] = [
    ["nothing here, nothing there", "", "", ""],
    ["a page that was just opened", "", "a B c", "a B c"],
    ["nothing was missed", "a B c", "a B c", "a B c"],
    ["two lines were missed", "a B", "a B c d", "a B c d"],
    ["a line in the middle was missed", "a c", "a B c", "a B c"],
    ["the beginning is not here", "c", "a B c", "a B c"],
    ["the beginning is not told any more", "a B c", "c d", "a B c d"],
    ["an answer came while an own line waits", "a B?", "a c", "a c B?"],
    ["an own line had arrived, its ack had not", "a B? C?", "a B", "a B C?"],
    ["another conversation began", "a B", "x Y", "a B x Y"],
    ["another conversation began, and a line waits", "a B C?", "x Y", "a B x Y C?"],
    ["the conversation is over", "a B", "", "a B"],
  ];
  for (const [what, before, there, after] of table) {
    it(what, () => {
      const merged = threads.withHistory(thread(before), history(there));
      expect(ids(merged)).to.equal(after);
      expect(ids(threads.withHistory(merged, history(there))), "told twice").to.equal(after);
    });
  }

  it("brings edits, retractions and ticks up to date, and takes no tick back", () => {
    const before = threads.withState(thread("a B C"), "B", "read");
    const lines = [
      { ...told("a", false), text: "", retracted: true },
      { ...told("B", true), text: "new", edited: true },
      told("C", true, "delivered"),
    ];
    const after = threads.withHistory(before, lines).lines;
    expect(after.map(({ text, state, edited, retracted }) => [text, state, edited, retracted])).to.deep.equal([
      ["", null, false, true],
      ["new", "read", true, false],
      ["text of C", "delivered", false, false],
    ]);
  });
});

describe("web thread: lines and what becomes of them", () => {
  it("shows the same key and the same id once", () => {
    expect(ids(threads.withLine(thread("a b"), said("a")))).to.equal("a b");
    const mirrored = threads.withMirrored(thread("a B?"), {
      kind: "own",
      id: "B",
      desk: "support",
      text: "B",
      file: null,
      at: 1,
    });
    expect(ids(mirrored)).to.equal("a B?");
  });
  it("keeps an answer behind the line it answers, whichever is confirmed first", () => {
    const answered = threads.withLine(thread("a B?"), said("c"));
    expect(ids(threads.withState(answered, "B", "received"))).to.equal("a B c");
  });
  it("lets ticks only grow, and a refusal stand", () => {
    const read = threads.withState(thread("B"), "B", "read");
    expect(threads.withState(read, "B", "delivered").lines[0]?.state).to.equal("read");
    const refused = threads.withState(thread("B?"), "B", "refused", "too long");
    expect(refused.lines[0]).to.include({ state: "refused", refusal: "too long" });
    expect(ids(threads.without(refused, "B"))).to.equal("");
  });
  it("does not let somebody's receipt tick a line of the desk", () => {
    expect(threads.withState(thread("a"), "a", "read").lines[0]?.state).to.equal(null);
  });
  it("reads what one wrote oneself as the desk will, in every window, and loses the looks of before with an edit", () => {
    const formatting = [{ style: "strong", start: 3, end: 7 }];
    const wrote = threads.withOwnLine(empty, "A", "so *much*", 1);
    const elsewhere = threads.withMirrored(empty, {
      kind: "own",
      id: "A",
      desk: "support",
      text: "so *much*",
      file: null,
      at: 1,
    });
    for (const { lines } of [wrote, elsewhere]) expect(lines[0]).to.deep.include({ text: "so much", formatting });
    const edit = { kind: "edit", desk: "support", of: "A" } as const;
    const [told] = threads.withEditTold(wrote, { ...edit, key: "e-1-0", text: "*literal*" }).lines;
    expect(told).to.include({ text: "*literal*" }).and.not.to.have.property("formatting");
    const [own] = threads.withEditTold(wrote, { ...edit, key: null, text: "*so*" }).lines;
    expect(own).to.deep.include({ text: "so", formatting: [{ style: "strong", start: 0, end: 2 }] });
  });
  it("counts what was not seen", () => {
    const seen = threads.withAllRead(thread("a B c"));
    expect(threads.unread(seen)).to.deep.equal([]);
    expect(threads.unread(threads.withLine(seen, said("d"))).map(({ id }) => id)).to.deep.equal(["d"]);
    expect(threads.withAllRead(seen)).to.equal(seen);
  });
  it("offers buttons until something was answered", () => {
    const asked = threads.withLine(thread("a"), said("q", [{ value: "1", label: "One" }]));
    expect(threads.openChoices(asked)?.id).to.equal("q");
    expect(threads.openChoices(threads.withLine(asked, said("b")))?.id, "a notice does not answer").to.equal("q");
    const answered = threads.withOwnLine(asked, "A", "One", 1);
    expect(threads.openChoices(answered)).to.equal(null);
    expect(threads.openChoices(threads.withState(answered, "A", "refused"))?.id, "a refused answer is none").to.equal(
      "q",
    );
  });
  it("keeps a limited number of lines", () => {
    let long = empty;
    for (let line = 0; line < threads.THREAD_LINES + 10; line += 1) {
      long = threads.withLine(long, said(`k${line}`));
    }
    expect(long.lines).to.have.length(threads.THREAD_LINES);
    expect(long.lines.at(-1)?.id).to.equal(`k${threads.THREAD_LINES + 9}`);
  });
});
