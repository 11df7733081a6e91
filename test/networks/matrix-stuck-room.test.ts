/**
 * A room about which the homeserver answers nothing but errors, on a real Synapse behind a proxy that answers 502: everybody else's
 * news go on, its own come when it is well again, and nothing of it is lost.
 */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import { MatrixAccountFarEnd } from "../conformance/matrix-account-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { HttpFront } from "../support/http-front.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

/** More than one answer of /sync tells of a room. */
const MANY = 60;

describe("a Matrix room whose homeserver answers nothing but errors", function () {
  this.timeout(90_000);
  requires("synapse");
  let far: MatrixAccountFarEnd;
  let front: HttpFront;
  let stage: Stage;
  let anna: MatrixFarPerson;
  let ben: MatrixFarPerson;

  beforeEach(async () => {
    far = await MatrixAccountFarEnd.open(false);
    front = await HttpFront.open(far.synapse.port);
    far.detour = front.port;
    stage = new Stage(far);
    await stage.start();
    [anna, ben] = [stage.anna as MatrixFarPerson, stage.ben as MatrixFarPerson];
  });
  afterEach(async () => {
    await stage?.end();
    front?.close();
    await far?.close();
  });
  const roomOf = (person: MatrixFarPerson) =>
    encodeURIComponent(person.client.roomWith(`@desk_support:${far.synapse.serverName}`) ?? "none");
  const heard = (person: MatrixFarPerson) =>
    stage.context.inbounds.all.flatMap((one) =>
      one.kind === "message" && one.from.id === person.address.id ? [one.text] : [],
    );

  it("holds up nobody when its history cannot be had; who wrote there is told, and all of it comes later", async () => {
    const numbers = Array.from({ length: MANY }, (_, number) => `line ${number}`);
    front.refuse((url) => url.includes(`/${roomOf(anna)}/messages`));
    await far.cut();
    for (const line of numbers) await anna.say("support", line);
    await ben.say("support", "and I?");
    await far.heal();
    await until("the other person to be heard", () => heard(ben).includes("and I?"), 30_000);
    await until("what was told of the room", () => heard(anna).includes(`line ${MANY - 1}`), 10_000);
    expect(heard(anna)).not.to.include("line 0");
    const told = await anna.received.next(
      "to be told",
      (event) => event.kind === "message" && /hand it over/u.test(event.text),
    );
    expect(told.from).to.equal("support");
    front.refuse(null);
    await until("the missing lines", () => heard(anna).includes("line 0"), 30_000);
    expect([...heard(anna)].sort()).to.deep.equal([...numbers].sort());
    expect(
      heard(anna).filter((line) => Number(line.slice(5)) < 10),
      "in their order",
    ).to.deep.equal(numbers.slice(0, 10));
  });

  it("holds up nobody when reactions in it cannot be looked up; they come later", async () => {
    await stage.deliver(stage.message(anna, "is Tuesday fine?"));
    const { id } = await stage.sees(anna, "message");
    front.refuse((url) => url.includes(`/${roomOf(anna)}/relations/`));
    await anna.react("support", id ?? "", ["👍"]);
    await until("the look-up to fail", () => front.refusals > 0);
    await ben.say("support", "and I?");
    await until("the other person to be heard", () => heard(ben).includes("and I?"), 30_000);
    await anna.say("support", "in the room itself too");
    await until("the next line of the room", () => heard(anna).includes("in the room itself too"), 30_000);
    front.refuse(null);
    const reaction = await stage.context.next("reaction", anna.address);
    expect(reaction.reactions).to.deep.equal(["👍"]);
  });
});
