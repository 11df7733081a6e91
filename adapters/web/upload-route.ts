/** The route by which pages bring files: one request a file, its bytes as they are, answered in JSON with the file or the reason why not. */
import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type AdapterContext, UPLOADS } from "../../src/adapter.ts";
import type { Address, Condition } from "../../src/core/model.ts";
import { placeOf, RateLimit } from "../../src/http/rate-limit.ts";
import { toWireFile } from "./codec.ts";
import type { Uploads } from "./uploads.ts";

const BYTES = "application/octet-stream";
/** The name, percent-encoded, since headers are ASCII. */
const NAME_HEADER = "x-file-name";
const NAME_CHARACTERS = 2_000;
const PLACES = 10_000;
const MINUTE_MS = 60_000;

/** Status by the reason of a refusal. */
const STATUS: Partial<Readonly<Record<Condition, number>>> = {
  "not-acceptable": 415,
  "policy-violation": 413,
  "resource-constraint": 503,
};

export interface UploadRouteParts {
  readonly context: Pick<AdapterContext, "network" | "log">;
  readonly uploads: Uploads;
  /** Uploads from one IP address in a minute. */
  readonly perMinute: number;
  /** And at the same time: somebody slow, or who pretends to be, must not take everybody's turn. */
  readonly perClient: number;
  readonly isOwnOrigin: (request: FastifyRequest) => boolean;
}

export class UploadRoute {
  readonly #parts: UploadRouteParts;
  readonly #perPlace: RateLimit;
  /** Uploads under way, by place. */
  readonly #underWay = new Map<string, number>();

  constructor(parts: UploadRouteParts) {
    this.#parts = parts;
    const { perMinute } = parts;
    this.#perPlace = new RateLimit({ burst: perMinute, everyMs: MINUTE_MS / perMinute }, PLACES);
  }

  /** `marks`: what else the route's `config` says. `whoIs`: who sends it; null when that is nobody whose page is open. */
  mount(
    server: FastifyInstance,
    path: string,
    marks: object,
    whoIs: (request: FastifyRequest) => Promise<Address | null>,
  ): void {
    if (!server.hasContentTypeParser(BYTES)) {
      // Not read here: the bytes go on as they come.
      server.addContentTypeParser(BYTES, (_request, payload, done) => done(null, payload));
    }
    const bodyLimit = Math.max(1, this.#parts.uploads.maxBytes);
    server.post(path, { config: { ...UPLOADS, ...marks }, bodyLimit }, async (request, reply) => {
      const refuse = (status: number, error: string) => answer(request, reply, status, { error });
      if (!this.#parts.isOwnOrigin(request)) {
        return refuse(403, "Files are taken from the pages of this server alone.");
      }
      const from = await whoIs(request);
      if (from === null) {
        return refuse(401, "Please open the chat first.");
      }
      const place = placeOf(request.ip);
      const turn = this.#perPlace.take(place, performance.now());
      if (!turn.taken) {
        return refuse(429, `Many files at once. Please wait ${Math.ceil(turn.waitMs / 1_000)} s and send it again.`);
      }
      if ((this.#underWay.get(place) ?? 0) >= this.#parts.perClient) {
        return refuse(
          429,
          "Many files are arriving from your network already. Please send this one when they are there.",
        );
      }
      return await this.#counted(place, () => this.#take(request, reply, from));
    });
  }

  async #counted(place: string, take: () => Promise<FastifyReply>): Promise<FastifyReply> {
    this.#underWay.set(place, (this.#underWay.get(place) ?? 0) + 1);
    try {
      return await take();
    } finally {
      const left = (this.#underWay.get(place) ?? 1) - 1;
      if (left > 0) {
        this.#underWay.set(place, left);
      } else {
        this.#underWay.delete(place);
      }
    }
  }

  async #take(request: FastifyRequest, reply: FastifyReply, from: Address): Promise<FastifyReply> {
    const { uploads, context } = this.#parts;
    const { network, log } = context;
    const body = request.body as Readable | undefined;
    const name = nameOf(request.headers[NAME_HEADER]);
    if (body === undefined || name === null) {
      return answer(request, reply, 400, { error: "A file needs bytes and a name." });
    }
    try {
      // Not destroyed when it is too long, so that whoever sends it hears why.
      const received = await uploads.receive(from, name, body.iterator({ destroyOnReturn: false }));
      if (received.kind === "refused") {
        log.info("web.upload.refused", { network, reason: received.reason });
        return answer(request, reply, STATUS[received.reason] ?? 400, { error: received.text });
      }
      const { id, file, words } = received;
      return answer(request, reply, 200, { id, words, file: toWireFile(file, words) });
    } catch (error) {
      if (request.raw.destroyed && !request.raw.complete) {
        log.debug("web.upload.cancelled", { network });
        return reply;
      }
      throw error;
    }
  }
}

/** An answer before the end of the body ends the connection, behind what is still on its way. */
function answer(request: FastifyRequest, reply: FastifyReply, status: number, body: object): FastifyReply {
  if (!request.raw.complete) {
    reply.header("connection", "close");
    request.raw.resume();
  }
  return reply.code(status).send(body);
}

function nameOf(header: string | string[] | undefined): string | null {
  if (typeof header !== "string" || header.length > NAME_CHARACTERS) {
    return null;
  }
  try {
    return decodeURIComponent(header).toWellFormed();
  } catch {
    return null;
  }
}
