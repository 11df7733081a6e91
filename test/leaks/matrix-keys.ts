/**
 * End-to-end encryption in the leak fuzzer: a homeserver's part in it, which passes on keys and reads none, and the devices of people, with
 * the real crypto of theirs.
 */
import type { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { loadCrypto } from "../../adapters/matrix/account/crypto.ts";
import { KeyRequests } from "../../adapters/matrix/account/key-requests.ts";
import type { KeyStore } from "../../adapters/matrix/account/key-store.ts";
import type { KeyNews } from "../../adapters/matrix/account/sync-response.ts";
import type { Answer, Homeserver, Request } from "../../adapters/matrix/homeserver.ts";
import { QUIET } from "./wire.ts";

type ByDevice<T> = Readonly<Record<string, Readonly<Record<string, T>>>>;
interface Upload {
  readonly device_keys?: { readonly device_id: string };
  readonly one_time_keys?: Readonly<Record<string, object>>;
}
interface Device {
  keys: object;
  readonly once: [string, object][];
}

/** Which requests are about keys. */
export function isOfKeys({ path }: Request): boolean {
  return path[1] === "keys" || path[1] === "sendToDevice";
}

/** Keeps the keys of devices, and what they hand to each other until it is fetched. */
export class KeyServer {
  readonly #devices = new Map<string, Map<string, Device>>();
  readonly #handed = new Map<string, object[]>();

  /** The server as that user's device sees it. */
  of(user: string): Homeserver {
    return { request: async (request): Promise<Answer> => ({ kind: "ok", body: this.#answer(user, request) }) };
  }

  /** What was handed to that user since it was last asked, as /sync says it. */
  newsOf(user: string): KeyNews {
    const toDevice = this.#handed.get(user) ?? [];
    this.#handed.delete(user);
    const oneTimeKeys = Object.fromEntries(
      [...this.#of(user).values()].map(({ once }) => ["signed_curve25519", once.length]),
    );
    return { toDevice, changed: [], left: [], oneTimeKeys, fallbackKeys: null };
  }

  #of(user: string): Map<string, Device> {
    const devices = this.#devices.get(user) ?? new Map<string, Device>();
    this.#devices.set(user, devices);
    return devices;
  }

  #answer(user: string, { path, body = {} }: Request): Readonly<Record<string, unknown>> {
    switch (path.slice(1, 3).join("/")) {
      case "keys/upload":
        return this.#upload(user, body as Upload);
      case "keys/query":
        return this.#query((body as { readonly device_keys: Readonly<Record<string, unknown>> }).device_keys);
      case "keys/claim":
        return this.#claim((body as { readonly one_time_keys: ByDevice<string> }).one_time_keys);
    }
    for (const [to, devices] of Object.entries((body as { readonly messages: ByDevice<object> }).messages)) {
      const handed = Object.values(devices).map((content) => ({ type: path[2], sender: user, content }));
      this.#handed.set(to, [...(this.#handed.get(to) ?? []), ...handed]);
    }
    return {};
  }

  #upload(user: string, { device_keys, one_time_keys = {} }: Upload): Readonly<Record<string, unknown>> {
    const devices = this.#of(user);
    if (device_keys !== undefined) devices.set(device_keys.device_id, { keys: device_keys, once: [] });
    // Whoever uploads has one device here.
    const [device] = devices.values();
    device?.once.push(...Object.entries(one_time_keys));
    return { one_time_key_counts: { signed_curve25519: device?.once.length ?? 0 } };
  }

  #query(users: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const devicesOf = (user: string) =>
      Object.fromEntries([...this.#of(user)].map(([device, { keys }]) => [device, keys]));
    return { device_keys: Object.fromEntries(Object.keys(users).map((user) => [user, devicesOf(user)])), failures: {} };
  }

  #claim(wanted: ByDevice<string>): Readonly<Record<string, unknown>> {
    const claimed = Object.entries(wanted).map(([user, devices]) => {
      const keys = Object.keys(devices).flatMap((device) => {
        const key = this.#of(user).get(device)?.once.shift();
        return key === undefined ? [] : [[device, Object.fromEntries([key])] as const];
      });
      return [user, Object.fromEntries(keys)] as const;
    });
    return { one_time_keys: Object.fromEntries(claimed), failures: {} };
  }
}

/** A person's device: writes what only the desk's device can read, and reads what the desk writes to it. */
export class FarDevice {
  readonly #user: string;
  readonly #machine: OlmMachine;
  readonly #server: KeyServer;
  readonly #requests: KeyRequests;

  private constructor(user: string, machine: OlmMachine, server: KeyServer) {
    this.#user = user;
    this.#machine = machine;
    this.#server = server;
    // It keeps its keys in memory.
    const keys: Pick<KeyStore, "commit"> = { commit: async () => {} };
    const parts = { machine, keys: keys as KeyStore, homeserver: server.of(user), log: QUIET, network: "far" };
    this.#requests = new KeyRequests(parts);
  }

  static async open(user: string, device: string, server: KeyServer): Promise<FarDevice> {
    const { OlmMachine, UserId, DeviceId } = await loadCrypto();
    const machine = await OlmMachine.initialize(new UserId(user), new DeviceId(device));
    const opened = new FarDevice(user, machine, server);
    await opened.#requests.sendAll();
    return opened;
  }

  /** The content of an `m.room.encrypted` event; `reader`: the user who is to read it. */
  async encrypt(room: string, reader: string, type: string, content: object): Promise<object> {
    const { UserId, RoomId, EncryptionSettings } = await loadCrypto();
    const readers = () => [new UserId(reader)];
    await this.#machine.updateTrackedUsers(readers());
    await this.#requests.sendAll();
    const claim = await this.#machine.getMissingSessions(readers());
    await this.#requests.send(claim == null ? [] : [claim]);
    await this.#requests.send(await this.#machine.shareRoomKey(new RoomId(room), readers(), new EncryptionSettings()));
    return JSON.parse(await this.#machine.encryptRoomEvent(new RoomId(room), type, JSON.stringify(content))) as object;
  }

  /** What an `m.room.encrypted` event of that sender says. */
  async decrypt(room: string, sender: string, content: object): Promise<string> {
    const { RoomId, DeviceLists, DecryptionSettings, TrustRequirement } = await loadCrypto();
    const { toDevice, oneTimeKeys } = this.#server.newsOf(this.#user);
    const counts = new Map(Object.entries(oneTimeKeys));
    await this.#machine.receiveSyncChanges(JSON.stringify(toDevice), new DeviceLists([], []), counts);
    await this.#requests.sendAll();
    const event = { type: "m.room.encrypted", event_id: "$read", origin_server_ts: 0, room_id: room, sender, content };
    const settings = new DecryptionSettings(TrustRequirement.Untrusted);
    return (await this.#machine.decryptRoomEvent(JSON.stringify(event), new RoomId(room), settings)).event;
  }

  close(): void {
    this.#machine.close();
  }
}
