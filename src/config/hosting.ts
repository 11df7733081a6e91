/** `hosting:` of queues: whether the network that customers are asked to continue on is there, and how they are led there. */
import type { Continuation } from "../core/model.ts";
import { nearest, type Problem, unknownWord } from "./problem.ts";
import { entriesAt, namesIn, textAt } from "./raw.ts";
import type { FrontdeskInput } from "./schema-frontdesk.ts";
import type { NetworkSettings } from "./settings.ts";
import type { YamlSource } from "./yaml-source.ts";

/** By network: how people are led there; networks that the desk does not host itself are not in it. */
export type Continuations = ReadonlyMap<string, Continuation>;

/** `http` as far as it could be read; without it links are made for this machine. */
export function continuationsOf(
  networks: ReadonlyMap<string, NetworkSettings>,
  http: FrontdeskInput["http"] | undefined,
): Continuations {
  const { publicUrl, host = "127.0.0.1", port = 0, tls } = http ?? {};
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const origin =
    publicUrl === undefined ? `http${tls === undefined ? "" : "s"}://${authority}` : new URL(publicUrl).origin;
  const found = new Map<string, Continuation>();
  for (const { name, module, config } of networks.values()) {
    const continuation = module.continuation?.(config, origin) ?? null;
    if (continuation !== null) {
      found.set(name, continuation);
    }
  }
  return found;
}

export function checkHosting(
  { frontdesk, routing }: { readonly frontdesk: YamlSource; readonly routing: YamlSource },
  compiled: ReadonlyMap<string, NetworkSettings>,
  continuations: Continuations,
): readonly Problem[] {
  const networks = namesIn(frontdesk, ["networks"]);
  const isPublic = textAt(frontdesk.value, ["http", "publicUrl"]) !== null;
  return entriesAt(routing.value, ["queues"]).flatMap(([queue]) => {
    const section = ["queues", queue];
    const target = textAt(routing.value, [...section, "redirectTo"]);
    const isRedirect = textAt(routing.value, [...section, "hosting"]) === "redirect";
    if (target === null) {
      const text = `"hosting: redirect" needs "redirectTo", the network on which customers are to continue`;
      return isRedirect ? [routing.error([...section, "hosting"], text)] : [];
    }
    const path = [...section, "redirectTo"];
    if (networks === null || !networks.includes(target)) {
      return networks === null ? [] : [routing.error(path, unknownWord("network", target, networks))];
    }
    if (!isRedirect) {
      return [routing.warning(path, `"redirectTo" counts only with "hosting: redirect"`)];
    }
    const link = continuations.get(target)?.link;
    if (link === undefined) {
      // A network with errors of its own has been complained about.
      const able = nearest(target, [...continuations.keys()]) ?? [...continuations.keys()].join(", ");
      const text = `nobody can be asked to continue on "${target}": the desk has no addresses of its own there${able === "" ? "" : ` (it has on ${able})`}`;
      return compiled.has(target) ? [routing.error(path, text)] : [];
    }
    const text = `customers will be sent links that begin with ${link.split("{}")[0]}; set http.publicUrl to where they reach it`;
    return link.startsWith("http") && !isPublic ? [routing.warning(path, text)] : [];
  });
}

/** By network: the URI template of the rooms of its server in which two people can be introduced; the others are not in it. */
export function roomsOf(networks: ReadonlyMap<string, NetworkSettings>): ReadonlyMap<string, string> {
  return new Map(
    [...networks.values()].flatMap(({ name, module, config }) => {
      const place = module.rooms?.(config) ?? null;
      return place === null ? [] : [[name, place] as const];
    }),
  );
}

/** `hosting: server` needs a network that has such rooms. */
export function checkRooms(
  { frontdesk, routing }: { readonly frontdesk: YamlSource; readonly routing: YamlSource },
  compiled: ReadonlyMap<string, NetworkSettings>,
  rooms: ReadonlyMap<string, string>,
): readonly Problem[] {
  const isWhole = (namesIn(frontdesk, ["networks"]) ?? []).every((name) => compiled.has(name));
  // A network with errors of its own has been complained about, and may be the one.
  if (rooms.size > 0 || !isWhole) return [];
  return entriesAt(routing.value, ["queues"]).flatMap(([queue]) => {
    const path = ["queues", queue, "hosting"];
    const text = `"hosting: server" needs a network whose server can host a room that hides addresses, and no network here is set up for that (see docs/rules.md)`;
    return textAt(routing.value, path) === "server" ? [routing.error(path, text)] : [];
  });
}
