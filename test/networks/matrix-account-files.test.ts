/** Files in an end-to-end encrypted chat on a real Synapse: the homeserver keeps what it cannot read, and both sides can. */
import { expect } from "chai";
import { decryptAttachment, encryptAttachment, encryption } from "../../adapters/matrix/attachments.ts";
import { fileWords } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { MatrixAccountFarEnd } from "../conformance/matrix-account-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type MemoryShelf, memoryShelf } from "../support/memory-shelf.ts";
import { picture } from "../support/pictures.ts";
import { requires } from "../support/requires.ts";

describe("files in an encrypted chat with the desk's account", function () {
  this.timeout(60_000);
  requires("synapse");
  let far: MatrixAccountFarEnd;
  let stage: Stage;
  let shelf: MemoryShelf;
  let anna: MatrixFarPerson;

  before(async () => {
    far = await MatrixAccountFarEnd.open(true);
    shelf = memoryShelf(100_000);
    stage = new Stage(far, (context) => far.create(Object.assign(context, { files: shelf })));
    await stage.start();
    anna = stage.anna as MatrixFarPerson;
  });
  after(async () => {
    await stage?.end();
    await far?.close();
  });

  it("a picture that a person encrypted reaches the desk as it was", async () => {
    const bytes = picture();
    const sealed = encryptAttachment(bytes);
    const blob = new Blob([new Uint8Array(sealed.kept)]);
    const { content_uri } = await anna.client.sdk.uploadContent(blob, { type: "application/octet-stream" });
    const file = { ...sealed.encryption, url: content_uri };
    const room = await anna.client.chatWith(`@desk_support:${far.synapse.serverName}`);
    const info = { mimetype: "image/png", size: bytes.length };
    await anna.client.send(room, "m.room.message", { msgtype: "m.image", body: "cat.png", file, info });
    const heard = await stage.context.next("message", anna.address);
    expect(heard.file).to.deep.equal(shelf.taken[0]?.file);
    expect(Buffer.from(shelf.taken[0]?.bytes ?? [])).to.deep.equal(Buffer.from(bytes));
  });

  it("a file of the desk is on the homeserver encrypted, and its key is in the encrypted message alone", async () => {
    const bytes = Buffer.from("what nobody else should read");
    const file = shelf.put({ name: "bill.pdf", type: "application/pdf", kind: "document" }, bytes);
    await stage.deliver(stage.message(anna, fileWords(file), { file }));
    const { id } = await stage.sees(anna, "message");
    const content = anna.client.events.all.find((event) => event.id === id)?.content;
    const hidden = content?.file as { readonly url: string };
    const kept = await anna.fetchFile(hidden.url);
    expect(Buffer.from(kept).includes("nobody else")).to.equal(false);
    expect(decryptAttachment(encryption.parse(hidden), new Uint8Array(kept))).to.deep.equal(bytes);
  });
});
