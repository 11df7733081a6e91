/** A real OpenID provider (oidc-provider) on this machine, and a browser of plain requests that signs in at it. */
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { freePort } from "./ports.ts";

export interface OpenIdPerson {
  readonly preferred_username?: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[];
}

export interface OpenIdProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  stop(): Promise<void>;
}

/** `people`: claims by the login they type; every password is right. Claims are in the ID token, or told by /me alone. */
export async function startOpenIdProvider(
  people: Readonly<Record<string, OpenIdPerson>>,
  returnUrl: string,
  where: "token" | "userinfo" = "token",
): Promise<OpenIdProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const [clientId, clientSecret] = ["frontdesk", "a-planted-client-secret"];
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [returnUrl] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups"], email: ["email", "email_verified"] },
    conformIdTokenClaims: where === "userinfo",
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
    cookies: { keys: ["a key of the test's own"] },
    findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    issuer,
    clientId,
    clientSecret,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const MOST_HOPS = 20;

/** Follows redirects and fills in the provider's forms, keeping cookies by host. */
export class FormBrowser {
  readonly #jars = new Map<string, Map<string, string>>();
  /** Every cookie it was ever given, "a=1", those taken away since included. */
  readonly given: string[] = [];
  /** Every address it was sent to. */
  readonly seen: string[] = [];

  /** What it would send to that address: "a=1; b=2". */
  cookies(url: string): string {
    return [...(this.#jars.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    this.seen.push(url);
    const headers = { ...(init.headers as Record<string, string>), cookie: this.cookies(url) };
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    const jar = this.#jars.get(new URL(url).host) ?? new Map<string, string>();
    this.#jars.set(new URL(url).host, jar);
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      this.given.push(pair);
      const [name = "", ...value] = pair.split("=");
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value.join("="));
    }
    return answer;
  }

  /** From that address on until a page without a form of the provider's; resolves with its address. */
  async signIn(start: string, login: string): Promise<string> {
    let [url, init]: [string, RequestInit] = [start, {}];
    for (let hop = 0; hop < MOST_HOPS; hop += 1) {
      const answer = await this.ask(url, init);
      const next = answer.headers.get("location");
      if (next !== null) {
        [url, init] = [new URL(next, url).href, {}];
        continue;
      }
      const text = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
      const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
      if (prompt === undefined || action === undefined) return url;
      url = new URL(action, url).href;
      init = { method: "POST", body: new URLSearchParams({ prompt, login, password: "any" }) };
    }
    throw new Error(`No end after ${MOST_HOPS} hops: ${this.seen.join(" ")}`);
  }
}
