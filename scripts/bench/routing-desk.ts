/** The desk's side of a routing server's connection, and nothing else of a desk: it says what comes, takes what is assigned, and ends it at once. */
import { WebSocket } from "ws";
import type { RoutingCsr, Waiting } from "../../src/core/routing/routing.ts";
import { newsFrames, PROTOCOL_PATH, PROTOCOL_VERSION, readFromServer } from "../../src/routing-server/protocol.ts";
import { type Meeting, newNonce, proofOf, Seal } from "../../src/routing-server/seal.ts";
import { within } from "../../test/support/wait.ts";

export interface RemoteDesk {
  /** Resolves when the server has assigned it to somebody; they have it no more a moment later. */
  decide(waiting: Waiting): Promise<void>;
  leave(): void;
}

export interface Door {
  readonly url: string;
  readonly name: string;
  readonly secret: string;
}

type News = Parameters<typeof newsFrames>[0];

const MEETING_MS = 30_000;
const DECISION_MS = 30_000;
const NOTHING: News = { whole: false, csrs: new Map(), waiting: new Map(), settled: [] };

/** Resolves once the server has let it in and was told of the CSRs. */
export async function enterDesk({ url, name, secret }: Door, csrs: readonly RoutingCsr[]): Promise<RemoteDesk> {
  const socket = new WebSocket(`${url}${PROTOCOL_PATH}`);
  const states = new Map(csrs.map((csr) => [csr.id, csr]));
  const waiting = new Map<string, () => void>();
  const { promise: entered, resolve, reject } = Promise.withResolvers<void>();
  let seals: { readonly incoming: Seal; readonly outgoing: Seal } | null = null;
  const say = (frame: object): void => socket.send(seals?.outgoing.seal(JSON.stringify(frame)) ?? "");
  const tell = (news: Partial<News>): void => {
    for (const frame of newsFrames({ ...NOTHING, ...news })) say(frame);
  };
  const hear = (text: string): void => {
    const frame = readFromServer(text);
    if (frame?.kind === "challenge") {
      const meeting: Meeting = {
        desk: name,
        store: "bench",
        deskNonce: newNonce(),
        serverNonce: frame.nonce,
        epoch: frame.epoch,
      };
      seals = { incoming: new Seal(secret, "server", meeting), outgoing: new Seal(secret, "desk", meeting) };
      const proof = proofOf(secret, "desk", meeting);
      const hello = { kind: "hello", version: PROTOCOL_VERSION, desk: name, store: "bench" };
      socket.send(JSON.stringify({ ...hello, nonce: meeting.deskNonce, proof }));
    } else if (frame?.kind === "welcome") {
      say({ kind: "begin" });
      tell({ csrs: states });
      say({ kind: "end" });
      resolve();
    } else if (frame?.kind === "assign") {
      for (const { assignment, conversation, csr } of frame.assignments) take(assignment, conversation, csr);
    } else if (frame?.kind === "refused") reject(new Error(`The routing server refused: ${frame.text}`));
  };
  const take = (assignment: number, conversation: string, csr: string): void => {
    const state = states.get(csr);
    if (state === undefined) return;
    const busy = new Map([[csr, { ...state, load: state.load + 1 }]]);
    tell({ csrs: busy, waiting: new Map([[conversation, null]]), settled: [{ assignment, csr }] });
    tell({ csrs: new Map([[csr, state]]) });
    waiting.get(conversation)?.();
    waiting.delete(conversation);
  };
  // What is said while they meet is not sealed.
  const opened = (text: string): string => (text.startsWith("{") ? text : (seals?.incoming.open(text) ?? ""));
  socket.on("message", (data) => hear(opened(String(data))));
  socket.on("error", reject);
  await within(MEETING_MS, "the routing server to let the bench in", entered);
  return {
    decide(request) {
      const { promise, resolve: decided } = Promise.withResolvers<void>();
      waiting.set(request.conversation, decided);
      tell({ waiting: new Map([[request.conversation, { revision: request.turnAt, waiting: request }]]) });
      return within(DECISION_MS, `a decision for ${request.conversation}`, promise);
    },
    leave: () => socket.close(),
  };
}
