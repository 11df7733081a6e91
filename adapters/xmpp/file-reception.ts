/**
 * Files on their way in: fetched from the server of whoever sent the link, and given to the desk. What the same person writes
 * meanwhile waits behind the file, so that nothing overtakes it.
 */
import type { AdapterContext, TakenFile } from "../../src/adapter.ts";
import { type FetchRules, fetchable, fetchFile } from "./file-fetch.ts";
import type { Jid } from "./jid.ts";
import type { UploadServices } from "./upload-services.ts";

/** Files fetched at once; more senders than that are asked to try again. */
const FETCHES = 16;

const NOT_TAKEN = "Files cannot be passed on here, so this message was not. Please send its words alone.";
const BUSY = "Many files are arriving just now, so this one was not taken. Please send it again in a minute.";
const REFUSALS = {
  address: "This file is not on your own server, so it was not taken. Please send it as an upload of your client.",
  "not found": "This file could not be fetched from your server, so it was not taken.",
  unreachable: "This file could not be fetched from your server in time, so it was not taken.",
} as const;

/** What does not depend on who sends. */
type FixedRules = Pick<FetchRules, "trusted" | "seconds">;

export class FileReception {
  readonly #context: AdapterContext;
  readonly #rules: FixedRules;
  readonly #services: Pick<UploadServices, "of">;
  readonly #stop = new AbortController();
  /** Bare address → what has to be over before the next of that person's messages is handed on. */
  readonly #underWay = new Map<string, Promise<void>>();
  #fetches = 0;

  constructor(context: AdapterContext, rules: FixedRules, services: Pick<UploadServices, "of">) {
    this.#context = context;
    this.#rules = rules;
    this.#services = services;
  }

  /** Whether the desk takes files at all. */
  static takes({ files }: AdapterContext): boolean {
    return files !== undefined && files.maxBytes > 0;
  }

  /** What that person's next message has to wait for, and it resolves in the order of asking; null while no file of theirs is under way. */
  underWay(person: string): Promise<void> | null {
    return this.#underWay.get(person) ?? null;
  }

  /** Fetches the file and gives it to the desk, behind those of the same person that are under way. Never rejects. */
  take(from: Jid, desk: string, link: string): Promise<TakenFile> {
    const before = this.#underWay.get(from.bare) ?? Promise.resolve();
    const taken = before.then(() => this.#take(from, desk, link));
    const over = taken.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.set(from.bare, over);
    void over.then(() => {
      if (this.#underWay.get(from.bare) === over) this.#underWay.delete(from.bare);
    });
    return taken;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #take(from: Jid, desk: string, link: string): Promise<TakenFile> {
    const { files, log, network } = this.#context;
    if (files === undefined || files.maxBytes === 0)
      return { kind: "refused", reason: "not-acceptable", text: NOT_TAKEN };
    if (this.#fetches >= FETCHES) return { kind: "refused", reason: "resource-constraint", text: BUSY };
    this.#fetches += 1;
    try {
      const rules = { ...this.#rules, domain: from.domain };
      // Only who links to elsewhere makes the desk ask their server.
      const isKnown = fetchable(link, { ...rules, services: [] }) !== null;
      const services = isKnown ? [] : await this.#services.of(from.domain, desk);
      const fetched = await fetchFile(link, { ...rules, services }, this.#stop.signal);
      if (fetched.kind === "refused") return this.#refuse(fetched.reason);
      const offer = { name: fetched.name, from: { network, id: from.bare } };
      return await files.take(offer, fetched.chunks).finally(() => fetched.end());
    } catch (error) {
      if (!this.#stop.signal.aborted) log.warn("xmpp.file.failed", { network, error: String(error) });
      return this.#refuse("unreachable");
    } finally {
      this.#fetches -= 1;
    }
  }

  #refuse(reason: keyof typeof REFUSALS): TakenFile {
    this.#context.count("xmpp.file.refused", reason);
    return { kind: "refused", reason: "not-acceptable", text: REFUSALS[reason] };
  }
}
