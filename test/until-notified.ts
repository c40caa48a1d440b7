import { setImmediate } from 'node:timers/promises';
import type { LocalQueue } from '../local-store/local-queue.ts';

/** Resolves when the queue has the notification of a write, which is committed a moment after the write returns. */
export async function untilNotified(queue: Pick<LocalQueue, 'list'>): Promise<void> {
  while ([...queue.list()].length === 0) await setImmediate();
}
