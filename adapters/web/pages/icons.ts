/** The few drawings of the pages; decoration only, the words beside them say the same. */
import { html, type View } from "../../../src/http/pages/html.ts";

const PATHS = {
  chat: "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9l-5 4V6a1 1 0 0 1 1-1z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-6 16-3-7z",
  tick: "M4 12.5l5 5L20 6.5",
  ticks: "M2 12.5l5 5L16 7.5M11 16.5l1 1L22 7.5",
  delivered: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM8 12.2l3 3 5-6",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l3 2",
  pencil: "M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4",
  attach: "M8 12l6.5-6.5a3 3 0 0 1 4.2 4.2L10 18.4a5 5 0 0 1-7-7L10.5 4",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  alert: "M12 4L2.5 20h19zM12 10v4M12 17v.5",
} as const;
export type IconName = keyof typeof PATHS;

export function icon(name: IconName): View {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
