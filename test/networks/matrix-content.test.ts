/** What messages on a real Synapse hold besides words: looks, files, threads; in both directions. */
import { expect } from "chai";
import { drawPicture, pictureNumber } from "../../adapters/matrix/alias-picture.ts";
import { fileWords, type InboundOf } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { MatrixFarEnd } from "../conformance/matrix-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type MemoryShelf, memoryShelf } from "../support/memory-shelf.ts";
import { picture } from "../support/pictures.ts";
import { requires } from "../support/requires.ts";

const LIMIT_BYTES = 5_000;

describe("what a message on a real Synapse holds besides words", function () {
  this.timeout(400_000);
  requires("synapse");
  let far: MatrixFarEnd;
  let stage: Stage;
  let shelf: MemoryShelf;
  let anna: MatrixFarPerson;

  before(async () => {
    far = await MatrixFarEnd.open();
  });
  after(async () => {
    await far?.close();
  });
  beforeEach(async () => {
    shelf = memoryShelf(LIMIT_BYTES);
    stage = new Stage(far, (context) => far.create(Object.assign(context, { files: shelf })));
    await stage.start();
    anna = stage.anna as MatrixFarPerson;
  });
  afterEach(async () => stage.end());

  const heard = async (): Promise<InboundOf<"message">> =>
    (await stage.context.next("message", anna.address)) as InboundOf<"message">;

  it("looks are heard, and no marks of the wire with them", async () => {
    await anna.format("support", "see **this**", "see <strong>this</strong><br><a href='https://x.example/'>there</a>");
    const { text, formatting } = await heard();
    expect(text).to.equal("see this\nthere (https://x.example/)");
    expect(formatting).to.deep.equal([{ style: "strong", start: 4, end: 8 }]);
  });

  it("looks are shown, and so they are when the words are edited", async () => {
    const original = stage.message(anna, "1 < 2, *really*", { formatting: [{ style: "emphasis", start: 0, end: 5 }] });
    await stage.deliver(original);
    const seen = await stage.sees(anna, "message");
    expect(seen).to.include({ text: "1 < 2, *really*", formatted: "<em>1 &lt; 2</em>, *really*" });
    const formatting = [{ style: "code" as const, start: 0, end: 1 }];
    await stage.deliver(stage.outbound("edit", anna, { of: original.key, text: "2", formatting, nick: null }));
    await stage.sees(anna, "edit", ({ of, text }) => of === seen.id && text === "2");
    const shown = anna.client.events.all.findLast(({ content }) => content.format !== undefined);
    expect(shown?.content["m.new_content"]).to.include({ formatted_body: "<code>2</code>" });
  });

  it("a picture is fetched and told of in words, its caption before them", async () => {
    const bytes = picture();
    await anna.sendFile(
      "support",
      { name: "cat.png", type: "image/png", bytes },
      { filename: "cat.png", body: "my cat" },
    );
    const { text, file } = await heard();
    expect(shelf.taken[0]?.bytes).to.deep.equal(Buffer.from(bytes));
    expect(shelf.taken[0]?.offer).to.deep.include({ name: "cat.png", from: anna.address });
    expect(file).to.deep.equal(shelf.taken[0]?.file);
    expect(text).to.equal(`my cat\n${file ? fileWords(file) : ""}`);
    expect(JSON.stringify(file), "where it came from").not.to.contain("mx.test");
  });

  it("a voice message is one for the desk, too", async () => {
    const voice = { name: "Voice message.ogg", type: "audio/ogg", bytes: Uint8Array.from([1, 2]) };
    await anna.sendFile("support", voice, { "org.matrix.msc3245.voice": {} });
    await heard();
    expect(shelf.taken[0]?.offer).to.deep.include({ name: "Voice message.ogg", voice: true });
  });

  it("a file that is not taken is said to its sender; the words beside it and what follows it are heard", async () => {
    const file = { name: "big.bin", type: "application/pdf", bytes: new Uint8Array(LIMIT_BYTES + 1) };
    const id = await anna.sendFile("support", file, { filename: "big.bin", body: "look" });
    await anna.say("support", "and?");
    const refusal = await stage.sees(anna, "message");
    expect(refusal).to.include({ text: "This file is too large.", replyTo: id });
    expect((await heard()).text).to.equal("look");
    expect((await heard()).text).to.equal("and?");
    const gone = { ...file, bytes: new Uint8Array(1) };
    await anna.sendFile("support", gone, { url: "mxc://mx.test/nothingIsHere" });
    expect((await stage.sees(anna, "message")).text).to.contain("could not be fetched");
  });

  for (const [kind, type] of [
    ["image", "image/png"],
    ["audio", "audio/ogg"],
    ["video", "video/mp4"],
    ["document", "application/pdf"],
  ] as const) {
    it(`a hosted ${kind} is shown as one, from the person's own homeserver`, async () => {
      const bytes = Buffer.from(`bytes of ${kind}`);
      const file = shelf.put({ name: "thing.x", type, kind }, bytes);
      await stage.deliver(stage.message(anna, fileWords(file), { file }));
      const seen = await stage.sees(anna, "message");
      expect(seen.text).to.equal("thing.x");
      expect(Buffer.from(await anna.fetchFile(seen.file ?? ""))).to.deep.equal(bytes);
      const content = anna.client.events.all.findLast((event) => event.id === seen.id)?.content;
      expect(content?.msgtype).to.equal(kind === "document" ? "m.file" : `m.${kind}`);
      expect(JSON.stringify(content)).not.to.contain("desk.example");
    });
  }

  it("a file the desk keeps no more stays words", async () => {
    const file = { name: "old.pdf", type: "application/pdf", bytes: 1, url: "https://desk.example/files/gone/old.pdf" };
    await stage.deliver(stage.message(anna, fileWords(file), { file }));
    expect(await stage.sees(anna, "message")).to.include({ text: fileWords(file), file: null });
  });

  it("an alias has a picture of its own, the same after a restart, and a handle has the company's", async () => {
    const alias = `@${far.synapse.prefix}${far.alias}:${far.synapse.serverName}`;
    const pictureOf = async (user: string) =>
      (await anna.client.sdk.getProfileInfo(user, "avatar_url").catch(() => ({ avatar_url: null }))).avatar_url ?? null;
    await stage.deliver(stage.message(anna, "an offer", { from: far.alias }));
    const shown = await pictureOf(alias);
    expect(Buffer.from(await anna.fetchFile(shown ?? ""))).to.deep.equal(drawPicture(pictureNumber(far.alias)));
    expect(await pictureOf(alias.replace(far.alias, "support"))).to.equal(null);
    await stage.adapter.stop();
    const avatar = "mxc://mx.test/company";
    const again = stage.another((context) => far.createWith(context, { avatar }));
    await again.context.listen();
    await again.adapter.start(new AbortController().signal);
    await again.deliver(again.message(anna, "one more", { from: far.alias }));
    expect(await pictureOf(alias)).to.equal(shown);
    expect(await pictureOf(alias.replace(far.alias, "support"))).to.equal(avatar);
    await again.end();
  });

  it("whoever has said something types no more, though nobody says so", async () => {
    await stage.deliver(stage.outbound("typing", anna, { state: "composing" }));
    await stage.sees(anna, "typing", ({ state }) => state === "composing");
    await stage.deliver(stage.message(anna, "there you are"));
    await stage.sees(anna, "typing", ({ state }) => state === "paused");
  });

  it("a line in a thread is a reply, to what it names or to the thread's first message", async () => {
    const first = stage.message(anna, "which colour?");
    await stage.deliver(first);
    const { id } = await stage.sees(anna, "message");
    const room = await anna.client.chatWith(`@${far.synapse.prefix}support:${far.synapse.serverName}`);
    const thread = { rel_type: "m.thread", event_id: id };
    await anna.client.send(room, "m.room.message", { msgtype: "m.text", body: "blue", "m.relates_to": thread });
    expect(await heard()).to.include({ text: "blue", replyTo: first.key });
  });
});
