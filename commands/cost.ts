/** The command `npm run cost`; what it does and takes is said in `cost/options.ts`. */
import { help, parseOptions } from './cost/options.ts';
import { tables, workloadTable } from './cost/tables.ts';
import { exitCodeOf } from './exit-code.ts';

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(help);
  else if (options === 'tables') console.log(tables().join('\n\n'));
  else console.log(workloadTable([options]));
  return 0;
}
