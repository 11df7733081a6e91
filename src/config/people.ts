/**
 * CSRs of people.yaml, from the entry as it was read to the one of the rules. An entry that is the very one that was read before (see
 * yaml-source.ts) leads to the very CSR of before, so that neither checking nor adopting the rules looks at it again.
 */
import type { Address } from "../core/model.ts";
import type { Csr } from "../core/rules.ts";
import { identifier } from "./names.ts";
import { entriesAt } from "./raw.ts";
import type { Canonical } from "./references.ts";
import { type Checked, checkSchema } from "./schema-check.ts";
import { csrSchema, type PeopleInput, peopleSchema } from "./schema-people.ts";
import type { YamlSource } from "./yaml-source.ts";

type CsrInput = PeopleInput["csrs"][string];

/** By entry, what it was found to say. */
const checked = new WeakMap<object, CsrInput>();

/** Whatever is wrong with an entry is told of by a look at the whole file. */
export function checkPeople(source: YamlSource): Checked<PeopleInput> {
  const csrs: Record<string, CsrInput> = {};
  for (const [id, entry] of entriesAt(source.value, ["csrs"])) {
    const csr = checkEntry(entry);
    if (csr === null || !identifier.safeParse(id).success) return checkSchema(source, peopleSchema);
    csrs[id] = csr;
  }
  const around = typeof source.value === "object" ? { ...source.value, csrs: {} } : source.value;
  const rest = Object.keys(csrs).length === 0 ? null : peopleSchema.safeParse(around);
  return rest?.success === true ? { value: { ...rest.data, csrs }, problems: [] } : checkSchema(source, peopleSchema);
}

function checkEntry(entry: unknown): CsrInput | null {
  if (typeof entry !== "object" || entry === null) return null;
  const known = checked.get(entry);
  if (known !== undefined) return known;
  const { success, data } = csrSchema.safeParse(entry);
  if (!success) return null;
  checked.set(entry, data);
  return data;
}

/** By what its entry says, the CSR it was made into last, and with what. */
const built = new WeakMap<CsrInput, { readonly csr: Csr; readonly canonical: Canonical }>();

/** `offered`: the languages of the desk. */
export function buildCsr(id: string, csr: CsrInput, offered: readonly string[], canonical: Canonical): Csr {
  const languages = csr.languages ?? offered.slice(0, 1);
  const before = built.get(csr);
  const isSame =
    before?.csr.id === id && before.canonical === canonical && before.csr.languages.join() === languages.join();
  if (isSame) return before.csr;
  const made: Csr = {
    id,
    name: csr.name,
    addresses: addressesOf(csr.addresses, canonical),
    skills: new Map(Object.entries(csr.skills)),
    languages,
    capacity: csr.capacity,
    attributes: csr.attributes,
    share: csr.share,
    autoAccept: csr.autoAccept,
    supervises: csr.supervises,
    ...(csr.site === undefined ? {} : { site: csr.site }),
    ...(csr.rating === undefined ? {} : { rating: csr.rating }),
  };
  built.set(csr, { csr: made, canonical });
  return made;
}

/** What could not be canonical was refused before; the text as written stands in for it. */
export function addressesOf(
  written: readonly Readonly<Record<string, string>>[],
  canonical: Canonical,
): readonly Address[] {
  return written.flatMap((each) =>
    Object.entries(each).map(([network, id]) => ({ network, id: canonical(network, id) ?? id })),
  );
}
