/**
 * Matrix in the leak fuzzer: events as homeservers push them, taken by the adapter's own reception, and every request that the
 * adapter's own sender makes, to a homeserver that answers whatever is asked. Where chats are encrypted, what a person's device reads
 * is looked through as well as what passes its server.
 */

import { EncryptedHomeserver } from "../../adapters/matrix/account/encrypted-homeserver.ts";
import { Encryption } from "../../adapters/matrix/account/encryption.ts";
import { OwnUser } from "../../adapters/matrix/account/own-user.ts";
import { encryptAttachment } from "../../adapters/matrix/attachments.ts";
import { decodeTransaction, type RoomEvent } from "../../adapters/matrix/codec-inbound.ts";
import { parseConfig } from "../../adapters/matrix/config.ts";
import { featuresOf } from "../../adapters/matrix/features.ts";
import type { GhostPictures } from "../../adapters/matrix/ghost-pictures.ts";
import { type Ghosts, RegisteredGhosts } from "../../adapters/matrix/ghosts.ts";
import type { Answer, Homeserver, Request } from "../../adapters/matrix/homeserver.ts";
import { type Namespace, ReservedNames } from "../../adapters/matrix/identifiers.ts";
import { Ledger } from "../../adapters/matrix/ledger.ts";
import type { Media } from "../../adapters/matrix/media.ts";
import { Membership } from "../../adapters/matrix/membership.ts";
import { Reactions } from "../../adapters/matrix/reactions.ts";
import { Reception } from "../../adapters/matrix/reception.ts";
import { type Room, Rooms } from "../../adapters/matrix/rooms.ts";
import { Sender } from "../../adapters/matrix/sender.ts";
import { Signs } from "../../adapters/matrix/signs.ts";
import { softwareOf } from "../../adapters/matrix/software.ts";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Inbound } from "../../src/core/model.ts";
import type { Act } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { eventOf, idOf, type SentEvent, signOf, userId } from "./matrix-events.ts";
import { glassEncryption, sealedInGlass, throughGlass } from "./matrix-glass.ts";
import { FarDevice, isOfKeys, KeyServer } from "./matrix-keys.ts";
import { DESK_HOST, type Heard, type LeakWire, leakContext, taken } from "./wire.ts";

const OWN_USER = `@desk:${DESK_HOST}`;
const TEXT_BYTES = 32_768;
const MEDIA = `mxc://${DESK_HOST}/media`;
const MANY = 10_000;

/**
 * How the desk is there: as an application service, as one ordinary account, or as one whose chats are encrypted: by the real crypto at
 * both ends ("sealed"), which takes 4 ms a message, or in glass.
 */
export type MatrixMode = "service" | "account" | "sealed" | "glass";

/** A homeserver that takes everything, keeps what it was sent, and tells of people's profiles what people wrote there. */
class ReadyHomeserver implements Homeserver {
  /** Since it was last looked at; questions alone are nothing that anybody is shown. */
  written = "";
  /** What was sent of it that only a device can read. */
  sealed: { readonly room: string; readonly content: object }[] = [];
  /** The reactions of whoever reacted last, as relations. */
  relations: readonly object[] = [];
  readonly keys = new KeyServer();
  #rooms = 0;

  async request(request: Request): Promise<Answer> {
    const { method, path, query, body } = request;
    const isQuestion = method === "GET" || path[1] === "keys";
    if (!isQuestion) this.written += `${path.join("/")} ${JSON.stringify([query, body])}\n`;
    if (path[4] === "m.room.encrypted") this.sealed.push({ room: path[2] ?? "", content: body ?? {} });
    return isOfKeys(request) ? await this.keys.of(OWN_USER).request(request) : { kind: "ok", body: this.#answer(path) };
  }

  forgetWritten(): void {
    this.written = "";
    this.sealed = [];
  }

  #answer(path: readonly string[]): Readonly<Record<string, unknown>> {
    if (path.includes("createRoom")) {
      this.#rooms += 1;
      return { room_id: `!${this.#rooms}:${DESK_HOST}` };
    }
    if (path.includes("send")) return { event_id: idOf(null, { kind: "shown", key: path.at(-1) ?? "" }) };
    if (path.includes("relations")) return { chunk: this.relations };
    return path.includes("messages") ? { chunk: [] } : {};
  }
}

interface Parts {
  readonly homeserver: ReadyHomeserver;
  readonly encryption: Encryption | null;
  readonly rooms: Rooms;
  readonly reception: Reception;
  readonly sender: Sender;
}

