/** A person with the web network's pages, or the console: what they show, in the words of the model. */
import type { ServerFrame } from "../../adapters/web/pages/protocol.ts";
import type { Choice, Condition, ReceiptState, TypingState } from "../../src/core/model.ts";
import { typed } from "../../src/core/styling-writer.ts";
import { picture } from "../support/pictures.ts";
import { Arrivals } from "../support/wait.ts";
import type { WebPerson } from "../support/web-person.ts";
import type { FarEvent, FarPerson } from "./far-end.ts";

export class WebFarPerson implements FarPerson {
  readonly address;
  readonly software = { name: "Chrome", version: "126.0.0.0" };
  readonly received = new Arrivals<FarEvent>((event) => JSON.stringify(event));
  readonly person: WebPerson;
  readonly #shown = new Set<string>();
  readonly #saidTo = new Map<string, string>();

  constructor(network: string, person: WebPerson) {
    this.person = person;
    this.address = { network, id: person.welcome?.self ?? "" };
    const push = person.frames.push.bind(person.frames);
    person.frames.push = (frame) => {
      push(frame);
      this.#show(frame);
    };
  }
  async say(to: string, text: string): Promise<string> {
    const id = this.person.say(to, text);
    this.#saidTo.set(id, to);
    return id;
  }
  format(to: string, text: string): Promise<string> {
    return this.say(to, text);
  }
  async choose(to: string, _of: string, choice: Choice): Promise<void> {
    this.person.send({ kind: "line", desk: to, text: choice.label, choice: choice.value, file: null });
  }
  async edit(to: string, of: string, text: string): Promise<void> {
    this.person.send({ kind: "edit", desk: to, of, text });
  }
  async retract(to: string, of: string): Promise<void> {
    this.person.send({ kind: "retract", desk: to, of });
  }
  async react(): Promise<void> {
    throw new Error("The web protocol has no reactions.");
  }
  async offerFile(to: string): Promise<void> {
    const file = await this.person.upload("photo.png", picture());
    this.person.send({ kind: "line", desk: to, text: "", choice: null, file });
  }
  async typing(to: string, state: TypingState): Promise<void> {
    this.person.link.send({ kind: "typing", desk: to, state });
  }
  async receipt(to: string, of: string, state: ReceiptState): Promise<void> {
    // Delivery is what the page's `got` says, and it has said so already.
    if (state === "read") {
      this.person.send({ kind: "read", desk: to, of: [of] });
    }
  }
  async presence(): Promise<void> {
    throw new Error("Presence on the web is an open page, not a word.");
  }
  async subscribe(): Promise<void> {
    throw new Error("The web protocol has no contact requests.");
  }

  #show(frame: ServerFrame): void {
    if ("key" in frame && frame.key !== null) {
      if (this.#shown.has(frame.key)) {
        return;
      }
      this.#shown.add(frame.key);
    }
    const event = toFarEvent(frame, this.#saidTo, this.person.url);
    if (event !== null) {
      this.received.push(event);
    }
  }
}

function toFarEvent(frame: ServerFrame, saidTo: ReadonlyMap<string, string>, page: string): FarEvent | null {
  switch (frame.kind) {
    case "line":
      return {
        kind: "message",
        from: frame.desk,
        id: frame.key,
        // For whoever looks at the page, marks stand for what it shows.
        text: typed(frame),
        formatted: frame.formatting === undefined ? null : typed(frame),
        file: frame.file === null ? null : new URL(frame.file.path, page).href,
        nick: frame.nick,
        choices: frame.choices,
        replyTo: null,
      };
    case "edit":
      return { kind: "edit", from: frame.desk, of: frame.of, text: typed(frame) };
    case "retract":
      return { kind: "retraction", from: frame.desk, of: frame.of };
    case "typing":
      return { kind: "typing", from: frame.desk, state: frame.state };
    case "receipt":
      return { kind: "receipt", from: frame.desk, of: frame.of, state: frame.state };
    case "presence":
      return { kind: "presence", from: frame.desk, state: frame.state, text: frame.text };
    case "ack":
      return { kind: "receipt", from: saidTo.get(frame.id) ?? "", of: frame.id, state: "received" };
    case "refused":
      return {
        kind: "refusal",
        from: saidTo.get(frame.id) ?? "",
        of: frame.id,
        reason: frame.reason as Condition,
        text: frame.text,
      };
    default:
      return null;
  }
}
