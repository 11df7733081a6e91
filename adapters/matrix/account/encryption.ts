/**
 * End-to-end encryption of the account's rooms (Olm and Megolm, by the Matrix SDK's Rust crypto). Whatever is said on the grounds of
 * keys, to the homeserver or to people, is said after those keys are durable: after a crash the desk is the same device, reads
 * what comes next, and never says anything twice under one key.
 */
import type { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import type { RoomEvent } from "../codec-inbound.ts";
import type { Homeserver } from "../homeserver.ts";
import { type CrossSigned, crossSign } from "./cross-signing.ts";
import { loadCrypto } from "./crypto.ts";
import { KeyRequests } from "./key-requests.ts";
import { KeyStore } from "./key-store.ts";
import type { KeyNews } from "./sync-response.ts";

export interface EncryptionOptions {
  readonly context: AdapterContext;
  readonly homeserver: Homeserver;
  /** The account and its device. */
  readonly own: string;
  readonly device: string;
  /** Under which the keys are kept. */
  readonly secret: string;
  /** Rooms remembered as encrypted or not. */
  readonly rooms: number;
}

export type OpenedEncryption =
  | { readonly kind: "open"; readonly encryption: Encryption }
  | { readonly kind: "unreadable"; readonly reason: string };

export type Decrypted =
  | { readonly kind: "clear"; readonly event: RoomEvent }
  /** The key may still come. `withheld`: its sender's software has said that it will not. */
  | { readonly kind: "no key"; readonly session: string; readonly withheld: boolean }
  /** It is not what it says it is, or of no known kind: no key would help. */
  | { readonly kind: "never"; readonly reason: string };

export type Encrypted =
  | { readonly kind: "encrypted"; readonly content: object }
  /** The keys that are needed could not be exchanged now. */
  | { readonly kind: "not now" };

const MEGOLM = "m.megolm.v1.aes-sha2";
const wire = z.object({
  algorithm: z.string(),
  session_id: z.string().catch(""),
  "m.relates_to": z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const clear = z.object({ type: z.string().max(255), content: z.record(z.string(), z.unknown()) });
const MICROSECONDS = 1_000;

export class Encryption {
  readonly #options: EncryptionOptions;
  readonly #machine: OlmMachine;
  readonly #keys: KeyStore;
  readonly #requests: KeyRequests;
  readonly #encrypted: LRUCache<string, boolean>;
  /** Encryption goes on in one room after the other's turn, each in its order. */
  readonly #turns = new Map<string, Promise<unknown>>();

  private constructor(options: EncryptionOptions, machine: OlmMachine, keys: KeyStore) {
    this.#options = options;
    this.#machine = machine;
    this.#keys = keys;
    const { homeserver, context } = options;
    this.#requests = new KeyRequests({ machine, keys, homeserver, log: context.log, network: context.network });
    this.#encrypted = new LRUCache({ max: options.rooms });
  }

  /** With the keys that are kept, or with new ones for a new device. */
  static async open(options: EncryptionOptions): Promise<OpenedEncryption> {
    const { context, own, device, secret } = options;
    const loaded = await KeyStore.load(context.state, secret, device);
    if (loaded.kind === "unreadable") {
      return loaded;
    }
    const { keys } = loaded;
    const { StoreHandle, OlmMachine, UserId, DeviceId, Tracing, LoggerLevel } = await loadCrypto();
    new Tracing(LoggerLevel.Error).turnOff();
    const store = await StoreHandle.openWithKey(keys.database.name, keys.storeKey, MUTE);
    const machine = await OlmMachine.initFromStore(new UserId(own), new DeviceId(device), store, MUTE);
    store.free();
    await keys.commitLayouts();
    return { kind: "open", encryption: new Encryption(options, machine, keys) };
  }

  /** Takes what /sync says of keys. Nothing of it is durable before the next commit. */
  async take(news: KeyNews): Promise<void> {
    const { DeviceLists, UserId } = await loadCrypto();
    const { context } = this.#options;
    const toDevice = news.toDevice.filter((event) => isToDevice(event));
    const users = (ids: readonly string[]) => ids.flatMap((id) => parsed(id, UserId));
    const lists = new DeviceLists(users(news.changed), users(news.left));
    const counts = new Map(Object.entries(news.oneTimeKeys));
    const fallback = news.fallbackKeys === null ? undefined : new Set(news.fallbackKeys);
    try {
      await this.#machine.receiveSyncChanges(JSON.stringify(toDevice), lists, counts, fallback);
    } catch (error) {
      // Strangers write these: the same again would not help, and the account's other news wait.
      context.log.error("matrix.keys.not-taken", { network: context.network, error });
    }
    if (toDevice.length > 0) {
      // Sessions that broke are made anew, so that the other side can send its keys again.
      const claim = await this.#machine.getMissingSessions([]);
      await this.#requests.send(claim === undefined || claim === null ? [] : [claim]);
    }
  }

  /** Says to the homeserver what the crypto wants said. False when not all of it was answered. */
  async exchange(): Promise<boolean> {
    return await this.#requests.sendAll();
  }

  /** Makes everything up to now durable, with further entries of the adapter's state. */
  async commit(further?: ReadonlyMap<string, unknown>): Promise<void> {
    await this.#keys.commit(further);
  }

  /** Lets the account vouch for this device; see cross-signing.ts. `password`: the account's, where it is known. */
  async crossSign(password: string | null): Promise<CrossSigned> {
    const { homeserver, own, device } = this.#options;
    return await crossSign({ machine: this.#machine, keys: this.#keys, homeserver, own, device, password });
  }

  async isEncrypted(room: string): Promise<boolean> {
    const known = this.#encrypted.get(room);
    if (known !== undefined) {
      return known;
    }
    const { RoomId } = await loadCrypto();
    const id = parsed(room, RoomId)[0];
    const settings = id === undefined ? undefined : await this.#machine.getRoomSettings(id);
    this.#encrypted.set(room, settings !== undefined);
    return settings !== undefined;
  }

  /** The room's state says that it is encrypted. It never becomes plain again, whatever its state says later. */
  async encrypts(room: string, content: Readonly<Record<string, unknown>>): Promise<void> {
    const { RoomId, RoomSettings, EncryptionAlgorithm } = await loadCrypto();
    const id = parsed(room, RoomId)[0];
    if (id === undefined || (await this.isEncrypted(room))) {
      return;
    }
    const settings = new RoomSettings();
    settings.algorithm =
      content.algorithm === MEGOLM ? EncryptionAlgorithm.MegolmV1AesSha2 : EncryptionAlgorithm.Unknown;
    settings.sessionRotationPeriodMs = positive(content.rotation_period_ms);
    settings.sessionRotationPeriodMessages = positive(content.rotation_period_msgs);
    await this.#machine.setRoomSettings(id, settings);
    this.#encrypted.set(room, true);
  }

  /** Whether that person has a device that could read what is encrypted for it. */
  async canRead(person: string): Promise<boolean> {
    const { UserId } = await loadCrypto();
    await this.#machine.updateTrackedUsers([new UserId(person)]);
    await this.exchange();
    return await this.#knows(person);
  }

  async decrypt(event: RoomEvent): Promise<Decrypted> {
    const { RoomId, DecryptionSettings, TrustRequirement, MegolmDecryptionError } = await loadCrypto();
    const sealed = wire.safeParse(event.content).data;
    const room = parsed(event.room_id, RoomId)[0];
    if (sealed === undefined || room === undefined || sealed.algorithm !== MEGOLM) {
      return { kind: "never", reason: "not encrypted in a known way" };
    }
    try {
      // Who is to be trusted nobody can tell here: a customer's device is a stranger's, verified or not.
      const settings = new DecryptionSettings(TrustRequirement.Untrusted);
      const decrypted = await this.#machine.decryptRoomEvent(JSON.stringify(event), room, settings);
      const said = clear.parse(JSON.parse(decrypted.event));
      const relation = sealed["m.relates_to"] === undefined ? {} : { "m.relates_to": sealed["m.relates_to"] };
      return { kind: "clear", event: { ...event, type: said.type, content: { ...said.content, ...relation } } };
    } catch (error) {
      return error instanceof MegolmDecryptionError ? await undecrypted(error, sealed.session_id) : this.#defect(error);
    }
  }

  /** For that person's devices and the account's own others. Durable before it resolves. */
  async encrypt(room: string, person: string, type: string, content: object): Promise<Encrypted> {
    const before = this.#turns.get(room) ?? Promise.resolve();
    const turn = before.then(() => this.#encrypt(room, person, type, content));
    const last = turn.catch(() => {});
    this.#turns.set(room, last);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(room) === last) {
        this.#turns.delete(room);
      }
    }
  }

  /** Nothing may use it any more. What was not committed is gone, as it is meant to be. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    this.#machine.close();
    await this.#keys.close();
  }

  async #encrypt(room: string, person: string, type: string, content: object): Promise<Encrypted> {
    const { UserId, RoomId } = await loadCrypto();
    const users = () => [...new Set([person, this.#options.own])].map((id) => new UserId(id));
    await this.#machine.updateTrackedUsers(users());
    const isCurrent = await this.exchange();
    if (!isCurrent && !(await this.#knows(person))) {
      return { kind: "not now" };
    }
    const claim = await this.#machine.getMissingSessions(users());
    if (claim !== undefined && claim !== null && !(await this.#requests.send([claim]))) {
      return { kind: "not now" };
    }
    const shares = await this.#machine.shareRoomKey(new RoomId(room), users(), await this.#settings(room));
    if (!(await this.#requests.send(shares))) {
      return { kind: "not now" };
    }
    const encrypted = await this.#machine.encryptRoomEvent(new RoomId(room), type, JSON.stringify(content));
    await this.#keys.commit();
    return { kind: "encrypted", content: JSON.parse(encrypted) as object };
  }

  async #knows(person: string): Promise<boolean> {
    const { UserId } = await loadCrypto();
    // Whatever of the crypto is not let go of keeps its store in memory.
    const devices = await this.#machine.getUserDevices(new UserId(person));
    const isKnown = devices.keys().length > 0;
    devices.free();
    return isKnown;
  }

  async #settings(room: string) {
    const { EncryptionSettings, EncryptionAlgorithm, HistoryVisibility, RoomId } = await loadCrypto();
    const settings = new EncryptionSettings();
    settings.algorithm = EncryptionAlgorithm.MegolmV1AesSha2;
    settings.historyVisibility = HistoryVisibility.Joined;
    const wanted = await this.#machine.getRoomSettings(new RoomId(room));
    if (wanted?.sessionRotationPeriodMs !== undefined) {
      settings.rotationPeriod = BigInt(wanted.sessionRotationPeriodMs) * BigInt(MICROSECONDS);
    }
    if (wanted?.sessionRotationPeriodMessages !== undefined) {
      settings.rotationPeriodMessages = BigInt(wanted.sessionRotationPeriodMessages);
    }
    return settings;
  }

  #defect(error: unknown): Decrypted {
    const { context } = this.#options;
    context.log.error("matrix.decryption.failed", { network: context.network, error });
    return { kind: "never", reason: "the decryption failed" };
  }
}

const quiet = (): void => {};
const MUTE = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

async function undecrypted(
  error: { readonly code: number; readonly maybe_withheld: string | undefined },
  session: string,
): Promise<Decrypted> {
  const { DecryptionErrorCode } = await loadCrypto();
  const isMissing =
    error.code === DecryptionErrorCode.MissingRoomKey || error.code === DecryptionErrorCode.UnknownMessageIndex;
  return isMissing
    ? { kind: "no key", session, withheld: error.maybe_withheld !== undefined }
    : { kind: "never", reason: "it could not be decrypted, or its sender is another" };
}

/** An id as the crypto has it; none when it is no id. */
function parsed<T>(id: string, Id: new (id: string) => T): readonly T[] {
  try {
    return [new Id(id)];
  } catch {
    return [];
  }
}

function isToDevice(event: unknown): boolean {
  const { type, sender, content } = (event ?? {}) as { type?: unknown; sender?: unknown; content?: unknown };
  return typeof type === "string" && typeof sender === "string" && typeof content === "object" && content !== null;
}

/** What a room wishes of its keys' lives: whole and positive, else the SDK's own values. */
function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
