/**
 * What is new, for open pages: server-sent events (WHATWG HTML §9.2) with the API's own answers. One look at the desk a second serves
 * all pages; a page is sent what changed for it. Ends when its session does.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Principal } from "../accounts/roles.ts";
import type { Logger } from "../adapter.ts";
import { type PrincipalParts, principalOf, type SignedInMember, signedInMember } from "../api/principals.ts";
import { API_ROUTES, type ApiRoute } from "../api/routes.ts";
import type { ControlledDesk } from "../control/protocol.ts";
import { securityHeaders } from "../http/headers.ts";

export interface LiveParts extends PrincipalParts {
  readonly desk: () => ControlledDesk | null;
  readonly log: Logger;
}

/** Rows of one list that a page is sent: a big desk's thousands would be made anew, and sent, every second. */
const LIVE_ROWS = 300;
/** The API's routes that pages follow, by operationId, and what of an answer they are sent. Reading them is recorded by none. */
const FOLLOWED: Readonly<Record<string, (body: unknown) => unknown>> = {
  getStatus: whole,
  listQueues: whole,
  listCsrs: firstRows,
  listConversations: (body) => firstRows(Array.isArray(body) ? waitingFirst(body as readonly Waiting[]) : body),
  getReport: firstRows,
};
const LOOK_MS = 1_000;
/** How often it is asked whether the session goes on, and a sign of life sent. */
const CHECK_LOOKS = 15;
/** Open pages of all, and of one person, who shall not keep the others out. */
const PAGES = 200;
const PAGES_EACH = 10;
/** Bytes that may wait for a page that does not read; it is cut then, and comes back. */
const UNSENT_BYTES = 4_194_304;

interface Page {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  who: Principal;
  looks: number;
  /** What was sent last, by route. */
  readonly sent: Map<string, string>;
}

export class LiveViews {
  readonly #parts: LiveParts;
  readonly #pages = new Set<Page>();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  open(request: FastifyRequest, reply: FastifyReply, signedIn: SignedInMember): FastifyReply {
    if (this.#pages.size >= PAGES) {
      return reply.code(503).header("retry-after", "10").send({ error: "The console is open in too many windows." });
    }
    const page: Page = { request, reply, who: principalOf(signedIn, request.ip), looks: 0, sent: new Map() };
    if ([...this.#pages].filter(({ who }) => who.actor === page.who.actor).length >= PAGES_EACH) {
      const error = `You have the console open in ${PAGES_EACH} windows already; close one.`;
      return reply.code(429).header("retry-after", "10").send({ error });
    }
    reply.hijack();
    reply.raw.writeHead(200, {
      ...securityHeaders(request.protocol === "https"),
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    });
    this.#pages.add(page);
    reply.raw.once("close", () => this.#closed(page));
    this.#look(page, new Map());
    this.#timer ??= setInterval(() => this.#lookAll(), LOOK_MS);
    return reply;
  }

  /** Looks at once whose session goes on: somebody has just signed out. */
  recheck(): void {
    for (const page of this.#pages) void this.#check(page);
  }

  stop(): void {
    for (const { reply } of this.#pages) reply.raw.end();
  }

  #closed(page: Page): void {
    this.#pages.delete(page);
    if (this.#pages.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
  }

  #lookAll(): void {
    const seen: Seen = new Map();
    for (const page of this.#pages) {
      page.looks += 1;
      if (page.looks % CHECK_LOOKS === 0) void this.#check(page);
      this.#look(page, seen);
    }
  }

  #look(page: Page, seen: Seen): void {
    const desk = this.#parts.desk();
    if (desk === null) {
      page.reply.raw.end();
      return;
    }
    for (const route of API_ROUTES) {
      if (FOLLOWED[route.name] === undefined || !page.who.scopes.has(route.scope)) continue;
      const text = answerOf(route, desk, page.who, seen);
      if (text === null || page.sent.get(route.name) === text) continue;
      page.sent.set(route.name, text);
      this.#write(page, `event: ${route.name}\ndata: ${text}\n\n`);
    }
  }

  async #check(page: Page): Promise<void> {
    try {
      const signedIn = await signedInMember(page.request, this.#parts);
      if (signedIn === null) {
        this.#write(page, "event: signedOut\ndata: {}\n\n");
        page.reply.raw.end();
        return;
      }
      page.who = principalOf(signedIn, page.request.ip);
      this.#write(page, ": here\n\n");
    } catch (error) {
      this.#parts.log.warn("console.live.failed", { error });
      page.reply.raw.end();
    }
  }

  #write(page: Page, text: string): void {
    const { raw } = page.reply;
    if (raw.writableLength > UNSENT_BYTES) raw.destroy();
    else if (!raw.writableEnded) raw.write(text);
  }
}

/** Answers of one look, by route and by the queues that are seen: everybody who sees the same is sent the same. */
type Seen = Map<string, string | null>;

/** JSON on one line. Routes that are followed answer at once. */
function answerOf(route: ApiRoute, desk: ControlledDesk, who: Principal, seen: Seen): string | null {
  const key = `${route.name} ${JSON.stringify(who.queues)}`;
  const known = seen.get(key);
  if (known !== undefined) return known;
  const answer = route.answer({ desk, who, id: "", query: {} });
  const made = answer instanceof Promise || answer.status !== 200 ? null : answer.body;
  const text = made === null ? null : JSON.stringify(route.answers.parse((FOLLOWED[route.name] ?? whole)(made)));
  seen.set(key, text);
  return text;
}

function whole(body: unknown): unknown {
  return body;
}

function firstRows(body: unknown): unknown {
  return Array.isArray(body) ? body.slice(0, LIVE_ROWS) : body;
}

interface Waiting {
  readonly waitingSince: number | null;
  readonly openedAt: number;
}

/** Whoever waits longest, then the others, the newest first. */
export function waitingFirst<Row extends Waiting>(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => {
    if (a.waitingSince !== null && b.waitingSince !== null) return a.waitingSince - b.waitingSince;
    if (a.waitingSince !== null || b.waitingSince !== null) return a.waitingSince === null ? 1 : -1;
    return b.openedAt - a.openedAt;
  });
}
