/**
 * A room about which the homeserver answers nothing but errors, on a real Synapse behind a proxy that answers 502: everybody else's
 * news go on, its own come when it is well again, and nothing of it is lost.
 */
import { expect } from "chai";
import { Stage } from "../conformance/adapter/stage.ts";
import type { FarEvent } from "../conformance/far-end.ts";
import { MatrixAccountFarEnd } from "../conformance/matrix-account-far-end.ts";
import { MatrixFarEnd } from "../conformance/matrix-far-end.ts";
import type { MatrixFarPerson } from "../conformance/matrix-far-person.ts";
import { HttpFront } from "../support/http-front.ts";
import { requires } from "../support/requires.ts";
import { until } from "../support/wait.ts";

/** More than one answer of /sync tells of a room. */
const MANY = 60;

/** The desk on a Synapse, with a proxy in between. */
class Stuck {
  readonly far: MatrixFarEnd | MatrixAccountFarEnd;
  readonly front: HttpFront;
  readonly stage: Stage;

  private constructor(far: MatrixFarEnd | MatrixAccountFarEnd, front: HttpFront) {
    this.far = far;
    this.front = front;
    this.stage = new Stage(far);
  }

  static async begin(far: MatrixFarEnd | MatrixAccountFarEnd): Promise<Stuck> {
    const stuck = new Stuck(far, await HttpFront.open(far.synapse.port));
    far.detour = stuck.front.port;
    await stuck.stage.start();
    return stuck;
  }

  get people(): readonly [anna: MatrixFarPerson, ben: MatrixFarPerson] {
    return [this.stage.anna as MatrixFarPerson, this.stage.ben as MatrixFarPerson];
  }

  /** From now on what is asked about the room with that person is answered with an error, where it is so in the path. */
  refuse(person: MatrixFarPerson, path: string): void {
    const desk = this.far instanceof MatrixFarEnd ? this.far.synapse.prefix : "desk_";
    const room = person.client.roomWith(`@${desk}support:${this.far.synapse.serverName}`);
    this.front.refuse((url) => url.includes(`/${encodeURIComponent(room ?? "none")}/${path}`));
  }

  heard(person: MatrixFarPerson): readonly string[] {
    return this.stage.context.inbounds.all.flatMap((one) =>
      one.kind === "message" && one.from.id === person.address.id ? [one.text] : [],
    );
  }

  async end(): Promise<void> {
    await this.stage.end();
    this.front.close();
    await this.far.close();
  }
}

describe("a Matrix room whose homeserver answers nothing but errors", function () {
  this.timeout(400_000);
  requires("synapse");
  let stuck: Stuck | null = null;
  afterEach(async () => {
    await stuck?.end();
    stuck = null;
  });

  it("holds up nobody when its history cannot be had; who wrote there is told, and all of it comes later", async () => {
    const far = await MatrixAccountFarEnd.open(false);
    stuck = await Stuck.begin(far);
    const { front } = stuck;
    const [anna, ben] = stuck.people;
    const heard = (person: MatrixFarPerson) => stuck?.heard(person) ?? [];
    const lines = Array.from({ length: MANY }, (_, number) => `line ${number}`);
    stuck.refuse(anna, "messages");
    await far.cut();
    for (const line of lines) await anna.say("support", line);
    await ben.say("support", "and I?");
    await far.heal();
    await until("the other person to be heard", () => heard(ben).includes("and I?"), 60_000);
    await until("what was told of the room", () => heard(anna).includes(`line ${MANY - 1}`), 60_000);
    expect(heard(anna)).not.to.include("line 0");
    const isTold = (event: FarEvent) => event.kind === "message" && /hand it over/u.test(event.text);
    expect((await anna.received.next("to be told", isTold)).from).to.equal("support");
    front.refuse(null);
    await until("the missing lines", () => heard(anna).includes("line 0"), 60_000);
    expect([...heard(anna)].sort()).to.deep.equal([...lines].sort());
    const first = heard(anna).filter((line) => Number(line.slice(5)) < 10);
    expect(first, "in their order").to.deep.equal(lines.slice(0, 10));
  });

  for (const [what, open] of [
    ["an account", () => MatrixAccountFarEnd.open(false)],
    ["an application service", () => MatrixFarEnd.open()],
  ] as const) {
    it(`holds up nobody when reactions in it cannot be looked up by ${what}; they come later`, async () => {
      stuck = await Stuck.begin(await open());
      const { stage, front } = stuck;
      const [anna, ben] = stuck.people;
      const heard = (person: MatrixFarPerson) => stuck?.heard(person) ?? [];
      await stage.deliver(stage.message(anna, "is Tuesday fine?"));
      const { id } = await stage.sees(anna, "message");
      await ben.say("support", "hello");
      await until("the other person's chat", () => heard(ben).includes("hello"), 60_000);
      stuck.refuse(anna, "relations/");
      await anna.react("support", id ?? "", ["👍"]);
      await until("the look-up to fail", () => front.refusals > 0, 60_000);
      await ben.say("support", "and I?");
      await until("the other person to be heard", () => heard(ben).includes("and I?"), 60_000);
      await anna.say("support", "in the room itself too");
      await until("the next line of the room", () => heard(anna).includes("in the room itself too"), 60_000);
      front.refuse(null);
      const reaction = await stage.context.next("reaction", anna.address);
      expect(reaction.reactions).to.deep.equal(["👍"]);
    });
  }
});
