/** A person's Matrix client: matrix-js-sdk, as an application in Node uses it, with encryption where it is asked for. */
import type { MatrixClient, MatrixEvent } from "matrix-js-sdk";
import type { Account, Synapse } from "./synapse.ts";
import { Arrivals, START_LIMIT_MS, until, within } from "./wait.ts";

/** An event as the homeserver gave it to this client. */
export interface ClientEvent {
  readonly type: string;
  readonly id: string | null;
  readonly room: string | null;
  readonly sender: string | null;
  /** The name the room shows for the sender at that moment. */
  readonly senderName: string | null;
  readonly stateKey: string | null;
  readonly redacts: string | null;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface MatrixTestClient {
  readonly userId: string;
  /** Everything that came, in order, own events included; never a local echo. */
  readonly events: Arrivals<ClientEvent>;
  /** Every answer of the homeserver that brought news, as it came over the wire; behind it what was encrypted in it, as it reads. */
  readonly synced: readonly string[];
  readonly sdk: MatrixClient;
  /** The newest chat (a room without an alias) in which that user is or to which they are invited, and this client is; null if none. */
  roomWith(userId: string): string | null;
  /** That room, or a new direct one; resolves once the user has joined. */
  chatWith(userId: string): Promise<string>;
  /** Sends an event and resolves with its id. */
  send(room: string, type: string, content: object): Promise<string>;
  /** Tells of every change of who is typing in a room with this client. */
  onTyping(listener: (userId: string, isTyping: boolean) => void): void;
  /** A request of the client-server API, for what the SDK has no word for. */
  request(method: "GET" | "PUT" | "POST", path: string, body?: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

const LONG_TIMER_MS = 60_000;

/** The SDK forgets the timer of a request that it cancels (80 s); no such timer is to keep a finished test run alive. */
function letLongTimersGo(): void {
  const original = globalThis.setTimeout;
  const relaxed = (callback: (...all: unknown[]) => void, delayMs?: number, ...all: unknown[]): NodeJS.Timeout => {
    const timer = original(callback, delayMs, ...all);
    return (delayMs ?? 0) >= LONG_TIMER_MS ? timer.unref() : timer;
  };
  globalThis.setTimeout = Object.assign(relaxed, original) as typeof original;
}
let isQuietened = false;

/** The SDK writes to the console whatever logger it is given; loggers made from now on are mute. */
async function quietenSdk(): Promise<void> {
  if (isQuietened) {
    return;
  }
  isQuietened = true;
  letLongTimersGo();
  const { logger } = await import("matrix-js-sdk/lib/logger.js");
  const loud = logger as unknown as { methodFactory: () => () => void; rebuild(): void };
  loud.methodFactory = () => quiet;
  loud.rebuild();
}

const MUTE = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, getChild: () => MUTE };

export interface MatrixClientOptions {
  /** Its new chats are end-to-end encrypted; its keys are in memory. */
  readonly encrypted?: boolean;
  /** False for whose invitations wait for `sdk.joinRoom` or `sdk.leave`. */
  readonly accepts?: (inviter: string) => boolean;
}

/** Logs that account in with matrix-js-sdk; resolves after the first sync. It accepts every invitation, where not told otherwise. */
export async function connectMatrixClient(
  synapse: Synapse,
  account: Account,
  { encrypted = false, accepts = () => true }: MatrixClientOptions = {},
): Promise<MatrixTestClient> {
  const { createClient, ClientEvent: On, MatrixEventEvent, RoomMemberEvent, SyncState } = await import("matrix-js-sdk");
  await quietenSdk();
  const { userId, accessToken, deviceId } = account;
  const synced: string[] = [];
  const fetchFn: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input).includes("/sync?"))
      void answer
        .clone()
        .text()
        .then((text) => synced.push(text), quiet);
    return answer;
  };
  const sdk = createClient({ baseUrl: synapse.url, userId, accessToken, deviceId, logger: MUTE, fetchFn });
  const events = new Arrivals<ClientEvent>((event) => JSON.stringify(event));
  // An encrypted event comes twice: as it is, and once it could be read.
  sdk.on(On.Event, (event) => !event.isEncrypted() && events.push(describe(sdk, event)));
  sdk.on(MatrixEventEvent.Decrypted, (event) => takeDecrypted(sdk, event, { events, synced }));
  if (encrypted) {
    await sdk.initRustCrypto({ useIndexedDB: false });
  }
  sdk.on(RoomMemberEvent.Membership, (event, member) => {
    const isInvited = member.userId === userId && member.membership === "invite";
    if (isInvited && accepts(event.getSender() ?? "")) {
      void sdk.joinRoom(member.roomId).catch(() => {});
    }
  });
  const isSynced = new Promise<void>((resolve) => {
    sdk.on(On.Sync, (state) => (state === SyncState.Prepared || state === SyncState.Syncing) && resolve());
  });
  await sdk.startClient({ initialSyncLimit: 20, pollTimeout: 10_000 });
  await within(START_LIMIT_MS, `${userId} to synchronise`, isSynced);
  const roomWith = (other: string): string | null => newestRoom(sdk, other);
  return {
    userId,
    events,
    synced,
    sdk,
    roomWith,
    chatWith: async (other) => roomWith(other) ?? (await newChat(sdk, other, encrypted)),
    async send(room, type, content) {
      const { event_id } = await sdk.sendEvent(room, type as never, content as never);
      return event_id;
    },
    onTyping: (listener) => {
      sdk.on(RoomMemberEvent.Typing, (_event, { userId: who, typing }) => listener(who, typing));
    },
    request: (method, path, body) => sdk.http.authedRequest(method as never, path, undefined, body),
    stop: async () => {
      sdk.stopClient();
      sdk.removeAllListeners();
    },
  };
}

