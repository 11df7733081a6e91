/** The page `desk`: sign in; queues, CSRs, conversations, estimates and the audit log of the running desk; sign out. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { html, type View } from "../../http/pages/html.ts";
import {
  type AuditEntry,
  type Conversation,
  type Csr,
  change,
  type Door,
  follow,
  type Live,
  type Me,
  NOTHING_YET,
  read,
  signOut,
  whoAmI,
} from "./api.ts";
import { sentenceOf } from "./faults.ts";
import { SignIn } from "./sign-in.ts";
import { AuditLog, Conversations, Csrs, Networks, Queues, Report } from "./tables.ts";
import { Transcript } from "./transcript.ts";

const ROLES: Readonly<Record<Me["role"], string>> = { csr: "CSR", supervisor: "supervisor", admin: "admin" };
const TICK_MS = 1_000;

interface DeskProps {
  readonly me: Me;
  readonly company: string;
  /** The session is over; `why` is shown above the sign-in. */
  readonly onOut: (why: string) => void;
}

function Desk({ me, company, onOut }: DeskProps): View {
  const [live, setLive] = useState<Live>(NOTHING_YET);
  const [link, setLink] = useState<"online" | "offline">("online");
  const [now, setNow] = useState(Date.now());
  const [said, setSaid] = useState("");
  const [opened, setOpened] = useState<Conversation | null>(null);
  /** Who signs out here is told so by the answer to that, not by the stream that ends with it. */
  const [leaving] = useState({ isMine: false });
  const may = (scope: string) => me.scopes.includes(scope);
  useEffect(
    () =>
      follow(
        (part) => setLive((before) => ({ ...before, ...part })),
        (state) => {
          if (state !== "signed-out") setLink(state);
          else if (!leaving.isMine) onOut("You were signed out. Please sign in again.");
        },
      ),
    [],
  );
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const ask = async (path: string, done: string) => setSaid((await change(me, path)) ?? done);
  const away = ({ id, name }: Csr, isAway: boolean) =>
    void ask(`/csrs/${encodeURIComponent(id)}/${isAway ? "away" : "back"}`, `${name} is ${isAway ? "away" : "back"}.`);
  const end = (one: Conversation) => {
    setOpened(null);
    void ask(`/conversations/${encodeURIComponent(one.id)}/close`, "The conversation is closed.");
  };
  return html`<div class="desk">
    <a class="skip" href="#main">To the desk</a>
    <${Header} me=${me} company=${company} link=${link} leaving=${leaving} onOut=${onOut} />
    <main id="main">
      <p class="said-by-desk" role="status">${said}</p>
      <${Queues} queues=${live.listQueues} />
      ${
        may("conversations:read") &&
        html`<${Conversations} conversations=${live.listConversations} csrs=${live.listCsrs} now=${now} onRead=${may("transcripts:read") ? setOpened : null} />`
      }
      ${may("csrs:read") && html`<${Csrs} csrs=${live.listCsrs} onAway=${may("csrs:write") ? away : null} />`}
      ${may("report:read") && html`<${Report} report=${live.getReport} />`}
      <${Networks} status=${live.getStatus} />
      ${may("configuration:reload") && html`<${Reload} onReload=${() => ask("/reload", "The configuration was read anew.")} />`}
      ${may("audit:read") && html`<${Audit} />`}
    </main>
    ${
      opened !== null &&
      html`<${Transcript} conversation=${opened} onClose=${() => setOpened(null)} onEnd=${may("conversations:write") ? () => end(opened) : null} />`
    }
  </div>`;
}

interface HeaderProps extends DeskProps {
  readonly link: "online" | "offline";
  readonly leaving: { isMine: boolean };
}

function Header({ me, company, link, leaving, onOut }: HeaderProps): View {
  const out = async () => {
    leaving.isMine = true;
    await signOut(me);
    onOut("You are signed out.");
  };
  return html`<header class="top">
    <div>
      <h1 dir="auto">${company}</h1>
      <p>Signed in as <strong dir="auto">${me.name}</strong>, ${ROLES[me.role]}</p>
    </div>
    <p class=${`link-state ${link}`} role="status">${link === "online" ? "Live" : "Not connected; trying again…"}</p>
    <button type="button" class="small" onClick=${out}>Sign out</button>
  </header>`;
}

function Reload({ onReload }: { readonly onReload: () => void }): View {
  return html`<section aria-labelledby="configuration">
    <h2 id="configuration">Configuration</h2>
    <p><button type="button" class="small" onClick=${onReload}>Read the configuration anew</button></p>
  </section>`;
}

function Audit(): View {
  const [entries, setEntries] = useState<readonly AuditEntry[] | null>(null);
  const [fault, setFault] = useState("");
  const load = () =>
    void read<readonly AuditEntry[]>("/audit?limit=50").then(
      (found) => {
        setFault("");
        setEntries(found);
      },
      (error: unknown) => setFault(error instanceof Error ? error.message : String(error)),
    );
  return html`<${AuditLog} entries=${entries} fault=${fault} onRefresh=${load} />`;
}

const root = document.getElementById("desk");
const company = root?.dataset.company ?? "";
let state: { readonly me: Me } | { readonly door: Door } | null = null;

/** A fault that the company's sign-in came back with stands in the fragment; read once. */
function faultFromAddress(): string {
  const fault = new URLSearchParams(location.hash.slice(1)).get("fault") ?? "";
  if (fault !== "") history.replaceState(null, "", location.pathname);
  // Anybody can make such an address, so none of its words are shown.
  return sentenceOf(fault);
}

async function show(notice: string): Promise<void> {
  if (root === null) return;
  try {
    state = await whoAmI();
  } catch {
    render(html`<p class="fault lone" role="alert">The server cannot be reached. Please reload the page.</p>`, root);
    return;
  }
  const view =
    "me" in state
      ? html`<${Desk} me=${state.me} company=${company} onOut=${(why: string) => void show(why)} />`
      : html`<${SignIn} company=${company} door=${state.door} notice=${notice} onSignedIn=${() => void show("")} />`;
  render(view, root);
}

void show(faultFromAddress());
