/** What the page asks of the server: the shapes of its answers, as far as they are shown, and the ways to ask. */

export interface Me {
  readonly login: string;
  readonly name: string;
  readonly role: "csr" | "supervisor" | "admin";
  readonly scopes: readonly string[];
  /** Shown with every change, see CSRF_HEADER. */
  readonly csrf: string;
}

/** How one can sign in. */
export interface Door {
  readonly passwords: boolean;
  /** What the company's sign-in is called; null: there is none. */
  readonly openid: string | null;
}

export interface Status {
  readonly version: string;
  readonly startedAt: number;
  readonly ready: boolean;
  readonly needsRestart: readonly string[];
  readonly networks: readonly { readonly network: string; readonly status: string; readonly detail: string | null }[];
}

export interface Queue {
  readonly id: string;
  readonly open: boolean;
  readonly waiting: number;
  readonly longestWaitMs: number;
}

export interface Csr {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly load: number;
  readonly capacity: number;
}

export interface Conversation {
  readonly id: string;
  readonly state: string;
  readonly origin: string;
  readonly customer: string | null;
  readonly queue: string | null;
  readonly csr: string | null;
  readonly openedAt: number;
  readonly waitingSince: number | null;
  readonly place: number | null;
}

export interface QueueReport {
  readonly queue: string;
  readonly arrivalsPerHour: number;
  readonly talkMs: number;
  readonly estimates: number;
  readonly coverage: number | null;
  readonly meanErrorMs: number | null;
  readonly meanWaitMs: number | null;
}

export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly origin: string | null;
  readonly subject: string | null;
  readonly outcome: "done" | "refused";
}

export interface Line {
  readonly line: number;
  readonly at: number;
  readonly author: number | null;
  readonly nick: string | null;
  readonly text: string | null;
  readonly file: string | null;
  readonly retracted: boolean;
  readonly edited: boolean;
}

/** Everything that streams in, by the API's operationId. */
export interface Live {
  readonly getStatus: Status | null;
  readonly listQueues: readonly Queue[];
  readonly listCsrs: readonly Csr[];
  readonly listConversations: readonly Conversation[];
  readonly getReport: readonly QueueReport[];
}

export const NOTHING_YET: Live = {
  getStatus: null,
  listQueues: [],
  listCsrs: [],
  listConversations: [],
  getReport: [],
};

const CSRF_HEADER = "x-frontdesk-csrf";

/** Who is signed in, or how one can. Rejects when the server cannot be reached. */
export async function whoAmI(): Promise<{ readonly me: Me } | { readonly door: Door }> {
  const answer = await fetch("/desk/session");
  const body: unknown = await answer.json();
  return answer.ok ? { me: body as Me } : { door: body as Door };
}

/** Null when it went well; else why not. */
export async function signIn(login: string, password: string): Promise<string | null> {
  return await send("/desk/sign-in", JSON.stringify({ login, password }), { "content-type": "application/json" });
}

export async function signOut(me: Me): Promise<void> {
  await send("/desk/sign-out", null, { [CSRF_HEADER]: me.csrf });
}

/** A change by the API. Null when it went well; else why not. */
export async function change(me: Me, path: string): Promise<string | null> {
  return await send(`/api/v1${path}`, null, { [CSRF_HEADER]: me.csrf });
}

/** Rejects with a sentence when it cannot be read. */
export async function read<Body>(path: string): Promise<Body> {
  const answer = await fetch(`/api/v1${path}`);
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error((body as { readonly error?: string }).error ?? "The desk did not answer this.");
  return body as Body;
}

async function send(
  path: string,
  body: string | null,
  headers: Readonly<Record<string, string>>,
): Promise<string | null> {
  try {
    const answer = await fetch(path, { method: "POST", headers, body });
    if (answer.ok) return null;
    return ((await answer.json()) as { readonly error?: string }).error ?? "The desk could not do this.";
  } catch {
    return "The server cannot be reached. Please try again.";
  }
}

/** After a refusal: the desk is full, or this person has it open in too many windows. */
const AGAIN_MS = 10_000;

/** Follows what is new until the returned function is called. Of a connection that is lost the browser makes another by itself. */
export function follow(
  changed: (part: Partial<Live>) => void,
  state: (what: "online" | "offline" | "signed-out") => void,
): () => void {
  const source = new EventSource("/desk/live");
  let stop = () => source.close();
  for (const name of Object.keys(NOTHING_YET)) {
    source.addEventListener(name, (event) => changed({ [name]: JSON.parse(event.data) as unknown }));
  }
  source.addEventListener("open", () => state("online"));
  source.addEventListener("signedOut", () => {
    source.close();
    state("signed-out");
  });
  source.addEventListener("error", () => {
    state("offline");
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused rather than lost: the session is over, or there are too many windows.
    const again = setTimeout(() => {
      void isSignedIn().then((isIt) => {
        if (isIt) stop = follow(changed, state);
        else state("signed-out");
      });
    }, AGAIN_MS);
    stop = () => clearTimeout(again);
  });
  return () => stop();
}

/** As far as is known: while the server cannot be reached, nothing else is. */
async function isSignedIn(): Promise<boolean> {
  try {
    return "me" in (await whoAmI());
  } catch {
    return true;
  }
}
