/** The networks of the configuration, with the code that speaks them. */
import type { AdapterModule, KnownAdapter } from "../adapter.ts";
import type { HostedNetwork } from "../adapter-host.ts";
import type { Settings } from "../config/settings.ts";
import type { Rules } from "../core/rules.ts";

/**
 * Loads the adapters that are configured, and no others: the code of one takes up to some ten MB. Rejects when one cannot be loaded, with a
 * sentence for the admin and what was thrown as its cause: an installation that lacks a part of itself is mended before customers find out.
 */
export async function hostedNetworks(settings: Settings, rules: Rules): Promise<readonly HostedNetwork[]> {
  const networks = [...settings.networks.values()].map(async ({ name, module, config }) => {
    const network = rules.networks.get(name);
    const handles = (network?.handles ?? []).map((handle) => handle.id);
    return { name, module: await loaded(name, module), config, handles, desk: network?.desk ?? "desk" };
  });
  return await Promise.all(networks);
}

async function loaded(network: string, adapter: KnownAdapter): Promise<AdapterModule<unknown>> {
  if ("create" in adapter) return adapter;
  try {
    return await adapter.load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The network ${network} cannot be started, because the code of its adapter (${adapter.protocol}) does not load: ${reason} ` +
        "A part of the installation is missing or damaged: install this version of Frontdesk again, or take the network out of frontdesk.yaml.",
      { cause },
    );
  }
}
