/**
 * What people send, on its way to the desk: in order within a window, acknowledged only once it is durable, refused in
 * words. When the desk cannot take something, nothing after it is taken either, and the window is closed a moment later; the
 * page comes back and sends again what was not answered, so order is kept.
 */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Condition, Inbound, Software, Verdict } from "../../src/core/model.ts";
import { Bucket } from "../../src/http/rate-limit.ts";
import { textOf, toInbounds, toWireFile } from "./codec.ts";
import { utf8Bytes } from "./pages/fields.ts";
import { CLOSE, type NumberedFrame } from "./pages/protocol.ts";
import type { People, Window } from "./people.ts";
import type { Upload, Uploads } from "./uploads.ts";
import type { Visitors } from "./visitors.ts";

/** Events of one window that may wait for the desk before its socket is no longer read, and when it is again. */
const WAITING = 64;
const WAITING_AGAIN = 16;
/** Answers remembered per person, for frames sent again because the answer was lost with the link. */
const ANSWERS = 64;
const PEOPLE_WITH_ANSWERS = 10_000;
/** Typing states of one window; more are dropped, the next one tells the newest. */
const TYPING_RATE = { burst: 10, everyMs: 500 };
const MINUTE_MS = 60_000;
/** How long a window stays open for what the desk says when it cannot take what the person says. */
const STALLED_MS = 1_000;

export interface IntakeLimits {
  readonly maxTextBytes: number;
  readonly linesPerMinute: number;
  readonly lineBurst: number;
}

interface Stores {
  readonly visitors: Pick<Visitors, "remember">;
  readonly uploads: Pick<Uploads, "find">;
}

/** What the desk says of a frame, and the upload it named. */
interface Answer {
  readonly verdict: Verdict;
  readonly upload: Upload | null;
}

const NO_UPLOAD = "This file is not there any more, so it was not sent. Please send it again.";

/** Frames after which a conversation is running. */
const OPENING: ReadonlySet<NumberedFrame["kind"]> = new Set(["open", "continue", "line"]);

/** `introduce`: report what this window's person writes from, without waiting for their first word. */
type Work =
  | { readonly kind: "introduce" }
  | { readonly kind: "frame"; readonly frame: NumberedFrame }
  | { readonly kind: "inbound"; readonly inbound: Inbound };

/** The way of one window. */
export class Lane {
  readonly window: Window;
  readonly software: Software;
  readonly lines: Bucket;
  readonly typing = new Bucket(TYPING_RATE, performance.now());
  readonly waiting: Work[] = [];
  running = false;
  paused = false;
  /** The desk was told the software once a conversation could be running, to which it belongs. */
  introduced = false;
  /** Something was not taken: whatever comes now will be sent again over another connection. */
  stalled = false;

  constructor(window: Window, software: Software, limits: IntakeLimits) {
    this.window = window;
    this.software = software;
    const everyMs = MINUTE_MS / limits.linesPerMinute;
    this.lines = new Bucket({ burst: limits.lineBurst, everyMs }, performance.now());
  }
}

export class Intake {
  readonly #context: AdapterContext;
  readonly #people: People;
  readonly #stores: Stores;
  readonly #limits: IntakeLimits;
  readonly #answered: (window: Window, frame: NumberedFrame, verdict: Verdict) => void;
  /** Person → id of a frame → its answer, or the promise of it. */
  readonly #answers = new Map<string, Map<string, Promise<Answer>>>();
  /** Person → JSON of the software that was reported last. */
  readonly #softwareTold = new Map<string, string>();

  /** `answered` is called after each verdict: it may have changed what this person sees of the desk. */
  constructor(
    context: AdapterContext,
    people: People,
    stores: Stores,
    limits: IntakeLimits,
    answered: (window: Window, frame: NumberedFrame, verdict: Verdict) => void,
  ) {
    this.#context = context;
    this.#people = people;
    this.#stores = stores;
    this.#limits = limits;
    this.#answered = answered;
  }

