import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../domain/steps.ts';

/** Time that others get after a step while they have work, in times of the step. */
const othersShare = 4;
/** A turn of the event loop without work of others takes some microseconds. */
const quietMilliseconds = 0.2;

/**
 * Runs work in steps, and lets others pass between two of them: for a turn of the event loop, and further turns while
 * they have work, up to four times the time of the step. So a large batch mostly uses time that nobody else needs.
 * @param now  returns a time in milliseconds, which only grows
 */
export async function finishInTurns<Result>(
  steps: Steps<Result>,
  now: () => number = () => performance.now(),
): Promise<Result> {
  for (;;) {
    const begunAt = now();
    const step = steps.next();
    if (step.done === true) return step.value;
    const endedAt = now();
    const until = endedAt + othersShare * (endedAt - begunAt);
    for (let turnBegunAt = endedAt; ;) {
      await setImmediate();
      const turnEndedAt = now();
      if (turnEndedAt - turnBegunAt < quietMilliseconds || turnEndedAt >= until) break;
      turnBegunAt = turnEndedAt;
    }
  }
}
