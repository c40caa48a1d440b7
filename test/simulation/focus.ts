import { noFaults, type FaultRates, type Trouble } from './faults.ts';
import type { Plan } from './plan.ts';

/**
 * Changes the plans of histories for protections that few of the usual ones need: each of these has what brings about the
 * one order of events that the protection is for, and everything else is as its seed says.
 */
const focuses: Readonly<Record<string, (plan: Plan) => Plan>> = {
  'an entry of the index is made again while its windows are removed': (plan) => ({
    ...plan,
    ...forgetting,
    minutes: 70,
    troubles: [
      inTrouble('put customers', { answersLate: 0.9 }),
      inTrouble('put forgotten', { answersLate: 0.9 }),
    ],
  }),
  'a sum is made again while its parts are removed': (plan) => ({
    ...plan,
    ...forgetting,
    minutes: 70,
    rates: { ...plan.rates, slow: 0.05, hangs: 0.02 },
  }),
  'only what was judged is removed': (plan) => ({
    ...plan,
    ...forgetting,
    minutes: 1,
    troubles: [inTrouble('get aggregates/minute', { answersLate: 0.9 })],
  }),
  'a barrier from before the clock was set back': (plan) => ({
    ...plan,
    ...forgetting,
    ...jumpingLaptop,
    minutes: 1,
    batchesPerClient: 1,
    stepsPerCrash: 30,
    troubles: [
      inTrouble('put on insights', { answersLate: 0.5 }),
      inTrouble('consumption of', { slow: 0.9 }),
    ],
  }),
  'what a removed window held is emitted before its tombstone is complete': (plan) => ({
    ...plan,
    ...forgetting,
    ...jumpingLaptop,
    minutes: 1,
    stepsPerCrash: Infinity,
    troubles: [
      inTrouble('get batches', { answersLate: 0.5 }),
      inTrouble('put batches', { answersLate: 0.9 }),
      inTrouble('list', { answersLate: 0.5 }),
      inTrouble('consumption of', { answerLost: 0.3 }),
    ],
  }),
  '6 after a loss no memory is believed': withLosses,
};

function withLosses({ cluster, ...plan }: Plan): Plan {
  const losses = { stepsPerLoss: 200, hasLateWrites: false, takesStaleCommits: true };
  return {
    ...plan,
    ...forgetting,
    customers: 1,
    steps: plan.steps + 2_500, // long enough for a loss and its repair to be over before faults end
    ...(cluster && { cluster: { ...cluster, ...losses } }),
  };
}

const forgetting = { retentionDays: undefined, pauseMilliseconds: 400, outages: 0, forgettings: 2 } as const;
const jumpingLaptop = { isLaptop: true, stepsPerClockJump: 60 } as const;

function inTrouble(operation: string, rates: Partial<FaultRates>): Trouble {
  return { operation, rates: { ...noFaults, ...rates } };
}

/** Returns the plan for a history without a protection, or as it is where the usual plans need the protection often. */
export function focusOn(protection: string | undefined, plan: Plan): Plan {
  return (protection === undefined ? undefined : focuses[protection])?.(plan) ?? plan;
}
