/** Who is at work when, where no record says it: people who are new, or who are imagined. */
import type { Attendance } from "./shift.ts";

/** Those CSRs are there whenever anybody can be asked; `networks` are left to the rules. */
export function withNewcomers(attendance: readonly Attendance[], csrs: readonly string[]): readonly Attendance[] {
  const ready = new Set<string>();
  const added: Attendance[] = [];
  for (const { at, csr, state } of [...attendance].sort((left, right) => left.at - right.at)) {
    const before = ready.size;
    if (state === "ready") ready.add(csr);
    else ready.delete(csr);
    if (before === 0 && ready.size === 1) added.push(...csrs.map((id) => change(id, at, "ready")));
    if (before === 1 && ready.size === 0) added.push(...csrs.map((id) => change(id, at, "off")));
  }
  return [...attendance, ...added];
}

function change(csr: string, at: number, state: Attendance["state"]): Attendance {
  return { at, csr, state, networks: [] };
}
