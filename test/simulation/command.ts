import { defineCommand } from '../../commands/define-command.ts';
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
  },
  failures: [],
  // There is no message for Ctrl-C: a history leaves no time in which a listener could run, so the signal ends the
  // process.
  async run(given, io) {
    const options = simulateOptionsOf(given);
    const planFor = (seed: number) => focusOn(io.env['WITHOUT'], planners[options.form](seed));
    switch (options.kind) {
      case 'table':
        return printTable(options, io);
      case 'replay':
        return replay(planFor(options.seed), io);
      case 'seeds':
        return playSeeds(options, planFor, io);
    }
  },
});

const planners = { usual: planOf, cluster: clusterPlanOf, split: splitPlanOf };

interface Seeds {
  readonly first: number;
  readonly seeds: number;
}

async function playSeeds({ first, seeds }: Seeds, planFor: (seed: number) => Plan, io: Io): Promise<number> {
  const begunAt = performance.now();
  const secondsSince = () => (performance.now() - begunAt) / 1_000;
  let steps = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const history = await playHistory(planFor(seed));
    steps += history.steps;
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
      io.stderr.write(`\r${seed - first + 1} of ${seeds} seeds`);
    }
  }
  const rate = Math.round(steps / secondsSince()).toLocaleString('en');
  print(io, `${seeds} histories of ${steps.toLocaleString('en')} steps kept all laws (${rate} steps/s).`);
  return 0;
}

async function replay(plan: Plan, io: Io): Promise<number> {
  let step = 0;
  const history = await playHistory(plan, (label) => print(io, `${(step += 1)} ${label}`));
  print(io, history.broken?.law ?? 'All laws held.');
  return history.broken === undefined ? 0 : 1;
}
