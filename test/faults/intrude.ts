import type { Emulator } from '../e2e/emulator.ts';

/** Far longer than a start takes: an emulator that is not refused by then is running. */
const refusedWithinMilliseconds = 120_000;

/**
 * Starts a second emulator on the data of the first, which must be refused with a message that names the first. If
 * the first one dies meanwhile, the second may run, and is killed.
 * @returns the problems, in words
 */
export async function intrude(emulator: Emulator): Promise<string[]> {
  const { pid, dataDirectory } = emulator;
  let isFirstAlive = true;
  const second = await emulator.spawnSecond();
  void emulator.ended.then(() => {
    isFirstAlive = false;
    second.kill('SIGKILL');
  });
  const deadline = setTimeout(() => second.kill('SIGKILL'), refusedWithinMilliseconds);
  const { exitCode, output } = await second.ended;
  clearTimeout(deadline);
  if (!isFirstAlive) return [];
  // The framework breaks long lines.
  const isNamed = output
    .replaceAll(/\s+/g, ' ')
    .includes(`${dataDirectory} is in use by process ${pid} (log analytics pipeline)`);
  return exitCode === 1 && isNamed ? [] : [`a second emulator ended with ${exitCode}:\n${output}`];
}
