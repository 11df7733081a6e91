/** The web network in the leak fuzzer: frames of the page, and frames for it. */
import { toFrame, toInbounds } from "../../adapters/web/codec.ts";
import { type ClientFrame, parseClientFrame } from "../../adapters/web/pages/protocol.ts";
import { WEB_FEATURES } from "../../adapters/web/software.ts";
import type { Upload } from "../../adapters/web/uploads.ts";
import type { Inbound } from "../../src/core/model.ts";
import type { Act, Named } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { type Heard, type LeakWire, taken } from "./wire.ts";

const TEXT_BYTES = 65_536;
const ID_LENGTH = 16;

/** The id of a page's frame, with what must not be told in it. */
function idOf({ local }: HiddenPerson, named: Named): string {
  return named.kind === "shown" ? named.key : `${local}-${named.number}`.padEnd(ID_LENGTH, "_");
}

function frameOf(person: HiddenPerson, desk: string, act: Act): object | null {
  const id = idOf(person, { kind: "own", number: act.number });
  switch (act.kind) {
    case "message":
      return { kind: "line", id, desk, text: act.action ? `/me ${act.text}` : act.text, choice: null, file: null };
    case "file":
      return { kind: "line", id, desk, text: act.caption, choice: null, file: "f".repeat(ID_LENGTH) };
    case "edit":
      return { kind: "edit", id, desk, of: idOf(person, act.of).padEnd(ID_LENGTH, "_"), text: act.text };
    case "retraction":
      return { kind: "retract", id, desk, of: idOf(person, act.of).padEnd(ID_LENGTH, "_") };
    case "receipt":
      return { kind: "read", id, desk, of: [idOf(person, act.of)] };
    case "typing":
      return { kind: "typing", desk, state: act.state };
    case "reaction":
    case "presence":
    case "software":
    case "subscription":
    case "bounce":
      return null;
  }
}

function read(network: string, person: HiddenPerson, frame: ClientFrame, upload: Upload | null): readonly Inbound[] {
  const address = { network, id: person.local };
  switch (frame.kind) {
    case "typing":
      return [
        {
          kind: "typing",
          redelivery: null,
          from: address,
          device: person.resource,
          to: frame.desk,
          state: frame.state,
        },
      ];
    case "hello":
    case "got":
    case "ping":
      return [];
    default:
      return toInbounds(frame, { address, device: person.resource, language: "en" }, upload);
  }
}

export function webWire(name: string): LeakWire {
  return {
    name,
    capabilities: {
      identity: "virtual",
      features: WEB_FEATURES,
      maxTextBytes: TEXT_BYTES,
      window: 8,
      deduplicates: true,
    },
    address: ({ local }) => local,
    async hears(person, to, act): Promise<Heard> {
      if (act.kind === "software") {
        const { software } = person;
        const base = {
          redelivery: null,
          from: { network: name, id: person.local },
          device: person.resource,
          to,
        } as const;
        return { raw: JSON.stringify(software), inbounds: [{ ...base, kind: "software", software, language: null }] };
      }
      const frame = frameOf(person, to, act);
      if (frame === null) return { raw: "", inbounds: [] };
      const raw = JSON.stringify(frame);
      const parsed = parseClientFrame(raw);
      if (parsed.kind !== "frame") throw new Error(`this is no frame: ${raw} ${parsed.fault}`);
      // The id of an upload is its sender's own, and ends here.
      const upload = act.kind === "file" ? (taken(act.name) as Upload) : null;
      return { raw, inbounds: read(name, person, parsed.frame, upload) };
    },
    async shows(outbound) {
      const encoded = toFrame(outbound);
      return encoded.kind === "acknowledged" || encoded.kind === "passing" ? JSON.stringify(encoded.frame) : "";
    },
  };
}
