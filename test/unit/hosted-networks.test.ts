/** A desk loads the code of the networks it has, and of no others. */
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import type { AdapterModule, KnownAdapter } from "../../src/adapter.ts";
import { hostedNetworks } from "../../src/boot/hosted-networks.ts";
import type { NetworkSettings, Settings } from "../../src/config/settings.ts";
import { company, playSetting } from "../support/play-rules.ts";

const { rules } = playSetting(company({}));

/** Settings with networks of these names, by the adapter of each. */
function settingsWith(networks: Readonly<Record<string, KnownAdapter>>): Settings {
  const entries = Object.entries(networks).map(([name, module]): [string, NetworkSettings] => [
    name,
    { name, module, config: { of: name } },
  ]);
  return { networks: new Map(entries) } as unknown as Settings;
}

describe("the networks of a desk", () => {
  it("are given the code of their adapters, which is loaded for those that are configured alone", async () => {
    const asked: string[] = [];
    const listed = adapters.map((adapter) => ({
      ...adapter,
      load: () => {
        asked.push(adapter.protocol);
        return adapter.load();
      },
    }));
    const of = (protocol: string) => listed.find((adapter) => adapter.protocol === protocol) as KnownAdapter;
    const hosted = await hostedNetworks(settingsWith({ web: of("web"), xmpp: of("xmpp") }), rules);
    expect(asked.sort()).to.deep.equal(["web", "xmpp"]);
    expect(
      hosted.map(({ name, module, config }) => [name, module.protocol, typeof module.create, config]),
    ).to.deep.equal([
      ["web", "web", "function", { of: "web" }],
      ["xmpp", "xmpp", "function", { of: "xmpp" }],
    ]);
  });

  it("take an adapter that is there already as it is", async () => {
    const module = { protocol: "own", create: () => {} } as unknown as AdapterModule<unknown>;
    const [hosted] = await hostedNetworks(settingsWith({ own: module }), rules);
    expect(hosted?.module).to.equal(module);
  });

  it("say which of them cannot be started, and why, when the code of an adapter does not load", async () => {
    const [web] = adapters.filter(({ protocol }) => protocol === "web") as [KnownAdapter];
    const cause = new Error("Cannot find module 'crypto.node'.");
    const broken = { protocol: "matrix", load: () => Promise.reject(cause) } as unknown as KnownAdapter;
    const fault: unknown = await hostedNetworks(settingsWith({ web, home: broken }), rules).catch((error) => error);
    expect(fault).to.be.an.instanceOf(Error).with.property("cause", cause);
    expect(String(fault)).to.match(/network home .* adapter \(matrix\) .*crypto\.node'\. .*install/u);
  });

  it("are all described as their code says", async () => {
    for (const { load, ...description } of adapters) {
      const { create: _create, ...loaded } = await load();
      expect(loaded, description.protocol).to.deep.equal(description);
    }
  });
});
