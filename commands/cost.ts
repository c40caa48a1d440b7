import { costOptions, workloadOf } from './cost/options.ts';
import { scaleTables } from './cost/scale-tables.ts';
import { tables, workloadTable } from './cost/tables.ts';
import { defineCommand } from './define-command.ts';
import { print } from './io.ts';

/** Estimates what a deployed pipeline costs. */
export const cost = defineCommand({
  name: 'cost',
  summary:
    'Estimates what the pipeline costs on AWS, at the list prices that docs/explanation/costs.md names. Without options it prints the tables ' +
    'of that page.',
  usage: [[''], ['--entries-per-second <n> --entries-per-batch <n> [options]']],
  options: costOptions,
  details: [],
  exitCodes: { 0: 'printed', 2: 'wrong options' },
  failures: [],
  async run(given, io) {
    const workload = workloadOf(given);
    if (given.options.scale) {
      print(io, scaleTables().join('\n\n'));
      return 0;
    }
    print(io, workload === undefined ? tables().join('\n\n') : workloadTable([workload]));
    return 0;
  },
});