async function encryptionOf(
  context: AdapterContext,
  homeserver: Homeserver,
  mode: MatrixMode,
): Promise<Encryption | null> {
  // The parts of it that are asked for.
  if (mode === "glass") return glassEncryption() as Encryption;
  if (mode !== "sealed") return null;
  const options = { context, homeserver, own: OWN_USER, device: "DESK", secret: "of the desk's keys", rooms: MANY };
  const opened = await Encryption.open(options);
  if (opened.kind !== "open") throw new Error(opened.reason);
  await opened.encryption.exchange();
  return opened.encryption;
}

async function partsOf(context: AdapterContext, mode: MatrixMode): Promise<Parts> {
  const account = mode !== "service";
  const config = parseConfig({
    mode: "appservice",
    homeserver: "http://127.0.0.1:8008",
    serverName: DESK_HOST,
    asToken: "a",
    hsToken: "h",
  });
  const { limits } = config;
  const server = new ReadyHomeserver();
  const encryption = await encryptionOf(context, server, mode);
  const personIn = async (room: string) => (await rooms.byId(room))?.person ?? null;
  const sealing = { homeserver: server, encryption: () => encryption, isConfigured: true, personIn };
  const homeserver = encryption === null ? server : new EncryptedHomeserver(sealing);
  const own = new OwnUser(OWN_USER, "support", server);
  const reserved = new ReservedNames({ prefix: "desk_", serverName: DESK_HOST });
  // Pictures are drawn from the desk's own names; what they show is tested where they are.
  const pictures: Pick<GhostPictures, "give"> = { give: async () => {} };
  const ghosts: Ghosts = account
    ? own
    : new RegisteredGhosts(homeserver, reserved, pictures as GhostPictures, limits.rooms);
  const namespace: Namespace = account ? own : reserved;
  const rooms: Rooms = new Rooms(context.state, homeserver, ghosts, limits.rooms);
  const ledger = new Ledger(limits.rooms);
  const reactions = new Reactions(homeserver, ghosts, ledger, context.state);
  // Fetching and cleaning are tested with real servers; here a file is there at once.
  const media: Pick<Media, "take" | "place"> = {
    take: async (file) => taken(file.name),
    place: async (_file, isEncrypted) => ({
      kind: "placed",
      place: isEncrypted ? { file: sealedFile() } : { url: MEDIA },
    }),
  };
  const shared = {
    context,
    limits: { ...limits, watched: 10 },
    homeserver,
    namespace,
    ghosts,
    rooms,
    ledger,
    reactions,
    media: media as Media,
  };
  const { receive } = context;
  const signs = new Signs({ ...shared, receive });
  const membership = new Membership({ ...shared, receive, met: () => {} });
  const putAside = async () => false;
  const received = { ...shared, receive, signs, membership, putAside, spoke: () => {} };
  const isEncrypted = async () => encryption !== null;
  return {
    homeserver: server,
    encryption,
    rooms,
    reception: new Reception(received),
    sender: new Sender({ ...shared, isEncrypted, watch: () => {} }),
  };
}

function sealedFile() {
  return { ...encryptAttachment(Buffer.from("a file")).encryption, url: MEDIA };
}

export function matrixWire(name: string, mode: MatrixMode): LeakWire {
  let heard: Inbound[] = [];
  const context = leakContext(name, (inbound) => heard.push(inbound));
  const opening = partsOf(context, mode);
  const devices = new FarDevices(mode, async () => (await opening).homeserver.keys);
  const never = new AbortController().signal;
  return {
    name,
    capabilities: {
      identity: mode === "service" ? "virtual" : "fixed",
      features: featuresOf(context, true),
      maxTextBytes: TEXT_BYTES,
      window: 1,
      deduplicates: true,
    },
    address(person) {
      devices.introduce(person);
      return userId(person);
    },
    async hears(person, to, act) {
      const parts = await opening;
      heard = [];
      const device = await devices.of(userId(person));
      const room = await roomOf(parts.rooms, person, to);
      if (act.kind === "software") return toldSoftware(name, person, to);
      parts.homeserver.relations = relationsOf(person, act);
      const event = eventOf(person, room.room, act, device !== null);
      const sign = signOf(person, room.room, act);
      const sent = event === null || device === null ? event : await sealed(device, person, event);
      const raw = JSON.stringify({ events: sent === null ? [] : [sent], ephemeral: sign === null ? [] : [sign] });
      const transaction = decodeTransaction(JSON.parse(raw));
      if (transaction === null) throw new Error(`this is no transaction: ${raw}`);
      const events = await readable(parts, transaction.events);
      await parts.reception.transaction({ ...transaction, events });
      return { raw: device === null ? raw : `${raw} ${JSON.stringify(event)}`, inbounds: heard };
    },
    async shows(outbound) {
      const { homeserver, sender } = await opening;
      homeserver.forgetWritten();
      // Who reacted before is somebody else: the desk's own reactions are looked up as well.
      homeserver.relations = [];
      const device = await devices.of(outbound.to.id);
      await sender.send(outbound, never);
      const read: string[] = [];
      for (const { room, content } of homeserver.sealed)
        read.push((await device?.decrypt(room, OWN_USER, content)) ?? "");
      return [homeserver.written, ...read].join("");
    },
    async close() {
      await (await opening).encryption?.close();
      await devices.close();
    },
  };
}

