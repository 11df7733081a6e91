/** The networks of the configuration, with the code that speaks them. */
import type { AdapterModule, KnownAdapter } from "../adapter.ts";
import type { HostedNetwork } from "../adapter-host.ts";
import type { Settings } from "../config/settings.ts";
import type { Rules } from "../core/rules.ts";

/** Loads the adapters that are configured, and no others: the code of one takes up to some ten MB. */
export async function hostedNetworks(settings: Settings, rules: Rules): Promise<readonly HostedNetwork[]> {
  const networks = [...settings.networks.values()].map(async ({ name, module, config }) => {
    const network = rules.networks.get(name);
    const handles = (network?.handles ?? []).map((handle) => handle.id);
    return { name, module: await loaded(module), config, handles, desk: network?.desk ?? "desk" };
  });
  return await Promise.all(networks);
}

async function loaded(adapter: KnownAdapter): Promise<AdapterModule<unknown>> {
  return "create" in adapter ? adapter : await adapter.load();
}
