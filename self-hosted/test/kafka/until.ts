import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when the condition holds; the test's time-out ends it otherwise. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
