/**
 * A routing server that decides in the desk's place: its real inside, and the desk's real account of what it told and of who decides, with
 * a simulated connection between them that is slow, is lost, and is taken up again; and a server that dies and knows nothing.
 */
import type { Clock, Logger } from "../../src/adapter.ts";
import type { RoutingNews } from "../../src/core/routing/delegated-engine.ts";
import type { Step } from "../../src/core/step.ts";
import type { Engine } from "../../src/engine.ts";
import type { AwayRule } from "../../src/routing-client/settings.ts";
import type { Exchange } from "../../src/routing-server/exchange.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import type { Subject } from "./subject.ts";
import type { Timeline } from "./timeline.ts";

const DESK = "desk";
const LEASE_MS = 15_000;
/** Mean of what a frame takes on its way. */
const FRAME_MS = 20;
/** How often leases are looked at. */
const TICK_MS = 5_000;
/** Mean until a lost connection is there again. */
const AGAIN_MS = 2_000;

/** One life of the desk, as far as the decider has to do with it. */
export interface DelegatingLife {
  readonly engine: Pick<Engine, "submit" | "desk" | "epoch">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isAlive: () => boolean;
}

/** Void as soon as it is not the present one. */
interface Connection {
  /** Everything was told: what changes is, too. */
  isLive: boolean;
  /** When the last frame of each direction arrives: none overtakes another. */
  toServerAt: number;
  toDeskAt: number;
}

export class Decider {
  readonly #subject: Subject;
  readonly #timeline: Timeline;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #away: AwayRule;
  #exchange: Exchange;
  #connection: Connection | null = null;
  #desk: { stepped(step: Step): void; connect(): void; lost(): void } | null = null;

  constructor(subject: Subject, timeline: Timeline, ledger: Ledger, random: Random) {
    this.#subject = subject;
    this.#timeline = timeline;
    this.#ledger = ledger;
    this.#random = random;
    this.#away = { whenAway: random.pick(["local", "hold"]), awayMs: random.pick([0, 5_000]) };
    this.#exchange = this.#newExchange();
    this.#tickLater();
  }

  /** The desk begins a life. */
  begin(life: DelegatingLife): void {
    const mirror = new this.#subject.Mirror();
    const standingIn = new this.#subject.StandingIn(life.clock, life.log, life.engine, this.#away);
    this.#desk = {
      stepped: ({ routing }) => {
        if (routing === undefined) return;
        mirror.learn(routing);
        const connection = this.#connection;
        if (connection?.isLive !== true) return;
        if (routing.whole) this.lose();
        else this.#toServer(connection, () => this.#exchange.changed(DESK, routing, this.#timeline.elapsed));
      },
      connect: () => {
        const connection: Connection = { isLive: false, toServerAt: 0, toDeskAt: 0 };
        this.#connection = connection;
        void standingIn.back().then((isBack) => {
          if (isBack && life.isAlive() && this.#connection === connection) this.#tellAll(connection, mirror.whole());
        });
      },
      lost: () => standingIn.gone(),
    };
    this.#submit = (event) => void life.engine.submit(event).catch(() => {});
    this.#connectLater();
  }

  /** The desk's life is over. */
  end(): void {
    this.#drop();
    this.#desk = null;
  }

  /** One step of the desk was committed. */
  stepped(step: Step): void {
    if (step.facts.some(({ event, detail }) => event === "routing.decided-by" && detail.elsewhere === false)) {
      this.#ledger.coverage.met("stood in for whoever decides");
    }
    this.#desk?.stepped(step);
  }

  /** The connection is lost, and taken up again. */
  lose(): void {
    this.#drop();
    this.#desk?.lost();
    this.#connectLater();
  }

  /** The server dies, and another one that knows nothing takes its place. */
  die(): void {
    this.lose();
    this.#exchange = this.#newExchange();
  }

  #submit: (event: Parameters<Engine["submit"]>[0]) => void = () => {};

  #newExchange(): Exchange {
    return new this.#subject.Exchange({ leaseMs: LEASE_MS, expected: [DESK], now: this.#timeline.elapsed });
  }

  #drop(): void {
    if (this.#connection === null) return;
    this.#connection = null;
    this.#exchange.disconnect(DESK, this.#timeline.elapsed);
  }

  #connectLater(): void {
    const desk = this.#desk;
    this.#timeline.after(this.#random.delay(AGAIN_MS), () => {
      if (desk !== null && this.#desk === desk && this.#connection === null) desk.connect();
    });
  }

  #tellAll(connection: Connection, whole: RoutingNews): void {
    this.#submit({ kind: "elsewhere", whole: true, loads: {} });
    this.#toServer(connection, () => {
      this.#exchange.connect(DESK);
      this.#exchange.announced(DESK, whole);
    });
    connection.isLive = true;
  }

  #toServer(connection: Connection, tell: () => void): void {
    connection.toServerAt = Math.max(connection.toServerAt, this.#timeline.elapsed + this.#random.delay(FRAME_MS));
    this.#timeline.after(connection.toServerAt - this.#timeline.elapsed, () => {
      if (this.#connection !== connection) return;
      tell();
      this.#decide();
    });
  }

  #decide(): void {
    const connection = this.#connection;
    for (const made of this.#exchange.decide(this.#timeline.elapsed).values()) {
      if (connection === null) continue;
      connection.toDeskAt = Math.max(connection.toDeskAt, this.#timeline.elapsed + this.#random.delay(FRAME_MS));
      this.#timeline.after(connection.toDeskAt - this.#timeline.elapsed, () => {
        if (this.#connection !== connection) return;
        this.#ledger.coverage.met("decided elsewhere");
        const answers = made.map(({ csr, ...one }) => ({ ...one, csrs: [csr], overrules: false, until: null }));
        this.#submit({ kind: "matched", answers });
      });
    }
  }

  #tickLater(): void {
    this.#timeline.after(TICK_MS, () => {
      this.#exchange.tick(this.#timeline.elapsed);
      this.#decide();
      this.#tickLater();
    });
  }
}
