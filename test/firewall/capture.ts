/** What went over a wire: recorded by tcpdump, read here (libpcap's file format, Ethernet, IPv4 and IPv6, TCP and UDP). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../support/namespaces.ts";
import { programs } from "../support/programs.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

/** A frame of a capture, as far as it is of use here. */
export interface Frame {
  /** The sender's hardware address, as `ip link` writes it. */
  readonly sender: string;
  /** Every network address that stands in a header: of IP, or in an ARP question or answer. */
  readonly addresses: readonly string[];
  /** Names the stream: protocol, source, destination. Null for what is neither TCP nor UDP. */
  readonly flow: string | null;
  /** TCP's sequence number of the first byte; 0 for UDP. */
  readonly sequence: number;
  readonly payload: Buffer;
}

const FILE_HEAD = 24;
const RECORD_HEAD = 16;
const ETHERNET = 14;
const TYPES = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const CALM_MS = 300;

export class Capture {
  readonly #folder: TemporaryFolder = temporaryFolder("capture");
  readonly #dump: ServerProcess;
  readonly #file: string;

  private constructor(host: Host, device: string) {
    this.#file = join(this.#folder.path, "frames.pcap");
    this.#dump = new ServerProcess({
      name: "tcpdump",
      program: programs.tcpdump.path,
      args: ["-i", device, "-s", "0", "-n", "-U", "--immediate-mode", "-B", "16384", "-Z", "root", "-w", this.#file],
      namespace: host.namespace,
    });
  }

  /** Everything that passes that interface from now on. */
  static async begin(host: Host, device: string): Promise<Capture> {
    const capture = new Capture(host, device);
    await until("tcpdump to listen", () => capture.#dump.output.includes("listening on"));
    return capture;
  }

  /** Ends it; what was on the wire until now. Fails when tcpdump missed some of it. */
  async end(): Promise<readonly Frame[]> {
    // What the kernel holds for tcpdump is written when nothing more comes for a while.
    let [size, since] = [-1, performance.now()];
    await until("the capture to be written", () => {
      const now = readFileSync(this.#file).length;
      if (now !== size) [size, since] = [now, performance.now()];
      return performance.now() - since > CALM_MS;
    });
    await this.#dump.stop();
    const missed = /(\d+) packets? dropped by kernel/u.exec(this.#dump.output)?.[1];
    if (missed !== "0") throw new Error(`tcpdump missed ${missed ?? "an unknown number of"} frames.`);
    const frames = readFrames(readFileSync(this.#file));
    await this.discard();
    return frames;
  }

  /** Any number of times, also after end(). */
  async discard(): Promise<void> {
    await this.#dump.kill();
    this.#folder.remove();
  }
}

/** Every host's address in the headers of these frames, each once: groups, "nobody yet" and what is local to the wire are no hosts. */
export function hostsOf(frames: readonly Frame[]): readonly string[] {
  const isHost = (address: string) =>
    address !== "0.0.0.0" && address !== "::" && !/^(?:22[4-9]\.|23\d\.|255\.|ff|fe80:)/u.test(address);
  return [...new Set(frames.flatMap(({ addresses }) => addresses).filter(isHost))].sort();
}

/** What was said in each direction of each connection, in order and without repeats; by flow. */
export function streamsOf(frames: readonly Frame[]): ReadonlyMap<string, Buffer> {
  const flows = new Map<string, Frame[]>();
  for (const frame of frames) {
    if (frame.flow !== null && frame.payload.length > 0) {
      flows.set(frame.flow, [...(flows.get(frame.flow) ?? []), frame]);
    }
  }
  return new Map([...flows].map(([flow, parts]) => [flow, joined(parts)]));
}

/** Whether that was said, whatever the case. As bytes: what is said is UTF-8, and may stand beside what is not. */
export function includes(stream: Buffer, word: string): boolean {
  return stream.toString("latin1").toLowerCase().includes(Buffer.from(word).toString("latin1").toLowerCase());
}

/** Sequence numbers wrap around; those of one connection here are never 2 GB apart. */
function joined(parts: readonly Frame[]): Buffer {
  const [first] = parts;
  const start = first?.sequence ?? 0;
  const placed = parts.map((part) => ({ ...part, at: (part.sequence - start) | 0 })).sort((a, b) => a.at - b.at);
  const pieces: Buffer[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { at, payload, flow } of placed) {
    const fresh = flow?.startsWith("udp") === true ? 0 : Math.max(0, end - at);
    if (fresh < payload.length) pieces.push(payload.subarray(fresh));
    end = Math.max(end, at + payload.length);
  }
  return Buffer.concat(pieces);
}

function readFrames(file: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = FILE_HEAD; at + RECORD_HEAD <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    frames.push(readFrame(file.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length)));
    at += RECORD_HEAD + length;
  }
  return frames;
}

function readFrame(frame: Buffer): Frame {
  const sender = [...frame.subarray(6, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return { ...readPacket(frame, frame.subarray(ETHERNET)), sender };
}

function readPacket(frame: Buffer, packet: Buffer): Omit<Frame, "sender"> {
  switch (frame.readUInt16BE(ETHERNET - 2)) {
    case TYPES.arp:
      return { ...EMPTY, addresses: [packet.subarray(14, 18), packet.subarray(24, 28)].map(dotted) };
    case TYPES.ipv6:
      return readIpv6(packet);
    case TYPES.ipv4:
      return readIpv4(packet);
    default:
      return { ...EMPTY, payload: packet };
  }
}

const EMPTY: Omit<Frame, "sender"> = { addresses: [], flow: null, sequence: 0, payload: Buffer.alloc(0) };

function readIpv4(packet: Buffer): Omit<Frame, "sender"> {
  const head = (packet.readUInt8(0) & 0x0f) * 4;
  const [source, target] = [dotted(packet.subarray(12, 16)), dotted(packet.subarray(16, 20))];
  const protocol = packet.readUInt8(9);
  // Short frames are padded; the packet says how long it is.
  const inner = packet.subarray(head, packet.readUInt16BE(2));
  return readTransport(source, target, protocol, inner);
}

const IPV6_HEAD = 40;
/** Who has an address, and "I have" (RFC 4861 §4.3, §4.4). */
const NEIGHBOURS: ReadonlySet<number> = new Set([135, 136]);

function readIpv6(packet: Buffer): Omit<Frame, "sender"> {
  const [source, target] = [colons(packet.subarray(8, 24)), colons(packet.subarray(24, 40))];
  const protocol = packet.readUInt8(6);
  const inner = packet.subarray(IPV6_HEAD, IPV6_HEAD + packet.readUInt16BE(4));
  if (protocol !== ICMPV6 || !NEIGHBOURS.has(inner.readUInt8(0))) return readTransport(source, target, protocol, inner);
  return { ...EMPTY, addresses: [source, target, colons(inner.subarray(8, 24))], payload: inner };
}

/** As people write it (RFC 5952). */
function colons(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_none, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

function readTransport(source: string, target: string, protocol: number, inner: Buffer): Omit<Frame, "sender"> {
  const addresses = [source, target];
  if (protocol !== TCP && protocol !== UDP) return { ...EMPTY, addresses, payload: inner };
  const ports = `${source}:${inner.readUInt16BE(0)} > ${target}:${inner.readUInt16BE(2)}`;
  const isTcp = protocol === TCP;
  const payload = inner.subarray(isTcp ? (inner.readUInt8(12) >> 4) * 4 : 8);
  return { addresses, flow: `${isTcp ? "tcp" : "udp"} ${ports}`, sequence: isTcp ? inner.readUInt32BE(4) : 0, payload };
}

function dotted(bytes: Buffer): string {
  return bytes.join(".");
}
