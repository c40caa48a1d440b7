/** The program of `npm run scenario`. */
import { runAsProgram } from '../../commands/run-as-program.ts';
import { scenario } from './command.ts';

await runAsProgram((io) => scenario.run(process.argv.slice(2), io));
