import { setTimeout as sleep } from 'node:timers/promises';
import type { BarrierWatch } from '../../lib/pipeline/barriers/watch-barriers.ts';
import { realTimers } from '../../lib/timers.ts';

export const lookEveryMilliseconds = 200;

/**
 * Waits until a barrier that begins now has passed all hops; returns false if none has after that time.
 * @param barriers  a new watch
 * @throws Unavailable  the offsets cannot be read now
 */
export async function passBarrier(
  barriers: Pick<BarrierWatch, 'look' | 'rollUps'>,
  maxMilliseconds: number,
): Promise<boolean> {
  const until = realTimers.elapsed() + maxMilliseconds;
  do {
    await barriers.look();
    if (barriers.rollUps() !== undefined) return true;
    await sleep(lookEveryMilliseconds);
  } while (realTimers.elapsed() < until);
  return false;
}
