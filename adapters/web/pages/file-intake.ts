/** The ways by which files come into a page: a button, dropped from elsewhere, pasted. */
import { useEffect, useRef, useState } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import type { ChatClient } from "./client.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";

interface DropZoneProps {
  readonly client: ChatClient;
  readonly desk: string;
  /** False where nothing can be written: a chat that was ended. */
  readonly open: boolean;
  readonly children: View;
}

/** Takes files that are dropped anywhere on a conversation. */
export function DropZone({ client, desk, open, children }: DropZoneProps): View {
  const [over, setOver] = useState(false);
  const takes = open && client.takesFiles;
  // The browser tells of every element under the pointer; it has left when nothing more was told for a moment.
  const left = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(left.current), []);
  const leave = () => {
    clearTimeout(left.current);
    left.current = setTimeout(() => setOver(false), 150);
  };
  const dragged = (event: DragEvent) => {
    if (takes && event.dataTransfer?.types.includes("Files") === true) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
      leave();
    }
  };
  const dropped = (event: DragEvent) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    setOver(false);
    if (takes && files.length > 0) {
      event.preventDefault();
      client.sendFiles(desk, files);
    }
  };
  return html`<div class="drop-zone" onDragEnter=${dragged} onDragOver=${dragged} onDrop=${dropped}>
    ${children} ${over && html`<div class="drop-here" aria-hidden="true">${icon("attach")}<span>${said().dropFiles}</span></div>`}
  </div>`;
}

interface FileButtonProps {
  readonly types: readonly string[];
  readonly onFiles: (files: readonly File[]) => void;
}

export function FileButton({ types, onFiles }: FileButtonProps): View {
  const input = useRef<HTMLInputElement>(null);
  const chosen = () => {
    const files = [...(input.current?.files ?? [])];
    if (input.current !== null) {
      // So that the same file can be chosen again.
      input.current.value = "";
    }
    onFiles(files);
  };
  return html`<input
      type="file"
      class="visually-hidden"
      multiple
      tabindex="-1"
      aria-hidden="true"
      accept=${types.join(",")}
      ref=${input}
      onChange=${chosen}
    />
    <button type="button" class="attach quiet" aria-label=${said().sendFiles} title=${said().sendFiles} onClick=${() => input.current?.click()}>
      ${icon("attach")}
    </button>`;
}

/** Files of a paste; none where text was copied as well, for then the text was meant. */
export function pastedFiles({ clipboardData }: ClipboardEvent): readonly File[] {
  return clipboardData === null || clipboardData.types.includes("text/plain") ? [] : [...clipboardData.files];
}
