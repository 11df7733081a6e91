/** The lines of a conversation, kept at the newest one as long as the person is there. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import { icon } from "./icons.ts";
import { type LineActions, LineView } from "./line-view.ts";
import { said } from "./page-words.ts";
import { canChange, type Line, openChoices, type Thread } from "./thread.ts";

interface LogProps {
  readonly thread: Thread;
  readonly label: string;
  readonly actions: LineActions;
  /** Whether the page itself is in front of the person (document visible, panel open). */
  readonly visible: boolean;
  /** All lines are in front of the person's eyes. */
  readonly onSeen: () => void;
  /** Shown where there is no line yet. */
  readonly empty: string;
}

/** Pixels from the end within which the person counts as being at the end. */
const AT_END = 60;
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export function LogView({ thread, label, actions, visible, onSeen, empty }: LogProps): View {
  const log = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const pinned = useRef(true);
  pinned.current = atEnd;
  const { lines } = thread;
  const last = lines.at(-1);
  const lastOfOthers = lines.findLast(({ own }) => !own);

  useLayoutEffect(() => {
    const element = log.current;
    // What the person wrote themselves is what they want to see.
    if (element !== null && (atEnd || last?.state === "sending")) {
      element.scrollTop = element.scrollHeight;
    }
  });
  useLayoutEffect(() => {
    if (visible && atEnd) {
      onSeen();
    }
  }, [visible, atEnd, lastOfOthers?.id, thread.desk]);

  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) {
      return;
    }
    // A keyboard that opens, or a composer that grows, must not hide the newest line.
    const resized = new ResizeObserver(() => {
      if (pinned.current) {
        element.scrollTop = element.scrollHeight;
      }
    });
    resized.observe(element);
    return () => resized.disconnect();
  }, []);

  const scrolled = () => {
    const element = log.current;
    if (element !== null) {
      setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END);
    }
  };
  const toEnd = () => {
    setAtEnd(true);
    log.current?.focus();
  };
  return html`<div class="log-frame">
    <div class="log" role="log" aria-label=${label} tabindex="0" ref=${log} onScroll=${scrolled}>
      ${lines.length === 0 && html`<p class="empty">${empty}</p>`}
      <ol class="lines">${rows(thread, actions)}</ol>
    </div>
    ${
      !atEnd &&
      html`<button type="button" class="to-end" onClick=${toEnd}>
        ${icon("down")}<span>${said().newest}</span>
      </button>`
    }
  </div>`;
}

function rows(thread: Thread, actions: LineActions): readonly View[] {
  const open = openChoices(thread);
  const lastOwn = thread.lines.findLast(({ own }) => own);
  return thread.lines.flatMap((line, index) => {
    const before = thread.lines[index - 1];
    const newDay = before === undefined || new Date(before.at).toDateString() !== new Date(line.at).toDateString();
    const separator = newDay
      ? [html`<li class="day" key=${`day-${line.id}`}><span>${day.format(line.at)}</span></li>`]
      : [];
    const row = html`<${LineView}
      key=${line.id}
      line=${line}
      follows=${!newDay && follows(before, line)}
      open=${line === open && !thread.ended}
      changeable=${line === lastOwn && canChange(line) && !thread.ended}
      actions=${actions}
    />`;
    return [...separator, row];
  });
}

function follows(before: Line | undefined, line: Line): boolean {
  return before !== undefined && before.own === line.own && before.notice === line.notice && before.nick === line.nick;
}
