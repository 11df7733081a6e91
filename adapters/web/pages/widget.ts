/**
 * The chat on a company's page: a button that opens a panel, and any element with `data-open-chat="handle"`. It connects
 * when it is first opened, and from then on in every page of the visit, so that an answer is not missed.
 */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import { ChatPanel } from "./chat-panel.ts";
import type { ChatClient } from "./client.ts";
import { icon } from "./icons.ts";
import { said, speak } from "./page-words.ts";
import { followBrowser, isVisible, tabMemory } from "./surroundings.ts";
import { unread } from "./thread.ts";
import { visitorClient } from "./visitor.ts";

interface WidgetState {
  readonly open: boolean;
  readonly desk: string;
  /** Handles that were opened in this tab. */
  readonly opened: readonly string[];
  readonly focus: number;
}

const root = document.getElementById("chat-widget");
const first = root?.dataset.handle ?? "";
const memory = tabMemory("frontdesk-widget");
const clients = new Map<string, ChatClient>();
let state: WidgetState = { open: false, desk: first, opened: [], focus: 0 };
/** Where the focus goes back to when the panel closes. */
let opener: HTMLElement | null = null;

function clientOf(desk: string): ChatClient {
  const client = clients.get(desk) ?? visitorClient(desk, draw);
  if (!clients.has(desk)) {
    clients.set(desk, client);
    client.wake();
  }
  return client;
}

function become(next: Partial<WidgetState>): void {
  state = { ...state, ...next };
  memory?.save(JSON.stringify({ ...state, focus: 0 }));
  draw();
}

function openChat(desk: string, from: HTMLElement): void {
  opener = from;
  const opened = state.opened.includes(desk) ? state.opened : [...state.opened, desk];
  clientOf(desk).open(desk);
  become({ open: true, desk, opened, focus: state.focus + 1 });
}

function closeChat(): void {
  become({ open: false });
  (opener?.isConnected === true ? opener : document.querySelector<HTMLElement>("#chat-widget .launcher"))?.focus();
}

function Widget({ now }: { readonly now: WidgetState }): View {
  const { open, desk, opened, focus } = now;
  const news = opened.reduce((sum, handle) => sum + unread(clientOf(handle).thread(handle)).length, 0);
  const client = open ? clientOf(desk) : null;
  useEffect(() => {
    // On a phone the chat is the whole screen: the page behind it must neither scroll nor be reached.
    document.documentElement.classList.toggle("chat-open", open);
  }, [open]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      closeChat();
    }
  };
  return html`${
    client !== null &&
    html`<section
        class="chat-panel"
        role="dialog"
        aria-labelledby="chat-title"
        lang=${said().language}
        id="chat-panel"
        key=${desk}
        onKeyDown=${pressed}
      >
        <${ChatPanel} client=${client} desk=${desk} name=${nameOf(desk)} heading="h2" visible=${isVisible()} focus=${focus} onMinimise=${closeChat} />
      </section>`
  }
    <button
      type="button"
      class="launcher"
      aria-expanded=${open}
      aria-controls="chat-panel"
      aria-label=${launcherLabel(open, news)}
      onClick=${(event: { readonly currentTarget: HTMLElement }) => (open ? closeChat() : openChat(desk, event.currentTarget))}
    >
      ${icon(open ? "down" : "chat")}
      <span class="launcher-text" aria-hidden="true">${open ? "Close" : "Chat with us"}</span>
      ${news > 0 && !open && html`<span class="badge" aria-hidden="true">${news}</span>`}
    </button>`;
}

function launcherLabel(open: boolean, news: number): string {
  if (open) {
    return "Close the chat";
  }
  return news === 0 ? "Chat with us" : `Chat with us, ${news} new ${news === 1 ? "message" : "messages"}`;
}

function nameOf(desk: string): string {
  const card = document.querySelector<HTMLElement>(`[data-open-chat="${CSS.escape(desk)}"][data-name]`);
  return card?.dataset.name ?? root?.dataset.name ?? desk;
}

function draw(): void {
  if (root !== null) {
    render(html`<${Widget} now=${state} />`, root);
  }
}

function restore(): void {
  try {
    const saved = JSON.parse(memory?.load() ?? "null") as WidgetState | null;
    if (saved !== null) {
      state = { ...saved, focus: 0 };
      for (const desk of saved.opened) {
        clientOf(desk);
      }
    }
  } catch {
    // What an older version saved says nothing any more; the panel is closed then.
  }
}

for (const element of document.querySelectorAll<HTMLElement>("[data-open-chat]")) {
  element.addEventListener("click", () => openChat(element.dataset.openChat || first, element));
}
speak(navigator.languages);
followBrowser(() => clients.values(), draw);
restore();
draw();
