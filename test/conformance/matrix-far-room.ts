/** Somebody's client in a room in which the desk introduces them to another: matrix-js-sdk joins what it is invited to. */
import type { ClientEvent, MatrixTestClient } from "../support/matrix-client.ts";
import { until } from "../support/wait.ts";
import type { FarRoom } from "./far-end.ts";

/** `alias`: of the room, to which the client was invited. Resolves once it is in. */
export async function enterMatrixRoom(
  { sdk, events, userId, send }: MatrixTestClient,
  alias: string,
): Promise<FarRoom> {
  const from = events.all.length;
  const joined = () =>
    sdk.getRooms().find((room) => room.getCanonicalAlias() === alias && room.getMyMembership() === "join");
  await until(`${userId} to be in ${alias}`, () => joined() !== undefined);
  const room = joined()?.roomId ?? "";
  const isOfRoom = (event: ClientEvent) => event.room === room;
  return {
    say: async (text) => void (await send(room, "m.room.message", { msgtype: "m.text", body: text })),
    hears: async (text) => {
      await events.next(`"${text}" in the room`, (event) => isOfRoom(event) && event.content.body === text);
    },
    ended: async () => {
      const isEnd = ({ stateKey, content }: ClientEvent) => stateKey === userId && content.membership === "leave";
      await events.next("the room to end", (event) => isOfRoom(event) && isEnd(event));
    },
    given: () =>
      events.all
        .slice(from)
        .map((event) => JSON.stringify(event))
        .join("\n"),
  };
}
