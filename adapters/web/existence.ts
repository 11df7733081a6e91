/** Whether anybody has an address of this network: whoever is here, a visitor who was here, a CSR with an account. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { People } from "./people.ts";
import { isVisitorId, type Visitors } from "./visitors.ts";

export class Existence {
  readonly #context: Pick<AdapterContext, "network" | "accounts" | "contacts">;
  readonly #people: Pick<People, "isHere">;
  readonly #visitors: Pick<Visitors, "isKnown">;
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(
    context: Pick<AdapterContext, "network" | "accounts" | "contacts">,
    people: Pick<People, "isHere">,
    visitors: Pick<Visitors, "isKnown">,
  ) {
    this.#context = context;
    this.#people = people;
    this.#visitors = visitors;
  }

  /** Answers to one id come in the order of asking, also when they arrive meanwhile: sends must not overtake each other. */
  of(id: string): Promise<boolean> {
    const asked = this.#asking.get(id);
    if (asked !== undefined) {
      return asked;
    }
    if (this.#people.isHere(id)) {
      return Promise.resolve(true);
    }
    const answer = this.#ask(id);
    const forget = (): void => void this.#asking.delete(id);
    this.#asking.set(id, answer);
    answer.then(forget, forget);
    return answer;
  }

  async #ask(id: string): Promise<boolean> {
    if (isVisitorId(id)) {
      return await this.#visitors.isKnown(id);
    }
    const { network } = this.#context;
    const account = await this.#context.accounts.changedAt?.(id);
    // Without that question (an older desk), whoever has a contact list is staff.
    return account === undefined ? this.#context.contacts({ network, id }).length > 0 : account !== null;
  }
}
