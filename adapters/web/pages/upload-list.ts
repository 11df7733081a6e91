/** The files that are on their way, above the composer: name, how far, and a button to cancel or to try again. */

import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";
import { sizeWords, type Upload } from "./uploads.ts";

interface UploadListProps {
  readonly client: ChatClient;
  readonly desk: string;
}

export function UploadList({ client, desk }: UploadListProps): View {
  const uploads = client.uploads.of(desk);
  return html`<ul class="uploads" aria-label=${said().filesBeingSent} hidden=${uploads.length === 0}>
      ${uploads.map((upload) => Row(client, upload))}
    </ul>
    <p class="visually-hidden" role="status">${spoken(uploads)}</p>`;
}

function Row(client: ChatClient, { id, name, bytes, sent, state, fault, again }: Upload): View {
  const share = bytes === 0 ? 0 : Math.min(100, Math.floor((sent / bytes) * 100));
  return html`<li key=${id} class=${`upload ${state}`}>
    <span class="file-name" dir="auto">${name}</span>
    ${
      state === "failed"
        ? html`<span class="fault">${said().notSent} ${fault}</span>`
        : html`<progress max="100" value=${share} aria-label=${said().sending(name)}></progress>
            <span class="share">${state === "waiting" ? said().waiting : said().share(share, sizeWords(bytes))}</span>`
    }
    ${
      state === "failed" &&
      again &&
      html`<button type="button" class="small" onClick=${() => client.uploads.retry(id)}>${said().tryAgain}</button>`
    }
    <button
      type="button"
      class="quiet round"
      aria-label=${state === "failed" ? said().dismiss(name) : said().cancelSending(name)}
      onClick=${() => client.uploads.cancel(id)}
    >
      ${icon("close")}
    </button>
  </li>`;
}

/** For the ear: what changes seldom, not every percent. */
function spoken(uploads: readonly Upload[]): string {
  const failed = uploads
    .filter(({ state }) => state === "failed")
    .map(({ name, fault }) => `${said().wasNotSent(name)} ${fault}`);
  const under = uploads.filter(({ state }) => state !== "failed").map(({ name }) => name);
  return [...failed, ...(under.length === 0 ? [] : [said().sending(under.join(", "))])].join(" ");
}
