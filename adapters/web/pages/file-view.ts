/** A file in a line: the picture, a player for sounds and films, and always its name as a link by which it is saved. */
import { html, type View } from "../../../src/http/pages/html.ts";
import { icon } from "./icons.ts";
import { said } from "./page-words.ts";
import type { WireFile } from "./protocol.ts";
import { sizeWords } from "./uploads.ts";

export function FileView(file: WireFile): View {
  return html`<div class=${`file ${file.kind}`}>
    ${Shown(file)}
    <a class="file-link text" href=${file.path} download=${file.name}>
      ${icon("file")}<span class="file-name" dir="auto">${fileTitle(file)}</span>
      <span class="file-size">(${[...length(file), sizeWords(file.bytes)].join(", ")})</span>
    </a>
  </div>`;
}

function Shown(file: WireFile): View | null {
  const { kind, path, name, width, height } = file;
  switch (kind) {
    case "image":
      return html`<img
        src=${path}
        alt=${said().picture(name)}
        width=${width ?? undefined}
        height=${height ?? undefined}
        loading="lazy"
        decoding="async"
      />`;
    case "audio":
      return html`<audio src=${path} controls preload="metadata" aria-label=${fileTitle(file)}></audio>`;
    case "video":
      return html`<video
        src=${path}
        controls
        playsinline
        preload="metadata"
        aria-label=${name}
        width=${width ?? undefined}
        height=${height ?? undefined}
      ></video>`;
    case "document":
      return null;
  }
}

/** "0:07", where it is known. */
function length({ durationMs }: WireFile): readonly string[] {
  if (durationMs === null) {
    return [];
  }
  const seconds = Math.round(durationMs / 1_000);
  return [`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`];
}

/** What it is called for people. */
export function fileTitle({ voice, name }: WireFile): string {
  return voice ? said().voiceMessage : name;
}
