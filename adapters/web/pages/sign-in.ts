/** The console's sign-in. */
import { useEffect, useRef, useState } from "preact/hooks";
import { html, type View } from "../../../src/http/pages/html.ts";
import { tells } from "./console-words.ts";

interface SignInProps {
  readonly company: string;
  /** Why the person has to sign in (again), or "". */
  readonly notice: string;
  readonly onSignedIn: (login: string) => void;
}

export function SignIn({ company, notice, onSignedIn }: SignInProps): View {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const [elsewhere, setElsewhere] = useState<Session["elsewhere"]>(null);
  useEffect(() => {
    session().then(
      (now) => setElsewhere(now.elsewhere),
      () => undefined, // A password will do.
    );
  }, []);
  const password = useRef<HTMLInputElement>(null);
  const submit = async (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFault("");
    try {
      const answer = await signIn(String(fields.get("login") ?? ""), String(fields.get("password") ?? ""));
      if (answer.login === null) {
        setFault(answer.error);
        password.current?.select();
        password.current?.focus();
      } else {
        onSignedIn(answer.login);
      }
    } finally {
      setBusy(false);
    }
  };
  return html`<main class="sign-in">
    <form onSubmit=${submit}>
      <p class="eyebrow">${company}</p>
      <h1>${tells().title}</h1>
      ${notice !== "" && html`<p class="notice" role="status">${notice}</p>`}
      <label for="login">${tells().login}</label>
      <input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus maxlength="256" />
      <label for="password">${tells().password}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256" ref=${password} />
      <p class="fault" role="alert">${fault}</p>
      <button type="submit" class="primary" disabled=${busy}>${busy ? tells().signingIn : tells().signIn}</button>
      ${
        elsewhere !== null &&
        html`<a class="company-sign-in" href=${`${elsewhere.path}?to=${encodeURIComponent(location.pathname)}`}>${tells().signInWith(elsewhere.title)}</a>`
      }
    </form>
  </main>`;
}

async function signIn(
  login: string,
  password: string,
): Promise<{ readonly login: string; readonly error: null } | { readonly login: null; readonly error: string }> {
  try {
    const answer = await fetch("csr/sign-in", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login, password }),
    });
    const body = (await answer.json()) as { readonly login?: string; readonly error?: string };
    return answer.ok && body.login !== undefined
      ? { login: body.login, error: null }
      : { login: null, error: wordsOf(answer) ?? body.error ?? tells().notSignedIn };
  } catch {
    return { login: null, error: tells().unreachable };
  }
}

/** Of the usual refusals; null: as the server words it. */
function wordsOf({ status, headers }: Response): string | null {
  const seconds = headers.get("retry-after");
  if (status === 401) return tells().mismatch;
  return status === 429 && seconds !== null ? tells().tooManyAttempts(seconds) : null;
}

interface Session {
  readonly login: string | null;
  /** Where the company's own sign-in begins; null: there is none. */
  readonly elsewhere: { readonly title: string; readonly path: string } | null;
}

async function session(): Promise<Session> {
  const answer = await fetch("csr/session");
  if (!answer.ok) {
    throw new Error(`The server answered ${answer.status}.`);
  }
  return (await answer.json()) as Session;
}

/** The login of the running session; null when there is none. Rejects when the server cannot be reached. */
export async function signedInAs(): Promise<string | null> {
  return (await session()).login;
}

export async function signOut(): Promise<void> {
  await fetch("csr/sign-out", { method: "POST" });
}
