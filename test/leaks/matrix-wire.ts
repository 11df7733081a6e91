/**
 * Matrix in the leak fuzzer: events as homeservers push them, taken by the adapter's own reception, and every request that the
 * adapter's own sender makes, to a homeserver that answers whatever is asked.
 */

import { OwnUser } from "../../adapters/matrix/account/own-user.ts";
import { decodeTransaction } from "../../adapters/matrix/codec-inbound.ts";
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
import { Rooms } from "../../adapters/matrix/rooms.ts";
import { Sender } from "../../adapters/matrix/sender.ts";
import { Signs } from "../../adapters/matrix/signs.ts";
import { softwareOf } from "../../adapters/matrix/software.ts";
import type { Feature, Inbound } from "../../src/core/model.ts";
import type { Act } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { eventOf, idOf, signOf, userId } from "./matrix-events.ts";
import { DESK_HOST, type LeakWire, leakContext, taken } from "./wire.ts";

const OWN_USER = `@desk:${DESK_HOST}`;
const TEXT_BYTES = 32_768;

/** A homeserver that takes everything, keeps what it was sent, and tells of people's profiles what people wrote there. */
class ReadyHomeserver implements Homeserver {
  /** Since it was last looked at; questions alone are nothing that anybody is shown. */
  written = "";
  /** The reactions of whoever reacted last, as relations. */
  relations: readonly object[] = [];
  #rooms = 0;

  async request({ method, path, query, body }: Request): Promise<Answer> {
    if (method !== "GET") this.written += `${path.join("/")} ${JSON.stringify([query, body])}\n`;
    return { kind: "ok", body: this.#answer(path) };
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
  readonly rooms: Rooms;
  readonly reception: Reception;
  readonly sender: Sender;
  readonly features: readonly Feature[];
}

function partsOf(name: string, account: boolean, heard: (inbound: Inbound) => void): Parts {
  const config = parseConfig({
    mode: "appservice",
    homeserver: "http://127.0.0.1:8008",
    serverName: DESK_HOST,
    asToken: "a",
    hsToken: "h",
  });
  const { limits } = config;
  const context = leakContext(name, heard);
  const homeserver = new ReadyHomeserver();
  const own = new OwnUser(OWN_USER, "support", homeserver);
  const reserved = new ReservedNames({ prefix: "desk_", serverName: DESK_HOST });
  // Pictures are drawn from the desk's own names; what they show is tested where they are.
  const pictures: Pick<GhostPictures, "give"> = { give: async () => {} };
  const ghosts: Ghosts = account
    ? own
    : new RegisteredGhosts(homeserver, reserved, pictures as GhostPictures, limits.rooms);
  const namespace: Namespace = account ? own : reserved;
  const rooms = new Rooms(context.state, homeserver, ghosts, limits.rooms);
  const ledger = new Ledger(limits.rooms);
  const reactions = new Reactions(homeserver, ghosts, ledger, context.state);
  // Fetching and cleaning are tested with real servers; here a file is there at once.
  const media: Pick<Media, "take" | "place"> = {
    take: async (file) => taken(file.name),
    place: async () => ({ kind: "placed", place: { url: `mxc://${DESK_HOST}/media` } }),
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
  return {
    homeserver,
    rooms,
    features: featuresOf(context, true),
    reception: new Reception(received),
    sender: new Sender({ ...shared, watch: () => {} }),
  };
}

/** `account`: the desk is one ordinary account there. */
export function matrixWire(name: string, account: boolean): LeakWire {
  let heard: Inbound[] = [];
  const { homeserver, rooms, reception, sender, features } = partsOf(name, account, (inbound) => heard.push(inbound));
  const never = new AbortController().signal;
  return {
    name,
    capabilities: {
      identity: account ? "fixed" : "virtual",
      features,
      maxTextBytes: TEXT_BYTES,
      window: 1,
      deduplicates: true,
    },
    address: userId,
    async hears(person, to, act) {
      heard = [];
      const opened = await rooms.open(to, userId(person), null, never);
      if (opened.kind === "failed") throw new Error(`no room: ${JSON.stringify(opened.outcome)}`);
      // As it is after they have joined under the name that their homeserver shows.
      const room = { ...opened.room, nick: person.displayName };
      await rooms.put(room);
      if (act.kind === "software") {
        const software = softwareOf([`${person.software.name}: Linux`]);
        const from = { network: name, id: userId(person) };
        const told = { kind: "software", redelivery: null, from, device: null, to, language: null } as const;
        return { raw: `${person.software.name}`, inbounds: software === null ? [] : [{ ...told, software }] };
      }
      homeserver.relations = relationsOf(person, act);
      const event = eventOf(person, room.room, act);
      const sign = signOf(person, room.room, act);
      const raw = JSON.stringify({ events: event === null ? [] : [event], ephemeral: sign === null ? [] : [sign] });
      const transaction = decodeTransaction(JSON.parse(raw));
      if (transaction === null) throw new Error(`this is no transaction: ${raw}`);
      homeserver.written = "";
      await reception.transaction(transaction);
      return { raw, inbounds: heard };
    },
    async shows(outbound) {
      homeserver.written = "";
      // Who reacted before is somebody else: the desk's own reactions are looked up as well.
      homeserver.relations = [];
      await sender.send(outbound, never);
      return homeserver.written;
    },
  };
}

/** What the homeserver says there is of reactions when the adapter asks. */
function relationsOf(person: HiddenPerson, act: Act): readonly object[] {
  return act.kind === "reaction" ? [eventOf(person, "", act) ?? {}] : [];
}
