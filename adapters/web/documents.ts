/** The HTML documents, filled in: `{{name}}` in a template becomes the value, escaped. */
import type { AdapterContext } from "../../src/adapter.ts";
import { type Asset, fillDocument } from "../../src/http/assets.ts";

/** Whom the sample page's cards are shown to: anybody. */
const ANYBODY = "visitor-anybody";
const SAMPLE_COMPANY = "Example Company";

export class Documents {
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #context: AdapterContext;

  constructor(assets: ReadonlyMap<string, Asset>, context: AdapterContext) {
    this.#assets = assets;
    this.#context = context;
  }

  /** The sample company page, with a card and a chat button for each handle. */
  sample(): string {
    const cards = this.#context.handles.map((handle) =>
      this.#fill("handle-card.html", { handle, name: this.#nameOf(handle) }),
    );
    return this.#fill("sample.html", this.#values(), { cards: cards.join("") });
  }

  chat(): string {
    return this.#fill("chat.html", this.#values());
  }

  console(): string {
    return this.#fill("csr.html", this.#values());
  }

  #values(): Readonly<Record<string, string>> {
    const [handle = ""] = this.#context.handles;
    return { company: this.#context.company ?? SAMPLE_COMPANY, handle, name: this.#nameOf(handle) };
  }

  #nameOf(handle: string): string {
    return this.#context.identity(handle, { network: this.#context.network, id: ANYBODY })?.name ?? handle;
  }

  #fill(
    template: string,
    values: Readonly<Record<string, string>>,
    html: Readonly<Record<string, string>> = {},
  ): string {
    return fillDocument(this.#assets.get(template), values, html);
  }
}
