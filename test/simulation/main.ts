/** The program of `npm run simulate`, started by `run.mjs`. */
import { runAsProgram } from '../../commands/run-as-program.ts';
import { simulate } from './command.ts';

await runAsProgram((io) => simulate.run(process.argv.slice(2), io));
