import { chanceOf } from '../../faults/chance.ts';
import { planOf, type Plan } from '../plan.ts';

/** Returns the plan of a history of the cluster form. */
export function clusterPlanOf(seed: number): Plan {
  const { oneOf, upTo } = chanceOf(seed, 2);
  // After a loss, a batch whose put lands late no longer has an intent, and only `audit --repair` finds it.
  const stepsPerLoss = oneOf(Infinity, Infinity, Infinity, 200);
  return {
    ...planOf(seed),
    // Long enough for a slow put, or for a loss and its repair, to be over before faults end.
    steps: 600 * upTo(5) + (stepsPerLoss === Infinity ? 0 : 2_500),
    batchesPerClient: upTo(12),
    minutes: oneOf(1, 2, 5, 70),
    pauseMilliseconds: oneOf(400, 4_000),
    retentionDays: undefined,
    outages: 0,
    oldest: 0,
    isLaptop: false,
    stepsPerRestart: Infinity,
    stepsPerClockJump: Infinity,
    cluster: {
      clockDifferenceMilliseconds: oneOf(0, 400, 1_000),
      hasLateWrites: stepsPerLoss === Infinity && oneOf(true, false),
      slowBatches: oneOf(0, 0.3),
      stepsPerRebalance: oneOf(Infinity, 30, 100),
      takesStaleCommits: oneOf(true, false),
      stepsPerLook: oneOf(20, 60, 60),
      stepsPerLoss,
      outages: oneOf(0, 0.05, 0.2),
      deposed: oneOf(0, 0, 0.02, 0.1),
      poison: oneOf(0, 0, 0.2),
      maxBacklogRecords: oneOf(3, 1_000),
    },
  };
}
