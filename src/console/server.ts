/** The console's routes: its page and assets, signing in and out, and the stream of what is new. All it shows is asked of the API. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ROLE_SCOPES } from "../accounts/roles.ts";
import { attemptSignIn } from "../accounts/sign-in.ts";
import type { StaffAccounts } from "../accounts.ts";
import { type Accounts, type Logger, STAFF } from "../adapter.ts";
import { isFromOwnPage, type PrincipalParts, type SignedInMember, signedInMember } from "../api/principals.ts";
import type { Audit } from "../audit.ts";
import type { Settings } from "../config/settings.ts";
import type { ControlledDesk } from "../control/protocol.ts";
import { type Asset, fillDocument, loadAssets, sendAsset } from "../http/assets.ts";
import { cookieName, readCookie, writeCookie } from "../http/cookies.ts";
import { isOwnOrigin, isSecure } from "../http/own-origin.ts";
import { placeOf, RateLimit } from "../http/rate-limit.ts";
import { setStaffCookie } from "../http/staff-cookie.ts";
import { LiveViews } from "./live.ts";
import { FLOW_SECONDS, OpenIdSignIn } from "./openid.ts";
import type { SignInFault } from "./pages/faults.ts";

export const CONSOLE_PATH = "/desk";
/** Where the company's own sign-in begins; `?to=/csr` leads to a page of CSRs afterwards. */
export const OPENID_PATH = `${CONSOLE_PATH}/openid`;

export interface ConsoleParts extends PrincipalParts {
  readonly accounts: StaffAccounts;
  readonly audit: Pick<Audit, "note">;
  readonly settings: Settings["console"];
  readonly limits: {
    readonly sessionHours: number;
    readonly signInsPerClient: number;
  };
  readonly company: () => string;
  /** Null while the desk is starting or stopping. */
  readonly desk: () => ControlledDesk | null;
  readonly log: Logger;
}

const HOUR_SECONDS = 3_600;
/** One place must neither push the flows of others out nor fill the log: after `signInsPerClient` at once, one each so often. */
const ATTEMPT_EVERY_MS = 10_000;
const COUNTED = 10_000;
const FLOW_COOKIE = "frontdesk_openid";
/** Where somebody may be sent after signing in: the console, or a page of CSRs. */
const RETURN_TO = /^(\/desk|\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*csr)$/;

export class Console {
  readonly #parts: ConsoleParts;
  readonly #openid: OpenIdSignIn | null;
  readonly #openidAttempts: RateLimit;
  readonly #live: LiveViews;

  constructor(parts: ConsoleParts) {
    const { accounts, limits, settings, member } = parts;
    this.#parts = parts;
    this.#openid =
      settings.openid === null
        ? null
        : new OpenIdSignIn({
            settings: settings.openid,
            member,
            isSubject: (login, subject) => accounts.isSubject(login, subject),
          });
    this.#openidAttempts = new RateLimit({ burst: limits.signInsPerClient, everyMs: ATTEMPT_EVERY_MS }, COUNTED);
    this.#live = new LiveViews(parts);
  }

