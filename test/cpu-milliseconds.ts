/**
 * Returns the processor time that the work takes. Other programs that share the machine make it wait, and hardly change
 * this time, so a test may compare it with a limit.
 */
export function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return cpuMillisecondsSince(before);
}

/** Returns the processor time of all threads since then. */
export function cpuMillisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
