import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import { FILES } from "../../src/config/compile.ts";
import { editorSchemas, schemaFileName } from "../../src/config/editor-schemas.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { JsonSchema } from "../../src/config/schema-check.ts";
import { coreLimits, shellLimits } from "../../src/config/schema-limits.ts";
import { edited, rulesOf, SHIPPED, shipped } from "./config-support.ts";

/** The names that every schema of a file gives to keys. */
function keysOf(schema: JsonSchema): readonly string[] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...Object.values(schema.$defs ?? {}),
  ];
  return [...new Set([...Object.keys(schema.properties ?? {}), ...inner.flatMap(keysOf)])];
}

/** The keys of a schema that have a number for a default, at any depth. */
function defaultsOf(schema: JsonSchema): readonly (readonly [key: string, value: number])[] {
  const properties = Object.entries(schema.properties ?? {});
  const own = properties.flatMap(([key, { default: value }]) =>
    typeof value === "number" ? [[key, value] as const] : [],
  );
  const inner = [...properties.map(([, property]) => property), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [...own, ...inner.flatMap(defaultsOf)];
}

/** Takes the # away from the example that begins with this line, as an admin would. */
function uncommented(text: string, first: string): string {
  const lines = text.split("\n");
  const start = lines.indexOf(first);
  expect(start, `the line ${JSON.stringify(first)}`).to.be.greaterThan(-1);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("  #"));
  return lines.map((line, index) => (index >= start && index < end ? line.replace("  # ", "  ") : line)).join("\n");
}

