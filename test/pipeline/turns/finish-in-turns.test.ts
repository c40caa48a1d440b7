import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Steps } from '../../../lib/domain/steps.ts';
import { finishInTurns } from '../../../lib/pipeline/turns/finish-in-turns.ts';

const stepMilliseconds = 2;

/** Runs three steps beside others that take some time in each turn; returns the times at which the steps began. */
async function beginnings(othersMilliseconds: number): Promise<readonly number[]> {
  let time = 0;
  const over = new AbortController();
  const begunAt: number[] = [];
  function* steps(): Steps<number> {
    for (let step = 1; step < 3; step += 1) {
      begunAt.push(time);
      time += stepMilliseconds;
      yield;
    }
    begunAt.push(time);
    return begunAt.length;
  }
  async function others(): Promise<void> {
    while (!over.signal.aborted) {
      await setImmediate();
      time += othersMilliseconds;
    }
  }
  const working = others();
  expect(await finishInTurns(steps(), () => time)).toBe(3);
  over.abort();
  await working;
  return begunAt;
}

describe('work in steps', () => {
  it('goes on after a turn in which others have hardly anything to do', async () => {
    const others = 0.125;
    expect(await beginnings(others)).toEqual([0, stepMilliseconds + others, 2 * (stepMilliseconds + others)]);
  });

  it('lets others pass while they have work, for four times its own time', async () => {
    expect(await beginnings(1)).toEqual([0, 10, 20]);
  });

  it('goes on after a long turn of others', async () => {
    expect(await beginnings(50)).toEqual([0, 52, 104]);
  });
});
