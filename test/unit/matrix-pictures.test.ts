/** The pictures of aliases: there for each, the same for the same, and real ones. */
import { expect } from "chai";
import { drawPicture, PICTURES, pictureNumber } from "../../adapters/matrix/alias-picture.ts";
import { cleanPng } from "../../src/files/chunks.ts";

describe("pictures of aliases", () => {
  it("are PNGs with nothing in them but the picture, small, and all different", () => {
    const all = Array.from({ length: PICTURES }, (_none, number) => drawPicture(number));
    for (const picture of all) {
      expect(cleanPng(picture)?.bytes.equals(picture)).to.equal(true);
      expect(picture.length).to.be.below(1_000);
    }
    expect(new Set(all.map((picture) => picture.toString("base64"))).size).to.equal(PICTURES);
  });
  it("are the same for the same alias, and spread over all aliases", () => {
    const numbers = Array.from({ length: 2_000 }, (_none, alias) => pictureNumber(`alias-${alias}`));
    expect(pictureNumber("alias-7")).to.equal(numbers[7]);
    expect(new Set(numbers).size).to.be.above(PICTURES * 0.9);
  });
});
