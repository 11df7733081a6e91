/** Files in an end-to-end encrypted chat on a real Synapse: the homeserver keeps what it cannot read, and both sides can. */
import { expect } from "chai";
import { fileWords } from "../../src/core/model.ts";
import { Stage } from "../conformance/adapter/stage.ts";
import { MatrixAccountFarEnd } from "../conformance/matrix-account-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { type MemoryShelf, memoryShelf } from "../support/memory-shelf.ts";
import { picture } from "../support/pictures.ts";
import { requires } from "../support/requires.ts";

describe("files in an encrypted chat with the desk's account", function () {
  this.timeout(400_000);
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
    await anna.sendFile("support", { name: "cat.png", type: "image/png", bytes });
    const heard = await stage.context.next("message", anna.address);
    expect(heard.file).to.deep.equal(shelf.taken[0]?.file);
    expect(Buffer.from(shelf.taken[0]?.bytes ?? [])).to.deep.equal(Buffer.from(bytes));
  });

  it("a file of the desk is on the homeserver encrypted, and its key is in the encrypted message alone", async () => {
    const bytes = Buffer.from("what nobody else should read");
    const file = shelf.put({ name: "bill.pdf", type: "application/pdf", kind: "document" }, bytes);
    await stage.deliver(stage.message(anna, fileWords(file), { file }));
    const { file: shown } = await stage.sees(anna, "message");
    const kept = await anna.download(shown ?? "");
    expect(Buffer.from(kept).includes("nobody else")).to.equal(false);
    expect(Buffer.from(await anna.fetchFile(shown ?? ""))).to.deep.equal(bytes);
  });
});
