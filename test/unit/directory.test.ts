import { expect } from "chai";
import { createDirectory, type DirectoryEntry, directoryProblems } from "../../src/core/directory.ts";

function entry(id: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { id, name: id.toUpperCase(), account: null, language: null, addresses: [], attributes: {}, ...more };
}

const ANNA = entry("anna", { account: "A-10 01", addresses: [{ network: "xmpp", id: "anna@example.com" }] });
const BERND = entry("bernd", { account: "ß-7" });

describe("directory", () => {
  const directory = createDirectory([ANNA, BERND]);

  it("finds customers by address, on that network alone", () => {
    expect(directory.byAddress({ network: "xmpp", id: "anna@example.com" })).to.equal(ANNA);
    expect(directory.byAddress({ network: "web", id: "anna@example.com" })).to.equal(null);
    expect(directory.size).to.equal(2);
  });

  for (const account of ["A-10 01", "a1001", "A–10–01", " a.10.01 ", "Ａ１００１"]) {
    it(`finds account A-10 01 when asked for ${account}`, () => {
      expect(directory.byAccount(account)).to.equal(ANNA);
    });
  }

  it("finds nobody for nothing", () => {
    expect([
      directory.byAccount(""),
      directory.byAccount("--"),
      directory.byAccount("A100"),
      directory.byId("x"),
      directory.byId("__proto__"),
    ]).to.deep.equal([null, null, null, null, null]);
    expect(createDirectory([]).size).to.equal(0);
  });

  it("names what two customers claim, at the later one, which does not get it", () => {
    const entries = [
      ANNA,
      entry("anna", { account: "a1001", addresses: [{ network: "xmpp", id: "anna@example.com" }] }),
      entry("x", { account: "?!" }),
    ];
    expect(directoryProblems(entries)).to.deep.equal([
      { path: [1, "id"], message: 'id "anna" belongs to customer "anna" already' },
      { path: [1, "account"], message: 'account "a1001" belongs to customer "anna" already' },
      { path: [1, "addresses", 0], message: 'address "xmpp: anna@example.com" belongs to customer "anna" already' },
      { path: [2, "account"], message: 'account "?!" has no letter and no digit' },
    ]);
    const doubled = createDirectory(entries);
    expect([doubled.byId("anna"), doubled.byAccount("A1001")]).to.deep.equal([ANNA, ANNA]);
    expect(directoryProblems([ANNA, BERND])).to.deep.equal([]);
  });
});
