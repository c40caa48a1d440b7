import { expect } from 'vitest';
import { playHistory } from './history.ts';

/** Plays the history of each seed twice, and expects the same steps again, and others for another seed. */
export async function expectSameAgain(
  planFor: (seed: number) => Parameters<typeof playHistory>[0],
  seeds: readonly number[],
): Promise<void> {
  const stepsOf = async (seed: number) => {
    const steps: string[] = [];
    // Operators of every kind, so that the work of none of them depends on the real time.
    await playHistory({ ...planFor(seed), forgettings: 1, recounts: 1 }, (label) => steps.push(label));
    return steps;
  };
  let before: readonly string[] | undefined;
  for (const seed of seeds) {
    const steps = await stepsOf(seed);
    expect(await stepsOf(seed)).toEqual(steps);
    expect(steps).not.toEqual(before);
    before = steps;
  }
}
