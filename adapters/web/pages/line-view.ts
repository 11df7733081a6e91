/** One line of a conversation. */
import type { FormattedText } from "../../../src/core/model.ts";
import { html, type View } from "../../../src/http/pages/html.ts";
import { FileView } from "./file-view.ts";
import { type IconName, icon } from "./icons.ts";
import { said } from "./page-words.ts";
import type { WireChoice } from "./protocol.ts";
import type { Line, LineState } from "./thread.ts";
import { WordsView } from "./words-view.ts";

export interface LineActions {
  readonly choose: (choice: WireChoice) => void;
  readonly retry: (id: string) => void;
  readonly edit: (id: string) => void;
}

interface LineProps {
  readonly line: Line;
  /** Follows a line of the same speaker: no name, less space. */
  readonly follows: boolean;
  /** Its buttons can be pressed. */
  readonly open: boolean;
  /** The person's last line, which alone can be changed. */
  readonly changeable: boolean;
  readonly actions: LineActions;
}

const TICKS: Readonly<Record<LineState, IconName>> = {
  sending: "clock",
  received: "tick",
  delivered: "delivered",
  read: "ticks",
  refused: "alert",
};

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export function LineView({ line, follows, open, changeable, actions }: LineProps): View {
  const kind = line.own ? "own" : line.notice ? "notice" : "other";
  const name = line.own ? said().you : line.notice ? said().desk : (line.nick ?? "");
  return html`<li class=${`line ${kind} ${follows ? "follows" : ""} ${line.state ?? ""}`}>
    ${
      name !== "" &&
      html`<span class=${line.own || line.notice || follows ? "visually-hidden" : "nick"} dir="auto">
        ${name}<span class="visually-hidden">: </span>
      </span>`
    }
    <div class="line-row">
      ${changeable && Change(line, actions)}
      <div class="bubble">${Words(line)}${Meta(line)}</div>
    </div>
    ${line.state === "refused" && Refusal(line, actions)} ${open && Choices(line.choices, actions)}
  </li>`;
}

function Words(line: Line): View {
  const { retracted, file } = line;
  if (retracted) {
    return html`<em class="gone">${said().deleted}</em>`;
  }
  if (file === null) {
    return WordsView(line);
  }
  return html`${FileView(file)} ${file.said > 0 && WordsView(beginning(line, file.said))}`;
}

/** What was written beside a file, without the words that stand for it where it cannot be shown. */
function beginning({ text, formatting = [] }: Line, length: number): FormattedText {
  const spans = formatting.filter(({ start }) => start < length);
  return {
    text: text.slice(0, length),
    formatting: spans.map((span) => ({ ...span, end: Math.min(span.end, length) })),
  };
}

function Meta({ state, edited, retracted, at }: Line): View {
  return html`<span class="meta">
    ${edited && !retracted && html`<span>${said().edited} </span>`}
    <time datetime=${new Date(at).toISOString()}>${clockTime.format(at)}</time>
    ${
      state !== null &&
      html`<span class=${`ticks ${state}`} title=${said().lineStates[state]}>
        ${icon(TICKS[state])}<span class="visually-hidden">${said().lineStates[state]}</span>
      </span>`
    }
  </span>`;
}

function Refusal(line: Line, actions: LineActions): View {
  return html`<div class="refusal">
    <span>${said().notSent} ${line.refusal ?? ""}</span>
    <button type="button" class="small" onClick=${() => actions.retry(line.id)}>${said().tryAgain}</button>
  </div>`;
}

function Choices(choices: readonly WireChoice[], actions: LineActions): View {
  return html`<div class="choices" role="group" aria-label=${said().answers}>
    ${choices.map(
      (
        choice,
      ) => html`<button type="button" class="choice" key=${choice.value} dir="auto" onClick=${() => actions.choose(choice)}>
        ${choice.label}
      </button>`,
    )}
  </div>`;
}

/** A file can be deleted, not changed. */
function Change({ id, file }: Line, { edit }: LineActions): View {
  const label = file === null ? said().changeMessage : said().deleteThisFile;
  return html`<button type="button" class="change" aria-label=${label} onClick=${() => edit(id)}>
    ${icon(file === null ? "pencil" : "close")}
  </button>`;
}
