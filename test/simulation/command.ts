import { setImmediate } from 'node:timers/promises';
import { defineCommand } from '../../commands/define-command.ts';
import { exitCodeOfSignal, interruptible } from '../../commands/interruptible.ts';
import { print, type Io } from '../../commands/io.ts';
import { focusOn } from './focus.ts';
import { playHistory } from './history.ts';
import { simulateOptions, simulateOptionsOf } from './options.ts';
import { clusterPlanOf } from './cluster/plan.ts';
import { clusterProtections } from './cluster/protections.mjs';
import { planOf, type Plan } from './plan.ts';
import { splitPlanOf } from './split/plan.ts';
import { splitProtections } from './split/protections.mjs';
import { printTable } from './print-table.ts';
import { protections } from './protections.mjs';
import { shrink } from './shrink.ts';

/** Plays histories of the whole pipeline and checks its laws. */
export const simulate = defineCommand({
  name: 'simulate',
  program: 'npm run simulate --',
  summary:
    'Plays histories of the whole pipeline in one process: the real lib/pipeline and lib/domain, on a simulated store, streams and ' +
    'queues that refuse, answer late, twice or never, and deliver repeatedly in any order, and on processes that die. The seed ' +
    'decides each step, so a history can be played again.',
  usage: [['[options]']],
  options: simulateOptions,
  details: [
    `Protections: ${Object.keys(protections).join(', ')}.`,
    `Protections of the cluster form, by the rules of its design: ${Object.keys(clusterProtections).join(', ')}.`,
    `Protections of the design that splits minutes: ${Object.keys(splitProtections).join(', ')}.`,
    'A history that breaks a law ends the run. It is shrunk to a smaller plan that still breaks a law, and the command prints how ' +
      'to play it again.',
  ],
  exitCodes: {
    0: 'all laws held; with --table: a law broke without each protection',
    1: 'a law broke; with --table: no law broke without one of the protections',
    2: 'wrong options',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [],
  async run(given, io) {
    const options = simulateOptionsOf(given);
    const planFor = (seed: number) => focusOn(io.env['WITHOUT'], planners[options.form](seed));
    switch (options.kind) {
      case 'table':
        return printTable(options, io);
      case 'replay':
        return replay(planFor(options.seed), io);
      case 'seeds':
        return playUntilInterrupted(options, planFor, io);
    }
  },
});

const planners = { usual: planOf, cluster: clusterPlanOf, split: splitPlanOf };

interface Seeds {
  readonly first: number;
  readonly seeds: number;
}

async function playUntilInterrupted(seeds: Seeds, planFor: (seed: number) => Plan, io: Io): Promise<number> {
  const { result, interruptedBy } = await interruptible(
    ({ signal }) => playSeeds(seeds, planFor, signal, io),
    'Interrupted. Ending after this history.',
    io,
  );
  return interruptedBy === undefined ? result : exitCodeOfSignal(interruptedBy);
}

async function playSeeds(
  { first, seeds }: Seeds,
  planFor: (seed: number) => Plan,
  signal: AbortSignal,
  io: Io,
): Promise<number> {
  const begunAt = performance.now();
  const secondsSince = () => (performance.now() - begunAt) / 1_000;
  let [steps, played] = [0, 0];
  for (let seed = first; seed < first + seeds && !signal.aborted; seed += 1) {
    const history = await playHistory(planFor(seed));
    steps += history.steps;
    played += 1;
    if (history.broken !== undefined) {
      print(io, `Seed ${seed} broke a law after ${secondsSince().toFixed(1)} s: ${history.broken.law}`);
      const { plan, broken } = await shrink(planFor(seed), history.broken);
      print(io, `Shrunk, it breaks after ${broken.atStep} steps: ${broken.law}\n${JSON.stringify(plan)}`);
      const without = io.env['WITHOUT'] === undefined ? '' : ` --without '${io.env['WITHOUT']}'`;
      const form = plan.split !== undefined ? ' --split' : plan.cluster === undefined ? '' : ' --cluster';
      print(io, `Play it again: npm run simulate --${form} --replay ${seed}${without}`);
      return 1;
    }
    if (io.stderr.isTTY === true && seed % 100 === 0) {
      io.stderr.write(`\r${played} of ${seeds} seeds`);
    }
    await setImmediate(); // a history leaves no time in which Ctrl-C could be heard
  }
  const rate = Math.round(steps / secondsSince()).toLocaleString('en');
  print(io, `${played} histories of ${steps.toLocaleString('en')} steps kept all laws (${rate} steps/s).`);
  return 0;
}

async function replay(plan: Plan, io: Io): Promise<number> {
  let step = 0;
  const history = await playHistory(plan, (label) => print(io, `${(step += 1)} ${label}`));
  print(io, history.broken?.law ?? 'All laws held.');
  return history.broken === undefined ? 0 : 1;
}
