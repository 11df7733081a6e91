/** A conversation with everything a person does in it: the log, who is typing, the state of the link, the composer. */
import { useState } from "preact/hooks";
import type { ChatClient } from "./client.ts";
import { Composer } from "./composer.ts";
import { html, type View } from "./html.ts";
import type { LineActions } from "./line-view.ts";
import { LogView } from "./log-view.ts";
import type { WireChoice } from "./protocol.ts";
import { LINK_STATES } from "./words.ts";

interface ConversationProps {
  readonly client: ChatClient;
  readonly desk: string;
  /** Whom one talks to, for a person's eye and ear. */
  readonly name: string;
  readonly visible: boolean;
  readonly empty: string;
  readonly focus: number;
  /** Stands above the composer: the console's words. */
  readonly tools: View | null;
  /** Stands in place of the composer: a chat that was ended. */
  readonly instead: View | null;
}

export function ConversationView({
  client,
  desk,
  name,
  visible,
  empty,
  focus,
  tools,
  instead,
}: ConversationProps): View {
  const [editing, setEditing] = useState<{ readonly desk: string; readonly id: string; readonly text: string } | null>(
    null,
  );
  const [refocus, setRefocus] = useState(0);
  const [full, setFull] = useState(false);
  const thread = client.thread(desk);
  const edited = editing?.desk === desk ? editing : null;
  const speaker = thread.lines.findLast(({ own, notice }) => !own && !notice)?.nick ?? name;
  const begin = (id: string | undefined) => {
    const line = thread.lines.find((one) => one.id === id);
    if (line !== undefined && !line.retracted && line.state !== "sending" && line.state !== "refused") {
      setEditing({ desk, id: line.id, text: line.text });
      setRefocus(refocus + 1);
    }
  };
  const actions: LineActions = {
    choose: (choice: WireChoice) => {
      client.say(desk, choice.label, choice.value);
      setRefocus(refocus + 1);
    },
    retry: (id) => client.retry(desk, id),
    edit: begin,
  };
  const remove = () => {
    if (edited !== null) {
      client.retract(desk, edited.id);
      setEditing(null);
      setRefocus(refocus + 1);
    }
  };
  const send = (text: string): boolean => {
    if (edited === null) {
      const taken = client.say(desk, text);
      setFull(!taken);
      return taken;
    }
    if (text !== thread.lines.find(({ id }) => id === edited.id)?.text) {
      client.edit(desk, edited.id, text);
    }
    setEditing(null);
    // The draft is the one from before the change.
    return false;
  };
  return html`<${LogView}
      key=${desk}
      thread=${thread}
      label=${`Messages with ${name}`}
      actions=${actions}
      visible=${visible}
      onSeen=${() => client.markRead(desk)}
      empty=${empty}
    />
    <div class="typing" role="status">${thread.typing ? `${speaker} is typing…` : ""}</div>
    ${LinkNotice(client)}
    ${full && html`<p class="link-state" role="alert">Too many messages are waiting to be sent. Please wait for the connection.</p>`}
    ${tools}
    ${
      instead ??
      html`<${Composer}
        id=${desk}
        text=${edited?.text ?? client.draft(desk)}
        label=${`Write to ${name}`}
        textBytes=${client.textBytes}
        editing=${edited !== null}
        onText=${(text: string) => (edited === null ? client.compose(desk, text) : setEditing({ ...edited, text }))}
        onSend=${send}
        onEditLast=${() => begin(thread.lines.findLast(({ own }) => own)?.id)}
        onCancel=${() => setEditing(null)}
        onDelete=${remove}
        focus=${focus + refocus}
      />`
    }`;
}

function LinkNotice(client: ChatClient): View {
  const { state } = client;
  const remedy =
    state === "outdated"
      ? html`<button type="button" class="small" onClick=${() => location.reload()}>Reload</button>`
      : state === "waiting" || state === "elsewhere"
        ? html`<button type="button" class="small" onClick=${() => client.wake()}>Connect now</button>`
        : null;
  const words = LINK_STATES[state];
  return html`<div class="link-state" role="status">${words !== "" && html`<span>${words}</span>${remedy}`}</div>`;
}
