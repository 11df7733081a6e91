/** Between the adapter and the desk: one event handed over, and the requests that must not be lost on the way. */
import type { Outcome } from "../../src/adapter.ts";
import type { Inbound, Verdict } from "../../src/core/model.ts";
import type { Answer, Homeserver, Request } from "./homeserver.ts";

/** Something of a transaction could not be done now: the homeserver is to deliver the whole of it again. */
export class NotTaken extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "NotTaken";
  }
}

export type Receive = (inbound: Inbound) => Promise<Verdict>;

/** Fields every inbound of a room has. */
export interface Place {
  readonly redelivery: string | null;
  readonly from: { readonly network: string; readonly id: string };
  readonly device: null;
  readonly to: string;
}

/** A request whose failure by the homeserver's own word is an answer; when nobody answered, the transaction is not taken. */
export async function requestOrNotTaken(
  homeserver: Homeserver,
  request: Request,
): Promise<Exclude<Answer, { kind: "unreachable" }>> {
  const answer = await homeserver.request(request);
  if (answer.kind === "unreachable" || (answer.kind === "error" && (answer.status === 429 || answer.status >= 500))) {
    // With the room's id: one that its homeserver cannot answer for holds up all others, and is to be found.
    const about = request.path.slice(0, request.path[1] === "rooms" ? 4 : 2);
    throw new NotTaken(`${request.method} ${about.join("/")}: ${answer.text}`);
  }
  return answer;
}

/** The same for what was already made an outcome. */
export function acceptedOrNotTaken(outcome: Outcome | null): void {
  if (outcome?.kind === "deferred") {
    throw new NotTaken(outcome.reason);
  }
}
