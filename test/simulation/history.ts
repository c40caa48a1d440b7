import { chanceOf } from '../faults/chance.ts';
import { Scheduler } from './scheduler.ts';
import { createClusterWorld } from './cluster/world.ts';
import { createSplitWorld } from './split/world.ts';
import { createWorld } from './world.ts';
import { startOf, type Plan } from './plan.ts';

/** A law that a history broke, or an error that should never occur. */
export interface Broken {
  readonly law: string;
  readonly atStep: number;
}

export interface History {
  readonly steps: number;
  readonly broken: Broken | undefined;
}

/** Number of steps after which a history counts as endless. */
const maxSteps = 400_000;

/**
 * Plays one history and checks the laws: faults and clients for the number of steps in the plan, then neither until
 * everything has come to rest.
 * @param onStep  called with each step, to print a history
 */
export async function playHistory(plan: Plan, onStep?: (label: string) => void): Promise<History> {
  const scheduler = new Scheduler(chanceOf(plan.seed, 0), startOf(plan), onStep);
  const world =
    plan.split !== undefined
      ? createSplitWorld(plan, plan.split, scheduler)
      : plan.cluster === undefined
        ? createWorld(plan, scheduler)
        : createClusterWorld(plan, plan.cluster, scheduler);
  const untilRest = async (): Promise<string | undefined> => {
    while (await scheduler.step()) {
      const law = world.brokenLaw();
      if (law !== undefined) return law;
      if (scheduler.stepsTaken === plan.steps) world.heal();
      if (scheduler.stepsTaken > maxSteps) return `the history did not come to rest in ${maxSteps} steps`;
    }
    return world.brokenLaw();
  };
  let law = await untilRest();
  const checkAtRest = async () => {
    if (law !== undefined) return;
    world.checkAtRest();
    law = await untilRest();
  };
  await checkAtRest();
  world.heal(); // a history may come to rest before its faults end, and nothing fails while everything is recounted
  if (law === undefined && world.recountAtRest?.() === true) {
    law = await untilRest();
    await checkAtRest();
  }
  const steps = scheduler.stepsTaken;
  return { steps, broken: law === undefined ? undefined : { law, atStep: steps } };
}
