import { describe, expect, it } from 'vitest';
import { playHistory } from './history.ts';
import { clusterPlanOf } from './cluster/plan.ts';
import { planOf } from './plan.ts';
import { splitPlanOf } from './split/plan.ts';

const seeds = 300;
const clusterSeeds = 60;
const splitSeeds = 60;

describe('a simulated history', () => {
  it(`keeps all laws, for each of ${seeds} seeds`, async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { broken } = await playHistory(planOf(seed));
      expect(broken, `npm run simulate -- --replay ${seed}`).toBeUndefined();
    }
  });

  it(`keeps all laws in the cluster form, for each of ${clusterSeeds} seeds`, async () => {
    for (let seed = 1; seed <= clusterSeeds; seed += 1) {
      const { broken } = await playHistory(clusterPlanOf(seed));
      expect(broken, `npm run simulate -- --cluster --replay ${seed}`).toBeUndefined();
    }
  });

  it(`keeps the laws of minutes with several parts, for each of ${splitSeeds} seeds`, async () => {
    for (let seed = 1; seed <= splitSeeds; seed += 1) {
      const { broken } = await playHistory(splitPlanOf(seed));
      expect(broken, `npm run simulate -- --split --replay ${seed}`).toBeUndefined();
    }
  });

  it('is the same history again for the same seed', async () => {
    const stepsOf = async (seed: number) => {
      const steps: string[] = [];
      await playHistory(planOf(seed), (label) => steps.push(label));
      return steps;
    };
    expect(await stepsOf(7)).toEqual(await stepsOf(7));
    expect(await stepsOf(7)).not.toEqual(await stepsOf(8));
  });
});
