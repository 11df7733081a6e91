/** What the console shows of the desk, part by part. */
import { html, type View } from "../../http/pages/html.ts";
import type { AuditEntry, Conversation, Csr, Queue, QueueReport, Status } from "./api.ts";
import { dayAndTime, percent, span } from "./words.ts";

/** Rows that the server sends of one list at most. */
const LIVE_ROWS = 300;

interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => View | string | number;
  readonly number?: boolean;
}

/** A table that on a phone becomes cards: each cell bears its column's title. */
function rowsOf<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): View {
  return html`<table class="rows">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map(({ title, number }) => html`<th scope="col" class=${number === true ? "number" : ""}>${title}</th>`)}</tr></thead>
    <tbody>
      ${rows.map(
        (row) => html`<tr key=${keyOf(row)}>
          ${columns.map(
            ({ title, cell, number }) =>
              html`<td data-title=${title} class=${number === true ? "number" : ""}><span dir="auto">${cell(row)}</span></td>`,
          )}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

const empty = (text: string): View => html`<p class="empty">${text}</p>`;

export function Networks({ status }: { readonly status: Status | null }): View {
  if (status === null) return html``;
  const state = status.ready ? "Takes new conversations" : "Takes no new conversations";
  return html`<section aria-labelledby="networks">
    <h2 id="networks">Networks</h2>
    <p class=${status.ready ? "good" : "fault"}>${state}</p>
    <ul class="chips">
      ${status.networks.map(
        ({ network, status: link, detail }) =>
          html`<li key=${network} class=${`chip ${link}`} title=${detail ?? ""}><span class="dot"></span>${network}: ${link}</li>`,
      )}
    </ul>
    ${status.needsRestart.length > 0 && html`<p class="notice">Waits for a restart: ${status.needsRestart.join(", ")}</p>`}
  </section>`;
}

export function Queues({ queues }: { readonly queues: readonly Queue[] }): View {
  return html`<section aria-labelledby="queues">
    <h2 id="queues">Queues</h2>
    <ul class="cards">
      ${queues.map(
        ({ id, open, waiting, longestWaitMs }) => html`<li key=${id} class=${`queue ${waiting > 0 ? "busy" : ""}`}>
          <h3 dir="auto">${id}</h3>
          <p class="figure">${waiting}<span> waiting</span></p>
          <p>${waiting > 0 ? `the longest for ${span(longestWaitMs)}` : open ? "nobody waits" : "closed"}</p>
        </li>`,
      )}
    </ul>
  </section>`;
}

interface CsrsProps {
  readonly csrs: readonly Csr[];
  /** Null: nothing may be changed. */
  readonly onAway: ((csr: Csr, away: boolean) => void) | null;
}

export function Csrs({ csrs, onAway }: CsrsProps): View {
  const columns: readonly Column<Csr>[] = [
    { title: "Name", cell: ({ name }) => name },
    { title: "State", cell: ({ state }) => html`<span class=${`state ${state}`}>${state}</span>` },
    { title: "Conversations", cell: ({ load, capacity }) => `${load} of ${capacity}`, number: true },
    ...(onAway === null ? [] : [{ title: "Change", cell: (csr: Csr) => awayButton(csr, onAway) }]),
  ];
  return html`<section aria-labelledby="csrs">
    <h2 id="csrs">CSRs</h2>
    ${csrs.length === 0 ? empty("There are no CSRs.") : rowsOf("CSRs", columns, csrs, ({ id }) => id)}
  </section>`;
}

function awayButton(csr: Csr, onAway: (csr: Csr, away: boolean) => void): View {
  const isAway = csr.state === "away";
  return html`<button type="button" class="small" onClick=${() => onAway(csr, !isAway)}>
    ${isAway ? "Set back" : "Set away"}<span class="visually-hidden"> ${csr.name}</span>
  </button>`;
}

interface ConversationsProps {
  readonly conversations: readonly Conversation[];
  /** Milliseconds since the epoch, so that times grow. */
  readonly now: number;
  readonly csrs: readonly Csr[];
  /** Null: what is said may not be read. */
  readonly onRead: ((conversation: Conversation) => void) | null;
}

export function Conversations({ conversations, now, csrs, onRead }: ConversationsProps): View {
  const nameOf = (id: string | null) => csrs.find((csr) => csr.id === id)?.name ?? id ?? "–";
  const who = (one: Conversation): View | string =>
    onRead === null
      ? (one.customer ?? one.id)
      : html`<button type="button" class="link" onClick=${() => onRead(one)}>${one.customer ?? one.id}</button>`;
  const columns: readonly Column<Conversation>[] = [
    { title: "Customer", cell: who },
    { title: "From", cell: ({ origin }) => origin },
    { title: "State", cell: ({ state }) => state },
    {
      title: "Queue",
      cell: ({ queue, place }) => (queue === null ? "–" : place === null ? queue : `${queue}, number ${place}`),
    },
    { title: "CSR", cell: ({ csr }) => nameOf(csr) },
    { title: "For", cell: ({ waitingSince, openedAt }) => span(now - (waitingSince ?? openedAt)), number: true },
  ];
  return html`<section aria-labelledby="conversations">
    <h2 id="conversations">Conversations</h2>
    ${conversations.length >= LIVE_ROWS && html`<p class="empty">There are more; these ${LIVE_ROWS} are shown.</p>`}
    ${
      conversations.length === 0
        ? empty("No conversation is open.")
        : rowsOf("Open conversations, those who wait first", columns, conversations, ({ id }) => id)
    }
  </section>`;
}

export function Report({ report }: { readonly report: readonly QueueReport[] }): View {
  const known = (ms: number | null): string => (ms === null ? "–" : span(Math.abs(ms)));
  const columns: readonly Column<QueueReport>[] = [
    { title: "Queue", cell: ({ queue }) => queue },
    { title: "Come in an hour", cell: ({ arrivalsPerHour }) => arrivalsPerHour, number: true },
    { title: "A talk takes", cell: ({ talkMs }) => span(talkMs), number: true },
    { title: "Waits estimated", cell: ({ estimates }) => estimates, number: true },
    { title: "Within the range", cell: ({ coverage }) => percent(coverage), number: true },
    { title: "Off by", cell: ({ meanErrorMs }) => known(meanErrorMs), number: true },
    { title: "Waited", cell: ({ meanWaitMs }) => known(meanWaitMs), number: true },
  ];
  return html`<section aria-labelledby="report">
    <h2 id="report">Waiting times, and how good their estimates were</h2>
    ${report.length === 0 ? empty("Nothing is known yet.") : rowsOf("By queue", columns, report, ({ queue }) => queue)}
  </section>`;
}

interface AuditProps {
  readonly entries: readonly AuditEntry[] | null;
  readonly fault: string;
  readonly onRefresh: () => void;
}

export function AuditLog({ entries, fault, onRefresh }: AuditProps): View {
  const columns: readonly Column<AuditEntry>[] = [
    { title: "Number", cell: ({ seq }) => seq, number: true },
    { title: "Time", cell: ({ at }) => dayAndTime(at) },
    { title: "Who", cell: ({ actor }) => actor },
    { title: "From", cell: ({ origin }) => origin ?? "–" },
    { title: "Did", cell: ({ action, outcome }) => (outcome === "refused" ? `${action} (refused)` : action) },
    { title: "To", cell: ({ subject }) => subject ?? "–" },
  ];
  return html`<section aria-labelledby="audit">
    <h2 id="audit">Audit log</h2>
    <p class="fault" role="alert">${fault}</p>
    <p><button type="button" class="small" onClick=${onRefresh}>${entries === null ? "Show" : "Refresh"}</button></p>
    ${entries !== null && rowsOf("The newest entries first", columns, entries, ({ seq }) => String(seq))}
  </section>`;
}
