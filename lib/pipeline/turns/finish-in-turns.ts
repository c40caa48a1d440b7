import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../domain/steps.ts';

/** Runs work in steps, and gives others a turn between two of them. */
export async function finishInTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}
