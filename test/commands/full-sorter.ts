/** A process whose files may not grow beyond a limit (`ulimit -f`), as on a full disk: sorts until it fails, and prints why. */
import { NotSorted, SortedLines } from '../../commands/audit/sorted-lines.ts';

const sorted = new SortedLines({ maxGathered: 100_000 });
try {
  for (let line = 0; line < 100_000; line += 1) sorted.add(`${line}`.padEnd(1_000, 'x'));
} catch (error) {
  if (!(error instanceof NotSorted)) throw error;
  process.stdout.write(error.message);
} finally {
  sorted.remove();
}
