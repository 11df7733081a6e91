/** Where a person writes: Enter sends, Shift+Enter begins a new line, Arrow up in an empty field changes the last message. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import { utf8Bytes } from "./fields.ts";
import { FileButton, pastedFiles } from "./file-intake.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";

interface ComposerProps {
  /** Differs for each conversation: the field takes its text and the focus anew. */
  readonly id: string;
  readonly text: string;
  readonly label: string;
  readonly textBytes: number;
  /** The text of an own line is being changed. */
  readonly editing: boolean;
  readonly onText: (text: string) => void;
  /** False: it could not be taken, and stays where it is. */
  readonly onSend: (text: string) => boolean;
  readonly onEditLast: () => void;
  readonly onCancel: () => void;
  readonly onDelete: () => void;
  /** Media types that can be sent; null: no files are taken. */
  readonly fileTypes: readonly string[] | null;
  readonly onFiles: (files: readonly File[]) => void;
  /** Counts up when the field is to take the focus. */
  readonly focus: number;
}

/** Of the field's height, in pixels. */
const HIGHEST = 160;

export function Composer(props: ComposerProps): View {
  const { id, text, label, textBytes, onText, onSend, focus } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => growWithText(field.current), [text, id]);
  useEffect(() => {
    if (focus > 0) {
      field.current?.focus();
      field.current?.setSelectionRange(text.length, text.length);
    }
  }, [focus, id]);
  const bytes = text.length * 3 > textBytes ? utf8Bytes(text) : 0;
  const sendable = text.trim() !== "" && bytes <= textBytes;
  const send = () => {
    if (sendable && onSend(text)) {
      onText("");
    }
  };
  const pasted = (event: ClipboardEvent) => {
    const files = props.fileTypes === null ? [] : pastedFiles(event);
    if (files.length > 0) {
      event.preventDefault();
      props.onFiles(files);
    }
  };
  const submitted = (event: Event) => {
    event.preventDefault();
    send();
    field.current?.focus();
  };
  return html`<form class="composer" onSubmit=${submitted}>
    ${Remarks(props, bytes)}
    <div class="composer-row">
      ${props.fileTypes !== null && html`<${FileButton} types=${props.fileTypes} onFiles=${props.onFiles} />`}
      <label class="visually-hidden" for=${`composer-${id}`}>${label}</label>
      <textarea
        id=${`composer-${id}`}
        ref=${field}
        rows="1"
        dir="auto"
        placeholder=${label}
        enterkeyhint="send"
        value=${text}
        aria-invalid=${bytes > textBytes}
        onInput=${(event: { readonly currentTarget: HTMLTextAreaElement }) => onText(event.currentTarget.value)}
        onPaste=${pasted}
        onKeyDown=${(event: KeyboardEvent) => pressed(event, props, send)}
      ></textarea>
      <button type="submit" class="send" disabled=${!sendable} aria-label=${said().send}>${icon("send")}</button>
    </div>
  </form>`;
}

/** As high as its text, up to a limit. */
function growWithText(field: HTMLTextAreaElement | null): void {
  if (field !== null) {
    field.style.height = "auto";
    field.style.height = `${Math.min(HIGHEST, field.scrollHeight + 2)}px`;
  }
}

function pressed(event: KeyboardEvent, { text, editing, onEditLast, onCancel }: ComposerProps, send: () => void): void {
  // While an input method composes, Enter belongs to it.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "ArrowUp" && text === "" && !editing) {
    event.preventDefault();
    onEditLast();
  } else if (event.key === "Escape" && editing) {
    event.stopPropagation();
    onCancel();
  }
}

function Remarks({ editing, textBytes, onDelete, onCancel }: ComposerProps, bytes: number): View {
  return html`${
    editing &&
    html`<p class="editing">
      <span>${said().changing}</span>
      <button type="button" class="quiet small" onClick=${onDelete}>${said().deleteMessage}</button>
      <button type="button" class="quiet small" onClick=${onCancel}>${said().cancel}</button>
    </p>`
  }
  ${bytes > textBytes && html`<p class="too-long" role="alert">${said().tooLong(bytes, textBytes)}</p>`}`;
}
