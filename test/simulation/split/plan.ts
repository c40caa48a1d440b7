import { chanceOf } from '../../faults/chance.ts';
import { planOf, type Plan } from '../plan.ts';

/** Returns the plan of a history of minutes with several parts. */
export function splitPlanOf(seed: number): Plan {
  const { oneOf, upTo } = chanceOf(seed, 4);
  return {
    ...planOf(seed),
    clients: 1 + upTo(3),
    batchesPerClient: 1 + upTo(6),
    minutes: oneOf(1, 3, 70),
    retentionDays: undefined,
    outages: oneOf(0, 0.1),
    isLaptop: true,
    stepsPerRestart: Infinity,
    stepsPerClockJump: Infinity,
    split: { stepsPerChange: oneOf(20, 100, Infinity), hasHorizon: oneOf(true, false) },
  };
}