describe("the shipped configuration", () => {
  it("has neither errors nor warnings", () => {
    const { problems, rules, settings } = loadConfiguration(SHIPPED, adapters, { env: {} });
    expect(problems.map(formatProblem)).to.deep.equal([]);
    expect([...(rules?.networks.get("web")?.handles ?? [])].map((handle) => handle.id)).to.deep.equal([
      "support",
      "billing",
    ]);
    expect([...(rules?.csrs.keys() ?? [])]).to.deep.equal(["ada", "grace"]);
    expect(settings?.dataFolder).to.equal(join(SHIPPED, "../data"));
    expect(settings?.http).to.deep.include({ host: "127.0.0.1", port: 8080 });
  });

  for (const file of FILES) {
    it(`says something of every key of ${file}`, () => {
      const text = readFileSync(join(SHIPPED, file), "utf8");
      // dialogs.yaml is a script and not a list of keys; the rest of them is in the bot's own document.
      const bot = file === "dialogs.yaml" ? readFileSync(join(SHIPPED, "../docs/bot.md"), "utf8") : "";
      const schema = editorSchemas(adapters).get(file);
      const keys = schema === undefined ? [] : keysOf(schema);
      expect(keys).to.have.length.greaterThan(0);
      const references = ["env", "file"];
      const unmentioned = keys.filter(
        (key) => !references.includes(key) && !new RegExp(`\\b${key}\\b`).test(text + bot),
      );
      expect(unmentioned).to.deep.equal([]);
    });
  }

  it("shows every limit with its default", () => {
    const text = readFileSync(join(SHIPPED, "frontdesk.yaml"), "utf8");
    for (const [name, schema] of Object.entries({ ...coreLimits, ...shellLimits })) {
      expect(text).to.match(new RegExp(`^  ${name}: ${schema.parse(undefined)}$`, "m"));
    }
  });

  it("shows the numbers of adapters' keys as they are by default", () => {
    const text = readFileSync(join(SHIPPED, "frontdesk.yaml"), "utf8");
    const defaults = new Map(adapters.flatMap((module) => defaultsOf(module.configSchema as JsonSchema)));
    // A port is an example, and another one for each mode.
    const shown = [...text.matchAll(/^ +# +(\w+): (\d+)\b/gm)].filter(
      ([, key = ""]) => key !== "port" && defaults.has(key),
    );
    expect(shown).to.have.length.greaterThan(20);
    for (const [, key = "", value] of shown) {
      expect(`${key}: ${value}`).to.equal(`${key}: ${defaults.get(key)}`);
    }
  });

  for (const [first, env] of [
    ["  # xmpp:", { FRONTDESK_XMPP_SECRET: "hush" }],
    ["  # xmpp-account:", {}],
    ["  # irc:", { FRONTDESK_IRC_PASSWORD: "hush", FRONTDESK_IRC_SERVER_PASSWORD: "hush" }],
    ["  # irc-network:", { FRONTDESK_IRC_LINK: "hush", FRONTDESK_IRC_PEER: "hush" }],
  ] as const) {
    it(`has an example that works when its # are taken away: ${first.slice(4)}`, () => {
      const text = uncommented(shipped()["frontdesk.yaml"] ?? "", first);
      const here = import.meta.filename;
      // The example's files are not on this machine.
      const texts = { ...shipped(), "frontdesk.yaml": text.replace(/\.\.\/secrets\/[a-z-]+/gu, here) };
      expect(rulesOf(texts, { env }).networks.has(first.slice(4, -1))).to.equal(true);
    });
  }

  it("has an example of gateways that works when its # are taken away", () => {
    const [before = "", example = ""] = (shipped()["routing.yaml"] ?? "").split("# gateways:\n");
    const text = `${before}gateways:\n${example.replaceAll(/^# /gm, "")}`.replace("network: matrix", "network: web");
    const [telegram] = rulesOf({ ...shipped(), "routing.yaml": text }).gateways ?? [];
    expect(telegram).to.deep.include({ id: "telegram", name: "Telegram" });
    expect(telegram?.match.map(({ type, network, users }) => [type, network, users])).to.deep.equal([
      ["telegram", null, null],
      [null, "web", "@telegram_*:example.org"],
      [null, null, "*@telegram.example.org"],
    ]);
    expect(telegram?.features).to.include("reply").and.not.to.include("choices");
  });

  it("takes a gateway's id for the type it reports where nothing else is said", () => {
    const rules = rulesOf(edited("routing.yaml", "# gateways:\n", "gateways:\n  signal: {name: Signal}\n"));
    expect(rules.gateways).to.deep.equal([
      {
        id: "signal",
        name: "Signal",
        match: [{ type: "signal", network: null, name: null, users: null }],
        features: null,
      },
    ]);
  });

  it("can be given hours by taking a # away", () => {
    const rules = rulesOf(edited("routing.yaml", '# hours: "Mo-Fr 08:00-18:00', 'hours: "Mo-Fr 08:00-18:00'));
    expect(rules.queues.get("sales")?.hours?.timeZone).to.equal("Europe/Berlin");
  });
});

describe("JSON Schemas for editors", () => {
  const schemas = editorSchemas(adapters);

  for (const file of FILES) {
    it(`${schemaFileName(file)} is current; \`frontdesk check --schema config/schema\` writes it anew`, () => {
      const stored: unknown = JSON.parse(readFileSync(join(SHIPPED, "schema", schemaFileName(file)), "utf8"));
      expect(stored).to.deep.equal(JSON.parse(JSON.stringify(schemas.get(file))));
    });

    it(`${file} names it in its first line`, () => {
      const [first] = readFileSync(join(SHIPPED, file), "utf8").split("\n");
      expect(first).to.equal(`# yaml-language-server: $schema=schema/${schemaFileName(file)}`);
    });
  }

  it("let a secret be a reference, and know the keys of each adapter", () => {
    const networks = schemas.get("frontdesk.yaml")?.properties?.networks?.additionalProperties;
    const forms = typeof networks === "object" ? (networks.anyOf ?? []) : [];
    const component = forms.find((form) => form.properties?.domain !== undefined);
    expect(component?.properties?.secret?.anyOf).to.have.length(2);
    expect(forms).to.have.length.at.least(adapters.length);
  });
});
