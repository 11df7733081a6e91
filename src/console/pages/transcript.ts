/** What was said in one conversation, over the page; and its end. Opening it is recorded in the audit log. */
import { useEffect, useRef, useState } from "preact/hooks";
import { html, type View } from "../../http/pages/html.ts";
import { type Conversation, type Line, read } from "./api.ts";
import { clockTime } from "./words.ts";

interface TranscriptProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
  /** Null: this person may not end conversations. */
  readonly onEnd: (() => void) | null;
}

export function Transcript({ conversation, onClose, onEnd }: TranscriptProps): View {
  const dialog = useRef<HTMLDialogElement>(null);
  const [lines, setLines] = useState<readonly Line[] | null>(null);
  const [fault, setFault] = useState("");
  const [sure, setSure] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    read<{ readonly lines: readonly Line[] }>(`/conversations/${encodeURIComponent(conversation.id)}/transcript`).then(
      (body) => setLines(body.lines),
      (error: unknown) => setFault(error instanceof Error ? error.message : String(error)),
    );
  }, [conversation.id]);
  const end = () => (sure ? onEnd?.() : setSure(true));
  return html`<dialog ref=${dialog} aria-labelledby="transcript-title" onClose=${onClose}>
    <header>
      <h2 id="transcript-title" dir="auto">${conversation.customer ?? conversation.id}</h2>
      <p class="note">Conversation ${conversation.id}. That you read it is recorded.</p>
    </header>
    <p class="fault" role="alert">${fault}</p>
    <div class="said" tabindex="0" role="region" aria-label="What was said">
      ${lines === null && fault === "" ? html`<p>Loading…</p>` : html`<ol>${(lines ?? []).map(lineOf)}</ol>`}
    </div>
    <footer>
      ${
        onEnd !== null &&
        html`<button type="button" class=${sure ? "danger" : ""} onClick=${end}>
          ${sure ? "Yes, end it for both sides" : "End the conversation"}
        </button>`
      }
      <button type="button" class="primary" onClick=${() => dialog.current?.close()}>Close</button>
    </footer>
  </dialog>`;
}

function lineOf({ line, at, author, nick, text, file, retracted, edited }: Line): View {
  const said = retracted ? "(retracted)" : [text, file === null ? null : `[${file}]`].filter(Boolean).join(" ");
  return html`<li key=${line} class=${author === null ? "desk" : ""}>
    <span class="who"><time>${clockTime(at)}</time> ${author === null ? "Desk" : (nick ?? "Somebody")}${edited && " (edited)"}</span>
    <span class="text" dir="auto">${said}</span>
  </li>`;
}
