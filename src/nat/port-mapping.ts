/**
 * The desk behind a NAT gateway: finds out which address the world sees, has ports mapped to this machine (NAT-PMP, RFC 6886),
 * renews them at half of their life, follows the gateway when it changes its mind, and gives the ports back at the end. It listens to no announcements of
 * the gateway (RFC 6886 §3.2.1): their port can belong to one program of a machine, so a look every `checkSeconds` stands in for them.
 */
import { BlockList, isIPv4 } from "node:net";
import type { Clock, Logger } from "../adapter.ts";
import { type Answer, type AskGateway, askGateway, type Protocol } from "./ask-gateway.ts";
import { readDefaultGateway } from "./default-gateway.ts";

/** A port of this machine that is to be reached from outside. */
export interface WantedPort {
  /** For status, metrics and the log; no other port has it. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** What is asked for; the gateway may give another. */
  readonly publicPort: number;
}

export interface NatConfig {
  /** An IPv4 address; `auto`: the router of the default route, looked up at each look. */
  readonly gateway: string;
  /** How long the gateway is asked to keep a mapping that is not renewed; it may grant less. */
  readonly lifetimeSeconds: number;
  /** How often it is looked whether the gateway still says what it said. */
  readonly checkSeconds: number;
}

export interface MappedPort extends WantedPort {
  /** Under which port the world reaches it; null: it does not. */
  readonly mapped: number | null;
  /** When the gateway forgets that unless it is renewed; milliseconds since the epoch. */
  readonly until: number | null;
  /** Why it is not mapped, or was not renewed. */
  readonly reason: string | null;
}

/** What is known of the world's side of the gateway. */
export interface NatStatus {
  /** Null: this machine has no default route. */
  readonly gateway: string | null;
  /** The address the world sees; null: not known. */
  readonly address: string | null;
  /** That address is a private network's: another NAT stands before this one, and leads nobody here. */
  readonly isPrivate: boolean;
  /** Why the gateway's last answer was none. */
  readonly reason: string | null;
  readonly ports: readonly MappedPort[];
}

export interface Nat {
  /** Looks for the first time, and goes on looking until stop(). Resolves after that first look. Never rejects. */
  start(): Promise<void>;
  /** Gives the ports back. Any number of times; never rejects. */
  stop(): Promise<void>;
  status(): NatStatus;
}

export interface NatParts {
  readonly config: NatConfig;
  readonly ports: readonly WantedPort[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when the address or a port in the status has become another one. */
  readonly changed: (status: NatStatus) => void;
  readonly ask?: AskGateway;
  /** May throw. */
  readonly defaultGateway?: () => string | null;
}

export function createNat(parts: NatParts): Nat {
  return new Keeper(parts);
}

/** Attempts to give a port back: stopping must not wait long for a gateway that is gone; the mapping ends by itself. */
const RELEASE_ATTEMPTS = 3;
/** RFC 6886 §3.6: a gateway's clock may be off by an eighth, and by two seconds besides. */
const EPOCH_SLOWNESS = 7 / 8;
const EPOCH_GRACE_SECONDS = 2;
/** A gateway that grants hardly any time is not asked more often than this. */
const LEAST_RENEWAL_MS = 1_000;

/** RFC 1918, and between a provider and its customers (RFC 6598). */
const PRIVATE = new BlockList();
for (const [net, length] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
] as const) {
  PRIVATE.addSubnet(net, length);
}
const SENSELESS = "the gateway answers what it was not asked";

interface Port {
  readonly wanted: WantedPort;
  mapped: number | null;
  until: number | null;
  renewAt: number;
  reason: string | null;
}

