import { describe, expect, it } from 'vitest';
import { createBackoff } from '../lib/adapters/backoff.ts';
import { backoffMilliseconds } from '../lib/backoff.ts';

describe('the wait after a failure', () => {
  const bounds = { firstMilliseconds: 100, longestMilliseconds: 1_000, randomShare: 0.5 };

  it('doubles with each failure in a row, up to its longest', () => {
    const waits = [1, 2, 3, 4, 5, 2_000].map((failures) => backoffMilliseconds(failures, bounds, () => 0));
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it.each([
    [0.5, 0.99, 101],
    [1, 0.99, 2],
    [0, 0.99, 200],
  ])('leaves a share of %d of it to chance', (randomShare, random, expected) => {
    expect(backoffMilliseconds(2, { ...bounds, randomShare }, () => random)).toBe(expected);
  });
});

describe('attempts', () => {
  it('are made until the last, with waits between them whose bound doubles until then', async () => {
    const waits: number[] = [];
    const backoff = createBackoff({
      maxAttempts: 4,
      firstMilliseconds: 10,
      random: () => 0,
      pause: async (milliseconds) => void waits.push(milliseconds),
    });
    let attempts = 0;
    const failing = () => {
      attempts += 1;
      return Promise.reject(new Error('not now'));
    };
    await expect(backoff(failing, () => true)).rejects.toThrow('not now');
    expect([attempts, waits]).toEqual([4, [10, 20, 40]]);
  });

  it('begin anew where one got on, and end where a failure does not pass', async () => {
    const waits: number[] = [];
    const backoff = createBackoff({
      maxAttempts: 2,
      firstMilliseconds: 10,
      random: () => 0,
      pause: async (milliseconds) => void waits.push(milliseconds),
    });
    const failures = ['got on', 'got on', 'got on', 'final'];
    const failing = () => Promise.reject(new Error(failures.shift()));
    const says = (text: string) => (error: unknown) => error instanceof Error && error.message === text;
    await expect(backoff(failing, says('got on'), says('got on'))).rejects.toThrow('final');
    expect(waits).toEqual([10, 10, 10]);
  });
});