interface Taken {
  readonly events: Arrivals<ClientEvent>;
  readonly synced: string[];
}

function takeDecrypted(sdk: MatrixClient, event: MatrixEvent, { events, synced }: Taken): void {
  if (event.isDecryptionFailure()) return;
  events.push(describe(sdk, event));
  synced.push(JSON.stringify(event.getClearContent()));
}

const ENCRYPTION = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };

function quiet(): void {}

async function newChat(sdk: MatrixClient, other: string, encrypted: boolean): Promise<string> {
  const { room_id } = await sdk.createRoom({
    is_direct: true,
    invite: [other],
    preset: "trusted_private_chat" as never,
    initial_state: encrypted ? [ENCRYPTION] : [],
  });
  await until(`${other} to join`, () => sdk.getRoom(room_id)?.getMember(other)?.membership === "join", START_LIMIT_MS);
  return room_id;
}

function newestRoom(sdk: MatrixClient, other: string): string | null {
  const shared = sdk.getRooms().filter((room) => {
    const isChat = room.getMyMembership() === "join" && room.getCanonicalAlias() === null;
    return isChat && ["join", "invite"].includes(room.getMember(other)?.membership ?? "");
  });
  const created = (room: (typeof shared)[number]): number =>
    room.currentState.getStateEvents("m.room.create", "")?.getTs() ?? 0;
  return shared.sort((a, b) => created(b) - created(a))[0]?.roomId ?? null;
}

function describe(sdk: MatrixClient, event: MatrixEvent): ClientEvent {
  const room = event.getRoomId() ?? null;
  const sender = event.getSender() ?? null;
  const member = room === null || sender === null ? null : sdk.getRoom(room)?.getMember(sender);
  return {
    type: event.getType(),
    id: event.getId() ?? null,
    room,
    sender,
    senderName: member?.rawDisplayName ?? null,
    stateKey: event.getStateKey() ?? null,
    redacts: event.event.redacts ?? (event.event.content as { redacts?: string } | undefined)?.redacts ?? null,
    content: contentOf(event),
  };
}

/** As it was written, whatever was made of it later. What an encrypted event refers to stands outside of what is encrypted. */
function contentOf(event: MatrixEvent): Readonly<Record<string, unknown>> {
  if (!event.isEncrypted()) {
    return structuredClone(event.event.content ?? {});
  }
  const relation = event.getWireContent()["m.relates_to"];
  return { ...event.getOriginalContent(), ...(relation === undefined ? {} : { "m.relates_to": relation }) };
}
