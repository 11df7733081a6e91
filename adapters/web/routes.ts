/** The web network's routes: pages, their assets, the sign-in of CSRs, and the two WebSockets. */
import websocket from "@fastify/websocket";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { attemptSignIn } from "../../src/accounts/sign-in.ts";
import { type AdapterContext, STAFF, type StaffSession } from "../../src/adapter.ts";
import { loadAssets, sendAsset } from "../../src/http/assets.ts";
import { cookieName, readCookie, writeCookie } from "../../src/http/cookies.ts";
import { isOwnOrigin, isSecure } from "../../src/http/own-origin.ts";
import { placeOf } from "../../src/http/rate-limit.ts";
import { setStaffCookie, staffToken } from "../../src/http/staff-cookie.ts";
import type { WebConfig } from "./config.ts";
import { Documents } from "./documents.ts";
import { PageHeaders } from "./page-headers.ts";
import { isInvitation } from "./pages/protocol.ts";
import { firstLanguage, softwareOf } from "./software.ts";
import { UploadRoute } from "./upload-route.ts";
import { isVisitorId } from "./visitors.ts";
import type { WebNetwork } from "./web-network.ts";

const VISITOR_COOKIE = "frontdesk_visitor";
/** The visitor's token where the browser takes no cookie, as in a foreign frame. */
const VISITOR_HEADER = "x-frontdesk-visitor";
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** Frames of the protocol are far smaller than what the HTTP server allows in general. */
const FRAME_BYTES = 524_288;

export class Routes {
  readonly #config: WebConfig;
  readonly #context: AdapterContext;
  readonly #network: WebNetwork;
  /** Open WebSockets by place. */
  readonly #connected = new Map<string, number>();

  constructor(config: WebConfig, context: AdapterContext, network: WebNetwork) {
    this.#config = config;
    this.#context = context;
    this.#network = network;
  }

