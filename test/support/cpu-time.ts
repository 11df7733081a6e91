/** How much of the processor some work takes: what else the machine does at the time hardly counts. */

/** Milliseconds of this thread's own time. */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
