/** What somebody reads who has just started a desk. */
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import { greeting } from "../../src/boot/greeting.ts";
import { loadConfiguration } from "../../src/config/load.ts";

const SHIPPED = fileURLToPath(new URL("../../config", import.meta.url));

describe("the greeting of a desk that has opened", () => {
  const { settings } = loadConfiguration(SHIPPED, adapters, { env: {} });
  const opened = { version: "1.2.3", url: "http://127.0.0.1:8080", publicOrigin: null, passwords: [] };

  it("says where to go: the chat, and both consoles", () => {
    if (settings === null) throw new Error("the shipped configuration has no settings");
    expect(greeting({ ...opened, settings }).split("\n")).to.deep.equal([
      "Frontdesk 1.2.3 is open.",
      "",
      "  Chat for customers       http://127.0.0.1:8080/",
      "  Console for CSRs         http://127.0.0.1:8080/csr",
      "  Console for supervisors  http://127.0.0.1:8080/desk",
      "",
    ]);
  });

  it("as people reach them, and shows new passwords", () => {
    if (settings === null) throw new Error("the shipped configuration has no settings");
    const passwords = [{ login: "ada", password: "aaaaa-bbbbb" }];
    const text = greeting({ ...opened, settings, publicOrigin: "https://chat.example.com/", passwords });
    expect(text).to.include(
      "https://chat.example.com/desk\n\nNew passwords, shown only this once:\n  ada  aaaaa-bbbbb\n",
    );
  });
});
