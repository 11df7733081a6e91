/** What /sync answers (client-server API, "Syncing"), taken apart. Pure; everything here was written by strangers. */
import { z } from "zod";
import { decodeRoomEvents, type RoomEvent } from "../codec-inbound.ts";

const MAX_EVENTS = 10_000;
const events = z.object({ events: z.array(z.unknown()).max(MAX_EVENTS).default([]) }).catch({ events: [] });
const timeline = z
  .object({
    events: z.array(z.unknown()).max(MAX_EVENTS).default([]),
    limited: z.boolean().default(false),
    prev_batch: z.string().nullish(),
  })
  .catch({ events: [], limited: false, prev_batch: null });
const nothing = { events: [] };
const silent = { events: [], limited: false, prev_batch: null };
const joined = z
  .object({
    state: events.default(nothing),
    timeline: timeline.default(silent),
    ephemeral: events.default(nothing),
  })
  .catch({ state: nothing, timeline: silent, ephemeral: nothing });
const invited = z.object({ invite_state: events.default(nothing) }).catch({ invite_state: nothing });
const left = z.object({ timeline: timeline.default(silent) }).catch({ timeline: silent });
const byRoom = <T extends z.ZodType>(room: T) => z.record(z.string().max(255), room).catch({});

const response = z.object({
  next_batch: z.string().min(1).max(10_000),
  rooms: z
    .object({
      join: byRoom(joined).default({}),
      invite: byRoom(invited).default({}),
      leave: byRoom(left).default({}),
    })
    .prefault({}),
  presence: events.default(nothing),
  to_device: events.default(nothing),
  device_lists: z
    .object({ changed: z.array(z.string()).default([]), left: z.array(z.string()).default([]) })
    .prefault({}),
  device_one_time_keys_count: z.record(z.string(), z.number()).default({}),
  device_unused_fallback_key_types: z.array(z.string()).nullish(),
});

export interface JoinedRoom {
  readonly room: string;
  /** The room's state where the timeline begins; only what the filter asks for. */
  readonly state: readonly RoomEvent[];
  readonly timeline: readonly RoomEvent[];
  /** Where the events before the timeline are to be asked for; null when there are none that are missing. */
  readonly gap: string | null;
}

export interface Invitation {
  readonly room: string;
  /** Who invites. */
  readonly sender: string;
}

/** What concerns end-to-end encryption, as it came. */
export interface KeyNews {
  readonly toDevice: readonly unknown[];
  readonly changed: readonly string[];
  readonly left: readonly string[];
  readonly oneTimeKeys: Readonly<Record<string, number>>;
  /** Null: the homeserver said nothing of them. */
  readonly fallbackKeys: readonly string[] | null;
}

export interface News {
  readonly next: string;
  readonly joined: readonly JoinedRoom[];
  readonly invitations: readonly Invitation[];
  /** Rooms the account is not in any more, and the events that ended it. */
  readonly left: readonly { readonly room: string; readonly timeline: readonly RoomEvent[] }[];
  /** Typing and receipts, each with its room, then presence. */
  readonly signs: readonly unknown[];
  readonly keys: KeyNews;
  /** How many events had not the shape of one. */
  readonly malformed: number;
}

/** Null when it is no answer of /sync. `own`: the account, to tell its invitations. */
export function decodeNews(body: unknown, own: string): News | null {
  const parsed = response.safeParse(body);
  if (!parsed.success) {
    return null;
  }
  const { rooms, presence, to_device, device_lists, ...rest } = parsed.data;
  let malformed = 0;
  const inRoom = (room: string, raw: readonly unknown[]): readonly RoomEvent[] => {
    const decoded = decodeRoomEvents(raw.map((event) => placed(event, room)));
    malformed += raw.length - decoded.length;
    return decoded;
  };
  const joinedRooms = Object.entries(rooms.join).map(
    ([
      room,
      {
        state,
        timeline: { events: raw, limited, prev_batch },
      },
    ]) => ({
      room,
      state: inRoom(room, state.events),
      timeline: inRoom(room, raw),
      gap: limited ? (prev_batch ?? null) : null,
    }),
  );
  const leftRooms = Object.entries(rooms.leave).map(
    ([
      room,
      {
        timeline: { events: raw },
      },
    ]) => ({
      room,
      timeline: inRoom(room, raw),
    }),
  );
  const invitations = Object.entries(rooms.invite).flatMap(([room, { invite_state }]) => {
    const sender = inviter(invite_state.events, own);
    return sender === null ? [] : [{ room, sender }];
  });
  const typing = Object.entries(rooms.join).flatMap(([room, { ephemeral }]) =>
    ephemeral.events.map((event) => placed(event, room)),
  );
  const keys: KeyNews = {
    toDevice: to_device.events,
    changed: device_lists.changed,
    left: device_lists.left,
    oneTimeKeys: rest.device_one_time_keys_count,
    fallbackKeys: rest.device_unused_fallback_key_types ?? null,
  };
  const signs = [...typing, ...presence.events];
  return { next: rest.next_batch, joined: joinedRooms, invitations, left: leftRooms, signs, keys, malformed };
}

/** Within a room of the answer, events do not name it. */
function placed(event: unknown, room: string): unknown {
  return typeof event === "object" && event !== null ? { ...event, room_id: room } : event;
}

const invite = z.object({
  type: z.literal("m.room.member"),
  state_key: z.string(),
  sender: z.string().min(1).max(255),
  content: z.object({ membership: z.literal("invite") }),
});

function inviter(stripped: readonly unknown[], own: string): string | null {
  for (const event of stripped) {
    const parsed = invite.safeParse(event);
    if (parsed.success && parsed.data.state_key === own) {
      return parsed.data.sender;
    }
  }
  return null;
}
