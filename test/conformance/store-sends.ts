/** What pending sends say, and who was sent what, whatever becomes of their lines and whatever the store is made of. */
import { expect } from "chai";
import fc from "fast-check";
import type { Address, Formatting, HostedFile, Outbound, OutboundOf } from "../../src/core/model.ts";
import type { Line, LineContent } from "../../src/core/step.ts";
import type { OutboxRow, Store } from "../../src/store/store.ts";
import { CSR, CUSTOMER, failure, line, message, NOTHING } from "./store.ts";

const OTHER: Address = { network: "web", id: "bert" };
const BOLD: Formatting = [{ style: "strong", start: 0, end: 5 }];
const FILE: HostedFile = {
  name: "a.png",
  type: "image/png",
  bytes: 1,
  url: "https://desk.example/a.png",
  kind: "image",
};
const CHOICES = [{ value: "yes", label: "Yes" }];

/** The copy of that line for its leg 1, as a relay makes it: with the line's own words. */
function relayed(epoch: string, { line: number, content, ...said }: Line, fields: Partial<Outbound> = {}): Outbound {
  if (content.kind !== "message") throw new Error("Only a message is relayed as it is.");
  const { text, choices, formatting, file } = content;
  return {
    kind: "message",
    key: `${epoch}-${number}-1`,
    from: "alias1",
    to: CSR,
    device: null,
    conversation: said.conversation,
    text,
    choices,
    replyTo: null,
    sentAt: said.at,
    nick: said.nick,
    language: null,
    notice: said.author === null,
    ...(formatting === undefined ? {} : { formatting }),
    ...(file === undefined ? {} : { file }),
    ...fields,
  } as Outbound;
}

const words = fc.oneof(
  fc.constantFrom("hello", "", "nul\u0000inside", "half \ud83d a pair", "价格 👍"),
  fc.string({ unit: "binary", maxLength: 20 }),
);

/** What a message may be beside its words: mostly nothing, else one thing, or all. */
const beside: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  choices: fc.constant(CHOICES),
  formatting: fc.constant(BOLD),
  file: fc.constant(FILE),
  prompt: words,
  replyTo: fc.constant(1),
};
const contents: fc.Arbitrary<LineContent> = fc
  .tuple(
    words,
    fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      ...Object.entries(beside).map(([field, value]) => ({ weight: 1, arbitrary: fc.record({ [field]: value }) })),
      { weight: 1, arbitrary: fc.record(beside) },
    ),
  )
  .map(([text, more]) => ({ ...message(text), ...more }) as LineContent);

const lines = fc.record({
  conversation: fc.constantFrom("c1", "c2", "half \ud83d a pair"),
  at: fc.constantFrom(1, 1_790_000_000_123, 2 ** 52, 1.5),
  author: fc.constantFrom(0, 1, null),
  nick: fc.oneof(fc.constant(null), words),
  content: contents,
});

/** What a send may have in place of what its line says: mostly nothing, else one field. Each that a message has is here, or it might be lost on the disk. */
const differing: Readonly<Record<Exclude<keyof OutboundOf<"message">, "key">, fc.Arbitrary<unknown>>> = {
  from: words,
  to: fc.record({ network: fc.oneof(fc.constant("web"), words), id: words }),
  device: fc.constant("phone"),
  conversation: fc.constantFrom("c1", "c2", null),
  text: words,
  choices: fc.constantFrom([], CHOICES),
  formatting: fc.constantFrom(BOLD, [], undefined),
  file: fc.constantFrom(null, FILE, undefined),
  replyTo: words,
  sentAt: fc.constantFrom(1, 2, 1.5),
  nick: fc.oneof(fc.constant(null), words),
  language: fc.constant("de"),
  notice: fc.boolean(),
  kind: fc.constantFrom("edit", "message"),
};
const differences = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  ...Object.entries(differing).map(([field, value]) => ({ weight: 1, arbitrary: fc.record({ [field]: value }) })),
);

/** The end of a key, after the number of its line. */
const keyEnds = fc.oneof(
  { weight: 4, arbitrary: fc.constant("-1") },
  { weight: 1, arbitrary: fc.constantFrom("-0", "-2", "-1.1", "-1.0", "-01", "-1x", "-presence", "") },
);

/** How a send comes to its line: with it, with that of before, written with zeros, or with one that is not there. */
const named = fc.oneof(
  { weight: 5, arbitrary: fc.constant((number: number) => String(number)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      (number: number) => String(number - 1),
      (number: number) => `0${number}`,
    ),
  },
);

