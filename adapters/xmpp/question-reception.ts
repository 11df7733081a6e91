/** IQ stanzas (RFC 6120 §8.2.3): questions to the desk, and the answers to its own. */
import { Element } from "@xmpp/xml";
import type { AdapterContext } from "../../src/adapter.ts";
import type { Address, Condition } from "../../src/core/model.ts";
import { type Asked, answerQuestion } from "./answers.ts";
import type { Addressee, Attachment } from "./attachment.ts";
import { errorAnswer } from "./conditions.ts";
import { attribute, childElements, childOf } from "./elements.ts";
import type { Jid } from "./jid.ts";
import { NS } from "./namespaces.ts";
import type { Arrival } from "./reception.ts";
import type { Requests } from "./requests.ts";

export interface QuestionParts {
  readonly context: AdapterContext;
  readonly attachment: Attachment;
  readonly requests: Requests;
  write(stanza: Element): void;
}

export class QuestionReception {
  readonly #parts: QuestionParts;
  readonly #since: number;

  constructor(parts: QuestionParts) {
    this.#parts = parts;
    this.#since = parts.context.clock.now();
  }

  take({ stanza, from, to, sender }: Arrival): void {
    const type = attribute(stanza, "type");
    if (type === "result" || type === "error") {
      if (!this.#parts.requests.answered(stanza)) {
        this.#parts.context.count("xmpp.stanza.ignored", "answer to nothing asked", from.full);
      }
      return;
    }
    const [query, ...more] = childElements(stanza);
    const isQuestion = (type === "get" || type === "set") && query !== undefined && more.length === 0;
    if (!isQuestion || attribute(stanza, "id") === null) {
      this.#answer(stanza, "bad-request");
      return;
    }
    // Nothing at the desk can be set from outside.
    this.#answer(stanza, type === "set" ? "service-unavailable" : answerQuestion(query, this.#asked(to, sender)));
  }

  /** What the account's own server says: roster pushes (RFC 6121 §2.1.6) are confirmed. True when it was understood. */
  ownAccount(stanza: Element, from: Jid): boolean {
    const type = attribute(stanza, "type");
    if (type !== "set" && type !== "get") {
      return this.#parts.requests.answered(stanza);
    }
    const isPush = type === "set" && from.resource === null && childOf(stanza, "query", NS.roster) !== undefined;
    const isPing = type === "get" && childOf(stanza, "ping", NS.ping) !== undefined;
    if (this.#parts.attachment.identity === "fixed") {
      this.#answer(stanza, isPush || isPing ? null : "service-unavailable");
      return true;
    }
    return false;
  }

  #asked(to: Addressee, viewer: Address): Asked {
    const { context, attachment } = this.#parts;
    const uptimeSeconds = Math.max(0, Math.floor((context.clock.now() - this.#since) / 1_000));
    if (to.kind === "desk") {
      return { identity: context.identity(to.name, viewer), handles: [], uptimeSeconds };
    }
    if (to.kind === "nobody") {
      return { identity: null, handles: [], uptimeSeconds };
    }
    const handles = context.handles.flatMap((handle) => {
      const identity = context.identity(handle, viewer);
      return identity === null ? [] : [{ jid: attachment.publicAddress(handle), name: identity.name }];
    });
    return { identity: "domain", handles, uptimeSeconds };
  }

  #answer(stanza: Element, answer: Element | Condition | null): void {
    const reply = typeof answer === "string" ? errorAnswer(stanza, answer, null) : result(stanza, answer);
    if (reply === null) {
      return;
    }
    if (this.#parts.attachment.identity === "fixed") {
      delete reply.attrs.from;
    }
    this.#parts.write(reply);
  }
}

function result(stanza: Element, child: Element | null): Element {
  const { from, to, id } = stanza.attrs;
  const reply = new Element("iq", { type: "result", id });
  if (typeof from === "string") {
    reply.attrs.to = from;
  }
  if (typeof to === "string") {
    reply.attrs.from = to;
  }
  if (child !== null) {
    reply.cnode(child);
  }
  return reply;
}
