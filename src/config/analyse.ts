/** What only rules without a mistake can be asked: what can never happen by them, and whether their tests hold. */
import { findingsOf } from "../core/analysis/findings.ts";
import type { Rules } from "../core/rules.ts";
import { type Problem, unknownWord } from "./problem.ts";
import { faultsOf, runRuleTests } from "./rule-tests.ts";
import type { RuleTestInput } from "./schema-tests.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Findings are warnings; a test that fails, or speaks of what there is not, is an error. */
export function analyse(rules: Rules, tests: readonly RuleTestInput[], routing: YamlSource): readonly Problem[] {
  const findings = findingsOf(rules).map(({ path, message }) => routing.warning(path, message));
  const faults = tests.flatMap((test, index) =>
    faultsOf(rules, test).map(({ path, what, word, known }) =>
      routing.error(["tests", index, ...path], unknownWord(what, word, known)),
    ),
  );
  if (faults.length > 0) return [...findings, ...faults];
  const failures = runRuleTests(rules, tests).map(({ index, key, message }) =>
    routing.error(["tests", index, "expect", key], message),
  );
  return [...findings, ...failures];
}
