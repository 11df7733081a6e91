/** Events that /sync left out because there were too many: they are looked up, oldest first, within a limit. */
import { decodeRoomEvents, type RoomEvent } from "../codec-inbound.ts";
import { requestOrNotTaken } from "../hand.ts";
import type { Homeserver } from "../homeserver.ts";
import type { JoinedRoom } from "./sync-response.ts";

const PAGE = 100;

/** What is missing before the room's timeline, back to `since`, to the account's invitation, or to `limit` events. */
export async function missingEvents(
  homeserver: Homeserver,
  { room, gap }: JoinedRoom,
  options: { readonly since: string | null; readonly own: string; readonly limit: number },
): Promise<readonly RoomEvent[]> {
  const { since, own, limit } = options;
  const missing: RoomEvent[] = [];
  let from = gap;
  while (from !== null && missing.length < limit) {
    const query = { dir: "b", from, limit: String(PAGE), ...(since === null ? {} : { to: since }) };
    const answer = await requestOrNotTaken(homeserver, {
      method: "GET",
      path: ["v3", "rooms", room, "messages"],
      query,
    });
    const chunk: readonly unknown[] = answer.kind === "ok" && Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
    const events = decodeRoomEvents(chunk);
    missing.push(...events);
    const end = answer.kind === "ok" ? answer.body.end : null;
    const isWhole = chunk.length === 0 || events.some((event) => isInvitationOf(event, own));
    from = typeof end === "string" && !isWhole ? end : null;
  }
  return missing.reverse();
}

export function isInvitationOf(event: RoomEvent, own: string): boolean {
  return event.type === "m.room.member" && event.state_key === own && event.content.membership === "invite";
}
