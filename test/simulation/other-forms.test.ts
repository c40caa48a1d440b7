import { describe, expect, it } from 'vitest';
import { clusterPlanOf } from './cluster/plan.ts';
import { expectLaws } from './expect-laws.ts';
import { playHistory } from './history.ts';
import { planOf } from './plan.ts';
import { splitPlanOf } from './split/plan.ts';

const seeds = 60;
const sameSeeds = Array.from({ length: 8 }, (_, n) => n + 1);

describe('a simulated history', () => {
  it(`keeps all laws in the cluster form, for each of ${seeds} seeds`, async () => {
    await expectLaws(clusterPlanOf, { seeds, command: 'npm run simulate -- --cluster' });
    expect.hasAssertions();
  });

  it(`keeps the laws of minutes with several parts, for each of ${seeds} seeds`, async () => {
    await expectLaws(splitPlanOf, { seeds, command: 'npm run simulate -- --split' });
    expect.hasAssertions();
  });

  it.each([
    ['the usual form', planOf],
    ['the cluster form', clusterPlanOf],
    ['minutes with several parts', splitPlanOf],
  ])('is the same history again for the same seed, in %s', async (_form, planFor) => {
    const stepsOf = async (seed: number) => {
      const steps: string[] = [];
      // Operators of every kind, so that the work of none of them depends on the real time.
      await playHistory({ ...planFor(seed), forgettings: 1, recounts: 1 }, (label) => steps.push(label));
      return steps;
    };
    for (const seed of sameSeeds) expect(await stepsOf(seed)).toEqual(await stepsOf(seed));
    expect(await stepsOf(1)).not.toEqual(await stepsOf(2));
  });
});
