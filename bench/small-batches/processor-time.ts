import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second, whatever its own clock is set to. */
const millisecondsPerTick = 10;

/** Returns how long a process has kept processors busy so far, with its threads and for the system as well. Linux only. */
export async function processorMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may have spaces; user and system time are the 12th and 13th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
}
