import { noFaults, type FaultRates, type Trouble } from './faults.ts';
import type { ClusterFaults, Plan } from './plan.ts';

/** Changes of a plan. */
interface Changes extends Partial<Omit<Plan, 'seed' | 'cluster' | 'split' | 'troubles'>> {
  readonly cluster?: Partial<ClusterFaults>;
  /** Rates by the beginnings of the labels of operations, in place of all troubles of the plan. */
  readonly troubles?: Readonly<Record<string, Partial<FaultRates>>>;
}

const calm = { stepsPerCrash: Infinity, stepsPerRestart: Infinity, stepsPerClockJump: Infinity } as const;

/** Short histories in which everything meets in one window. Hundreds of them take as long as a few of the usual ones. */
const small = {
  clients: 3,
  batchesPerClient: 2,
  customers: 1,
  minutes: 1,
  oldest: 0,
  processesPerStage: 3,
  pauseMilliseconds: 400,
  outages: 0,
  recounts: 0,
  forgettings: 0,
  steps: 300,
} as const;

const smallCluster = {
  ...small,
  clients: 2,
  processesPerStage: 2,
  steps: 600,
  cluster: { poison: 0 },
} as const;

const losses = {
  ...smallCluster,
  ...calm,
  batchesPerClient: 4,
  processesPerStage: 1,
  steps: 3_000, // long enough for a loss and its repair to be over before faults end
  cluster: { poison: 0, stepsPerLoss: 100, hasLateWrites: false, stepsPerLook: 20, outages: 0.2 },
} as const;

const jumpingLaptop = { isLaptop: true, stepsPerClockJump: 60 } as const;

/**
 * Changes of the plans of histories for protections that few of the usual ones need: each brings about the order of
 * events that the protection is for, and everything else is as its seed says.
 */