  take(lane: Lane, work: Work): void {
    if (lane.stalled) {
      return;
    }
    lane.waiting.push(work);
    if (lane.waiting.length >= WAITING && !lane.paused) {
      lane.paused = true;
      lane.window.wire.pause();
    }
    if (!lane.running) {
      lane.running = true;
      this.#run(lane).finally(() => {
        lane.running = false;
      });
    }
  }

  typing(lane: Lane, to: string, state: Extract<Inbound, { kind: "typing" }>["state"]): void {
    if (!lane.typing.take(performance.now()).taken) {
      return;
    }
    const { address: from, id: device } = lane.window;
    const inbound: Inbound = { kind: "typing", redelivery: null, from, device, to, state };
    // Volatile: what is not taken is said again, or is stale a moment later.
    this.#context.receive(inbound).catch((error: unknown) => {
      this.#context.log.debug("web.typing.dropped", { network: from.network, error: String(error) });
    });
  }

  async #run(lane: Lane): Promise<void> {
    for (;;) {
      const work = lane.waiting[0];
      if (work === undefined || !lane.window.wire.isOpen) {
        return;
      }
      try {
        await this.#work(lane, work);
      } catch (error) {
        this.#context.log.warn("web.not-taken", { network: this.#context.network, error: String(error) });
        lane.waiting.length = 0;
        lane.stalled = true;
        this.#context.clock.after(STALLED_MS, () =>
          lane.window.wire.close(CLOSE.tryAgain, "the desk cannot take this now"),
        );
        return;
      }
      lane.waiting.shift();
      if (lane.paused && lane.waiting.length <= WAITING_AGAIN) {
        lane.paused = false;
        lane.window.wire.resume();
      }
    }
  }

  async #work(lane: Lane, work: Work): Promise<void> {
    switch (work.kind) {
      case "introduce":
        await this.#introduce(lane);
        return;
      case "inbound":
        // The verdict on a receipt concerns nobody.
        await this.#context.receive(work.inbound);
        return;
      case "frame":
        await this.#frame(lane, work.frame);
    }
  }

  async #frame(lane: Lane, frame: NumberedFrame): Promise<void> {
    const { window } = lane;
    const answers = this.#answersOf(window.address.id);
    const before = answers.get(frame.id);
    const answer = before ?? this.#judge(lane, frame);
    if (before === undefined) {
      answers.set(frame.id, answer);
      answer.catch(() => answers.delete(frame.id));
    }
    const { verdict, upload } = await answer;
    switch (verdict.kind) {
      case "accepted":
        window.wire.send({ kind: "ack", id: frame.id });
        if (before === undefined) {
          this.#mirror(window, frame, upload);
        }
        break;
      case "refused":
        window.wire.send({ kind: "refused", id: frame.id, reason: verdict.reason, text: verdict.text });
    }
    this.#answered(window, frame, verdict);
  }

  async #judge(lane: Lane, frame: NumberedFrame): Promise<Answer> {
    const { window } = lane;
    const named = frame.kind === "line" ? frame.file : null;
    const upload = named === null ? null : await this.#stores.uploads.find(window.address, named);
    const refusal =
      named !== null && upload === null ? refused("item-not-found", NO_UPLOAD) : this.#refusal(lane, frame, upload);
    if (refusal !== null) {
      return { verdict: refusal, upload };
    }
    await this.#introduce(lane);
    const sender = { address: window.address, device: window.id, language: window.language };
    let verdict: Verdict = { kind: "accepted" };
    for (const inbound of toInbounds(frame, sender, upload)) {
      const answer = await this.#context.receive(inbound);
      verdict = answer.kind === "refused" ? answer : verdict;
    }
    if (!lane.introduced && verdict.kind === "accepted" && OPENING.has(frame.kind)) {
      lane.introduced = true;
      await this.#context.receive(softwareOf(lane));
    }
    lane.introduced &&= frame.kind !== "end";
    return { verdict, upload };
  }

  /** Before the first event of a person: that they exist, and what they write from. */
  async #introduce(lane: Lane): Promise<void> {
    const { address: from, role, language } = lane.window;
    if (role === "visitor") {
      await this.#stores.visitors.remember(from.id);
    }
    const software = JSON.stringify([lane.software, language]);
    if (this.#softwareTold.get(from.id) === software) {
      return;
    }
    await this.#context.receive(softwareOf(lane));
    forgetOldest(this.#softwareTold, PEOPLE_WITH_ANSWERS);
    this.#softwareTold.set(from.id, software);
  }

  #refusal(lane: Lane, frame: NumberedFrame, upload: Upload | null): Verdict | null {
    if (frame.kind !== "line" && frame.kind !== "edit") {
      return null;
    }
    const said = frame.kind === "line" ? textOf(frame, upload) : frame.text;
    const { maxTextBytes } = this.#limits;
    const bytes = utf8Bytes(said);
    if (bytes > maxTextBytes) {
      const text = `This message is too long: ${bytes} bytes, and ${maxTextBytes} are allowed. Please send it in parts.`;
      return refused("not-acceptable", text);
    }
    if (said.trim() === "") {
      return refused("bad-request", "There is nothing in this message.");
    }
    const taken = lane.lines.take(performance.now());
    if (!taken.taken) {
      this.#context.log.warn("web.flood", { network: this.#context.network, from: lane.window.address.id });
      const seconds = Math.ceil(taken.waitMs / 1_000);
      return refused("policy-violation", `Too many messages at once. Please wait ${seconds} s and send it again.`);
    }
    return null;
  }

  #mirror(window: Window, frame: NumberedFrame, upload: Upload | null): void {
    const { desk } = frame;
    switch (frame.kind) {
      case "line": {
        const text = textOf(frame, upload);
        const file = upload === null ? null : toWireFile(upload.file, text);
        const at = this.#context.clock.now();
        this.#people.mirror(window, { kind: "own", id: frame.id, desk, text, file, at });
        return;
      }
      case "edit":
        this.#people.mirror(window, { kind: "edit", key: null, desk, of: frame.of, text: frame.text });
        return;
      case "retract":
        this.#people.mirror(window, { kind: "retract", key: null, desk, of: frame.of });
        return;
      case "open":
      case "continue":
      case "read":
      case "end":
        return;
    }
  }

  #answersOf(person: string): Map<string, Promise<Answer>> {
    const answers = this.#answers.get(person) ?? new Map<string, Promise<Answer>>();
    this.#answers.delete(person);
    this.#answers.set(person, answers);
    forgetOldest(this.#answers, PEOPLE_WITH_ANSWERS);
    forgetOldest(answers, ANSWERS);
    return answers;
  }
}

function refused(reason: Condition, text: string): Verdict {
  return { kind: "refused", reason, text };
}

function softwareOf({ window, software }: Lane): Inbound {
  const { address: from, id: device, desk: to, language } = window;
  return { kind: "software", redelivery: null, from, device, to, software, language };
}

/** Keeps a map within its limit: insertion order is age. */
function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size > most) {
    const [oldest] = map.keys();
    map.delete(oldest ?? "");
  }
}