const relays = fc.array(fc.record({ said: lines, differs: differences, keyEnd: keyEnds, name: named }), {
  minLength: 1,
  maxLength: 12,
});

export function describeSends(get: () => Store, reopen: () => Promise<Store>): void {
  const find = async (person: Address, id: string) => await get().reference(person.network, person.id, id);
  const pending = async (): Promise<readonly Outbound[]> => (await get().load()).outbox.map(({ outbound }) => outbound);

  it("gives every send back as it was committed, however much of it its line says too", async () => {
    const { epoch } = await get().load();
    let last = 0;
    const contentOf = new Map<number, unknown>();
    await fc.assert(
      fc.asyncProperty(relays, async (all) => {
        const said = all.map(({ said: fields }, index) => line(last + index + 1, { ...fields, viewers: [1] }));
        const rows = all.map(({ differs, keyEnd, name }, index): OutboxRow => {
          const own = said[index] as Line;
          const key = `${epoch}-${name(own.line)}${keyEnd}`;
          return { id: own.line, at: 7, outbound: relayed(epoch, own, { ...differs, key } as Partial<Outbound>) };
        });
        last += all.length;
        for (const { line: number, content } of said) contentOf.set(number, JSON.parse(JSON.stringify(content)));
        await get().commit({ ...NOTHING, lines: said, outbox: rows });
        const known = JSON.parse(JSON.stringify(rows)) as OutboxRow[];
        expect(await get().outbox(rows.map(({ id }) => id))).to.deep.equal(known);
        expect((await get().load()).outbox.slice(-rows.length)).to.deep.equal(known);
      }),
      { numRuns: 80 },
    );
    const before = await pending();
    await reopen();
    expect(await pending()).to.deep.equal(before);
    const shown = await Promise.all(["c1", "c2"].map((conversation) => get().transcript(conversation, last)));
    expect(shown.flat()).not.to.deep.equal([]);
    for (const { line: number, content } of shown.flat()) expect(content).to.deep.equal(contentOf.get(number));
  });

  it("goes on to say what was to be said when the line is handed out again with other words, names and viewers", async () => {
    const { epoch } = await get().load();
    const first = line(1);
    const send = relayed(epoch, first);
    await get().commit({ ...NOTHING, lines: [first], outbox: [{ id: 1, at: 1, outbound: send }] });
    const again = line(1, { viewers: [1, 2], nick: "Somebody", content: message("other words") });
    const further = relayed(epoch, again, { key: `${epoch}-1-2`, to: OTHER });
    await get().commit({ ...NOTHING, lines: [again], outbox: [{ id: 2, at: 2, outbound: further }] });
    const last = { ...again, nick: "Nobody", content: { ...message("hello"), formatting: BOLD } as LineContent };
    await get().commit({ ...NOTHING, lines: [last] });
    expect((await get().transcript("c1", 10)).map(({ content }) => content)).to.deep.equal([last.content]);
    expect(await pending()).to.deep.equal([send, further]);
    await reopen();
    expect(await pending()).to.deep.equal([send, further]);
    expect(await find(CSR, `${epoch}-1-1`)).to.deep.include({ line: 1, viewer: 1, viewers: [1, 2] });
    expect(await find(OTHER, `${epoch}-1-2`)).to.deep.include({ line: 1, viewer: 2 });
    expect(await find(OTHER, `${epoch}-1-1`)).to.equal(null);
  });

  it("says what was to be said when the line comes twice in one batch, and with a copy after one that had none", async () => {
    const { epoch } = await get().load();
    const [held, heard] = [line(1, { viewers: [] }), line(1, { nick: "Somebody", content: message("other words") })];
    const sends = [relayed(epoch, heard), relayed(epoch, line(2)), relayed(epoch, line(3, { nick: "Late" }))];
    await get().commit({
      ...NOTHING,
      lines: [held, line(2), heard, line(3, { viewers: [] })],
      outbox: sends.slice(0, 2).map((outbound, index) => ({ id: index + 1, at: 1, outbound })),
    });
    const outbox = [{ id: 3, at: 1, outbound: sends[2] as Outbound }];
    await get().commit({ ...NOTHING, lines: [line(3, { nick: "Late" })], outbox });
    await get().commit({ ...NOTHING, lines: [line(3, { nick: "Later" })] });
    expect(await pending()).to.deep.equal(sends);
    for (const number of [1, 2, 3]) expect(await find(CSR, `${epoch}-${number}-1`)).to.deep.include({ line: number });
  });

  it("goes on to say what was to be said when its line is forgotten", async () => {
    const { epoch } = await get().load();
    const said = [1, 2, 3].map((number) => line(number, { conversation: `c${number}`, at: number * 100 }));
    const sends = said.map((one) => relayed(epoch, one));
    const outbox = sends.map((outbound, index) => ({ id: index + 1, at: 1, outbound }));
    await get().commit({ ...NOTHING, lines: said, outbox });
    while (await get().prune(250));
    expect(await get().transcript("c2", 10)).to.deep.equal([]);
    expect(await pending()).to.deep.equal(sends);
    await get().commit({ ...NOTHING, marks: [{ id: 2, key: `${epoch}-2-1`, kind: "sent", foreign: "$2" }] });
    expect(await pending()).to.deep.equal([sends[0], sends[2]]);
    expect(await find(CSR, "$2")).to.equal(null);
  });

  it("goes with the conversation of somebody who is erased, and no other does", async () => {
    const { epoch } = await get().load();
    const said = ["theirs", "other"].map((conversation, index) => line(index + 1, { conversation }));
    const sends = said.map((one) => relayed(epoch, one));
    const outbox = sends.map((outbound, index) => ({ id: index + 1, at: 1, outbound }));
    await get().commit({ ...NOTHING, lines: said, outbox });
    expect(await get().erase(CUSTOMER, ["theirs"])).to.deep.equal({ lines: 1, facts: 0, sends: 1 });
    expect(await pending()).to.deep.equal([sends[1]]);
    expect(await find(CSR, `${epoch}-1-1`)).to.equal(null);
    expect(await find(CSR, `${epoch}-2-1`)).to.deep.include({ line: 2 });
  });

  it("keeps nothing of a batch that was refused: its lines come again as others", async () => {
    const { epoch } = await get().load();
    const once = relayed(epoch, line(1));
    await get().commit({ ...NOTHING, lines: [line(1)], outbox: [{ id: 1, at: 1, outbound: once }] });
    const refused = [2, 1].map((id) => ({ id, at: 1, outbound: relayed(epoch, line(2)) }));
    await failure(get().commit({ ...NOTHING, lines: [line(2)], outbox: refused }));
    expect(await find(CSR, `${epoch}-2-1`)).to.equal(null);
    const other = line(2, { conversation: "c2", content: message("what came instead") });
    const instead = relayed(epoch, other, { to: OTHER });
    await get().commit({ ...NOTHING, lines: [other], outbox: [{ id: 2, at: 1, outbound: instead }] });
    expect(await pending()).to.deep.equal([once, instead]);
    expect(await find(CSR, `${epoch}-2-1`)).to.equal(null);
    expect(await find(OTHER, `${epoch}-2-1`)).to.deep.include({ line: 2, conversation: "c2" });
  });

  it("knows a copy by the id of its network, beside its key, and one that was sent to somebody else instead for them alone", async () => {
    const { epoch } = await get().load();
    const keys = [`${epoch}-1-1`, `${epoch}-1-2`, `${epoch}-1-0`];
    const outbox = keys.map((key, index) => ({
      id: index + 1,
      at: 1,
      outbound: relayed(epoch, line(1), { key, to: [CSR, OTHER, CUSTOMER][index] ?? CSR }),
    }));
    await get().commit({ ...NOTHING, lines: [line(1, { viewers: [1, 2, 0] })], outbox });
    const marks = keys.map((key, index) => ({ id: index + 1, key, kind: "sent" as const, foreign: `$${index}` }));
    await get().commit({ ...NOTHING, marks });
    for (const [index, to] of [CSR, OTHER, CUSTOMER].entries()) {
      for (const id of [keys[index] ?? "", `$${index}`])
        expect(await find(to, id)).to.deep.include({ line: 1, viewer: [1, 2, 0][index] });
    }
    expect(await find(OTHER, "$0")).to.equal(null);
    const nobodys = { id: 8, key: `${epoch}-2-2`, kind: "sent" as const, foreign: "$nobody's" };
    await get().commit({ ...NOTHING, lines: [line(2)], outbox: [{ id: 8, at: 1, outbound: relayed(epoch, line(2)) }] });
    await get().commit({ ...NOTHING, marks: [nobodys] });
    expect(await find(CSR, "$nobody's")).to.equal(null);
    expect(await get().conversationsOf(CUSTOMER)).to.deep.equal(["c1"]);
    const elsewhere = { id: 9, at: 1, outbound: relayed(epoch, line(1), { to: OTHER }) };
    await get().commit({ ...NOTHING, outbox: [elsewhere] });
    expect(await find(CSR, keys[0] ?? "")).to.equal(null);
    expect(await find(OTHER, keys[0] ?? "")).to.deep.include({ line: 1, viewer: 1 });
  });
}