const focuses: Readonly<Record<string, Changes>> = {
  'comparison of payloads with what is stored': { ...small, ...calm },
  'a forgotten batch is no repetition': { ...small, ...calm, forgettings: 2 },
  'checkpoint after the window': { ...small, stepsPerCrash: 20 },
  'an entry of the index is read before its windows': {
    ...small,
    ...calm,
    troubles: { 'get customers': { slow: 0.4 }, 'put customers': { slow: 0.4 } },
  },
  'conditional write of an entry of the index': {
    ...small,
    ...calm,
    troubles: { 'get customers': { slow: 0.4 }, 'put customers': { slow: 0.4 } },
  },
  'an entry of the index is made again while its windows are removed': {
    ...small,
    ...calm,
    forgettings: 2,
    troubles: { 'put customers': { slow: 0.7 } },
  },
  'forgetting looks at the index last': {
    ...small,
    ...calm,
    forgettings: 1,
    troubles: { 'put customers': { slow: 0.7 } },
  },
  'what is remembered of the index is read again when it changed': {
    ...small,
    ...calm,
    troubles: { list: { slow: 0.3 } },
  },
  'progress is asked before the counts are read': {
    ...small,
    ...calm,
    troubles: { 'get aggregates/minute': { answersLate: 0.3 }, list: { answersLate: 0.3 } },
  },
  'the hour is read before its minutes': { ...small, ...calm, troubles: { list: { answersLate: 0.3 } } },
  'the temporary file stays until its message is durable': {
    ...small,
    isLaptop: true,
    stepsPerCrash: 20,
    stepsPerRestart: 50,
  },
  'the tombstone is looked at after the window is written': {
    ...small,
    ...calm,
    clients: 1,
    forgettings: 1,
    troubles: { 'put aggregates/minute': { slow: 0.9 } },
  },
  'a sum is made again while its parts are removed': {
    ...small,
    ...calm,
    forgettings: 2,
    troubles: { 'put aggregates/hour': { slow: 0.7 }, 'put aggregates/day': { slow: 0.7 } },
  },
  'only what was judged is removed': {
    ...small,
    forgettings: 2,
    troubles: { 'get aggregates/minute': { answersLate: 0.9 } },
  },
  'a barrier from before the clock was set back': {
    ...small,
    ...jumpingLaptop,
    batchesPerClient: 1,
    forgettings: 2,
    stepsPerCrash: 30,
    troubles: { 'put on insights': { answersLate: 0.5 }, 'consumption of': { slow: 0.9 } },
  },
  'what a removed window held is emitted before its tombstone is complete': {
    ...small,
    ...calm,
    ...jumpingLaptop,
    clients: 1,
    forgettings: 2,
    troubles: {
      'get batches': { answersLate: 0.5 },
      'put batches': { answersLate: 0.9 },
      list: { answersLate: 0.5 },
      'consumption of': { answerLost: 0.3 },
    },
  },
  'the horizon is asked before each write': {
    ...small,
    ...calm,
    clients: 2,
    batchesPerClient: 3,
    retentionDays: 1,
    minutes: 1_600,
    oldest: 0.8,
    outages: 0.3,
    steps: 600,
    pauseMilliseconds: 400_000,
    troubles: { 'put aggregates/minute': { slow: 0.7 } },
  },
  'a recount looks again at windows that were written meanwhile': { ...small, ...calm, recounts: 2 },
  'a recount reads windows before batches': {
    ...small,
    ...calm,
    recounts: 2,
    troubles: { list: { answersLate: 0.3 } },
  },
  'a recount looks at the tombstone after the batches': { ...small, ...calm, recounts: 2, forgettings: 2 },
  '1 the time of a put begins before its intent': {
    ...smallCluster,
    ...calm,
    clients: 1,
    cluster: { poison: 0, stepsPerLook: 20 },
    troubles: { 'append to batches': { answersLate: 0.9 } },
  },
  '1 the look at an absent batch begins after its time': smallCluster,
  '2 partials are durable before the intent is done': { ...smallCluster, stepsPerCrash: 30 },
  '2 the notification is durable before the write returns': { ...smallCluster, stepsPerCrash: 30 },
  '2 aggregate notifies for windows that hold everything': { ...smallCluster, stepsPerCrash: 30 },
  '3 commits are read before ends': { ...smallCluster, ...calm },
  '3 the instant is from before the ends': { ...smallCluster, ...calm },
  '3 progress is asked before the counts are read': {
    ...smallCluster,
    ...calm,
    clients: 3,
    batchesPerClient: 6,
    steps: 1_200,
    cluster: { poison: 0, stepsPerLook: 20, slowBatches: 0, deposed: 0, outages: 0 },
    troubles: { 'get aggregates': { answersLate: 0.5 } },
  },
  '6 a loss of records ends all barriers': losses,
  '6 after a loss no memory is believed': losses,
  '9 the tombstone is looked at after the window is written': {
    ...smallCluster,
    ...calm,
    clients: 1,
    batchesPerClient: 1,
    forgettings: 1,
    troubles: { 'put aggregates/minute': { slow: 0.9 } },
  },
  '9 verify removes what was stored late for a forgotten customer': {
    ...smallCluster,
    forgettings: 2,
    troubles: { 'put batches': { slow: 0.7 } },
  },
};

/** Returns the plan for a history without a protection, or as it is where the usual plans need the protection often. */
export function focusOn(protection: string | undefined, plan: Plan): Plan {
  const changes = protection === undefined ? undefined : focuses[protection];
  if (changes === undefined) return plan;
  const { troubles, cluster, ...others } = changes;
  return {
    ...plan,
    ...others,
    ...(plan.cluster && { cluster: { ...plan.cluster, ...cluster } }),
    ...(troubles && { troubles: Object.entries(troubles).map(troubleOf) }),
  };
}

function troubleOf([operation, rates]: [string, Partial<FaultRates>]): Trouble {
  return { operation, rates: { ...noFaults, ...rates } };
}
