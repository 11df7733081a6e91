/** The CSR's console: contacts on one side, a conversation on the other; on a phone one after the other. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { tells } from "./console-words.ts";
import { ContactList, type Entry, entries } from "./contact-list.ts";
import { ConversationView } from "./conversation-view.ts";
import { icon } from "./icons.ts";
import { openChoices } from "./thread.ts";
import { WORDS_AT_FIRST, WORDS_IN_CONVERSATION, WORDS_TO_DESK, type WordButton } from "./words.ts";

interface ConsoleProps {
  readonly client: ChatClient;
  readonly login: string;
  readonly company: string;
  readonly visible: boolean;
  /** Names of contacts, also of those that are over. */
  readonly names: ReadonlyMap<string, string>;
  readonly onSignOut: () => void;
}

export function Console({ client, login, company, visible, names, onSignOut }: ConsoleProps): View {
  const [chosen, setChosen] = useState<string | null>(null);
  const [focus, setFocus] = useState(0);
  const all = entries(client, names);
  const current = all.find(({ desk }) => desk === chosen) ?? null;
  const news = all.reduce((sum, one) => sum + one.unread, 0);
  const choose = (desk: string | null) => {
    setChosen(desk);
    setFocus(focus + 1);
  };
  useEffect(() => {
    const title = `${tells().console} · ${company}`;
    document.title = news === 0 ? title : `(${news}) ${title}`;
  }, [news, company]);
  // Before the next key: whoever presses twice means two conversations further.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        event.preventDefault();
        const at = all.findIndex(({ desk }) => desk === chosen);
        const next = all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % Math.max(1, all.length));
        choose(next?.desk ?? null);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
  return html`<div class=${`console ${current === null ? "choosing" : "talking"}`}>
    <header class="console-header">
      <div class="console-title">
        <h1>${company}</h1>
        <p>${tells().signedInAs} <strong dir="auto">${login}</strong></p>
      </div>
      <div class="console-actions">
        <${NotifyButton} />
        <button type="button" class="small" onClick=${onSignOut}>${tells().signOut}</button>
      </div>
    </header>
    <${ContactList} client=${client} entries=${all} chosen=${chosen} onChoose=${choose} />
    <main class="conversation" aria-label=${current === null ? tells().noneChosen : tells().conversationWith(current.name)}>
      ${
        current === null
          ? Welcome()
          : Conversation(
              client,
              current,
              visible,
              focus,
              () => choose(null),
              () => setFocus(focus + 1),
            )
      }
    </main>
  </div>`;
}

function Welcome(): View {
  return html`<div class="nothing">
    ${icon("chat")}
    <p>${tells().choose}</p>
  </div>`;
}

function Conversation(
  client: ChatClient,
  current: Entry,
  visible: boolean,
  focus: number,
  onBack: () => void,
  onWord: () => void,
): View {
  const { desk, name, closed } = current;
  const over = html`<p class="ended">${tells().over}</p>`;
  return html`<header class="conversation-header">
      <button type="button" class="quiet round back" aria-label=${tells().back} onClick=${onBack}>${icon("back")}</button>
      <h2 dir="auto">${name}</h2>
    </header>
    <${ConversationView}
      key=${desk}
      client=${client}
      desk=${desk}
      name=${name}
      visible=${visible}
      empty=${desk === client.desk ? tells().toDesk : tells().noMessage}
      focus=${focus}
      tools=${closed ? null : Words(client, current, onWord)}
      instead=${closed ? over : null}
    />`;
}

function wordsFor(client: ChatClient, { desk, thread }: Entry): readonly WordButton[] {
  if (desk === client.desk) {
    return WORDS_TO_DESK;
  }
  const words = thread.lines.some(({ own }) => own) ? WORDS_IN_CONVERSATION : WORDS_AT_FIRST;
  // What the desk itself offers as a button need not stand there twice.
  const offered = openChoices(thread)?.choices.map(({ value }) => value) ?? [];
  return words.filter(({ word }) => !offered.includes(word));
}

/** Buttons that write words; what the words do is the desk's business. */
function Words(client: ChatClient, current: Entry, onWord: () => void): View {
  const press = ({ word, more }: WordButton) => {
    if (more) {
      client.compose(current.desk, word);
    } else {
      client.say(current.desk, word);
    }
    onWord();
  };
  return html`<div class="words" role="toolbar" aria-label=${tells().wordsToDesk}>
    ${wordsFor(client, current).map(
      (button) =>
        html`<button type="button" key=${button.word} class="small" onClick=${() => press(button)}>${tells().words[button.label]}</button>`,
    )}
  </div>`;
}

function NotifyButton(): View {
  const [asked, setAsked] = useState(false);
  if (typeof Notification === "undefined" || Notification.permission !== "default" || asked) {
    return html``;
  }
  const ask = () => {
    setAsked(true);
    void Notification.requestPermission();
  };
  return html`<button type="button" class="small" onClick=${ask}>${tells().notifyMe}</button>`;
}
