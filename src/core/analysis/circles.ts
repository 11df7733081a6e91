/** Queues that send customers on to each other in a circle. */
import type { OverflowTarget } from "../queue-rules.ts";
import type { Rules } from "../rules.ts";
import type { Finding } from "./findings.ts";

/** One queue may send to another; `path` is where it says so. */
interface Way {
  readonly from: string;
  readonly to: string;
  readonly path: Finding["path"];
}

function waysOf(rules: Rules): readonly Way[] {
  return [...rules.queues.values()].flatMap((queue) => {
    const targets: readonly (readonly [OverflowTarget | null, string, number])[] = [
      ...(queue.overflow ?? []).map(({ to }, index) => [to, "overflow", index] as const),
      ...(queue.rings ?? []).map(({ to }, index) => [to, "rings", index] as const),
    ];
    return targets.flatMap(([target, section, index]) =>
      queuesBehind(rules, target).map((to) => ({
        from: queue.id,
        to,
        path: ["queues", queue.id, section, index, "to"],
      })),
    );
  });
}

/** The queue itself, or those to which a dialog leads without a word of the customer in between. */
function queuesBehind(rules: Rules, target: OverflowTarget | null): readonly string[] {
  if (target === null) return [];
  switch (target.kind) {
    case "queue":
      return [target.queue];
    case "dialog":
      return queuesOf(rules, target.dialog);
    case "handle": {
      const handles = [...rules.networks.values()].flatMap((network) => network.handles);
      const dialogs = handles.flatMap(({ id, dialog }) => (id === target.handle ? [dialog] : []));
      return [...new Set(dialogs)].flatMap((dialog) => queuesOf(rules, dialog));
    }
  }
}

function queuesOf(rules: Rules, dialog: string): readonly string[] {
  const script = rules.dialogs.get(dialog);
  let step = script?.steps[script.start ?? ""];
  for (let passed = 0; step !== undefined && passed < MOST_STEPS; passed += 1) {
    if (step.kind === "route") return [step.queue];
    if (step.when !== null || step.next === null || !PASSED.has(step.kind)) return [];
    step = script?.steps[step.next];
  }
  return [];
}

/** Steps that nobody has to answer. */
const PASSED: ReadonlySet<string> = new Set(["say", "set"]);
const MOST_STEPS = 200;
/** Circles that are told of: they are mended one at a time. */
const MOST_CIRCLES = 20;

/** At least one circle of each knot, at the way that closes it. */
export function circles(rules: Rules): readonly Finding[] {
  const ways = Map.groupBy(waysOf(rules), ({ from }) => from);
  const findings: Finding[] = [];
  const done = new Set<string>();
  const follow = (queue: string, gone: readonly string[]): void => {
    for (const way of ways.get(queue) ?? []) {
      const since = gone.indexOf(way.to);
      if (since >= 0) findings.push({ path: way.path, message: sentence(gone.slice(since)) });
      else if (!done.has(way.to)) follow(way.to, [...gone, way.to]);
    }
    done.add(queue);
  };
  for (const queue of rules.queues.keys()) if (!done.has(queue)) follow(queue, [queue]);
  return findings.slice(0, MOST_CIRCLES);
}

function sentence(circle: readonly string[]): string {
  const [first = ""] = circle;
  return circle.length === 1
    ? `"${first}" sends customers on to itself; send them to another queue, or to a dialog that ends elsewhere`
    : `customers are sent in a circle: ${[...circle, first].join(" → ")}; after limits.overflows times they are sent away. Let one of these lead to a dialog that takes a message, or nowhere`;
}
