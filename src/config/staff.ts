/** `staff:` of people.yaml: who may open the desk's console besides CSRs, and who is what there. */
import type { Role, StaffMember } from "../accounts/roles.ts";
import type { Rules } from "../core/rules.ts";
import { type Problem, unknownWord } from "./problem.ts";
import { entriesAt, listAt, namesIn } from "./raw.ts";
import type { PeopleInput } from "./schema-people.ts";
import type { YamlSource } from "./yaml-source.ts";

/** By login; see `StaffMember`. CSRs are in it only when people.yaml names them there, too. */
export type DeclaredStaff = ReadonlyMap<string, StaffMember>;

export function buildStaff(people: PeopleInput): DeclaredStaff {
  return new Map(
    Object.entries(people.staff).map(([login, { name, role, queues }]) => [
      login,
      { login, name, role, queues: role === "admin" ? "all" : queues },
    ]),
  );
}

export function checkStaff({
  people,
  routing,
}: {
  readonly people: YamlSource;
  readonly routing: YamlSource;
}): readonly Problem[] {
  const known = namesIn(routing, ["queues"]);
  return entriesAt(people.value, ["staff"]).flatMap(([login]) =>
    listAt(people.value, ["staff", login, "queues"]).flatMap((queue, index) =>
      typeof queue !== "string" || known === null || known.includes(queue)
        ? []
        : [people.error(["staff", login, "queues", index], unknownWord("queue", queue, known))],
    ),
  );
}

/**
 * Who that login is: as `staff:` says, else as the CSR who signs in so, who is a supervisor when they supervise anything.
 * `isCsrLogin` says whether a CSR's address is a login. Null: nobody of the staff (any more).
 */
export function memberOf(
  login: string,
  declared: DeclaredStaff,
  rules: Rules,
  isCsrLogin: (network: string) => boolean,
): StaffMember | null {
  const named = declared.get(login);
  if (named !== undefined) return named;
  const csr = [...rules.csrs.values()].find(({ addresses }) =>
    addresses.some(({ network, id }) => id === login && isCsrLogin(network)),
  );
  if (csr === undefined) return null;
  const queues = csr.supervises ?? [];
  const role: Role = queues === "all" || queues.length > 0 ? "supervisor" : "csr";
  return { login, name: csr.name, role, queues };
}
