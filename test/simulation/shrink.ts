import { playHistory, type Broken } from './history.ts';
import type { ClusterFaults, Plan } from './plan.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly broken: Broken;
}

/** Plans that have less of one thing. */
function smaller(plan: Plan): Plan[] {
  const halved = (value: number) => Math.max(1, Math.floor(value / 2));
  const without: Partial<Plan>[] = [
    { steps: halved(plan.steps) },
    { clients: plan.clients - 1 },
    { batchesPerClient: plan.batchesPerClient - 1 },
    { customers: 1 },
    { forgettings: 0 },
    { retentionDays: undefined },
    { forgettings: 1 },
    { recounts: 0 },
    { recounts: 1 },
    { minutes: 1 },
    { minutes: halved(plan.minutes) },
    { processesPerStage: 1 },
    { partitions: 1 },
    { stepsPerCrash: Infinity },
    { stepsPerClockJump: Infinity },
    { stepsPerSplit: Infinity },
    { stepsPerRestart: Infinity },
    { rates: { ...plan.rates, slow: 0 } },
    { rates: { ...plan.rates, refused: 0 } },
    { outages: 0 },
    { rates: { ...plan.rates, answerLost: 0 } },
    { rates: { ...plan.rates, hangs: 0 } },
    ...plan.troubles.map((trouble) => ({ troubles: plan.troubles.filter((other) => other !== trouble) })),
    ...(plan.split === undefined
      ? []
      : [
          { split: { ...plan.split, hasHorizon: false } },
          { split: { ...plan.split, stepsPerChange: Infinity } },
        ]),
    ...(plan.cluster === undefined ? [] : smallerFaults(plan.cluster).map((cluster) => ({ cluster }))),
  ];
  return without
    .map((less): Plan => Object.assign({}, plan, less))
    .filter((less) => less.clients > 0 && less.batchesPerClient > 0)
    .filter((less) => JSON.stringify(less) !== JSON.stringify(plan));
}

function smallerFaults(faults: ClusterFaults): ClusterFaults[] {
  const without: Partial<ClusterFaults>[] = [
    { hasLateWrites: false },
    { slowBatches: 0 },
    { stepsPerRebalance: Infinity },
    { takesStaleCommits: false },
    { stepsPerLoss: Infinity },
    { outages: 0 },
    { deposed: 0 },
    { poison: 0 },
    { maxBacklogRecords: 1_000 },
  ];
  return without.map((less) => Object.assign({}, faults, less));
}

/** Makes a plan that breaks a law smaller, as long as the smaller plan still breaks one. */
export async function shrink(plan: Plan, broken: Broken): Promise<Shrunk> {
  for (const less of smaller(plan)) {
    const history = await playHistory(less);
    if (history.broken !== undefined) return shrink(less, history.broken);
  }
  return { plan, broken };
}
