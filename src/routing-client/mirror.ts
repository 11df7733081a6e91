/**
 * What the desk last told of its CSRs and of those who wait, put together: whoever decides elsewhere is told all of it when they come
 * (back), and only what changes from then on.
 */
import type { DelegatedRequest, RoutingNews } from "../core/routing/delegated-engine.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";

export class Mirror {
  readonly #csrs = new Map<string, RoutingCsr>();
  readonly #waiting = new Map<string, DelegatedRequest>();

  get csrs(): ReadonlyMap<string, RoutingCsr> {
    return this.#csrs;
  }
  get waiting(): ReadonlyMap<string, DelegatedRequest> {
    return this.#waiting;
  }

  learn({ whole, csrs, waiting }: RoutingNews): void {
    if (whole) {
      this.#csrs.clear();
      this.#waiting.clear();
    }
    for (const [id, csr] of csrs) csr === null ? this.#csrs.delete(id) : this.#csrs.set(id, csr);
    for (const [id, request] of waiting) request === null ? this.#waiting.delete(id) : this.#waiting.set(id, request);
  }

  /** Everything, as news for somebody who knows nothing yet. */
  whole(): RoutingNews {
    return { whole: true, csrs: new Map(this.#csrs), waiting: new Map(this.#waiting), settled: [] };
  }
}
