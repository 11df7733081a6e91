/** A conversation with everything a person does in it: the log, who is typing, the state of the link, the composer. */
import { useState } from "preact/hooks";
import { typed } from "../../../src/core/styling-writer.ts";
import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { Composer } from "./composer.ts";
import { DropZone } from "./file-intake.ts";
import type { LineActions } from "./line-view.ts";
import { LogView } from "./log-view.ts";
import { said } from "./page-words.ts";
import type { WireChoice } from "./protocol.ts";
import { canChange, type Line } from "./thread.ts";
import { UploadList } from "./upload-list.ts";

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

/** An own line that is being changed, with the text as it stands in the composer. */
interface Change {
  readonly desk: string;
  readonly id: string;
  readonly text: string;
}

export function ConversationView(props: ConversationProps): View {
  const { client, desk, name, visible, empty, tools, instead } = props;
  const [change, setChange] = useState<Change | null>(null);
  const [refocus, setRefocus] = useState(0);
  const thread = client.thread(desk);
  const speaker = thread.lines.findLast(({ own, notice }) => !own && !notice)?.nick ?? name;
  const begin = (line: Line | undefined) => {
    if (line !== undefined && canChange(line)) {
      setChange({ desk, id: line.id, text: typed(line) });
      setRefocus(refocus + 1);
    }
  };
  const actions: LineActions = {
    choose: (choice: WireChoice) => {
      client.say(desk, choice.label, choice.value);
      setRefocus(refocus + 1);
    },
    retry: (id) => client.retry(desk, id),
    edit: (id) => begin(thread.lines.find((line) => line.id === id)),
  };
  return html`<${DropZone} client=${client} desk=${desk} open=${instead === null}>
    <${LogView}
      key=${desk}
      thread=${thread}
      label=${said().messagesWith(name)}
      actions=${actions}
      visible=${visible}
      onSeen=${() => client.markRead(desk)}
      empty=${empty}
    />
    <div class="typing" role="status">${thread.typing ? said().isTyping(speaker) : ""}</div>
    ${LinkNotice(client)} ${Remark(client.remark(desk))} ${tools}
    <${UploadList} client=${client} desk=${desk} />
    ${
      instead ??
      html`<${Field}
        ...${props}
        focus=${props.focus + refocus}
        change=${change?.desk === desk ? change : null}
        onChange=${(next: Change | null) => {
          setChange(next);
          setRefocus(refocus + (next === null ? 1 : 0));
        }}
        onEditLast=${() => begin(thread.lines.findLast(({ own }) => own))}
      />`
    }
  <//>`;
}

interface FieldProps extends ConversationProps {
  readonly change: Change | null;
  readonly onChange: (change: Change | null) => void;
  readonly onEditLast: () => void;
}

/** The composer, for a new line or for a change. The draft of a new line waits while one is changed. */
function Field({ client, desk, name, focus, change, onChange, onEditLast }: FieldProps): View {
  const [full, setFull] = useState(false);
  const send = (text: string): boolean => {
    if (change === null) {
      const taken = client.say(desk, text);
      setFull(!taken);
      return taken;
    }
    const before = client.thread(desk).lines.find(({ id }) => id === change.id);
    if (before === undefined || text !== typed(before)) {
      client.edit(desk, change.id, text);
    }
    onChange(null);
    return false;
  };
  const remove = () => {
    if (change !== null) {
      client.retract(desk, change.id);
      onChange(null);
    }
  };
  const changed = client.thread(desk).lines.find(({ id }) => id === change?.id);
  if (changed !== undefined && changed.file !== null) {
    return Deletion(changed.file.name, remove, () => onChange(null));
  }
  return html`${full && html`<p class="link-state" role="alert">${said().tooMuchWaits}</p>`}
    <${Composer}
      id=${desk}
      text=${change?.text ?? client.draft(desk)}
      label=${said().writeTo(name)}
      textBytes=${client.textBytes}
      editing=${change !== null}
      onText=${(text: string) => (change === null ? client.compose(desk, text) : onChange({ ...change, text }))}
      onSend=${send}
      onEditLast=${onEditLast}
      onCancel=${() => onChange(null)}
      onDelete=${remove}
      fileTypes=${client.takesFiles && change === null ? client.fileTypes : null}
      onFiles=${(files: readonly File[]) => client.sendFiles(desk, files)}
      focus=${focus}
    />`;
}

/** In place of the composer: a file cannot be changed, and its deletion is asked for twice. */
function Deletion(name: string, onDelete: () => void, onCancel: () => void): View {
  return html`<div class="composer">
    <p class="editing" role="group" aria-label=${said().deletion}>
      <span>${said().deleteWhat(name)}</span>
      <button type="button" class="small" onClick=${onDelete}>${said().deleteFile}</button>
      <button type="button" class="quiet small" onClick=${onCancel}>${said().keep}</button>
    </p>
  </div>`;
}

function Remark(text: string | null): View {
  return html`<div class="remark" role="alert">${text ?? ""}</div>`;
}

function LinkNotice(client: ChatClient): View {
  const { state } = client;
  const remedy =
    state === "outdated"
      ? html`<button type="button" class="small" onClick=${() => location.reload()}>${said().reload}</button>`
      : state === "waiting" || state === "elsewhere"
        ? html`<button type="button" class="small" onClick=${() => client.wake()}>${said().connectNow}</button>`
        : null;
  const words = said().linkStates[state];
  return html`<div class="link-state" role="status">${words !== "" && html`<span>${words}</span>${remedy}`}</div>`;
}
