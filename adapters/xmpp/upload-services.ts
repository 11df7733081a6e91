/**
 * Where the people of a domain upload their files: the services that their own server names (XEP-0030, XEP-0363 §3). Asked once
 * in a while for each domain, and only when a file has to be fetched from there.
 */
import { Element } from "@xmpp/xml";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../src/adapter.ts";
import { attribute, childOf, childrenOf } from "./elements.ts";
import { readDiscoInfo } from "./entity-capabilities.ts";
import { type Jid, parseJid } from "./jid.ts";
import { NS } from "./namespaces.ts";

/** Asks as one of the desk's names; resolves with the result stanza, or null when there is none in time. */
export type Ask = (desk: string, to: Jid, question: Element) => Promise<Element | null>;

const DOMAINS = 2_000;
/** How long it is believed; a domain of which nothing was learned is asked again sooner. */
const KNOWN_MS = 24 * 3_600_000;
const UNKNOWN_MS = 600_000;
/** Items of a server that are looked at: it lists its services, and not many of them. */
const ITEMS = 30;

export class UploadServices {
  readonly #clock: Clock;
  readonly #ask: Ask;
  readonly #known = new LRUCache<string, { readonly at: number; readonly services: Promise<readonly string[]> }>({
    max: DOMAINS,
  });

  constructor(clock: Clock, ask: Ask) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The domains of that server's upload services; none where it names none, or does not answer. Never rejects. */
  async of(domain: string, desk: string): Promise<readonly string[]> {
    const now = this.#clock.now();
    const known = this.#known.get(domain);
    if (known !== undefined && now - known.at < KNOWN_MS) {
      const services = await known.services;
      if (services.length > 0 || now - known.at < UNKNOWN_MS) {
        return services;
      }
    }
    const services = this.#find(domain, desk).catch((): readonly string[] => []);
    this.#known.set(domain, { at: now, services });
    return await services;
  }

  async #find(domain: string, desk: string): Promise<readonly string[]> {
    const server = parseJid(domain);
    if (server === null) {
      return [];
    }
    const answer = await this.#ask(desk, server, new Element("query", { xmlns: NS.discoItems }));
    const query = answer === null ? undefined : childOf(answer, "query", NS.discoItems);
    const items = query === undefined ? [] : childrenOf(query, "item", NS.discoItems, ITEMS);
    const jids = [server, ...items.flatMap((item) => parseJid(attribute(item, "jid") ?? "") ?? [])];
    // A service is a domain (XEP-0363 §3.1); a server also lists people and rooms.
    const candidates = jids.filter(({ full, domain: host }) => full === host);
    const takes = await Promise.all(candidates.map((candidate) => this.#takesUploads(candidate, desk)));
    return candidates.filter((_candidate, at) => takes[at]).map(({ domain: host }) => host);
  }

  async #takesUploads(candidate: Jid, desk: string): Promise<boolean> {
    const answer = await this.#ask(desk, candidate, new Element("query", { xmlns: NS.discoInfo }));
    const query = answer === null ? undefined : childOf(answer, "query", NS.discoInfo);
    return query !== undefined && readDiscoInfo(query).features.includes(NS.httpUpload);
  }
}
