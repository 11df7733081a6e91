/** A person who is to be erased: what the network keeps of them, in an order in which nothing is left that leads to the rest. */
import type { Aside } from "./aside.ts";
import type { Invitations } from "./invitations.ts";
import type { Membership } from "./membership.ts";
import type { Rooms } from "./rooms.ts";

export interface Traces {
  readonly rooms: Pick<Rooms, "ofPerson">;
  readonly membership: Pick<Membership, "forget">;
  readonly invitations: Pick<Invitations, "forget">;
  readonly aside: Pick<Aside, "forget">;
  /** Messages whose keys have not come; left out where nothing is encrypted. */
  readonly unread?: { forgetPerson(person: string): Promise<void> };
}

/** May be done again. Throws NotTaken when the homeserver is away. */
export async function forgetPerson(traces: Traces, person: string): Promise<void> {
  const { rooms, membership, invitations, aside, unread } = traces;
  const theirs = (await rooms.ofPerson(person)).map(({ room }) => room);
  await invitations.forget(person);
  await aside.forget(person, theirs);
  await unread?.forgetPerson(person);
  await membership.forget(person);
}