class Keeper implements Nat {
  readonly #parts: NatParts;
  readonly #ask: AskGateway;
  readonly #ports: readonly Port[];
  readonly #stop = new AbortController();
  #gateway: string | null = null;
  #address: string | null = null;
  #reason: string | null = null;
  /** What the gateway said last of its time, and when. */
  #epoch: { readonly seconds: number; readonly at: number } | null = null;
  #cancel = (): void => undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(parts: NatParts) {
    this.#parts = parts;
    this.#ask = parts.ask ?? askGateway;
    this.#ports = parts.ports.map((wanted) => ({ wanted, mapped: null, until: null, renewAt: 0, reason: null }));
  }

  start(): Promise<void> {
    this.#looking = this.#look();
    return this.#looking;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  status(): NatStatus {
    const ports = this.#ports.map(({ wanted, mapped, until, reason }) => ({ ...wanted, mapped, until, reason }));
    const isPrivate = this.#address !== null && PRIVATE.check(this.#address);
    return { gateway: this.#gateway, address: this.#address, isPrivate, reason: this.#reason, ports };
  }

  async #look(): Promise<void> {
    const before = published(this.status());
    const gateway = this.#findGateway();
    if (gateway !== this.#gateway) this.#forget(gateway);
    if (gateway !== null) await this.#lookAt(gateway);
    if (this.#stop.signal.aborted) return;
    this.#expire();
    if (published(this.status()) !== before) this.#parts.changed(this.status());
    this.#cancel = this.#parts.clock.after(this.#pauseMs(), () => {
      this.#looking = this.#look();
    });
  }

  /** Null: there is none, and `#reason` says so. */
  #findGateway(): string | null {
    const { config, defaultGateway = readDefaultGateway } = this.#parts;
    if (isIPv4(config.gateway)) return config.gateway;
    try {
      const found = defaultGateway();
      if (found === null) this.#complain("this machine has no default route; set nat.gateway to the gateway's address");
      return found;
    } catch (error) {
      this.#complain(`the default route cannot be read; set nat.gateway to the gateway's address (${error})`);
      return null;
    }
  }

  async #lookAt(gateway: string): Promise<void> {
    const answer = await this.#put(gateway, { kind: "address" });
    if (answer.kind !== "address") {
      this.#complain(answer.kind === "mapped" ? SENSELESS : answer.reason);
      return;
    }
    const isReborn = this.#hasBegunAnew(answer.epoch);
    const isMoved = this.#address !== answer.address;
    if (isReborn) this.#parts.log.warn("nat.gateway.restarted", { gateway, note: "its mappings are made again" });
    if (isMoved) this.#moveTo(gateway, answer.address);
    this.#reason = null;
    for (const port of this.#ports) {
      const now = this.#parts.clock.now();
      if (isReborn || isMoved || port.mapped === null || now >= port.renewAt) await this.#map(gateway, port);
    }
  }

  #moveTo(gateway: string, address: string): void {
    const { log } = this.#parts;
    log.info("nat.address", { gateway, address, before: this.#address });
    const note = "another NAT stands before this one: nobody out there is led here until it is told to, too";
    if (PRIVATE.check(address)) log.warn("nat.address.private", { gateway, address, note });
    this.#address = address;
  }

  async #map(gateway: string, port: Port): Promise<void> {
    const { wanted, mapped } = port;
    const { log, config, clock } = this.#parts;
    const { name, protocol } = wanted;
    const answer = await this.#put(gateway, {
      kind: "map",
      protocol,
      port: wanted.port,
      // To stay where the world has been told it is comes before what was wished for at first.
      publicPort: mapped ?? wanted.publicPort,
      lifetimeSeconds: config.lifetimeSeconds,
    });
    if (this.#stop.signal.aborted && answer.kind !== "mapped") return;
    if (answer.kind !== "mapped") {
      const reason = answer.kind === "address" ? SENSELESS : answer.reason;
      if (port.reason !== reason) log.warn("nat.refused", { port: name, gateway, reason });
      port.reason = reason;
      return;
    }
    const lifeMs = answer.lifetimeSeconds * 1_000;
    port.mapped = answer.publicPort;
    port.until = clock.now() + lifeMs;
    port.renewAt = clock.now() + lifeMs / 2;
    port.reason = null;
    const fields = { port: name, publicPort: answer.publicPort, seconds: answer.lifetimeSeconds };
    if (mapped === answer.publicPort) log.debug("nat.renewed", fields);
    else if (mapped !== null) log.warn("nat.moved", { ...fields, before: mapped });
    else log.info("nat.mapped", { ...fields, asked: wanted.publicPort });
  }

  #put(gateway: string, question: Parameters<AskGateway>[1], attempts?: number): Promise<Answer> {
    const { clock } = this.#parts;
    // What is asked at the end is not given up for that end's sake.
    const limits = attempts === undefined ? { signal: this.#stop.signal } : { attempts };
    return this.#ask(gateway, question, { clock, ...limits });
  }

  /** RFC 6886 §3.6: whether the gateway has forgotten what it promised. */
  #hasBegunAnew(seconds: number): boolean {
    const now = this.#parts.clock.now();
    const last = this.#epoch;
    this.#epoch = { seconds, at: now };
    if (last === null) return false;
    const least = last.seconds + ((now - last.at) / 1_000) * EPOCH_SLOWNESS;
    return seconds + EPOCH_GRACE_SECONDS < least;
  }

  /** Another gateway knows nothing of what the last one promised. */
  #forget(gateway: string | null): void {
    if (this.#gateway !== null) this.#parts.log.warn("nat.gateway.changed", { gateway, before: this.#gateway });
    this.#gateway = gateway;
    this.#address = null;
    this.#epoch = null;
    for (const port of this.#ports) Object.assign(port, { mapped: null, until: null, renewAt: 0 });
  }

  /** A gateway that does not answer may keep what it promised; but no longer than that. */
  #expire(): void {
    const now = this.#parts.clock.now();
    for (const port of this.#ports) {
      if (port.mapped === null || port.until === null || now < port.until) continue;
      this.#parts.log.warn("nat.lost", { port: port.wanted.name, reason: port.reason ?? this.#reason });
      Object.assign(port, { mapped: null, until: null });
    }
    if (this.#reason !== null && this.#ports.every(({ mapped }) => mapped === null)) this.#address = null;
  }

  #complain(reason: string): void {
    if (this.#stop.signal.aborted) return;
    if (this.#reason !== reason) this.#parts.log.warn("nat.silent", { gateway: this.#gateway, reason });
    this.#reason = reason;
  }

  #pauseMs(): number {
    const now = this.#parts.clock.now();
    const due = this.#ports.flatMap(({ mapped, renewAt }) => (mapped === null ? [] : [renewAt - now]));
    return Math.max(LEAST_RENEWAL_MS, Math.min(this.#parts.config.checkSeconds * 1_000, ...due));
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    this.#cancel();
    await this.#looking;
    const gateway = this.#gateway;
    if (gateway === null) return;
    await Promise.all(this.#ports.filter(({ mapped }) => mapped !== null).map((port) => this.#release(gateway, port)));
  }

  /** RFC 6886 §3.4: this port alone. What other programs of this machine have mapped is theirs. */
  async #release(gateway: string, port: Port): Promise<void> {
    const { name, protocol, port: inside } = port.wanted;
    const question = { kind: "map", protocol, port: inside, publicPort: 0, lifetimeSeconds: 0 } as const;
    const answer = await this.#put(gateway, question, RELEASE_ATTEMPTS);
    const publicPort = port.mapped;
    Object.assign(port, { mapped: null, until: null });
    if (answer.kind === "mapped") this.#parts.log.info("nat.released", { port: name, publicPort });
    else this.#parts.log.warn("nat.not-released", { port: name, publicPort, ...answer });
  }
}

/** What of the status others were told. */
function published({ address, ports }: NatStatus): string {
  return [address, ...ports.map(({ mapped }) => mapped)].join(" ");
}
