/** The cookie of signed-in staff: one for all pages of the desk, out of the reach of scripts and of other sites. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { cookieName, readCookie, writeCookie } from "./cookies.ts";
import { isSecure } from "./own-origin.ts";

const NAME = "frontdesk_staff";
const PATH = "/";

/** The session's token; null when the browser sent none. */
export function staffToken(request: FastifyRequest, publicOrigin: string | null): string | null {
  return readCookie(request.headers.cookie, cookieName(NAME, PATH, isSecure(request, publicOrigin)));
}

/** `token` null takes the cookie away. */
export function setStaffCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  publicOrigin: string | null,
  token: string | null,
  maxAgeSeconds: number,
): FastifyReply {
  const secure = isSecure(request, publicOrigin);
  const attributes = {
    path: PATH,
    maxAgeSeconds: token === null ? 0 : maxAgeSeconds,
    secure,
    sameSite: "Strict",
  } as const;
  return reply.header("set-cookie", writeCookie(cookieName(NAME, PATH, secure), token ?? "", attributes));
}
