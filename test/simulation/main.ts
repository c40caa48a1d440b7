/** The command `npm run simulate`; `options.ts` says what it does. */
import { BadArguments } from '../../commands/command-line.ts';
import { playHistory } from './history.ts';
import { help, parseOptions, type SimulateOptions } from './options.ts';
import { clusterPlanOf } from './cluster/plan.ts';
import { planOf, type Plan } from './plan.ts';
import { printTable } from './print-table.ts';
import { shrink } from './shrink.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === undefined) {
      console.log(help);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!(error instanceof BadArguments)) throw error;
    console.error(`${error.message} See --help.`);
    return 2;
  }
}

async function run(options: SimulateOptions): Promise<number> {
  const planFor = options.isCluster ? clusterPlanOf : planOf;
  switch (options.kind) {
    case 'table':
      return printTable(options);
    case 'replay':
      return replay(planFor(options.seed));
    case 'seeds':
      return playSeeds(options.first, options.seeds, planFor);
  }
}

async function playSeeds(first: number, seeds: number, planFor: (seed: number) => Plan): Promise<number> {
  const begunAt = performance.now();
  const secondsSince = () => (performance.now() - begunAt) / 1_000;
  let steps = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const history = await playHistory(planFor(seed));
    steps += history.steps;
    if (history.broken !== undefined) {
      console.log(`Seed ${seed} broke a law after ${secondsSince().toFixed(1)} s: ${history.broken.law}`);
      const { plan, broken } = await shrink(planFor(seed), history.broken);
      console.log(`Shrunk, it breaks after ${broken.atStep} steps: ${broken.law}\n${JSON.stringify(plan)}`);
      const without = process.env['WITHOUT'] === undefined ? '' : ` --without '${process.env['WITHOUT']}'`;
      const form = plan.cluster === undefined ? '' : ' --cluster';
      console.log(`Play it again: npm run simulate --${form} --replay ${seed}${without}`);
      return 1;
    }
    if (process.stderr.isTTY && seed % 100 === 0)
      process.stderr.write(`\r${seed - first + 1} of ${seeds} seeds`);
  }
  const rate = Math.round(steps / secondsSince()).toLocaleString('en');
  console.log(`${seeds} histories of ${steps.toLocaleString('en')} steps kept all laws (${rate} steps/s).`);
  return 0;
}

async function replay(plan: Plan): Promise<number> {
  let step = 0;
  const history = await playHistory(plan, (label) => console.log(`${(step += 1)} ${label}`));
  console.log(history.broken?.law ?? 'All laws held.');
  return history.broken === undefined ? 0 : 1;
}
