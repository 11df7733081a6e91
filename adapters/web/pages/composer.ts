/** Where a person writes: Enter sends, Shift+Enter begins a new line, Arrow up in an empty field changes the last message. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { utf8Bytes } from "./fields.ts";
import { html, type View } from "./html.ts";
import { icon } from "./icons.ts";

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
  /** Counts up when the field is to take the focus. */
  readonly focus: number;
}

/** Of the field's height, in pixels. */
const HIGHEST = 160;

export function Composer(props: ComposerProps): View {
  const { id, text, label, textBytes, editing, onText, onSend, onEditLast, onCancel, onDelete, focus } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = field.current;
    if (element !== null) {
      element.style.height = "auto";
      element.style.height = `${Math.min(HIGHEST, element.scrollHeight + 2)}px`;
    }
  }, [text, id]);
  useEffect(() => {
    if (focus > 0) {
      field.current?.focus();
      field.current?.setSelectionRange(text.length, text.length);
    }
  }, [focus, id]);

  const bytes = text.length * 3 > textBytes ? utf8Bytes(text) : 0;
  const tooLong = bytes > textBytes;
  const send = () => {
    if (text.trim() !== "" && !tooLong && onSend(text)) {
      onText("");
    }
  };
  const pressed = (event: KeyboardEvent) => {
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
  };
  return html`<form
    class="composer"
    onSubmit=${(event: Event) => {
      event.preventDefault();
      send();
      field.current?.focus();
    }}
  >
    ${
      editing &&
      html`<p class="editing">
        <span>Changing your message</span>
        <button type="button" class="quiet small" onClick=${onDelete}>Delete message</button>
        <button type="button" class="quiet small" onClick=${onCancel}>Cancel</button>
      </p>`
    }
    ${tooLong && html`<p class="too-long" role="alert">Too long: ${bytes} of at most ${textBytes} bytes.</p>`}
    <div class="composer-row">
      <label class="visually-hidden" for=${`composer-${id}`}>${label}</label>
      <textarea
        id=${`composer-${id}`}
        ref=${field}
        rows="1"
        dir="auto"
        placeholder=${label}
        enterkeyhint="send"
        value=${text}
        aria-invalid=${tooLong}
        onInput=${(event: { readonly currentTarget: HTMLTextAreaElement }) => onText(event.currentTarget.value)}
        onKeyDown=${pressed}
      ></textarea>
      <button type="submit" class="send" disabled=${text.trim() === "" || tooLong} aria-label="Send">${icon("send")}</button>
    </div>
  </form>`;
}