function toldSoftware(network: string, person: HiddenPerson, to: string): Heard {
  const { name } = person.software;
  const software = softwareOf([`${name}: Linux`]);
  const told = { redelivery: null, from: { network, id: userId(person) }, device: null, to, language: null } as const;
  return { raw: `${name}`, inbounds: software === null ? [] : [{ ...told, kind: "software", software }] };
}

/** What a person's device does with what is encrypted. */
type Reader = Pick<FarDevice, "encrypt" | "decrypt">;
const GLASS_READER: Reader = {
  encrypt: async (_room, _reader, type, content) => sealedInGlass(type, content as RoomEvent["content"]),
  decrypt: async (_room, _sender, content) => JSON.stringify(throughGlass(content as RoomEvent["content"])),
};

/** The devices of whoever was seen, each opened when it is needed. */
class FarDevices {
  readonly #mode: MatrixMode;
  readonly #keys: () => Promise<KeyServer>;
  readonly #names = new Map<string, string>();
  readonly #devices = new Map<string, Promise<FarDevice>>();

  constructor(mode: MatrixMode, keys: () => Promise<KeyServer>) {
    this.#mode = mode;
    this.#keys = keys;
  }

  introduce(person: HiddenPerson): void {
    this.#names.set(userId(person), person.resource);
  }

  /** Null where nothing is encrypted. */
  async of(user: string): Promise<Reader | null> {
    if (this.#mode !== "sealed") return this.#mode === "glass" ? GLASS_READER : null;
    const device = this.#devices.get(user) ?? FarDevice.open(user, this.#names.get(user) ?? "FAR", await this.#keys());
    this.#devices.set(user, device);
    return await device;
  }

  async close(): Promise<void> {
    for (const device of await Promise.all(this.#devices.values())) device.close();
  }
}

/** As it is after they have joined under the name that their homeserver shows. */
async function roomOf(rooms: Rooms, person: HiddenPerson, to: string): Promise<Room> {
  const opened = await rooms.open(to, userId(person), null, new AbortController().signal);
  if (opened.kind === "failed") throw new Error(`no room: ${JSON.stringify(opened.outcome)}`);
  const room = { ...opened.room, nick: person.displayName };
  await rooms.put(room);
  return room;
}

/** Reactions and redactions homeservers count, so nobody's client encrypts them. */
const PLAIN: ReadonlySet<string> = new Set(["m.reaction", "m.room.redaction"]);

/** The same event as the person's device writes it: what is outside of the encrypted is its own as well. */
async function sealed(device: Reader, person: HiddenPerson, event: SentEvent): Promise<object> {
  if (PLAIN.has(event.type)) return event;
  const content = await device.encrypt(event.room_id, OWN_USER, event.type, event.content);
  return { ...event, type: "m.room.encrypted", content: { ...content, device_id: person.resource } };
}

/** As the account reads them: keys that came first. */
async function readable({ encryption, homeserver }: Parts, events: readonly RoomEvent[]): Promise<RoomEvent[]> {
  await encryption?.take(homeserver.keys.newsOf(OWN_USER));
  return await Promise.all(
    events.map(async (event) => {
      if (encryption === null || event.type !== "m.room.encrypted") return event;
      const read = await encryption.decrypt(event);
      if (read.kind !== "clear") throw new Error(`the desk cannot read ${JSON.stringify(event)}: ${read.kind}`);
      return read.event;
    }),
  );
}

/** What the homeserver says there is of reactions when the adapter asks. */
function relationsOf(person: HiddenPerson, act: Act): readonly object[] {
  return act.kind === "reaction" ? [eventOf(person, "", act) ?? {}] : [];
}
