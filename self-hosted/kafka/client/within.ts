import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something, for a limited time. Work that takes longer goes on, and its failure is ignored.
 * @returns true if it has ended in time
 * @throws Error  it failed in time
 */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const tooLate = sleep(milliseconds, false, { signal: waiting.signal, ref: true }).catch(() => false);
  try {
    const ended = work.then(() => true);
    ended.catch(() => undefined);
    return await Promise.race([ended, tooLate]);
  } finally {
    waiting.abort();
  }
}
