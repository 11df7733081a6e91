/** What a broken or hostile homeserver may send, with the right token. */
interface Piece {
  readonly method: "PUT" | "POST";
  readonly path: string;
  readonly body: string;
}

let transactions = 0;
function put(body: string, path?: string): Piece {
  transactions += 1;
  return { method: "PUT", path: path ?? `/_matrix/app/v1/transactions/garbage-${transactions}`, body };
}
function events(...list: readonly unknown[]): Piece {
  return put(JSON.stringify({ events: list }));
}

const EVENT = {
  type: "m.room.message",
  room_id: "!nowhere:mx.test",
  sender: "@mallory:mx.test",
  event_id: "$garbage",
  origin_server_ts: 1,
  content: { msgtype: "m.text", body: "hello" },
};
const INVITATION = {
  ...EVENT,
  type: "m.room.member",
  state_key: "@frontdesk_support:mx.test",
  content: { membership: "invite" },
};

export const GARBAGE: readonly Piece[] = [
  put(""),
  put("{"),
  put("null"),
  put("[]"),
  put('"events"'),
  put('{"events":{}}'),
  put('{"events":[null,1,"x",[],{}]}'),
  put(`{"events":${"[".repeat(2_000)}${"]".repeat(2_000)}}`),
  put('{"events":[],"ephemeral":[null,{"type":"m.typing"},{"type":"m.receipt","content":[]}]}'),
  put('{"events":[],"ephemeral":[{"type":"m.presence","sender":"@x:y","content":{"presence":{}}}]}'),
  put('{"__proto__":{"events":[]},"constructor":1}'),
  put("\u0000\u0001\u0002"),
  put(JSON.stringify({ events: Array.from({ length: 1_001 }, () => EVENT) })),
  put('{"events":[]}', "/_matrix/app/v1/transactions/%ff"),
  put('{"events":[]}', `/_matrix/app/v1/transactions/${"x".repeat(5_000)}`),
  put('{"events":[]}', "/transactions/legacy"),
  { method: "POST", path: "/_matrix/app/v1/transactions/1", body: "{}" },
  events(EVENT),
  events({ ...EVENT, event_id: 7 }),
  events({ ...EVENT, event_id: "$a", content: null }),
  events({ ...EVENT, event_id: "$b", origin_server_ts: -1e308 }),
  events({ ...EVENT, event_id: "$c", type: "m.room.redaction", redacts: {} }),
  events({ ...EVENT, event_id: "$d", type: "m.reaction", content: { "m.relates_to": "x" } }),
  events({ ...EVENT, event_id: "$e", type: "m.room.member", state_key: "", content: {} }),
  events({ ...INVITATION, event_id: "$f" }),
  events({ ...INVITATION, event_id: "$g", sender: "no user id" }),
  events({ ...INVITATION, event_id: "$h", state_key: "@frontdesk_=zz:mx.test" }),
  events({
    ...EVENT,
    event_id: "$i",
    type: "m.room.tombstone",
    state_key: "",
    content: { replacement_room: "!evil:x" },
  }),
];
