/**
 * Finds out what software a device is, once, in the background: capabilities it announced (XEP-0115), else service discovery
 * (XEP-0030), its version (XEP-0092), and whether its domain is a gateway. Rate-limited, so that a crowd of strangers cannot
 * make the desk ask a crowd of questions; nothing waits for it.
 */
import { Element } from "@xmpp/xml";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../src/adapter.ts";
import type { Software } from "../../src/core/model.ts";
import { childOf } from "./elements.ts";
import {
  type AnnouncedCapabilities,
  type DiscoInfo,
  isUnambiguous,
  readDiscoInfo,
  verificationHash,
} from "./entity-capabilities.ts";
import { type Jid, parseJid } from "./jid.ts";
import { NS } from "./namespaces.ts";
import { type Answers, gatewayOf, showsForms, softwareOf } from "./software.ts";

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly perSecond: number;
  readonly waiting: number;
  readonly devices: number;
  /** Asks and resolves with the result stanza, or null when there is none in time. */
  ask(desk: string, to: Jid, question: Element): Promise<Element | null>;
  /** Somebody's software is known now. */
  found(target: Target, software: Software): void;
  /** Too many are waiting: this one is not asked. */
  skipped(target: Target): void;
}

/** Whom to ask, and as whom: the desk's own name the person wrote to. */
export interface Target {
  readonly device: Jid;
  readonly desk: string;
  readonly capabilities: AnnouncedCapabilities | null;
  readonly language: string | null;
}

interface Known {
  forms: boolean;
  ver: string | null;
}

const VERIFIED = 2_000;
const DOMAINS = 2_000;
/** How long it is believed of a domain that it is, or is not, a gateway. */
const DOMAIN_MS = 3_600_000;

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #known: LRUCache<string, Known>;
  readonly #verified = new LRUCache<string, DiscoInfo>({ max: VERIFIED });
  readonly #domains = new LRUCache<string, { readonly at: number; readonly gateway: Promise<Software["gateway"]> }>({
    max: DOMAINS,
  });
  readonly #queue: Target[] = [];
  #cancelTick: (() => void) | null = null;
  #tokens: number;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#known = new LRUCache({ max: options.devices });
    this.#tokens = options.perSecond;
  }

  /** Whether it was asked already, for these capabilities. */
  isKnown(device: Jid, capabilities: AnnouncedCapabilities | null): boolean {
    const known = this.#known.get(device.full);
    return known !== undefined && (capabilities === null || known.ver === capabilities.ver);
  }

  /** A device wrote or showed itself. Asks it unless it is known. */
  notice(target: Target): void {
    const { device, capabilities } = target;
    if (this.isKnown(device, capabilities)) {
      return;
    }
    if (this.#queue.length >= this.#options.waiting) {
      this.#options.skipped(target);
      return;
    }
    const forms = this.#known.get(device.full)?.forms ?? false;
    this.#known.set(device.full, { forms, ver: capabilities?.ver ?? null });
    this.#queue.push(target);
    this.#work();
  }

  /** The device went offline; when it comes back it may be another version. */
  forget(device: Jid): void {
    this.#known.delete(device.full);
  }

  /** Whether that device is known to show forms in messages (XEP-0004). */
  showsForms(device: Jid): boolean {
    return this.#known.get(device.full)?.forms ?? false;
  }

  /** Stops asking; what was found stays known unless `forgetful`. */
  cut(): void {
    this.#queue.length = 0;
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#tokens = this.#options.perSecond;
    this.#known.clear();
  }

  #work(): void {
    while (this.#tokens > 0) {
      const target = this.#queue.shift();
      if (target === undefined) {
        return;
      }
      this.#tokens -= 1;
      void this.#discover(target);
    }
    this.#cancelTick ??= this.#options.clock.after(1_000, () => {
      this.#cancelTick = null;
      this.#tokens = this.#options.perSecond;
      this.#work();
    });
  }

  async #discover(target: Target): Promise<void> {
    const own = Promise.all([
      this.#info(target),
      this.#question(target, target.device, new Element("query", { xmlns: NS.version })),
    ]);
    const gateway = await this.#gateway(target);
    // Told at once: people behind a gateway may take long to say what they write from, and a CSR is asked meanwhile.
    this.#tell(target, { info: null, version: null, gateway });
    const [info, version] = await own;
    const known = this.#known.get(target.device.full);
    if (known !== undefined && info !== null) {
      known.forms = showsForms(info);
    }
    if (info !== null || version !== null) {
      this.#tell(target, { info, version, gateway });
    }
  }

  #tell(target: Target, answers: Answers): void {
    const software = softwareOf(answers);
    if (software !== null) {
      this.#options.found(target, software);
    }
  }

  /** By announced capabilities if they were verified before, else by asking; only what fits its hash is kept for others. */
  async #info(target: Target): Promise<DiscoInfo | null> {
    const { capabilities, device } = target;
    const verified = capabilities === null ? undefined : this.#verified.get(capabilities.ver);
    if (verified !== undefined) {
      return verified;
    }
    const node = capabilities === null ? {} : { node: `${capabilities.node}#${capabilities.ver}` };
    const query = await this.#question(target, device, new Element("query", { xmlns: NS.discoInfo, ...node }));
    if (query === null) {
      return null;
    }
    const info = readDiscoInfo(query);
    if (capabilities !== null && isUnambiguous(info) && verificationHash(info) === capabilities.ver) {
      this.#verified.set(capabilities.ver, info);
    }
    return info;
  }

  #gateway(target: Target): Promise<Software["gateway"]> {
    const { domain } = target.device;
    const now = this.#options.clock.now();
    const known = this.#domains.get(domain);
    if (known !== undefined && now - known.at < DOMAIN_MS) {
      return known.gateway;
    }
    const jid = parseJid(domain);
    const query = new Element("query", { xmlns: NS.discoInfo });
    const gateway = (jid === null ? Promise.resolve(null) : this.#question(target, jid, query)).then((answer) =>
      answer === null ? null : gatewayOf(readDiscoInfo(answer)),
    );
    this.#domains.set(domain, { at: now, gateway });
    return gateway;
  }

  async #question(target: Target, to: Jid, query: Element): Promise<Element | null> {
    const answer = await this.#options.ask(target.desk, to, query);
    return answer === null ? null : (childOf(answer, "query", query.attrs.xmlns) ?? null);
  }
}