  async mount(server: FastifyInstance): Promise<void> {
    const assets = await loadAssets(new URL("pages/", import.meta.url));
    const staff = { config: STAFF };
    server.get(CONSOLE_PATH, staff, (_request, reply) => this.#page(reply, assets.get("desk.html")));
    server.get<{ Params: { "*": string } }>(`${CONSOLE_PATH}/assets/*`, staff, (request, reply) =>
      sendAsset(assets.get(request.params["*"]), request, reply),
    );
    server.get(`${CONSOLE_PATH}/session`, staff, (request, reply) => this.#session(request, reply));
    server.get(`${CONSOLE_PATH}/live`, staff, (request, reply) => this.#follow(request, reply));
    server.post(`${CONSOLE_PATH}/sign-in`, staff, (request, reply) => this.#signIn(request, reply));
    server.post(`${CONSOLE_PATH}/sign-out`, staff, (request, reply) => this.#signOut(request, reply));
    server.get(OPENID_PATH, staff, (request, reply) => this.#beginOpenId(request, reply));
    server.get(`${OPENID_PATH}/return`, staff, (request, reply) => this.#finishOpenId(request, reply));
  }

  /** Ends what streams to open pages. */
  stop(): void {
    this.#live.stop();
  }

  #page(reply: FastifyReply, document: Asset | undefined): FastifyReply {
    return reply.type("text/html; charset=utf-8").send(fillDocument(document, { company: this.#parts.company() }));
  }

  /** Who is signed in; or how one can. Told to the desk's own pages alone, since other sites cannot read it. */
  async #session(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signedIn = await signedInMember(request, this.#parts);
    if (signedIn === null) {
      const { passwords, openid } = this.#parts.settings;
      return reply.code(401).send({ error: "Not signed in.", passwords, openid: openid?.title ?? null });
    }
    return reply.send(shown(signedIn));
  }

  async #follow(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signedIn = await signedInMember(request, this.#parts);
    if (signedIn === null) {
      return reply.code(401).send({ error: "Not signed in." });
    }
    return this.#live.open(request, reply, signedIn);
  }

  async #signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!isOwnOrigin(request, this.#parts.publicOrigin())) {
      return reply.code(403).send({ error: "Sign in from the page of this server." });
    }
    if (!this.#parts.settings.passwords) {
      return reply.code(403).send({ error: "Passwords are not taken here; use the company's sign-in." });
    }
    const attempt = await attemptSignIn(this.#parts.accounts, request.body, request.ip);
    if (attempt.kind === "refused") {
      const { status, error, retryAfter } = attempt;
      if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
      return reply.code(status).send({ error });
    }
    await this.#begin(request, reply, attempt.login, "password");
    return reply.send({ login: attempt.login });
  }

  /** A new session with a new token; the one this browser had before is over. */
  async #begin(
    request: FastifyRequest,
    reply: FastifyReply,
    login: string,
    by: "password" | "openid",
    grant: Parameters<Accounts["sessions"]["begin"]>[0]["grant"] = null,
  ): Promise<void> {
    const { accounts, limits } = this.#parts;
    const before = await signedInMember(request, this.#parts);
    if (before !== null) await accounts.sessions.end(before.session, request.ip);
    const { sessionHours: hours } = limits;
    const { token } = await accounts.sessions.begin({ login, hours, by, origin: request.ip, grant });
    setStaffCookie(request, reply, this.#parts.publicOrigin(), token, hours * HOUR_SECONDS);
  }

  async #signOut(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signedIn = await signedInMember(request, this.#parts);
    const publicOrigin = this.#parts.publicOrigin();
    if (signedIn !== null && !isFromOwnPage(request, signedIn.csrf, publicOrigin)) {
      return reply.code(403).send({ error: "Sign out from the page of this server." });
    }
    if (signedIn !== null) {
      await this.#parts.accounts.sessions.end(signedIn.session, request.ip);
      this.#live.recheck();
    }
    return setStaffCookie(request, reply, publicOrigin, null, 0).code(204).send();
  }

  async #beginOpenId(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.#openid === null) {
      return reply.code(404).send({ error: "This desk has no sign-in but its own." });
    }
    if (this.#isLimited(request)) return this.#tooMany(request, reply);
    const { to } = request.query as { readonly to?: unknown };
    const target = typeof to === "string" && RETURN_TO.test(to) ? to : CONSOLE_PATH;
    try {
      const { url, flow } = await this.#openid.begin(this.#returnUrl(request), target);
      return reply.header("set-cookie", this.#flowCookie(request, flow)).redirect(url, 303);
    } catch (error) {
      this.#parts.log.error("openid.unreachable", { error });
      return this.#failed(reply, "unreachable");
    }
  }

  async #finishOpenId(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.#openid === null) {
      return reply.code(404).send({ error: "This desk has no sign-in but its own." });
    }
    const returned = new URL(this.#returnUrl(request));
    returned.search = new URL(request.url, returned).search;
    const secure = isSecure(request, this.#parts.publicOrigin());
    const flow = readCookie(request.headers.cookie, cookieName(FLOW_COOKIE, "/", secure));
    const end = await this.#openid.finish(returned, flow);
    reply.header("set-cookie", this.#flowCookie(request, null));
    if (end.kind === "refused") {
      if (this.#isLimited(request)) return this.#tooMany(request, reply);
      this.#parts.log.warn("openid.refused", { reason: end.reason, ip: request.ip });
      const detail = { by: "openid", reason: end.reason };
      const refused = { actor: "somebody", outcome: "refused", origin: request.ip, detail } as const;
      this.#parts.audit.note({ action: "sign-in.failed", ...refused });
      return this.#failed(reply, end.fault);
    }
    await this.#begin(request, reply, end.login, "openid", end.grant);
    return reply.redirect(end.to, 303);
  }

  #isLimited(request: FastifyRequest): boolean {
    return !this.#openidAttempts.take(placeOf(request.ip), performance.now()).taken;
  }

  #tooMany(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#parts.accounts.limited(request.ip);
    return this.#failed(reply, "limited");
  }

  /** In the fragment, which is sent to no server. */
  #failed(reply: FastifyReply, fault: SignInFault): FastifyReply {
    return reply.redirect(`${CONSOLE_PATH}#fault=${fault}`, 303);
  }

  #returnUrl(request: FastifyRequest): string {
    const origin = this.#parts.publicOrigin() ?? `${request.protocol}://${request.host}`;
    return `${origin}${OPENID_PATH}/return`;
  }

  /** Lax: the browser comes back from another site. */
  #flowCookie(request: FastifyRequest, flow: string | null): string {
    const secure = isSecure(request, this.#parts.publicOrigin());
    const maxAgeSeconds = flow === null ? 0 : FLOW_SECONDS;
    return writeCookie(cookieName(FLOW_COOKIE, "/", secure), flow ?? "", {
      path: "/",
      maxAgeSeconds,
      secure,
      sameSite: "Lax",
    });
  }
}

function shown({ member, csrf }: SignedInMember): object {
  const { login, name, role, queues } = member;
  return { login, name, role, queues, scopes: ROLE_SCOPES[role], csrf };
}