  async mount(server: FastifyInstance): Promise<void> {
    if (!server.hasDecorator("websocketServer")) {
      await server.register(websocket, { options: { maxPayload: FRAME_BYTES, perMessageDeflate: false } });
    }
    const { path } = this.#config;
    const assets = await loadAssets(new URL("pages/", import.meta.url));
    const documents = new Documents(assets, this.#context);
    const headers = new PageHeaders(this.#config.embedOrigins);
    if (this.#config.samplePage) {
      server.get(path, (request, reply) => this.#page(request, reply, headers.own, documents.sample()));
    } else {
      server.get(path, (_request, reply) => reply.redirect(`${path}chat`));
    }
    server.get(`${path}chat`, (request, reply) => this.#page(request, reply, headers.framed, documents.chat()));
    // The token goes on in the fragment, which stands in no server's log; and only the page uses it, so that nobody's preview of
    // the link does.
    server.get<{ Params: { token: string } }>(`${path}continue/:token`, (request, reply) => {
      const { token } = request.params;
      return reply.redirect(isInvitation(token) ? `${path}chat#continue=${token}` : `${path}chat`);
    });
    const staff = { config: STAFF };
    server.get(`${path}csr`, staff, (_request, reply) => document(reply, headers.own, documents.console()));
    server.get<{ Params: { "*": string } }>(`${path}assets/*`, (request, reply) =>
      // The widget is a script on other sites' pages.
      sendAsset(assets.get(request.params["*"]), request, reply.header("cross-origin-resource-policy", "cross-origin")),
    );
    server.get(`${path}csr/session`, staff, async (request, reply) => {
      const session = await this.#session(request);
      const { elsewhere = null } = this.#context.accounts;
      return reply.send({ login: session?.login ?? null, elsewhere });
    });
    server.post(`${path}csr/sign-in`, staff, (request, reply) => this.#signIn(request, reply));
    server.post(`${path}csr/sign-out`, staff, (request, reply) => this.#signOut(request, reply));
    this.#mountSockets(server, path);
    this.#mountUploads(server, path);
  }

  #mountUploads(server: FastifyInstance, path: string): void {
    const { network } = this.#context;
    const route = new UploadRoute({
      context: this.#context,
      uploads: this.#network.uploads,
      perMinute: this.#config.uploadsPerMinute,
      perClient: this.#config.uploadsPerClient,
      isOwnOrigin: (request) => this.#isOwnOrigin(request),
    });
    const here = (id: string | null) => (id === null || !this.#network.isHere(id) ? null : { network, id });
    route.mount(server, `${path}upload`, {}, async (request) => {
      const { visitors } = this.#network;
      const brought = request.headers[VISITOR_HEADER];
      const token = this.#visitorToken(request) ?? (typeof brought === "string" ? brought : null);
      return here(visitors.idOf(token));
    });
    const signedIn = async (request: FastifyRequest) => here((await this.#session(request))?.login ?? null);
    route.mount(server, `${path}csr/upload`, STAFF, signedIn);
  }

  #mountSockets(server: FastifyInstance, path: string): void {
    const sessions = new WeakMap<FastifyRequest, StaffSession>();
    const preValidation = async (request: FastifyRequest, reply: FastifyReply) => this.#admit(request, reply);
    server.get(`${path}socket`, { websocket: true, preValidation }, (socket, request) => {
      this.#count(request, socket);
      this.#network.connect(socket, { ...described(request), session: null, token: this.#visitorToken(request) });
    });
    const signedIn = async (request: FastifyRequest, reply: FastifyReply) => {
      const session = await this.#session(request);
      if (session === null) {
        return reply.code(401).send({ error: "Not signed in." });
      }
      sessions.set(request, session);
    };
    server.get(
      `${path}csr/socket`,
      { config: STAFF, websocket: true, preValidation: [preValidation, signedIn] },
      (socket, request) => {
        const session = sessions.get(request);
        if (session === undefined) {
          throw new Error("A console's connection was let in without a session.");
        }
        this.#count(request, socket);
        this.#network.connect(socket, { ...described(request), session, token: null });
      },
    );
  }

  /** Whether a WebSocket may be opened: by a page of ours, while there is room. */
  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!this.#isOwnOrigin(request)) {
      return reply.code(403).send({ error: "Only pages of this server may connect." });
    }
    if (!this.#network.canConnect) {
      return reply.code(503).header("retry-after", "5").send({ error: "The chat cannot take more connections now." });
    }
    if ((this.#connected.get(placeOf(request.ip)) ?? 0) >= this.#config.connectionsPerClient) {
      return reply.code(429).send({ error: "Too many connections from this place." });
    }
    return undefined;
  }

  #count(request: FastifyRequest, socket: { once(event: "close", listener: () => void): unknown }): void {
    const ip = placeOf(request.ip);
    this.#connected.set(ip, (this.#connected.get(ip) ?? 0) + 1);
    socket.once("close", () => {
      const left = (this.#connected.get(ip) ?? 1) - 1;
      if (left > 0) {
        this.#connected.set(ip, left);
      } else {
        this.#connected.delete(ip);
      }
    });
  }

  #page(
    request: FastifyRequest,
    reply: FastifyReply,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): FastifyReply {
    // A token that is there is kept, and lives longer with every visit.
    const given = this.#visitorToken(request);
    const token = given !== null && this.#network.visitors.idOf(given) !== null ? given : this.#network.visitors.mint();
    const maxAgeSeconds = this.#config.visitorDays * DAY_SECONDS;
    const secure = this.#isSecure(request);
    const sameSite = secure && this.#config.embedOrigins.length > 0 ? "Partitioned" : "Lax";
    const { path } = this.#config;
    const attributes = { path: secure ? "/" : path, maxAgeSeconds, secure, sameSite } as const;
    const name = cookieName(VISITOR_COOKIE, path, secure);
    return document(reply.header("set-cookie", writeCookie(name, token, attributes)), headers, body);
  }

  async #signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!this.#isOwnOrigin(request)) {
      return reply.code(403).send({ error: "Sign in from the page of this server." });
    }
    const attempt = await attemptSignIn(this.#context.accounts, request.body, request.ip);
    const { network } = this.#context;
    if (attempt.kind === "refused") {
      const { status, error, retryAfter } = attempt;
      if (status === 429) this.#context.log.warn("web.sign-in.limited", { network, ip: request.ip });
      if (status === 401) this.#context.log.warn("web.sign-in.refused", { network, ip: request.ip });
      if (retryAfter !== undefined) reply.header("retry-after", String(retryAfter));
      return reply.code(status).send({ error });
    }
    const { login: staff } = attempt;
    if (isVisitorId(staff)) {
      return reply.code(401).send({ error: "That login and password do not match." });
    }
    // A browser is one person's: whoever was signed in here before is told so at once, not when their next message fails.
    const before = await this.#signedIn(request);
    if (before !== null) {
      await this.#network.signOut(before, request.ip, staff);
    }
    const { sessionHours: hours } = this.#config;
    const { sessions } = this.#context.accounts;
    const { token } = await sessions.begin({ login: staff, hours, by: "password", origin: request.ip });
    this.#context.log.info("web.sign-in", { network: this.#context.network, login: staff });
    return this.#setCookie(request, reply, token).send({ login: staff });
  }

  async #signOut(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!this.#isOwnOrigin(request)) {
      return reply.code(403).send({ error: "Sign out from the page of this server." });
    }
    const session = await this.#signedIn(request);
    if (session !== null) {
      await this.#network.signOut(session, request.ip);
      this.#context.log.info("web.sign-out", { network: this.#context.network, login: session.login });
    }
    return this.#setCookie(request, reply, null).code(204).send();
  }

  #setCookie(request: FastifyRequest, reply: FastifyReply, token: string | null): FastifyReply {
    return setStaffCookie(request, reply, this.#origin, token, this.#config.sessionHours * HOUR_SECONDS);
  }

  async #signedIn(request: FastifyRequest): Promise<StaffSession | null> {
    return await this.#context.accounts.sessions.find(staffToken(request, this.#origin));
  }

  /** Who is signed in and a CSR of this network. Others of the staff have pages of their own. */
  async #session(request: FastifyRequest): Promise<StaffSession | null> {
    const session = await this.#signedIn(request);
    const { network } = this.#context;
    return session !== null && this.#context.contacts({ network, id: session.login }).length > 0 ? session : null;
  }

  get #origin(): string | null {
    return this.#context.http.publicOrigin ?? null;
  }

  #visitorToken(request: FastifyRequest): string | null {
    return this.#cookie(request, VISITOR_COOKIE);
  }

  #cookie(request: FastifyRequest, name: string): string | null {
    return readCookie(request.headers.cookie, cookieName(name, this.#config.path, this.#isSecure(request)));
  }

  #isOwnOrigin(request: FastifyRequest): boolean {
    return isOwnOrigin(request, this.#origin);
  }

  #isSecure(request: FastifyRequest): boolean {
    return isSecure(request, this.#origin);
  }
}

function described(request: FastifyRequest): Pick<Parameters<WebNetwork["connect"]>[1], "software" | "language"> {
  return {
    software: softwareOf(request.headers["user-agent"]),
    language: firstLanguage(request.headers["accept-language"]),
  };
}

function document(reply: FastifyReply, headers: Readonly<Record<string, string>>, body: string): FastifyReply {
  return reply.headers(headers).type("text/html; charset=utf-8").send(body);
}
