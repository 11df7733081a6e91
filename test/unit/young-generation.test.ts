/** When V8's place for new objects may grow: on a desk that is busy for a while, not when many come at once. */
import { expect } from "chai";
import { Room } from "../../src/boot/young-generation.ts";

const MB = 1_000_000;

/** So many MB a second for so many seconds, collected ten times in each. */
function load(room: Room, from: number, seconds: number, megabytes: number): number {
  for (let tenth = 1; tenth <= seconds * 10; tenth += 1) {
    room.collected((megabytes * MB) / 10, (from + tenth / 10) * 1_000);
  }
  return from + seconds;
}

describe("the place for new objects", () => {
  it("stays as it is on a calm desk, for days", () => {
    const room = new Room();
    load(room, 0, 100_000, 8);
    expect(room.mayGrow).to.equal(false);
  });
  it("stays when a thousand customers come at once", () => {
    const room = new Room();
    const at = load(room, 0, 10, 5);
    load(room, load(room, at, 1.5, 300), 60, 5);
    expect(room.mayGrow).to.equal(false);
  });
  it("may grow after a second at the limit, and no further when it has been calm for a minute", () => {
    const room = new Room();
    let at = load(room, 0, 0.5, 600);
    expect(room.mayGrow, "half a second").to.equal(false);
    at = load(room, at, 0.5, 600);
    expect(room.mayGrow, "one second").to.equal(true);
    at = load(room, at, 600, 100);
    expect(room.mayGrow, "still busy").to.equal(true);
    load(room, at, 150, 3);
    expect(room.mayGrow, "calm").to.equal(false);
  });
  it("is not kept small by a pause in the middle of what is busy", () => {
    const room = new Room();
    let at = 0;
    for (let turn = 0; turn < 8 && !room.mayGrow; turn += 1) at = load(room, at, 0.5, 600) + 0.5;
    expect(at).to.be.lessThan(2.5);
  });
});
