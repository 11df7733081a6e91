/** What Prometheus would read of a running desk. */
import type { Daemon } from "./daemon.ts";

const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/u;

/** The sum over all samples of that name that bear these labels; 0 when there is none yet. */
export async function metric(
  desk: Daemon,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const answer = await fetch(`${desk.url}/metrics`);
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}.`);
  let sum = 0;
  for (const line of (await answer.text()).split("\n")) {
    const [, found, written = "", value = "0"] = SAMPLE.exec(line) ?? [];
    const isMeant = Object.entries(labels).every(([label, text]) => written.split(",").includes(`${label}="${text}"`));
    if (found === name && isMeant) sum += Number(value);
  }
  return sum;
}
