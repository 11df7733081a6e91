/** The console's contacts: one for each conversation, and the desk itself. */

import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { tells } from "./console-words.ts";
import { fileTitle } from "./file-view.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";
import type { Contact } from "./protocol.ts";
import { type Line, openChoices, type Thread, unread } from "./thread.ts";
import { DESK_NAME } from "./words.ts";

/** A contact as the list shows it; `closed`: the desk does not list it any more, only its lines are left. */
export interface Entry {
  readonly desk: string;
  readonly name: string;
  readonly state: Contact["state"];
  readonly closed: boolean;
  readonly thread: Thread;
  readonly unread: number;
}

/** The desk first, then running conversations with the newest word on top, then what is over. */
export function entries(client: ChatClient, names: ReadonlyMap<string, string>): readonly Entry[] {
  // Handles are what customers write to; a console has nothing to say there.
  const listed = client.contacts.filter(({ kind }) => kind !== "handle");
  const running = listed.map(({ desk, name, kind, state }) =>
    entry(client, desk, kind === "desk" ? DESK_NAME : name, state, false),
  );
  const over = [...client.threads.values()]
    .filter(({ desk, lines }) => lines.length > 0 && !listed.some((contact) => contact.desk === desk))
    .map(({ desk }) => entry(client, desk, names.get(desk) ?? tells().conversation, "offline", true));
  const rank = ({ desk, closed }: Entry): number => (desk === client.desk ? 0 : closed ? 2 : 1);
  return [...running, ...over].toSorted((one, other) => rank(one) - rank(other) || newest(other) - newest(one));
}

function entry(client: ChatClient, desk: string, name: string, state: Contact["state"], closed: boolean): Entry {
  const thread = client.thread(desk);
  return { desk, name, state, closed, thread, unread: unread(thread).length };
}

function newest({ thread }: Entry): number {
  return thread.lines.at(-1)?.at ?? 0;
}

interface ListProps {
  readonly client: ChatClient;
  readonly entries: readonly Entry[];
  readonly chosen: string | null;
  readonly onChoose: (desk: string) => void;
}

export function ContactList({ client, entries: all, chosen, onChoose }: ListProps): View {
  return html`<nav class="contacts" aria-label=${tells().conversations}>
    <ul>
      ${all.map((one) => Row(one, one.desk === chosen, onChoose, client))}
    </ul>
    ${all.length < 2 && html`<p class="empty">${tells().none}</p>`}
  </nav>`;
}

function Row(one: Entry, isChosen: boolean, onChoose: (desk: string) => void, client: ChatClient): View {
  const last = one.thread.lines.at(-1);
  const waits = !one.closed && openChoices(one.thread) !== null;
  const preview = one.thread.typing
    ? tells().typing
    : last === undefined
      ? ""
      : `${last.own ? `${said().you}: ` : ""}${inShort(last)}`;
  return html`<li key=${one.desk} class=${`contact ${one.closed ? "closed" : ""} ${waits ? "waits" : ""}`}>
    <button type="button" class="contact-button" aria-current=${isChosen ? "true" : "false"} onClick=${() => onChoose(one.desk)}>
      <span class="contact-name" dir="auto">
        ${!one.closed && html`<span class=${`dot ${one.state}`} title=${said().presence[one.state]}></span>`}${one.name}
      </span>
      <span class="contact-preview" dir="auto">${one.closed ? tells().closed : preview.slice(0, 120)}</span>
      ${one.unread > 0 && html`<span class="badge">${one.unread}<span class="visually-hidden"> ${tells().unread}</span></span>`}
    </button>
    ${
      one.closed &&
      html`<button type="button" class="quiet round" aria-label=${tells().remove(one.name)} onClick=${() => client.dismiss(one.desk)}>
        ${icon("close")}
      </button>`
    }
  </li>`;
}

function inShort({ text, file }: Line): string {
  return file === null || file.said > 0 ? text : fileTitle(file);
}
