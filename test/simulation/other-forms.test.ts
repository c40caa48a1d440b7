import { describe, expect, it } from 'vitest';
import { clusterPlanOf } from './cluster/plan.ts';
import { expectLaws } from './expect-laws.ts';
import { expectSameAgain } from './expect-same-again.ts';
import { planOf } from './plan.ts';
import { splitPlanOf } from './split/plan.ts';

const seeds = 60;
const clusterSeeds = 12; // their histories are long; the others are in the long test

describe('a simulated history', () => {
  it(`keeps all laws in the cluster form, for each of ${clusterSeeds} seeds`, async () => {
    await expectLaws(clusterPlanOf, { seeds: clusterSeeds, command: 'npm run simulate -- --cluster' });
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
    await expectSameAgain(planFor, [1, 2]);
    expect.hasAssertions();
  });
});
