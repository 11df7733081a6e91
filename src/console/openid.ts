/**
 * Sign-in of staff by an OpenID provider (OpenID Connect Core 1.0: authorization code flow, PKCE, state and nonce). What the provider
 * says is checked by the library; here it is decided who that is at this desk.
 */

import { LRUCache } from "lru-cache";
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { StaffMember } from "../accounts/roles.ts";
import type { StaffGrant } from "../adapter.ts";
import type { OpenIdSettings } from "../config/settings.ts";
import type { SignInFault } from "./pages/faults.ts";

export interface OpenIdParts {
  readonly settings: OpenIdSettings;
  /** Who that login is by people.yaml. */
  readonly member: (login: string) => StaffMember | null;
  /** See `StaffAccounts.isSubject`. */
  readonly isSubject: (login: string, subject: string) => Promise<boolean>;
}

/** `refused`: the fault is for the person; `reason` for the log, without anything secret. */
export type OpenIdEnd =
  | { readonly kind: "in"; readonly login: string; readonly grant: StaffGrant | null; readonly to: string }
  | { readonly kind: "refused"; readonly fault: SignInFault; readonly reason: string };

/** What is remembered of somebody who was sent to the provider. */
interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly to: string;
}

type Claims = Readonly<Record<string, unknown>>;

const FLOWS = 1_000;
/** How long somebody may take at the provider. */
export const FLOW_SECONDS = 600;
const PROVIDER_SECONDS = 10;
const LONGEST_LOGIN = 128;
const LONGEST_NAME = 100;
/** Control characters, what turns the direction of writing round, and ends of lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const EMAIL = "email";
const EMAIL_VERIFIED = "email_verified";

export class OpenIdSignIn {
  readonly #parts: OpenIdParts;
  readonly #flows = new LRUCache<string, Flow>({ max: FLOWS, ttl: FLOW_SECONDS * 1_000 });
  #provider: Promise<Configuration> | null = null;

  constructor(parts: OpenIdParts) {
    this.#parts = parts;
  }

  /** Where to send the browser, and what its cookie is to hold meanwhile. Rejects when the provider cannot be reached. */
  async begin(returnUrl: string, to: string): Promise<{ readonly url: string; readonly flow: string }> {
    const provider = await this.#discovered();
    const verifier = randomPKCECodeVerifier();
    const [id, flow] = [randomState(), { state: randomState(), nonce: randomNonce(), verifier, to }];
    this.#flows.set(id, flow);
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: returnUrl,
      scope: this.#parts.settings.scopes.join(" "),
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return { url: url.href, flow: id };
  }

  /** `returned`: the address at which the browser came back, with what the provider gave it. Each flow ends once. */
  async finish(returned: URL, flowId: string | null): Promise<OpenIdEnd> {
    const flow = flowId === null ? undefined : this.#flows.get(flowId);
    if (flow === undefined) {
      return refused("late", "no such flow");
    }
    this.#flows.delete(flowId ?? "");
    try {
      const claims = await this.#claims(returned, flow);
      return await this.#decide(claims, flow.to);
    } catch (error) {
      // What the library says names a code or a claim, never a token.
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return refused("unconfirmed", reason);
    }
  }

  async #claims(returned: URL, flow: Flow): Promise<Claims> {
    const provider = await this.#discovered();
    const tokens = await authorizationCodeGrant(provider, returned, {
      pkceCodeVerifier: flow.verifier,
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("there was no ID token");
    const { loginClaim, nameClaim, roles } = this.#parts.settings;
    const named = [loginClaim, nameClaim, ...roles.map(({ claim }) => claim)];
    const wanted = named.includes(EMAIL) ? [...named, EMAIL_VERIFIED] : named;
    // Many providers keep names and groups out of the ID token.
    const isWhole = wanted.every((claim) => Object.hasOwn(claims, claim));
    if (isWhole || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims };
  }

  async #decide(claims: Claims, to: string): Promise<OpenIdEnd> {
    const { settings, member, isSubject } = this.#parts;
    const login = textOf(claims[settings.loginClaim]);
    // It stands in logs and in the audit log, where it must not look like another one, or like two lines.
    if (login === null || login.length > LONGEST_LOGIN || UNSEEN.test(login)) {
      return refused("unnamed", `no claim ${settings.loginClaim}, or none that can be a login`);
    }
    if (settings.loginClaim === EMAIL && !isEmailVerified(claims)) {
      return refused("unverified", `${EMAIL_VERIFIED} is not true`);
    }
    if (member(login) !== null) {
      // Of all claims only issuer and `sub` are never given to somebody else (OpenID Connect Core §5.7).
      return (await isSubject(login, `${settings.issuer} ${String(claims.sub)}`))
        ? { kind: "in", login, grant: null, to }
        : refused("other", `${login} was somebody else there before`);
    }
    const rule = settings.roles.find(
      ({ claim, contains }) => listOf(claims[claim]).includes(contains) && (claim !== EMAIL || isEmailVerified(claims)),
    );
    if (rule === undefined) {
      return refused("unknown", "nobody of the staff");
    }
    const name = textOf(claims[settings.nameClaim])
      ?.replace(new RegExp(UNSEEN, "gu"), "")
      .trim()
      .slice(0, LONGEST_NAME);
    return { kind: "in", login, grant: { name: name || login, role: rule.role }, to };
  }

  /** Found out once; when the provider is away, anew the next time. */
  #discovered(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#parts.settings;
    const insecure = issuer.startsWith("http:") ? { execute: [allowInsecureRequests] } : {};
    this.#provider ??= discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: PROVIDER_SECONDS,
      ...insecure,
    }).catch((error: unknown) => {
      this.#provider = null;
      throw error;
    });
    return this.#provider;
  }
}

function refused(fault: SignInFault, reason: string): OpenIdEnd {
  return { kind: "refused", fault, reason };
}

/** Where nobody has verified it, people choose their address themselves, and could choose somebody else's. Some providers write words. */
function isEmailVerified(claims: Claims): boolean {
  return claims[EMAIL_VERIFIED] === true || claims[EMAIL_VERIFIED] === "true";
}

function textOf(claim: unknown): string | null {
  return typeof claim === "string" && claim !== "" ? claim : null;
}

function listOf(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? claim : [claim];
}
