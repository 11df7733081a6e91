/** Signing in to the console: by a password, or by the company's own sign-in. */
import { useRef, useState } from "preact/hooks";
import { html, type View } from "../../http/pages/html.ts";
import { type Door, signIn } from "./api.ts";

interface SignInProps {
  readonly company: string;
  readonly door: Door;
  /** Why the person has to sign in (again), or "". */
  readonly notice: string;
  readonly onSignedIn: () => void;
}

export function SignIn({ company, door, notice, onSignedIn }: SignInProps): View {
  return html`<main class="sign-in">
    <div class="card">
      <p class="eyebrow">${company}</p>
      <h1>Desk</h1>
      ${notice !== "" && html`<p class="notice" role="status">${notice}</p>`}
      ${door.openid !== null && html`<a class="button primary" href="/desk/openid">Sign in with ${door.openid}</a>`}
      ${door.openid !== null && door.passwords && html`<p class="or">or</p>`}
      ${door.passwords && html`<${PasswordForm} onSignedIn=${onSignedIn} />`}
    </div>
  </main>`;
}

function PasswordForm({ onSignedIn }: Pick<SignInProps, "onSignedIn">): View {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  const submit = async (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFault("");
    const refused = await signIn(String(fields.get("login") ?? ""), String(fields.get("password") ?? ""));
    setBusy(false);
    if (refused === null) {
      onSignedIn();
      return;
    }
    setFault(refused);
    password.current?.select();
    password.current?.focus();
  };
  return html`<form onSubmit=${submit}>
    <label for="login">Login</label>
    <input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus maxlength="256" />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256" ref=${password} />
    <p class="fault" role="alert">${fault}</p>
    <button type="submit" class="primary" disabled=${busy}>${busy ? "Signing in…" : "Sign in"}</button>
  </form>`;
}
