/** What of a new configuration a running desk can take over, and what it must be started anew for. */
import { isDeepStrictEqual } from "node:util";
import type { NetworkRules, Rules } from "../core/rules.ts";
import type { Settings } from "./settings.ts";

/** The settings that differ and only count from the next start on, by the name they have in frontdesk.yaml. */
export function needsRestart(running: Settings, next: Settings): readonly string[] {
  const limits = Object.keys(next.limits) as (keyof Settings["limits"])[];
  return [
    ...(running.dataFolder === next.dataFolder ? [] : ["store.folder"]),
    ...(isDeepStrictEqual(running.keys, next.keys) ? [] : ["store.key"]),
    ...(["host", "port", "publicUrl", "trustProxy", "tls"] as const)
      .filter((key) => !isDeepStrictEqual(running.http[key], next.http[key]))
      .map((key) => `http.${key}`),
    ...(isDeepStrictEqual(metricsOf(running), metricsOf(next)) ? [] : ["http.metrics"]),
    ...(isDeepStrictEqual(running.nat, next.nat) ? [] : ["nat"]),
    ...(["passwords", "openid"] as const)
      .filter((key) => !isDeepStrictEqual(running.console[key], next.console[key]))
      .map((key) => `console.${key}`),
    ...(isDeepStrictEqual(running.files, next.files) ? [] : ["files.types"]),
    ...(isDeepStrictEqual(running.routing, next.routing) ? [] : ["routing"]),
    ...(["level", "format"] as const).filter((key) => running.log[key] !== next.log[key]).map((key) => `log.${key}`),
    ...limits.filter((key) => running.limits[key] !== next.limits[key]).map((key) => `limits.${key}`),
    ...changedNetworks(running, next),
  ];
}

/** Without who may reach it, which is followed at once. */
function metricsOf({ http: { metrics } }: Settings): object | string {
  return typeof metrics === "object" ? { host: metrics.host, port: metrics.port } : metrics;
}

function changedNetworks(running: Settings, next: Settings): readonly string[] {
  const names = new Set([...running.networks.keys(), ...next.networks.keys()]);
  return [...names]
    .filter((name) => {
      const [before, after] = [running.networks.get(name), next.networks.get(name)];
      return before?.module !== after?.module || !isDeepStrictEqual(before?.config, after?.config);
    })
    .map((name) => `networks.${name}`);
}

export interface Adopted {
  readonly rules: Rules;
  /** Networks whose handles or desk address wait for a restart, as `networks.web.handles`. */
  readonly needsRestart: readonly string[];
}

/**
 * The rules a running desk can follow: an adapter was told its handles when it was made, so a network keeps the ones it has,
 * with names and dialogs as they are written now. The dialog of a handle that is gone from the files stays with it.
 */
export function adoptable(running: Rules, next: Rules): Adopted {
  const networks = new Map<string, NetworkRules>();
  const dialogs = new Map(next.dialogs);
  const waiting: string[] = [];
  for (const [name, before] of running.networks) {
    const after = next.networks.get(name);
    if (after !== undefined && after.desk === before.desk && sameHandles(before, after)) {
      networks.set(name, after);
      continue;
    }
    waiting.push(`networks.${name}${after === undefined ? "" : after.desk === before.desk ? ".handles" : ".desk"}`);
    networks.set(name, {
      ...before,
      handles: before.handles.map((handle) => after?.handles.find(({ id }) => id === handle.id) ?? handle),
    });
  }
  waiting.push(
    ...[...next.networks.keys()].filter((name) => !running.networks.has(name)).map((name) => `networks.${name}`),
  );
  for (const { dialog } of [...networks.values()].flatMap((network) => network.handles)) {
    const script = running.dialogs.get(dialog);
    if (!dialogs.has(dialog) && script !== undefined) {
      dialogs.set(dialog, script);
    }
  }
  return { rules: { ...next, networks, dialogs }, needsRestart: waiting };
}

function sameHandles(a: NetworkRules, b: NetworkRules): boolean {
  const ids = (network: NetworkRules) => network.handles.map((handle) => handle.id).sort();
  return isDeepStrictEqual(ids(a), ids(b));
}
