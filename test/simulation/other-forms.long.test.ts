import { describe, expect, it } from 'vitest';
import { clusterPlanOf } from './cluster/plan.ts';
import { expectLaws } from './expect-laws.ts';
import { expectSameAgain } from './expect-same-again.ts';
import { planOf } from './plan.ts';
import { splitPlanOf } from './split/plan.ts';

// The seeds before these are in the unit test.
const from = 13;
const seeds = 48;
const sameSeeds = [3, 4, 5, 6, 7, 8];

describe('a simulated history', () => {
  it(`keeps all laws in the cluster form, for each of ${seeds} further seeds`, async () => {
    await expectLaws(clusterPlanOf, { from, seeds, command: 'npm run simulate -- --cluster' });
    expect.hasAssertions();
  });

  it.each([
    ['the usual form', planOf],
    ['the cluster form', clusterPlanOf],
    ['minutes with several parts', splitPlanOf],
  ])('is the same history again for further seeds, in %s', async (_form, planFor) => {
    await expectSameAgain(planFor, sameSeeds);
    expect.hasAssertions();
  });
});
