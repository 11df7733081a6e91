/** The page `csr`: sign in, console, sign out. */
import { render } from "preact";
import { html } from "../../../src/http/pages/html.ts";
import { ChatClient } from "./client.ts";
import { Console } from "./console.ts";
import { tells } from "./console-words.ts";
import { said, speak } from "./page-words.ts";
import { SignIn, signedInAs, signOut } from "./sign-in.ts";
import { followBrowser, ignoreDrops, isVisible, socketAt, tabMemory } from "./surroundings.ts";
import { unread } from "./thread.ts";
import { uploadTo } from "./upload-transport.ts";

const NAMES = "frontdesk-csr-names";
const MEMORY = "frontdesk-csr";
const NAMES_KEPT = 200;

const root = document.getElementById("csr");
const company = root?.dataset.company ?? "";
const names = new Map<string, string>(loadNames());
let client: ChatClient | null = null;
let login: string | null = null;
let notice = "";
let lastNews = 0;

function loadNames(): readonly (readonly [string, string])[] {
  try {
    return JSON.parse(tabMemory(NAMES)?.load() ?? "[]") as readonly (readonly [string, string])[];
  } catch {
    return [];
  }
}

function changed(): void {
  if (client !== null) {
    const known = names.size;
    for (const { desk, name } of client.contacts) {
      names.set(desk, name);
    }
    if (names.size !== known) {
      tabMemory(NAMES)?.save(JSON.stringify([...names].slice(-NAMES_KEPT)));
    }
    if (client.state === "signed-out") {
      leave(tells().wasSignedOut);
      void explain(login);
      return;
    }
    notify(client);
  }
  draw();
}

/** A silent notification when something new arrives while the console is out of sight. It names nobody and quotes nothing. */
function notify(from: ChatClient): void {
  const news = [...from.threads.values()].reduce((sum, thread) => sum + unread(thread).length, 0);
  const mayShow = typeof Notification !== "undefined" && Notification.permission === "granted";
  if (news > lastNews && !isVisible() && mayShow) {
    const note = new Notification(company, { body: `${news} ${tells().unread}`, tag: "frontdesk", silent: true });
    note.addEventListener("click", () => window.focus());
  }
  lastNews = news;
}

function enter(as: string): void {
  login = as;
  notice = "";
  client = new ChatClient({
    connect: () => socketAt("csr/socket"),
    mayConnect: async () => (await signedInAs()) === login,
    transport: uploadTo("csr/upload"),
    self: as,
    desk: null,
    language: navigator.language || null,
    onChange: changed,
    memory: tabMemory(`${MEMORY} ${as}`),
  });
  client.wake();
  draw();
}

function leave(why: string): void {
  client?.stop();
  client = null;
  notice = why;
  document.title = `${tells().console} · ${company}`;
  draw();
}

/** A browser is signed in as one person: whoever was before is told who it is now, and how two can work side by side. */
async function explain(was: string | null): Promise<void> {
  const now = await signedInAs().catch(() => null);
  if (client === null && now !== null && now !== was) {
    notice = tells().somebodyElse(now, was ?? "");
    draw();
  }
}

async function out(): Promise<void> {
  const memory = `${MEMORY} ${login}`;
  await signOut();
  leave(tells().haveSignedOut);
  // What was said stays with the desk, not in a browser others may use.
  sessionStorage.removeItem(memory);
  sessionStorage.removeItem(NAMES);
  names.clear();
}

function draw(): void {
  if (root === null) {
    return;
  }
  const view =
    client === null
      ? html`<${SignIn} company=${company} notice=${notice} onSignedIn=${enter} />`
      : html`<${Console}
          client=${client}
          login=${login}
          company=${company}
          visible=${isVisible()}
          names=${names}
          onSignOut=${out}
        />`;
  render(view, root);
}

speak(navigator.languages);
document.documentElement.lang = said().language;
followBrowser(() => (client === null ? [] : [client]), draw);
ignoreDrops();
signedInAs().then(
  (as) => (as === null ? draw() : enter(as)),
  () => {
    notice = tells().unreachable;
    draw();
  },
);
