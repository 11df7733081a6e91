/** Who asks over HTTP: a program with a token, or a person of the staff whose browser is signed in. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { type Principal, ROLE_SCOPES, type StaffMember } from "../accounts/roles.ts";
import type { ApiTokens } from "../accounts/tokens.ts";
import type { StaffGrant, StaffSession, StaffSessions } from "../adapter.ts";
import { isOwnOrigin } from "../http/own-origin.ts";
import { staffToken } from "../http/staff-cookie.ts";

/** In this header a page of the desk shows that it could read what only pages of the desk can read. */
export const CSRF_HEADER = "x-frontdesk-csrf";

export interface PrincipalParts {
  readonly tokens: ApiTokens;
  readonly sessions: StaffSessions;
  /** Who that login is now; null: nobody of the staff. */
  readonly member: (login: string) => StaffMember | null;
  /** What the company's sign-in makes of people whom people.yaml does not name. */
  readonly granted: ReadonlySet<StaffGrant["role"]>;
  /** Where people reach the desk when it is not where it listens; asked each time, since a NAT gateway may change it. */
  readonly publicOrigin: () => string | null;
}

/** Somebody signed in, with what their page needs. */
export interface SignedInMember {
  readonly session: StaffSession;
  readonly member: StaffMember;
  /** See CSRF_HEADER. */
  readonly csrf: string;
}

/** `foreign`: a change that no page of the desk asked for. `nobody`: nothing that proves anything, or nothing that is good. */
export type Proof =
  | { readonly kind: "principal"; readonly principal: Principal }
  | { readonly kind: "foreign" | "nobody" };

/** Whoever is signed in in that browser. */
export async function signedInMember(request: FastifyRequest, parts: PrincipalParts): Promise<SignedInMember | null> {
  const token = staffToken(request, parts.publicOrigin());
  const session = await parts.sessions.find(token);
  if (token === null || session === null) return null;
  const { login, grant } = session;
  const member = parts.member(login) ?? grantedMember(login, grant, parts);
  return member === null ? null : { session, member, csrf: csrfOf(token) };
}

/** People.yaml was asked first: whoever is named there is what stands there, at once. A role that is given to nobody any more is gone. */
function grantedMember(login: string, grant: StaffGrant | null, { granted }: PrincipalParts): StaffMember | null {
  return grant !== null && granted.has(grant.role) ? { login, queues: "all", ...grant } : null;
}

/** Whether a change is asked for by a page of the desk itself: by where it comes from, and by what only such a page knows. */
export function isFromOwnPage(request: FastifyRequest, csrf: string, publicOrigin: string | null): boolean {
  const shown = request.headers[CSRF_HEADER];
  return isOwnOrigin(request, publicOrigin) && typeof shown === "string" && isSame(shown, csrf);
}

export function principalOf({ member }: SignedInMember, origin: string): Principal {
  const { login, role, queues } = member;
  return { actor: `staff:${login}`, origin, scopes: new Set(ROLE_SCOPES[role]), queues };
}

export async function proofOf(request: FastifyRequest, parts: PrincipalParts): Promise<Proof> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, written = ""] = /^Bearer +(\S{1,256})$/i.exec(authorization) ?? [];
    const token = await parts.tokens.verify(written);
    if (token === null) return { kind: "nobody" };
    const { name, scopes } = token;
    const principal = { actor: `token:${name}`, origin: request.ip, scopes: new Set(scopes), queues: "all" } as const;
    return { kind: "principal", principal };
  }
  const signedIn = await signedInMember(request, parts);
  if (signedIn === null) return { kind: "nobody" };
  if (request.method !== "GET" && !isFromOwnPage(request, signedIn.csrf, parts.publicOrigin()))
    return { kind: "foreign" };
  return { kind: "principal", principal: principalOf(signedIn, request.ip) };
}

/** Made of the session's token, which no page can read; so it is good for that session alone and is kept nowhere. */
function csrfOf(token: string): string {
  return createHash("sha256").update(`csrf ${token}`).digest("base64url");
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
