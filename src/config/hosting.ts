/** `hosting:` of queues: whether the network that customers are asked to continue on is there, and how they are led there. */
import type { Continuation, ServerRooms } from "../core/model.ts";
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
  const gateway = textAt(frontdesk.value, ["nat", "gateway"]) ?? "off";
  const isPublic = gateway !== "off" || textAt(frontdesk.value, ["http", "publicUrl"]) !== null;
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

/** By network: the rooms of its server in which two people can be introduced, or why there are none where there could be. */
export interface RoomsOfNetworks {
  readonly offered: ReadonlyMap<string, ServerRooms>;
  readonly missing: ReadonlyMap<string, string>;
}

export function roomsOf(networks: ReadonlyMap<string, NetworkSettings>): RoomsOfNetworks {
  const offered = new Map<string, ServerRooms>();
  const missing = new Map<string, string>();
  for (const { name, module, config } of networks.values()) {
    const rooms = module.rooms?.(config);
    if (typeof rooms === "string") missing.set(name, rooms);
    else if (rooms !== undefined) offered.set(name, rooms);
  }
  return { offered, missing };
}

/** `hosting: server` needs a network that has such rooms, and the admin's word where they show addresses. */
export function checkRooms(
  { frontdesk, routing }: { readonly frontdesk: YamlSource; readonly routing: YamlSource },
  compiled: ReadonlyMap<string, NetworkSettings>,
  rooms: RoomsOfNetworks,
): readonly Problem[] {
  // A network with errors of its own has been complained about, and may be the one.
  const isWhole = (namesIn(frontdesk, ["networks"]) ?? []).every((name) => compiled.has(name));
  const problem = problemWith(rooms);
  return entriesAt(routing.value, ["queues"]).flatMap(([queue, section]) => {
    const path = ["queues", queue, "hosting"];
    const isAllowed = entriesAt(section, []).some(([key, value]) => key === "allowsAddresses" && value === true);
    if (textAt(routing.value, path) !== "server") {
      const text = `"allowsAddresses" counts only with "hosting: server"`;
      return isAllowed ? [routing.warning(["queues", queue, "allowsAddresses"], text)] : [];
    }
    return problem === null || !isWhole || (isAllowed && rooms.offered.size > 0) ? [] : [routing.error(path, problem)];
  });
}

/** Null: there are rooms that hide addresses. */
function problemWith({ offered, missing }: RoomsOfNetworks): string | null {
  if ([...offered.values()].some(({ showsAddresses }) => !showsAddresses)) return null;
  if (offered.size > 0) {
    const names = [...offered.keys()].map((name) => `"${name}"`).join(" and ");
    return `in the rooms of ${names} customer and CSR see each other's address; say "allowsAddresses: true" beside it where your policy allows that, or use "hosting: relay"`;
  }
  const reasons = [...missing].map(([name, why]) => ` ("${name}": ${why})`).join("");
  return `"hosting: server" needs a network whose server can host a room for two, and no network here is set up for that${reasons}; see docs/rules.md`;
}
