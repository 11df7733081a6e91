/**
 * A desk small enough to see through, for tests of the shell: it relays what is said to the other side and counts. Some
 * words make it do what a test needs.
 */
import { ACCEPTED, type Address, type InboundOf, type Outbound, type Verdict } from "../../src/core/model.ts";
import type { Change, Desk, DeskEvent, Line, LineContent, Snapshot, Step, World } from "../../src/core/step.ts";

export const ROMEO: Address = { network: "xmpp", id: "romeo@example.org" };
export const JULIET: Address = { network: "web", id: "juliet" };

const NOTHING: Step = { verdict: ACCEPTED, changes: [], lines: [], outbounds: [], timers: [], facts: [], queries: [] };

export interface EchoDesk extends Desk {
  /** Every event in the order in which it was stepped, and the time it was stepped at. */
  readonly stepped: readonly { readonly event: DeskEvent; readonly now: number }[];
  readonly count: number;
}

/** Shared by all desks that one engine builds, so that a test sees the events of each. */
export type Diary = { readonly event: DeskEvent; readonly now: number }[];

/** Who is on the other side. */
const otherSide = (from: Address): Address => (from.network === ROMEO.network ? JULIET : ROMEO);

/** Relays one line; `count` is how many there are with this one. */
function relay(inbound: InboundOf<"message">, world: World, count: number): Step {
  const line = world.nextLine();
  // A whole number without end is nothing that JSON can say, so the store cannot record it.
  const changes: Change[] = [{ table: "conversation", id: "c1", value: { count } }];
  if (inbound.text === "poison") changes.push({ table: "desk", id: "poison", value: { count: 1n } });
  return {
    ...NOTHING,
    changes,
    lines: [written(line, inbound, world, { kind: "message", text: inbound.text, choices: [], replyTo: null })],
    outbounds: [message(`${world.epoch}-${line}-1`, otherSide(inbound.from), inbound.text, world.now)],
    ...extras(inbound.text, world.now, count),
  };
}

function written(line: number, inbound: InboundOf<"message" | "edit">, world: World, content: LineContent): Line {
  return {
    line,
    conversation: "c1",
    at: world.now,
    author: 0,
    from: inbound.from,
    desk: inbound.to,
    foreign: inbound.id,
    viewers: [1],
    nick: null,
    content,
  };
}

/** "in 500" sets a timer, "both in 500" two of which the first cancels the second; "history" asks for the transcript. */
function extras(text: string, now: number, generation: number): Partial<Step> {
  if (text.startsWith("in ")) {
    const timer = { id: "t1", at: now + Number(text.slice(3)), generation, conversation: "c1", name: "idle" };
    return { timers: [{ kind: "set", timer }] };
  }
  if (text.startsWith("both in ")) {
    const at = now + Number(text.slice(8));
    const both = ["t1", "t2"].map((id) => ({ id, at, generation, conversation: "c1", name: "cancels t2" }));
    return { timers: both.map((timer) => ({ kind: "set", timer })) };
  }
  return text === "history" ? { queries: [{ conversation: "c1", leg: 1, limit: 10, before: null }] } : {};
}

function passTyping(inbound: InboundOf<"typing">, world: World): Step {
  const key = `${world.epoch}-0-typing`;
  const common = { key, from: "desk", to: otherSide(inbound.from), device: null, conversation: null };
  return { ...NOTHING, outbounds: [{ ...common, kind: "typing", state: inbound.state }] };
}

export function createEchoDesk(snapshot: Snapshot, diary: Diary = []): EchoDesk {
  let count = (snapshot.conversation.get("c1") as { count: number } | undefined)?.count ?? 0;

  function act(event: DeskEvent, world: World): Step {
    if (event.kind === "timer" && event.timer.name === "cancels t2") {
      return { ...NOTHING, timers: [{ kind: "cancel", id: "t2" }] };
    }
    if (event.kind !== "inbound") return NOTHING;
    const { inbound, reference } = event;
    if (inbound.kind === "typing") return passTyping(inbound, world);
    if (inbound.kind === "edit" && reference !== null) {
      const content = { kind: "edit", of: reference.line, text: inbound.text } as const;
      return { ...NOTHING, lines: [written(world.nextLine(), inbound, world, content)] };
    }
    if (inbound.kind !== "message") return NOTHING;
    if (inbound.text === "refuse me") return { ...NOTHING, verdict: REFUSED };
    if (inbound.text === "defect") throw new TypeError("a defect of the core");
    count += 1;
    return relay(inbound, world, count);
  }

  return {
    stepped: diary,
    get count() {
      return count;
    },
    step(event, world) {
      diary.push({ event, now: world.now });
      const before = count;
      try {
        return act(event, world);
      } catch (error) {
        count = before;
        throw error;
      }
    },
    conversations: () => [],
    census: () => ({ states: new Map(), gateways: new Map() }),
    csrs: () => [],
    queues: () => [],
    identity: (network, desk) => ({ kind: "handle", name: `${desk} on ${network}`, state: "available", text: null }),
    contacts: () => [],
    imagine: () => {
      throw new Error("the echo desk has no queues");
    },
    leg: (viewer) => ({ conversation: "c1", leg: viewer.network === ROMEO.network ? 0 : 1 }),
  };
}

const REFUSED: Verdict = { kind: "refused", reason: "not-allowed", text: "No." };

export function message(key: string, to: Address, text: string, at: number): Outbound {
  return {
    kind: "message",
    key,
    from: "desk",
    to,
    device: null,
    conversation: "c1",
    text,
    choices: [],
    replyTo: null,
    sentAt: at,
    nick: null,
    language: null,
    notice: false,
  };
}

/** What Romeo, or somebody else, says to the desk. */
export function says(text: string, fields: Partial<InboundOf<"message">> = {}): InboundOf<"message"> {
  return {
    kind: "message",
    redelivery: null,
    from: ROMEO,
    device: null,
    to: "support",
    id: null,
    text,
    choice: null,
    replyTo: null,
    sentAt: null,
    language: null,
    nick: null,
    ...fields,
  };
}
