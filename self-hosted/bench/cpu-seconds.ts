import { readFileSync } from 'node:fs';

/** Ticks of a second in which Linux counts processor time; the same on all machines that matter. */
const ticksPerSecond = 100;

/** Returns the processor time that a process has used; 0 if the system does not report it, as outside Linux. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in parentheses, may have spaces.
    const [, , , , , , , , , , , user = '0', system = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(user) + Number(system)) / ticksPerSecond;
  } catch {
    return 0;
  }
}
