import { defineCommand } from '../../commands/define-command.ts';
import { print, type Io } from '../../commands/io.ts';
import { playHistory } from './history.ts';
import { simulateOptions, simulateOptionsOf } from './options.ts';
import { planOf } from './plan.ts';
import { printTable } from './print-table.ts';
import { protections } from './protections.mjs';
import { shrink } from './shrink.ts';

/** Plays histories of the whole pipeline, and checks its laws. */
export const simulate = defineCommand({
  name: 'simulate',
  program: 'npm run simulate --',
  summary:
    'Plays histories of the whole pipeline in one process: the real lib/pipeline and lib/domain, on a simulated store, streams and ' +
    'queues that refuse, answer late, twice or never, deliver in any order and again, and on processes that die. The seed decides ' +
    'each step, so that a history can be played again.',
  usage: [['[options]']],
  options: simulateOptions,
  details: [
    `Protections: ${Object.keys(protections).join(', ')}.`,
    'A history that breaks a law ends the run. It is shrunk to a smaller plan that still breaks one, and the command prints how to ' +
      'play it again.',
  ],
  exitCodes: {
    0: 'all laws held; with --table: a law broke without each protection',
    1: 'a law broke; with --table: no law broke without one of the protections',
    2: 'wrong options',
  },
  failures: [],
  // It has no message for Ctrl-C: a history leaves no time in which a listener could run, so the signal ends the process.
  async run(given, io) {
    const options = simulateOptionsOf(given);
    switch (options.kind) {
      case 'table':
        return printTable(options.seeds, io);
      case 'replay':
        return replay(options.seed, io);
      case 'seeds':
        return playSeeds(options.first, options.seeds, io);
    }
  },
});

async function playSeeds(first: number, seeds: number, io: Io): Promise<number> {
  const begunAt = performance.now();
  const secondsSince = () => (performance.now() - begunAt) / 1_000;
  let steps = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const history = await playHistory(planOf(seed));
    steps += history.steps;
    if (history.broken !== undefined) {
      print(io, `Seed ${seed} broke a law after ${secondsSince().toFixed(1)} s: ${history.broken.law}`);
      const { plan, broken } = await shrink(planOf(seed), history.broken);
      print(io, `Shrunk, it breaks after ${broken.atStep} steps: ${broken.law}\n${JSON.stringify(plan)}`);
      const without = io.env['WITHOUT'] === undefined ? '' : ` --without '${io.env['WITHOUT']}'`;
      print(io, `Play it again: npm run simulate -- --replay ${seed}${without}`);
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

async function replay(seed: number, io: Io): Promise<number> {
  let step = 0;
  const history = await playHistory(planOf(seed), (label) => print(io, `${(step += 1)} ${label}`));
  print(io, history.broken?.law ?? 'All laws held.');
  return history.broken === undefined ? 0 : 1;
}
