/** The visitor's chat: a header, the conversation, and the way out. The widget and the page of its own both show it. */

import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { ConversationView } from "./conversation-view.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";

interface ChatPanelProps {
  readonly client: ChatClient;
  readonly desk: string;
  /** Until the desk has told its name. */
  readonly name: string;
  /** `h1` where the chat is the whole page. */
  readonly heading: "h1" | "h2";
  readonly visible: boolean;
  readonly focus: number;
  /** Null where the chat is the whole page. */
  readonly onMinimise: (() => void) | null;
}

export function ChatPanel({ client, desk, name, heading, visible, focus, onMinimise }: ChatPanelProps): View {
  const contact = client.contacts.find((one) => one.desk === desk);
  const shown = contact?.name ?? name;
  const { ended, lines } = client.thread(desk);
  const again = html`<div class="ended">
    <p>${said().ended}</p>
    <button type="button" class="primary" onClick=${() => client.restart(desk)}>${said().startAgain}</button>
  </div>`;
  return html`<header class="chat-header">
      <div class="chat-title">
        <${heading} id="chat-title" dir="auto">${shown}</${heading}>
        ${
          contact !== undefined &&
          html`<p class=${`presence ${contact.state}`}>${said().presence[contact.state]}${contact.text === null ? "" : ` · ${contact.text}`}</p>`
        }
      </div>
      ${
        lines.length > 0 &&
        !ended &&
        html`<button type="button" class="on-brand" onClick=${() => client.end(desk)}>${said().endChat}</button>`
      }
      ${
        onMinimise !== null &&
        html`<button type="button" class="on-brand round" aria-label=${said().closeWindow} onClick=${onMinimise}>
          ${icon("close")}
        </button>`
      }
    </header>
    <${ConversationView}
      client=${client}
      desk=${desk}
      name=${shown}
      visible=${visible}
      empty=${said().empty}
      focus=${focus}
      tools=${null}
      instead=${ended ? again : null}
    />`;
}
