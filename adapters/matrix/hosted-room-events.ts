/** A room in which the desk introduces two people, as the homeserver is asked for it, and whether it is as it must be. Pure. */
import { z } from "zod";

/** The highest power there is by default: the desk's user has it, and everything in the room needs it but to speak. */
const FULL = 100;

/** By invitation alone, closed to guests, read from one's invitation on, and ruled by whoever makes it. Nobody is invited yet. */
export function hostedRoom(aliasName: string, subject: string): object {
  return {
    preset: "private_chat",
    visibility: "private",
    room_alias_name: aliasName,
    name: subject.toWellFormed(),
    initial_state: [
      { type: "m.room.guest_access", state_key: "", content: { guest_access: "forbidden" } },
      { type: "m.room.history_visibility", state_key: "", content: { history_visibility: "invited" } },
    ],
    power_level_content_override: {
      users_default: 0,
      events_default: 0,
      state_default: FULL,
      invite: FULL,
      kick: FULL,
      ban: FULL,
      redact: FULL,
      events: {},
      notifications: { room: FULL },
    },
  };
}

/** Says to clients that it is a conversation, and to people what it is about. */
export function invitationTo(reason: string): object {
  return { membership: "invite", is_direct: true, reason: reason.toWellFormed() };
}

const level = z.number().catch(0);
/** What stands in no event counts as the specification says (m.room.power_levels); of what is asked for here that is 50 or 0. */
const powers = z.object({
  users: z.record(z.string(), z.number()).catch({}),
  users_default: level,
  state_default: level,
  invite: level,
  kick: level,
  ban: level,
  redact: level,
  events: z.record(z.string(), z.number()).catch({}),
});

/** Contents of the room's state by type of event; null: there is no such event. */
export type RoomState = Readonly<Record<(typeof LOOKED_AT)[number], Readonly<Record<string, unknown>> | null>>;
export const LOOKED_AT = [
  "m.room.join_rules",
  "m.room.guest_access",
  "m.room.history_visibility",
  "m.room.encryption",
  "m.room.power_levels",
] as const;

/** What is wrong with the room, for admins; null: nobody comes in unasked, and nobody but `own` can change anything. */
export function faultOf(state: RoomState, own: string): string | null {
  const faults: readonly (readonly [isFaulty: boolean, words: string])[] = [
    [state["m.room.join_rules"]?.join_rule !== "invite", "people come in unasked"],
    [state["m.room.guest_access"]?.guest_access !== "forbidden", "guests come in"],
    [state["m.room.history_visibility"]?.history_visibility !== "invited", "others read what was said before them"],
    [state["m.room.encryption"] !== null, "it is encrypted, and the desk could say nothing in it"],
    [!isRuledBy(own, state["m.room.power_levels"]), "others than the desk may change it"],
  ];
  return faults.find(([isFaulty]) => isFaulty)?.[1] ?? null;
}

function isRuledBy(own: string, content: unknown): boolean {
  const parsed = powers.safeParse(content);
  if (!parsed.success) {
    return false;
  }
  const { users, users_default, state_default, invite, kick, ban, redact, events } = parsed.data;
  const others = Object.entries(users).filter(([user]) => user !== own);
  const most = Math.max(users_default, ...others.map(([, power]) => power));
  return (
    Math.min(state_default, invite, kick, ban, redact) > most && Object.values(events).every((need) => need > most)
  );
}
